//! Somebody finds the roll of a decision wrong and says so; the roll stays as it is.

use kernel::Party;
use stories::{Contest, World, refusal};
use wire::weft::governance::v1::{
    Challenges, ContestGround, DecisionPhase, OutcomeKind, Subject, electorate,
};

use super::{
    charters::{EVERYWHERE, all_vote, anyone, chartered, deciding, events_about, opened},
    constituencies::secretly,
    federation::table,
    town::{Town, content, option},
};

#[tokio::test]
async fn who_is_missing_from_a_roll_says_so_and_everybody_reads_it() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = chartered(&world, |town| {
            let weights = [(town.anna, 1), (town.ben, 1), (town.chloe, 1), (town.dora, 1)];
            vec![deciding(town, Subject::FundAllocate, |policy| {
                policy.electorate.as_mut().unwrap().unit =
                    Some(electorate::Unit::Weighted(table(&weights)));
                policy.delegation = None;
                policy.challenges = Some(Challenges { window_hours: 24, judge: anyone() });
            })]
        });
        let town = town.await;
        let Town { anna, ben, chloe, dora, erin, finn, .. } = town;
        let text = content(Subject::FundAllocate, "Tar");
        let (proposal, decision) = opened(&world, &town, text).await;
        let read = async || world.person(ben).decision(decision).await.unwrap();
        let before = read().await;
        let person = Party::Person;
        let missing = (ContestGround::Missing, "I have paid my share since May");

        let outsider = world.person(finn).contest_roll(decision, person(finn), missing).await;
        assert_eq!(outsider, Err(refusal("NOT_FOUND", "DECISION_NOT_FOUND")));
        let contest = async |who, about, what| {
            world.person(who).contest_roll(decision, person(about), what).await
        };
        contest(erin, erin, missing).await.unwrap();
        assert_eq!(contest(erin, erin, missing).await.unwrap().events, 0, "once is enough");
        let heavy = (ContestGround::WrongWeightOrUnit, "Dora owns two houses");
        contest(anna, dora, heavy).await.unwrap();
        let wrong = contest(anna, dora, (ContestGround::NotEntitled, "She moved")).await;
        assert_eq!(wrong, Err(refusal("ALREADY_EXISTS", "ROLL_ALREADY_CONTESTED")));
        let listed = contest(ben, dora, missing).await;
        assert_eq!(listed, Err(refusal("PRECONDITION", "CONTESTED_PARTY_ON_ROLL")));
        let absent = contest(ben, erin, heavy).await;
        assert_eq!(absent, Err(refusal("PRECONDITION", "CONTESTED_PARTY_NOT_ON_ROLL")));

        let seen = read().await;
        let said = |by, about, (ground, reason): (ContestGround, &str)| Contest {
            by: person(by),
            about: person(about),
            ground,
            reason: reason.to_owned(),
        };
        assert_eq!(seen.contests, [said(erin, erin, missing), said(anna, dora, heavy)]);
        assert_eq!((seen.roll_hash, seen.roll_units), (before.roll_hash, 4), "the roll is frozen");
        let refused = world.person(erin).vote(decision, option("agree")).await;
        assert_eq!(refused, Err(refusal("FORBIDDEN", "NOT_ON_ROLL")));

        // It is a reason to take the proposal back, and to doubt the result where it is not.
        world.person(anna).withdraw_proposal(proposal).await.unwrap();
        world.settle().await;
        assert_eq!(read().await.phase, DecisionPhase::Cancelled);
        let late = contest(chloe, erin, missing).await;
        assert_eq!(late, Err(refusal("PRECONDITION", "DECISION_CAME_TO_NOTHING")));
        assert_eq!(read().await.contests.len(), 2);

        let text = content(Subject::FundAllocate, "Tar, again");
        let (_, second) = opened(&world, &town, text).await;
        world.person(erin).contest_roll(second, person(erin), missing).await.unwrap();
        all_vote(&world, second, &[anna, ben, chloe].map(|it| (it, option("agree")))).await;
        world.pass(72).await;
        let over = world.person(erin).contest_roll(second, person(dora), heavy).await;
        assert_eq!(over, Err(refusal("PRECONDITION", "VOTING_OVER")));
        world.person(ben).challenge(second, "Erin was left out").await.unwrap();
        let bundle = world.person(ben).certificate(second).await.unwrap();
        governance::certificate::verify_json(&bundle).unwrap();
        let doubted = world.person(ben).decision(second).await.unwrap();
        assert_eq!(doubted.outcome, Some((OutcomeKind::Adopted, vec![])));
        assert_eq!((doubted.phase, doubted.contests.len()), (DecisionPhase::Challenged, 1));

        // Who is forgotten has said nothing that can still be read.
        world.operator().erase(erin).await.unwrap();
        world.settle().await;
        assert_eq!(world.person(ben).decision(second).await.unwrap().contests[0].reason, "");
    }
}

#[tokio::test]
async fn contesting_a_roll_tells_nothing_of_a_secret_vote() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = chartered(&world, |town| vec![deciding(town, Subject::FundAllocate, secretly)]);
        let town = town.await;
        let text = content(Subject::FundAllocate, "Tar");
        let (_, decision) = opened(&world, &town, text).await;
        let about = Party::Person(town.ben);
        let wrong = (ContestGround::NotEntitled, "Ben has moved away");
        world.person(town.anna).contest_roll(decision, about, wrong).await.unwrap();
        let before = world.person(town.erin).decision(decision).await.unwrap();
        all_vote(&world, decision, &[(town.anna, option("agree")), (town.ben, option("agree"))])
            .await;
        world
            .person(town.ben)
            .contest_roll(decision, Party::Person(town.anna), wrong)
            .await
            .unwrap();
        let after = world.person(town.erin).decision(decision).await.unwrap();
        assert_eq!(after.contests.len(), 2);
        assert_eq!((after.ballots, after.figures), (before.ballots, None));
        assert_eq!(after.quorum_units_missing, None);
        let events = events_about(&world, &town, decision).await;
        let names: Vec<&str> = events.iter().map(|event| event.name.as_ref()).collect();
        assert_eq!(names[names.len() - 3..], ["DecisionOpened", "RollContested", "RollContested"]);
    }
}
