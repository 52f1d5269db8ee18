//! Who takes part: how many are still needed while people vote, and the record of who did.

use jiff::SignedDuration;
use kernel::{Clock as _, Party, PersonId};
use stories::{Concentration, Moment, Participation, World, refusal};
use wire::weft::governance::v1::{CountedAct, DecisionPhase, OutcomeKind, Subject};

use super::{
    charters::{EVERYWHERE, chartered, deciding, opened_on},
    town::{Town, amending, changing, conferral, content, option, ranking, topic},
};

async fn record(world: &World, town: &Town, person: PersonId) -> Participation {
    let all = world.person(town.erin).participation(town.network).await.unwrap();
    assert!(all.iter().is_sorted_by_key(|record| record.party));
    let of = |record: &&Participation| record.party == Party::Person(person);
    *all.iter().find(of).unwrap()
}

#[tokio::test]
async fn how_many_are_missing_follows_each_ballot_and_each_change_of_the_roll() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town =
            chartered(&world, |town| vec![deciding(town, Subject::PracticeRecommend, |_| {})]);
        let town = town.await;
        let [anna, ben, chloe, dora, erin] = town.founders();
        let decision = opened_on(&world, &town, Subject::PracticeRecommend, "Lime").await;
        let missing = async || {
            let seen = world.person(erin).decision(decision).await.unwrap();
            (seen.roll_units, seen.quorum_units_missing.unwrap())
        };
        let lacking = async || {
            let seen = world.person(erin).decision(decision).await.unwrap();
            seen.lacking.map(|lacking| (lacking.quorum_units, lacking.agreeing_weight))
        };
        assert_eq!(missing().await, (5, 3));
        assert_eq!(lacking().await, Some((Some(3), Some(1))));
        world.person(anna).vote(decision, option("agree")).await.unwrap();
        assert_eq!(missing().await, (5, 2));
        world.person(anna).vote(decision, option("disagree")).await.unwrap();
        assert_eq!(missing().await, (5, 2), "a change is no second vote");
        assert_eq!(lacking().await, Some((Some(2), Some(2))), "two who agree outvote Anna");
        world.person(ben).vote(decision, super::town::abstain()).await.unwrap();
        assert_eq!(missing().await, (5, 1));
        world.person(anna).withdraw_ballot(decision).await.unwrap();
        assert_eq!(missing().await, (5, 2));
        // Half of four is two, and Ben is one of them.
        world.person(dora).declare_conflict(decision).await.unwrap();
        assert_eq!(missing().await, (4, 1));
        world.person(chloe).vote(decision, option("agree")).await.unwrap();
        assert_eq!(missing().await, (4, 0));
        // Whoever voted and steps back leaves with the ballot.
        world.person(chloe).declare_conflict(decision).await.unwrap();
        assert_eq!(missing().await, (3, 1));
        world.person(anna).vote(decision, option("agree")).await.unwrap();
        world.person(erin).vote(decision, option("agree")).await.unwrap();
        assert_eq!(missing().await, (3, 0));
        world.pass(73).await;
        assert_eq!(lacking().await, None, "nobody can vote any more");
        let seen = world.person(erin).decision(decision).await.unwrap();
        assert_eq!(seen.outcome, Some((OutcomeKind::Adopted, vec![])));
        let figures = seen.figures.unwrap();
        assert_eq!((figures.present_units, figures.quorum_units, figures.roll.0), (3, 2, 3));
    }
}

#[tokio::test]
async fn the_record_of_participation_tells_of_secret_votes_only_where_enough_took_part() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town =
            chartered(&world, |town| vec![deciding(town, Subject::PracticeRecommend, |_| {})]);
        let town = town.await;
        let [anna, ben, chloe, dora, erin] = town.founders();
        let told = async |person| {
            let Participation { issued, cast, delegated, missed, .. } =
                record(&world, &town, person).await;
            (issued, cast, delegated, missed)
        };
        assert_eq!(world.person(erin).participation(town.network).await.unwrap(), []);

        // An open one: two vote, one is represented, one has a conflict, and one does nothing.
        let (lender, to) = (world.person(chloe), Party::Person(anna));
        let lent = lender.lend(town.network, to, topic("roofs")).await.unwrap();
        world.person(anna).accept_delegation(lent).await.unwrap();
        let text = content(Subject::PracticeRecommend, "Lime");
        let text = super::town::on_topic(text, "roofs");
        let (_, first) = super::charters::opened(&world, &town, text).await;
        world.person(anna).vote(first, option("agree")).await.unwrap();
        world.person(ben).vote(first, option("agree")).await.unwrap();
        world.person(dora).declare_conflict(first).await.unwrap();
        assert_eq!(world.person(erin).participation(town.network).await.unwrap(), []);
        world.pass(73).await;
        assert_eq!(told(anna).await, (1, 1, 0, 0));
        assert_eq!(told(chloe).await, (1, 0, 1, 0));
        assert_eq!(told(erin).await, (1, 0, 0, 1));
        let all = world.person(erin).participation(town.network).await.unwrap();
        let stood = |record: &&Participation| record.party == Party::Person(dora);
        assert_eq!(all.iter().find(stood), None, "nothing was asked of her");
        let author = record(&world, &town, anna).await;
        assert_eq!((author.proposed, author.called), (1, 1));

        // A secret one below the floor: that it was issued is all that is said.
        let standing = [anna, ben];
        let election = conferral("facilitator", &standing);
        let small = town.bring(&world, dora, election, &[]).await;
        for person in [anna, erin] {
            world.person(person).vote(small, ranking(&[ben])).await.unwrap();
        }
        world.pass(80).await;
        world.pass(80).await;
        let seen = world.person(erin).decision(small).await.unwrap();
        assert_eq!(seen.outcome, Some((OutcomeKind::Inquorate, vec![])));
        assert_eq!(told(anna).await, (2, 1, 0, 0));
        assert_eq!(told(ben).await, (2, 1, 0, 0));
        assert_eq!(told(erin).await, (2, 0, 0, 1));

        // And one above it: who voted is said, and how is not.
        let election = conferral("coordinator", &standing);
        let large = town.bring(&world, dora, election, &[]).await;
        for person in [anna, ben, chloe] {
            world.person(person).vote(large, ranking(&[ben, anna])).await.unwrap();
        }
        assert_eq!(told(anna).await, (2, 1, 0, 0), "nothing while people vote");
        world.pass(80).await;
        let seen = world.person(erin).decision(large).await.unwrap();
        assert_eq!((seen.phase, seen.ballots), (DecisionPhase::Final, 3));
        assert_eq!(told(anna).await, (3, 2, 0, 0));
        assert_eq!(told(chloe).await, (3, 1, 1, 0));
        assert_eq!(told(erin).await, (3, 0, 0, 2));
        assert_eq!(told(dora).await, (2, 0, 0, 1));
        let caller = record(&world, &town, dora).await;
        assert_eq!((caller.proposed, caller.called), (2, 2));
    }
}

/// How each act spreads: how many could do it, how often it was done, Gini's coefficient, and how few
/// did half.
async fn spreads(
    world: &World,
    town: &Town,
) -> Vec<(CountedAct, u32, u64, Option<f64>, Option<u32>)> {
    let all = world.person(town.erin).concentration(town.network).await.unwrap();
    let of = |it: &Concentration| (it.act, it.parties, it.acts, it.gini, it.half_by);
    all.iter().map(of).collect()
}

#[tokio::test]
async fn how_far_acts_lie_in_few_hands_is_told_to_members_and_nothing_of_a_vote_below_the_floor() {
    use CountedAct::{Calling, Carrying, Coordinating, Proposing, Voting};

    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town =
            chartered(&world, |town| vec![deciding(town, Subject::PracticeRecommend, |_| {})]);
        let town = town.await;
        let [anna, ben, chloe, dora, erin] = town.founders();
        let told = async || spreads(&world, &town).await;
        let nothing = |act, parties| (act, parties, 0, None, None);
        let of_nobody = [
            nothing(Proposing, 5),
            nothing(Calling, 5),
            nothing(Voting, 0),
            nothing(Carrying, 0),
            nothing(Coordinating, 5),
        ];
        assert_eq!(told().await, of_nobody);
        let outsider = world.person(town.finn).concentration(town.network).await;
        assert_eq!(outsider, Err(refusal("NOT_FOUND", "NETWORK_NOT_FOUND")));

        // Anna brings everything; of five on the roll three vote, one of them with a lent vote.
        let (lender, to) = (world.person(chloe), Party::Person(anna));
        let lent = lender.lend(town.network, to, topic("roofs")).await.unwrap();
        world.person(anna).accept_delegation(lent).await.unwrap();
        let text = content(Subject::PracticeRecommend, "Lime");
        let text = super::town::on_topic(text, "roofs");
        let (_, first) = super::charters::opened(&world, &town, text).await;
        let draft = content(Subject::PracticeRecommend, "Tar");
        world.person(ben).draft_proposal(town.network, draft).await.unwrap();
        for person in [anna, ben, dora] {
            world.person(person).vote(first, option("agree")).await.unwrap();
        }
        world.pass(73).await;
        let alone = |act| (act, 5, 1, Some(0.8), Some(1));
        let after = [
            alone(Proposing),
            alone(Calling),
            (Voting, 5, 3, Some(0.4), Some(2)),
            alone(Carrying),
            nothing(Coordinating, 5),
        ];
        assert_eq!(told().await, after, "what Ben only drafted was not proposed");

        // Two vote in secret: that Dora called it is all that shows.
        let election = conferral("facilitator", &[anna, ben]);
        let small = town.bring(&world, dora, election, &[]).await;
        for person in [anna, erin] {
            world.person(person).vote(small, ranking(&[ben])).await.unwrap();
        }
        world.pass(80).await;
        world.pass(80).await;
        let now = told().await;
        assert_eq!(
            now[..2],
            [(Proposing, 5, 2, Some(0.6), Some(1)), (Calling, 5, 2, Some(0.6), Some(1))]
        );
        assert_eq!(now[2..], after[2..]);

        // Enough vote in secret, and whoever is elected takes the office.
        let election = conferral("coordinator", &[anna, ben]);
        let large = town.bring(&world, dora, election, &[]).await;
        for person in [anna, ben, dora] {
            world.person(person).vote(large, ranking(&[ben, anna])).await.unwrap();
        }
        assert_eq!(told().await[2..], after[2..], "nothing while people vote");
        world.pass(80).await;
        for mandate in world.person(anna).mandates(town.network, Moment::NOW).await.unwrap() {
            world.person(mandate.holder).accept_mandate(mandate.mandate).await.unwrap();
        }
        let now = told().await;
        assert_eq!(now[2], (Voting, 5, 6, Some(0.4), Some(2)));
        let offices = now[4];
        assert_eq!((offices.0, offices.1), (Coordinating, 5));
        assert!(offices.2 > 0 && offices.3.is_some_and(|gini| gini > 0.5), "{offices:?}");
    }
}

#[tokio::test]
async fn which_policy_was_in_force_is_told_on_two_clocks() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = chartered(&world, |town| {
            vec![changing(town.policy("rules", |policy| policy.discussion_hours_min = 0))]
        });
        let town = town.await;
        let Town { erin, network, .. } = town;
        let longer = town.policy("everything else", |policy| policy.voting_hours_min = 96);
        let text = amending(Subject::PolicyAmend, vec![changing(longer)]);
        let (_, decision) = super::charters::opened(&world, &town, text).await;
        for person in town.founders() {
            world.person(person).vote(decision, option("agree")).await.unwrap();
        }
        let closes_at = world.person(erin).decision(decision).await.unwrap().closes_at;
        // The scheduler wakes a day late: the rule is in force since the time that was due.
        let late = closes_at + SignedDuration::from_hours(24);
        world.travel_to(&(late - SignedDuration::from_mins(1)).to_string());
        let unknown_by = world.position();
        world.travel_to(&late.to_string());
        world.run_due().await;
        let policy = async |moment| {
            let policy = world.person(erin).policy(network, Subject::Other, moment).await;
            policy.unwrap().map(|policy| (policy.charter_version, policy.voting_hours_min))
        };
        let at = |hours: i64| (closes_at + SignedDuration::from_hours(hours)).to_string();
        assert_eq!(policy(Moment::at(&at(-1))).await, Some((1, 72)));
        assert_eq!(policy(Moment::at(&at(0))).await, Some((2, 96)));
        assert_eq!(policy(Moment::at(&at(1))).await, Some((2, 96)));
        let believed = Moment::at(&at(1)).known_by(unknown_by);
        assert_eq!(policy(believed).await, Some((1, 72)), "nobody knew it yet");
        let charter = world.person(erin).charter(network, Moment::NOW).await.unwrap().unwrap();
        assert_eq!((charter.version, charter.effective_from), (2, Some(closes_at)));
        assert!(closes_at < world.clock().now());
    }
}
