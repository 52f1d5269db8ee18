//! How a vote ends: consent and its objections, longer when too few took part, earlier when all
//! have voted, and without those who step back or leave.

use jiff::SignedDuration;
use kernel::{Clock as _, Party};
use stories::{World, refusal};
use wire::weft::governance::v1::{
    DecisionPhase, Extension, Leavers, OutcomeKind, Subject, Validity,
};

use super::{
    charters::{EVERYWHERE, all_vote, chartered, deciding, events_about, opened, opened_on, the},
    town::{admission, changing, content, events_of, option},
};

#[tokio::test]
async fn an_objection_stands_in_the_way_unless_it_is_taken_back_or_not_valid() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = chartered(&world, |town| {
            vec![changing(town.policy("admission", |policy| policy.discussion_hours_min = 0))]
        });
        let town = town.await;
        let [anna, ben, chloe, dora, erin] = town.founders();
        let text = || admission(Party::Person(town.finn));
        world.person(town.finn).apply(town.network, "").await.unwrap();
        // What becomes of Dora's objection, and what that comes to.
        for (judged, comes_to) in [
            (None, OutcomeKind::NotAdopted),
            (Some(Validity::Valid), OutcomeKind::NotAdopted),
            (Some(Validity::NotValid), OutcomeKind::Adopted),
        ] {
            let text = wire::weft::governance::v1::ProposalContent {
                title: format!("Finn: {judged:?}"),
                ..text()
            };
            let (_, decision) = opened(&world, &town, text).await;
            all_vote(&world, decision, &[anna, ben, chloe].map(|it| (it, option("consent")))).await;
            let standing = async || {
                let seen = world.person(anna).decision(decision).await.unwrap();
                seen.figures.unwrap().objections_standing
            };
            let first = world.person(dora).object(decision, "We do not know Finn").await.unwrap();
            let second = world.person(erin).object(decision, "We are enough").await.unwrap();
            assert_eq!((first, second, standing().await), (1, 2, 2));
            let others = world.person(dora).withdraw_objection(decision, second).await;
            assert_eq!(others, Err(refusal("FORBIDDEN", "NOT_THE_VOTER")));
            world.person(erin).withdraw_objection(decision, second).await.unwrap();
            let gone = world.person(ben).judge_objection(decision, second, Validity::Valid).await;
            assert_eq!(gone, Err(refusal("PRECONDITION", "OBJECTION_WITHDRAWN")));
            let unknown = world.person(erin).withdraw_objection(decision, 3).await;
            assert_eq!(unknown.unwrap_err().reason, "OBJECTION_UNKNOWN");
            if let Some(validity) = judged {
                let caller = world.person(anna).judge_objection(decision, first, validity).await;
                assert_eq!(caller, Err(refusal("FORBIDDEN", "JUDGE_HAS_PART")));
                world.person(ben).judge_objection(decision, first, validity).await.unwrap();
            }
            assert_eq!(standing().await, u32::from(comes_to == OutcomeKind::NotAdopted));
            world.pass(73).await;
            let late = world.person(dora).withdraw_objection(decision, first).await;
            assert_eq!(late, Err(refusal("PRECONDITION", "VOTING_OVER")));
            let seen = world.person(anna).decision(decision).await.unwrap();
            assert_eq!(seen.outcome, Some((comes_to, vec![])), "{judged:?}");
            assert_eq!((seen.objections.len(), seen.objections[0].validity), (2, judged));
            assert_eq!((seen.objections[0].withdrawn, seen.objections[1].withdrawn), (false, true));
            let bundle = world.person(anna).certificate(decision).await.unwrap();
            governance::certificate::verify_json(&bundle).unwrap();
        }
    }
}

#[tokio::test]
async fn voting_is_extended_as_often_as_the_policy_says_and_only_to_a_later_time() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = chartered(&world, |town| {
            vec![deciding(town, Subject::PracticeRecommend, |policy| {
                let (times_max, hours) = (2, 48);
                policy.extension =
                    Some(Extension { times_max, hours, if_inquorate: true, if_tied: true });
            })]
        });
        let town = town.await;
        let [anna, ben, chloe, dora, _] = town.founders();
        let decision = opened_on(&world, &town, Subject::PracticeRecommend, "Lime").await;
        let read = async || world.person(anna).decision(decision).await.unwrap();
        let first = read().await.closes_at;
        let hours = |hours: i64| first + SignedDuration::from_hours(hours);
        world.person(anna).vote(decision, option("agree")).await.unwrap();
        world.pass(72).await;
        let seen = read().await;
        assert_eq!((seen.phase, seen.extensions), (DecisionPhase::Open, 1));
        assert_eq!(seen.closes_at, hours(48), "too few took part");
        for (person, choice) in [(ben, "agree"), (chloe, "disagree"), (dora, "disagree")] {
            world.person(person).vote(decision, option(choice)).await.unwrap();
        }
        // Nobody looked for three days: it was extended at its time, and closed at its time.
        world.travel_to(&hours(72).to_string());
        world.run_due().await;
        let seen = read().await;
        assert_eq!((seen.phase, seen.extensions), (DecisionPhase::Open, 2));
        assert_eq!(seen.closes_at, hours(96), "two to two");
        world.pass(24 * 7).await;
        let seen = read().await;
        assert_eq!((seen.phase, seen.extensions), (DecisionPhase::Final, 2), "not a third time");
        assert_eq!(seen.outcome, Some((OutcomeKind::NotAdopted, vec![])));
        assert_eq!(seen.closes_at, hours(96));
        let events = events_about(&world, &town, decision).await;
        let extended = events.iter().filter(|event| event.name == "DecisionExtended");
        let at: Vec<_> = extended.map(|event| event.effective_at).collect();
        assert_eq!(at, [hours(0), hours(48)]);
        assert_eq!(the(&events, "DecisionClosed").effective_at, hours(96));
    }
}

#[tokio::test]
async fn voting_ends_early_when_everybody_has_voted_whose_vote_counts() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town =
            chartered(&world, |town| vec![deciding(town, Subject::PracticeRecommend, |_| {})]);
        let town = town.await;
        let [anna, ben, chloe, dora, erin] = town.founders();
        let decision = opened_on(&world, &town, Subject::PracticeRecommend, "Lime").await;
        let read = async || world.person(chloe).decision(decision).await.unwrap();
        for person in [anna, ben, dora] {
            world.person(person).vote(decision, option("agree")).await.unwrap();
        }
        let early = Err(refusal("PRECONDITION", "NOT_ALL_VOTED"));
        assert_eq!(world.person(anna).close_decision(decision).await, early);

        // Who has a conflict of interest is out of it, with their ballot and for good.
        world.person(dora).declare_conflict(decision).await.unwrap();
        assert_eq!(world.person(dora).declare_conflict(decision).await.unwrap().events, 0);
        let conflicted = world.person(dora).vote(decision, option("agree")).await;
        assert_eq!(conflicted, Err(refusal("FORBIDDEN", "IN_CONFLICT_OF_INTEREST")));
        let seen = read().await;
        let figures = seen.figures.unwrap();
        assert_eq!((seen.roll_units, figures.options[0].1, figures.quorum_units), (4, 2, 2));
        assert_eq!(world.person(anna).close_decision(decision).await, early);
        world.person(chloe).vote(decision, option("disagree")).await.unwrap();
        // And so is who leaves.
        world.person(erin).resign(town.network).await.unwrap();
        world.settle().await;
        assert_eq!(read().await.roll_units, 3);
        world.clock().advance(SignedDuration::from_hours(1));
        let closed_at = world.clock().now();
        world.person(anna).close_decision(decision).await.unwrap();
        world.settle().await;
        let seen = read().await;
        assert_eq!((seen.phase, seen.ballots), (DecisionPhase::Final, 3));
        assert_eq!(seen.outcome, Some((OutcomeKind::Adopted, vec![])));
        let figures = seen.figures.unwrap();
        assert_eq!(figures.options, [("agree".to_owned(), 2), ("disagree".to_owned(), 1)]);
        let events = events_about(&world, &town, decision).await;
        for name in ["DecisionClosed", "DecisionTallied", "DecisionFinalised"] {
            assert_eq!(the(&events, name).effective_at, closed_at, "{name}");
        }
        // Its former time has no effect any more.
        world.pass(100).await;
        assert_eq!(read().await.phase, DecisionPhase::Final);
        let bundle = world.person(chloe).certificate(decision).await.unwrap();
        governance::certificate::verify_json(&bundle).unwrap();
    }
}

#[tokio::test]
async fn the_vote_of_a_member_who_leaves_is_void_or_kept_and_a_secret_one_always_kept() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = chartered(&world, |town| {
            vec![
                deciding(town, Subject::PracticeRecommend, |_| {}),
                deciding(town, Subject::ProjectEndorse, |policy| {
                    policy.leavers = Leavers::Keep.into();
                }),
            ]
        });
        let town = town.await;
        let [anna, ben, chloe, dora, erin] = town.founders();
        let election = super::town::conferral("coordinator", &[anna, ben]);
        let secret = town.bring(&world, anna, election, &[]).await;
        let voided = opened_on(&world, &town, Subject::PracticeRecommend, "Lime").await;
        let (_, kept) = opened(&world, &town, content(Subject::ProjectEndorse, "Baths")).await;
        for person in [anna, ben, chloe] {
            let choice = if person == anna { "agree" } else { "disagree" };
            for decision in [voided, kept] {
                world.person(person).vote(decision, option(choice)).await.unwrap();
            }
            let ranking = super::town::ranking(&[ben, anna]);
            world.person(person).vote(secret, ranking).await.unwrap();
        }
        world.clock().advance(SignedDuration::from_hours(1));
        let left_at = world.clock().now();
        for person in [ben, dora] {
            world.person(person).resign(town.network).await.unwrap();
        }
        world.settle().await;
        let gone = world.person(ben).vote(kept, option("agree")).await;
        assert_eq!(gone, Err(refusal("NOT_FOUND", "DECISION_NOT_FOUND")));
        world.pass(80).await;
        let read = async |decision| {
            let seen = world.person(erin).decision(decision).await.unwrap();
            let figures = seen.figures.clone().unwrap();
            (seen, figures)
        };
        let (seen, figures) = read(voided).await;
        assert_eq!(seen.outcome, Some((OutcomeKind::NotAdopted, vec![])), "one to one");
        assert_eq!((figures.roll.0, figures.direct_units, figures.quorum_units), (3, 2, 2));
        let (seen, figures) = read(kept).await;
        assert_eq!(seen.outcome, Some((OutcomeKind::NotAdopted, vec![])), "one to two");
        assert_eq!((figures.roll.0, figures.direct_units, figures.quorum_units), (5, 3, 3));
        let (seen, figures) = read(secret).await;
        assert_eq!(seen.outcome.unwrap().0, OutcomeKind::Elected);
        assert_eq!((figures.roll.0, figures.direct_units), (5, 3));
        let events = events_of(&world, town.network).await;
        for (decision, name) in
            [(voided, "LeaverVoided"), (kept, "LeaverKept"), (secret, "LeaverKept")]
        {
            let of =
                |it: &&eventlog::Recorded| it.stream.id() == decision.uuid() && it.name == name;
            let left: Vec<_> = events.iter().filter(of).collect();
            assert_eq!(left.len(), 2, "{name}: whether they had voted or not");
            assert!(left.iter().all(|event| event.recorded_at >= left_at));
        }
    }
}
