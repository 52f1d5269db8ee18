//! Votes that are lent: who carries how many, how far they go, and when they go nowhere.

use kernel::{Clock as _, DelegationId, Party, PersonId};
use stories::{Lent, Moment, World, refusal};
use wire::weft::governance::v1::{
    DecisionPhase, DelegationScope, OutcomeKind, Subject, delegation_scope, tie_rule,
};

use super::{
    charters::{EVERYWHERE, chartered, deciding, opened, opened_on, ties},
    town::{Town, conferral, content, on_topic, option, ranking, topic},
};

async fn lend(
    world: &World,
    town: &Town,
    (from, to): (PersonId, PersonId),
    scope: DelegationScope,
) -> DelegationId {
    let lent = world.person(from).lend(town.network, Party::Person(to), scope).await.unwrap();
    world.person(to).accept_delegation(lent).await.unwrap();
    lent
}

fn all() -> DelegationScope {
    DelegationScope { scope: Some(delegation_scope::Scope::All(delegation_scope::All {})) }
}

fn path(people: &[PersonId]) -> Vec<Party> {
    people.iter().copied().map(Party::Person).collect()
}

/// Who carries how many votes at a moment, in order of the delegates.
async fn graph(world: &World, town: &Town, moment: Moment) -> Vec<(Party, u32)> {
    let mut graph = world.person(town.erin).delegates(town.network, moment).await.unwrap();
    assert!(graph.is_sorted_by(|left, right| right.1 <= left.1), "the most first");
    graph.sort_unstable();
    graph
}

fn sorted(graph: &[(PersonId, u32)]) -> Vec<(Party, u32)> {
    let party = |(person, carried): &(PersonId, u32)| (Party::Person(*person), *carried);
    let mut graph: Vec<(Party, u32)> = graph.iter().map(party).collect();
    graph.sort_unstable();
    graph
}

#[tokio::test]
async fn a_lent_vote_goes_as_far_as_the_policy_lets_it_and_each_one_that_does_not_says_why() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town =
            chartered(&world, |town| vec![deciding(town, Subject::PracticeRecommend, |_| {})]);
        let town = town.await;
        let [anna, ben, chloe, dora, erin] = town.founders();
        let graph = async |moment| graph(&world, &town, moment).await;
        // Two steps at most, and two votes carried at most: Erin → Dora → Chloe → Ben.
        lend(&world, &town, (chloe, ben), all()).await;
        lend(&world, &town, (dora, chloe), all()).await;
        world.clock().advance(jiff::SignedDuration::from_hours(1));
        let before = Moment::at(&world.clock().now().to_string());
        world.clock().advance(jiff::SignedDuration::from_hours(1));
        let of_erin = lend(&world, &town, (erin, dora), all()).await;
        let pending = world.person(anna).lend(town.network, Party::Person(ben), all()).await;
        let pending = pending.unwrap();
        let three = [(ben, 1), (chloe, 1), (dora, 1)];
        assert_eq!(graph(Moment::NOW).await, sorted(&three), "Ben has not accepted Anna's yet");
        assert_eq!(graph(before).await, sorted(&three[..2]));
        let circle = world.person(ben).lend(town.network, Party::Person(dora), all()).await;
        assert_eq!(circle, Err(refusal("PRECONDITION", "DELEGATION_IN_A_CIRCLE")));

        let decision = opened_on(&world, &town, Subject::PracticeRecommend, "Lime").await;
        world.person(ben).vote(decision, option("agree")).await.unwrap();
        let lent = async || {
            let seen = world.person(erin).decision(decision).await.unwrap();
            let figures = seen.figures.unwrap();
            (figures.direct_units, figures.delegated_units, seen.quorum_units_missing)
        };
        // The turnout alone tells how many are missing; the figures tell who is represented.
        assert_eq!(lent().await, (1, 2, Some(2)));
        world.person(ben).accept_delegation(pending).await.unwrap();
        assert_eq!(lent().await, (1, 2, Some(2)), "the third one that Ben would carry");
        world.pass(73).await;
        let seen = world.person(anna).decision(decision).await.unwrap();
        assert_eq!(seen.outcome, Some((OutcomeKind::Adopted, vec![])));
        let mut expected = vec![
            (chloe, path(&[ben]), ""),
            (dora, path(&[chloe, ben]), ""),
            (erin, path(&[dora, chloe]), "TOO_MANY_STEPS"),
            (anna, path(&[ben]), "CARRIED_MAX_REACHED"),
        ];
        expected.sort_unstable_by_key(|(delegator, ..)| Party::Person(*delegator));
        let told = expected.into_iter().map(|(delegator, path, why)| Lent {
            delegator: Party::Person(delegator),
            path,
            not_counted: why.to_owned(),
        });
        assert_eq!(seen.delegations, told.collect::<Vec<_>>());
        let figures = seen.figures.unwrap();
        assert_eq!((figures.present_units, figures.quorum_units), (3, 3));

        // What is taken back before the end does not count, and its end does not rewrite the past.
        let next = opened_on(&world, &town, Subject::PracticeRecommend, "Slate").await;
        world.person(dora).vote(next, option("agree")).await.unwrap();
        let seen = world.person(anna).decision(next).await.unwrap().figures.unwrap();
        assert_eq!((seen.direct_units, seen.delegated_units), (1, 1), "Erin's goes one step");
        let others = world.person(dora).revoke_delegation(of_erin).await;
        assert_eq!(others.unwrap_err().code, "FORBIDDEN");
        world.person(erin).revoke_delegation(of_erin).await.unwrap();
        let seen = world.person(anna).decision(next).await.unwrap().figures.unwrap();
        assert_eq!((seen.direct_units, seen.delegated_units), (1, 0));
        world.pass(73).await;
        let seen = world.person(anna).decision(next).await.unwrap();
        assert_eq!(seen.outcome, Some((OutcomeKind::Inquorate, vec![])));
        let of = |lent: &&Lent| lent.delegator == Party::Person(erin);
        assert_eq!(seen.delegations.iter().find(of), None);
        assert_eq!(graph(Moment::NOW).await, sorted(&[(ben, 2), (chloe, 1)]));
        assert_eq!(graph(before).await, sorted(&three[..2]));
    }
}

#[tokio::test]
async fn votes_lent_for_scopes_that_meet_in_a_circle_count_for_nobody() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town =
            chartered(&world, |town| vec![deciding(town, Subject::PracticeRecommend, |_| {})]);
        let town = town.await;
        let [anna, ben, chloe, dora, _] = town.founders();
        let subject = delegation_scope::Scope::Subject(Subject::PracticeRecommend.into());
        let subject = DelegationScope { scope: Some(subject) };
        lend(&world, &town, (anna, ben), topic("roofs")).await;
        lend(&world, &town, (ben, anna), subject).await;
        let text = on_topic(content(Subject::PracticeRecommend, "Lime"), "roofs");
        let (_, decision) = opened(&world, &town, text).await;
        for person in [chloe, dora] {
            world.person(person).vote(decision, option("agree")).await.unwrap();
        }
        world.pass(73).await;
        let seen = world.person(anna).decision(decision).await.unwrap();
        assert_eq!(seen.outcome, Some((OutcomeKind::Inquorate, vec![])));
        assert_eq!(seen.figures.unwrap().delegated_units, 0);
        assert_eq!(seen.delegations.len(), 2);
        assert!(seen.delegations.iter().all(|lent| lent.not_counted == "CIRCLE"));
    }
}

/// The result is of the moment at which voting ended, also while it waits for a casting vote.
#[tokio::test]
async fn nothing_lent_or_taken_back_after_the_end_changes_what_is_counted() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = chartered(&world, |town| {
            vec![deciding(town, Subject::PracticeRecommend, |policy| {
                policy.tie = ties(tie_rule::Rule::CastingVoteRole("facilitator".to_owned()));
            })]
        });
        let town = town.await;
        let [anna, ben, chloe, dora, erin] = town.founders();
        let election = conferral("facilitator", &[anna, ben]);
        let election = town.bring(&world, anna, election, &[]).await;
        for person in town.founders() {
            world.person(person).vote(election, ranking(&[anna, ben])).await.unwrap();
        }
        world.pass(80).await;
        for mandate in world.person(anna).mandates(town.network, Moment::NOW).await.unwrap() {
            world.person(mandate.holder).accept_mandate(mandate.mandate).await.unwrap();
        }
        // Dora lends her vote to Ben: two for it, two against it, and it waits for the facilitator.
        let lent = lend(&world, &town, (dora, ben), all()).await;
        let decision = opened_on(&world, &town, Subject::PracticeRecommend, "Tar").await;
        for (person, choice) in [(ben, "agree"), (anna, "disagree"), (chloe, "disagree")] {
            world.person(person).vote(decision, option(choice)).await.unwrap();
        }
        let during = world.clock().now().to_string();
        world.pass(73).await;
        let read = async || world.person(erin).decision(decision).await.unwrap();
        assert_eq!(read().await.phase, DecisionPhase::Closed);

        world.person(dora).revoke_delegation(lent).await.unwrap();
        let backdated = world.person(erin).effective(&during);
        let backdated = backdated.lend(town.network, Party::Person(chloe), all()).await;
        assert_eq!(backdated, Err(refusal("INVALID", "EFFECTIVE_TIME_NOT_TAKEN")));
        let voice = world.person(erin);
        let of_erin = voice.lend(town.network, Party::Person(chloe), all()).await.unwrap();
        world.person(chloe).accept_delegation(of_erin).await.unwrap();
        world.person(anna).break_tie(decision, &["agree", "disagree"]).await.unwrap();
        world.settle().await;
        let seen = read().await;
        assert_eq!(seen.outcome, Some((OutcomeKind::Adopted, vec![])));
        let figures = seen.figures.unwrap();
        assert_eq!(figures.options, [("agree".to_owned(), 2), ("disagree".to_owned(), 2)]);
        let counted =
            Lent { delegator: Party::Person(dora), path: path(&[ben]), not_counted: String::new() };
        assert_eq!(seen.delegations, [counted]);
        let bundle = world.person(erin).certificate(decision).await.unwrap();
        governance::certificate::verify_json(&bundle).unwrap();
    }
}
