//! An election fills the seats that are free, and is not called for none.

use governance::certificate;
use kernel::{DecisionId, PersonId};
use stories::{Moment, World, refusal};
use wire::weft::governance::v1::{
    CharterChange, EffectStatus, MandateStatus, Method, OutcomeKind, RankedRule, Role,
    charter_change, method,
};

use super::{
    charters::{EVERYWHERE, all_vote, chartered},
    town::{Town, changing, conferral, ranking},
};

/// A town with three coordinators, who are elected by Scottish STV for a year.
pub(super) async fn three_coordinators(world: &World) -> Town {
    let town = chartered(world, |town| {
        let role = Role {
            name: "coordinator".to_owned(),
            responsibilities: "Keeps the agenda.".to_owned(),
            term_days: 365,
            consecutive_terms_max: 0,
            seats: 3,
            required: false,
        };
        let role = charter_change::Change::ChangeRole(role);
        let elections = town.policy("elections", |policy| {
            let by = RankedRule::ScottishStv.into();
            let ranked = method::Ranked { rule: by, seats: 3, ranks_max: 0 };
            policy.method = Some(Method { method: Some(method::Method::Ranked(ranked)) });
        });
        vec![CharterChange { change: Some(role) }, changing(elections)]
    });
    town.await
}

/// Calls an election, in which everybody votes as they are said to.
pub(super) async fn electing(
    world: &World,
    town: &Town,
    standing: &[PersonId],
    orders: &[Vec<PersonId>; 5],
) -> DecisionId {
    let election = town.bring(world, town.anna, conferral("coordinator", standing), &[]).await;
    let ballots = town.founders().into_iter().zip(orders);
    let ballots: Vec<_> = ballots.map(|(person, order)| (person, ranking(order))).collect();
    all_vote(world, election, &ballots).await;
    election
}

/// Who holds the role, or is asked to.
async fn holders(world: &World, town: &Town) -> Vec<PersonId> {
    let mandates = world.person(town.anna).mandates(town.network, Moment::NOW).await.unwrap();
    let given = mandates.iter().filter(|it| it.status == MandateStatus::Conferred);
    let mut holders: Vec<PersonId> = given.map(|mandate| mandate.holder).collect();
    holders.sort();
    holders
}

#[tokio::test]
async fn an_election_fills_the_free_seats_and_nobody_is_elected_to_none() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = three_coordinators(&world).await;
        let [anna, ben, chloe, dora, erin] = town.founders();
        let read = async |decision| world.person(erin).decision(decision).await.unwrap();
        let elected = |persons: &[PersonId]| {
            Some((OutcomeKind::Elected, persons.iter().map(PersonId::to_string).collect()))
        };

        // Nobody holds the role: the policy's number is to be filled, and one person stands.
        let unopposed = std::array::from_fn(|_| vec![anna]);
        let first = electing(&world, &town, &[anna], &unopposed).await;
        world.pass(73).await;
        assert_eq!(
            (read(first).await.seats, read(first).await.outcome),
            (Some(3), elected(&[anna]))
        );
        assert_eq!(holders(&world, &town).await, [anna]);

        // One of three seats is taken: two of three are elected, and nobody fails.
        let orders =
            [vec![ben, chloe], vec![ben, chloe], vec![chloe, ben], vec![dora], vec![chloe]];
        let second = electing(&world, &town, &[ben, chloe, dora], &orders).await;
        assert_eq!(read(second).await.seats, Some(2), "it is told while people vote");
        // Another one is called while those seats are still free.
        let orders = std::array::from_fn(|_| vec![dora, erin]);
        let third = electing(&world, &town, &[dora, erin], &orders).await;
        world.pass(80).await;
        assert_eq!(read(second).await.outcome, elected(&[ben, chloe]));
        let mut three = [anna, ben, chloe];
        three.sort();
        assert_eq!(holders(&world, &town).await, three);
        let bundle = world.person(erin).certificate(second).await.unwrap();
        let bundle = certificate::verify_json(&bundle).unwrap();
        assert_eq!(bundle.inputs.terms.seats, Some(2), "and recounted for as many");

        // The seats were taken meanwhile: what cannot be done is seen to have failed.
        assert_eq!(
            (read(third).await.seats, read(third).await.outcome),
            (Some(2), elected(&[dora, erin]))
        );
        let register = world.person(erin).resolutions(town.network, Moment::NOW).await.unwrap();
        let came = |winners: &[PersonId]| {
            let winners: Vec<String> = winners.iter().map(PersonId::to_string).collect();
            let entry = register.iter().find(|entry| entry.winners == winners).unwrap();
            entry.effects.clone()
        };
        let confirmed = (EffectStatus::Confirmed, String::new());
        let failed = (EffectStatus::Failed, "MANDATE_SEATS_TAKEN".to_owned());
        assert_eq!(came(&[ben, chloe]), [confirmed.clone(), confirmed]);
        assert_eq!(came(&[dora, erin]), [failed.clone(), failed]);
    }
}

#[tokio::test]
async fn where_all_seats_are_taken_an_election_waits_until_one_will_be_free() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = three_coordinators(&world).await;
        let [anna, ben, chloe, dora, erin] = town.founders();
        let orders = [vec![anna], vec![anna], vec![ben], vec![ben], vec![chloe]];
        electing(&world, &town, &[anna, ben, chloe], &orders).await;
        world.pass(73).await;
        assert_eq!(holders(&world, &town).await.len(), 3);

        let standing = || conferral("coordinator", &[dora, erin]);
        let voice = || world.person(dora);
        let proposal = voice().draft_proposal(town.network, standing()).await.unwrap();
        voice().submit_proposal(proposal).await.unwrap();
        voice().open_discussion(proposal).await.unwrap();
        world.pass(48).await;
        let none_free = refusal("PRECONDITION", "NO_SEAT_FREE");
        assert_eq!(voice().call_decision(proposal).await, Err(none_free));

        // Voting lasts three days: it ends when the terms are over, and the seats are free by then.
        world.pass(24 * 359).await;
        let election = town.bring(&world, dora, standing(), &[]).await;
        assert_eq!(voice().decision(election).await.unwrap().seats, Some(3));
        let ballots = town.founders().map(|person| (person, ranking(&[dora, erin])));
        all_vote(&world, election, &ballots).await;
        world.pass(73).await;
        let mut elected = [dora, erin];
        elected.sort();
        assert_eq!(holders(&world, &town).await, elected);
    }
}
