//! A result is doubted: within its window, by who has a part in it, and with consequences.

use jiff::SignedDuration;
use kernel::{Clock as _, DecisionId, Party, ProposalId};
use stories::{Moment, World, refusal};
use wire::weft::governance::v1::{
    ChallengeRuling, Challenges, DecisionPhase, EffectStatus, OutcomeKind, ProposalStatus, Subject,
};

use super::{
    charters::{EVERYWHERE, all_vote, anyone, chartered, events_about, opened, the},
    town::{Town, admission, changing, content, events_of, option},
};

/// A town in which a member is admitted only when nobody has doubted the result for a day.
async fn cautious(world: &World) -> Town {
    let town = chartered(world, |town| {
        vec![changing(town.policy("admission", |policy| {
            policy.discussion_hours_min = 0;
            policy.challenges = Some(Challenges { window_hours: 24, judge: anyone() });
        }))]
    });
    town.await
}

/// Finn applies, and all five consent; an hour after voting has ended.
async fn consented(world: &World, town: &Town) -> (ProposalId, DecisionId) {
    world.person(town.finn).apply(town.network, "I mend roofs").await.unwrap();
    let called = opened(world, town, admission(Party::Person(town.finn))).await;
    let ballots = town.founders().map(|person| (person, option("consent")));
    all_vote(world, called.1, &ballots).await;
    world.pass(73).await;
    called
}

async fn members(world: &World, town: &Town) -> usize {
    world.person(town.anna).members(town.network, Moment::NOW).await.unwrap().len()
}

#[tokio::test]
async fn a_challenge_that_is_dismissed_changes_nothing_and_no_effect_comes_before_the_window_ends()
{
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = cautious(&world).await;
        let (_, decision) = consented(&world, &town).await;
        let read = async || world.person(town.erin).decision(decision).await.unwrap();
        let until = world.clock().now() + SignedDuration::from_hours(24);
        let certified = read().await;
        assert_eq!(certified.phase, DecisionPhase::Certified);
        assert_eq!(certified.outcome, Some((OutcomeKind::Adopted, vec![])));
        assert_eq!(certified.challenges_until, Some(until), "a late count leaves the whole window");
        assert_eq!(members(&world, &town).await, 5);

        let ben = world.person(town.ben);
        let early = ben.decide_challenge(decision, ChallengeRuling::Dismissed).await;
        assert_eq!(early, Err(refusal("PRECONDITION", "RESULT_NOT_CHALLENGED")));
        ben.challenge(decision, "Dora was away").await.unwrap();
        assert_eq!(ben.challenge(decision, "Dora was away").await.unwrap().events, 0);
        let doubted = read().await;
        assert_eq!(doubted.phase, DecisionPhase::Challenged);
        assert_eq!(doubted.challenges, [("Dora was away".to_owned(), None)]);
        let own = ben.decide_challenge(decision, ChallengeRuling::Dismissed).await;
        assert_eq!(own, Err(refusal("FORBIDDEN", "JUDGE_HAS_PART")));
        let stranger = world.person(town.finn).challenge(decision, "Why not?").await;
        assert_eq!(stranger, Err(refusal("NOT_FOUND", "DECISION_NOT_FOUND")));
        let chloe = world.person(town.chloe);
        chloe.decide_challenge(decision, ChallengeRuling::Dismissed).await.unwrap();
        world.pass(23).await;
        assert_eq!(read().await.phase, DecisionPhase::Certified, "the window is still open");
        assert_eq!(members(&world, &town).await, 5);
        let register = world.person(town.anna).resolutions(town.network, Moment::NOW).await;
        assert_eq!(register.unwrap(), [], "nothing enters the register before it is final");

        // Late is late even where nobody has finished it yet.
        world.clock().advance(SignedDuration::from_hours(1));
        let over = Err(refusal("PRECONDITION", "CHALLENGES_OVER"));
        assert_eq!(chloe.challenge(decision, "On reflection").await, over);
        world.pass(7).await;
        assert_eq!(chloe.challenge(decision, "On reflection").await, over);
        let done = read().await;
        assert_eq!((done.phase, done.outcome), (DecisionPhase::Final, certified.outcome));
        let dismissed = Some(ChallengeRuling::Dismissed);
        assert_eq!(done.challenges, [("Dora was away".to_owned(), dismissed)]);
        assert_eq!(members(&world, &town).await, 6);
        let events = events_of(&world, town.network).await;
        let authority = format!("decision/{decision}");
        for name in ["DecisionFinalised", "ResolutionEntered", "EffectIssued", "MemberAdmitted"] {
            let event = events.iter().rfind(|event| event.name == name).unwrap();
            assert_eq!(event.effective_at, until, "{name} takes effect when the window ends");
            if name != "DecisionFinalised" {
                let named = event.metadata().unwrap().authority;
                assert_eq!(named.as_deref(), Some(authority.as_str()), "{name}");
            }
        }
    }
}

#[tokio::test]
async fn a_result_rightly_doubted_is_annulled_and_voted_on_again_with_nothing_deleted() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = cautious(&world).await;
        let (proposal, first) = consented(&world, &town).await;
        let anna = world.person(town.anna);
        let again = anna.call_decision(proposal).await;
        assert_eq!(again, Err(refusal("ALREADY_EXISTS", "PROPOSAL_ALREADY_CALLED")));
        let before: Vec<String> =
            events_about(&world, &town, first).await.iter().map(|it| it.name.to_string()).collect();
        world.person(town.ben).challenge(first, "Dora was away").await.unwrap();
        let erin = world.person(town.erin);
        erin.decide_challenge(first, ChallengeRuling::Upheld).await.unwrap();
        world.settle().await;
        let annulled = anna.decision(first).await.unwrap();
        assert_eq!(annulled.phase, DecisionPhase::Annulled);
        assert_eq!(annulled.challenges[0].1, Some(ChallengeRuling::Upheld));
        let certificate = anna.certificate(first).await.unwrap();
        governance::certificate::verify_json(&certificate).unwrap();
        world.pass(48).await;
        assert_eq!(members(&world, &town).await, 5, "what does not count has no effect");
        assert_eq!(anna.resolutions(town.network, Moment::NOW).await.unwrap(), []);
        let late = world.person(town.ben).challenge(first, "Again").await;
        assert_eq!(late, Err(refusal("PRECONDITION", "DECISION_CAME_TO_NOTHING")));

        let second = anna.call_decision(proposal).await.unwrap();
        let open = anna.decision(second).await.unwrap();
        assert_ne!(first, second);
        assert_eq!((open.repeats, open.phase), (Some(first), DecisionPhase::Open));
        assert_eq!((open.ballots, open.roll_units), (0, 5));
        let ballots = town.founders().map(|person| (person, option("consent")));
        all_vote(&world, second, &ballots).await;
        world.pass(73).await;
        world.pass(25).await;
        let over = anna.decision(second).await.unwrap();
        assert_eq!(over.phase, DecisionPhase::Final);
        assert_eq!(anna.proposal(proposal).await.unwrap(), ProposalStatus::Adopted);
        assert_eq!(members(&world, &town).await, 6);
        let register = anna.resolutions(town.network, Moment::NOW).await.unwrap();
        assert_eq!(register.len(), 1);
        assert_eq!(register[0].effects, [(EffectStatus::Confirmed, String::new())]);
        let events = events_of(&world, town.network).await;
        let admitted = events.iter().rfind(|event| event.name == "MemberAdmitted").unwrap();
        let authority = admitted.metadata().unwrap().authority;
        assert_eq!(authority, Some(format!("decision/{second}")), "the second one, not the first");

        // The first one is there as it was, and what became of it follows.
        let after = events_about(&world, &town, first).await;
        let names: Vec<String> = after.iter().map(|event| event.name.to_string()).collect();
        assert_eq!(names[..before.len()], before);
        let became = ["ResultChallenged", "ChallengeUpheld", "DecisionAnnulled"];
        assert_eq!(names[before.len()..], became);
        assert_eq!(anna.decision(first).await.unwrap(), annulled);
        assert_eq!(anna.certificate(first).await.unwrap(), certificate);
        assert_eq!(anna.voters(first).await.unwrap().len(), 5);
    }
}

#[tokio::test]
async fn a_challenge_that_nobody_has_judged_holds_the_result_up() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = cautious(&world).await;
        let (_, decision) = consented(&world, &town).await;
        world.person(town.ben).challenge(decision, "Dora was away").await.unwrap();
        world.pass(24 * 30).await;
        let read = async || world.person(town.anna).decision(decision).await.unwrap().phase;
        assert_eq!(read().await, DecisionPhase::Challenged);
        assert_eq!(members(&world, &town).await, 5);
        let judged_at = world.clock().now();
        let dismissed = ChallengeRuling::Dismissed;
        world.person(town.dora).decide_challenge(decision, dismissed).await.unwrap();
        world.run_due().await;
        assert_eq!(read().await, DecisionPhase::Final);
        assert_eq!(members(&world, &town).await, 6);
        let events = events_about(&world, &town, decision).await;
        assert_eq!(the(&events, "DecisionFinalised").effective_at, judged_at);

        // Where the charter knows of no challenges there are none.
        let text = content(Subject::Other, "Paint in May");
        let plain = town.bring(&world, town.anna, text, &[]).await;
        let ballots = town.founders().map(|person| (person, option("agree")));
        all_vote(&world, plain, &ballots).await;
        world.pass(73).await;
        let none = world.person(town.ben).challenge(plain, "I like it grey").await;
        assert_eq!(none, Err(refusal("PRECONDITION", "NO_CHALLENGES_TAKEN")));
    }
}
