//! A vote is held in an election system elsewhere, and its result is reported, counted and doubted
//! here.

use governance::certificate;
use kernel::{DecisionId, PersonId};
use stories::{Moment, World, refusal};
use wire::weft::governance::v1::{
    BallotChange, CancelledBecause, ChallengeRuling, Challenges, Choice, DecisionPhase, EarlyClose,
    HeldElsewhere, Leavers, MandateStatus, OutcomeKind, Reasons, ResultsShown, Secrecy, Subject,
    choice,
};

use super::{
    charters::{EVERYWHERE, anyone, chartered, deciding, opened_on},
    town::{Town, conferral, option, ranking},
};

/// Where the election there is, and the hash of what it published.
const THERE: (&str, &str) =
    ("https://vote.example/7", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08");

/// A town that decides on practices in a system elsewhere; Ben, its facilitator, reports.
async fn with_a_reporter(world: &World) -> Town {
    let town = chartered(world, |town| {
        vec![deciding(town, Subject::PracticeRecommend, |policy| {
            policy.secrecy = Secrecy::Secret.into();
            policy.results = ResultsShown::AfterClose.into();
            policy.ballot_change = BallotChange::Never.into();
            policy.reasons = Reasons::None.into();
            policy.delegation = None;
            policy.leavers = Leavers::Keep.into();
            policy.early_close = EarlyClose::Never.into();
            policy.challenges = Some(Challenges { window_hours: 24, judge: anyone() });
            policy.elsewhere = Some(HeldElsewhere {
                system: "a system with proofs".to_owned(),
                reported_by_role: "facilitator".to_owned(),
                report_hours: 48,
            });
        })]
    });
    let town = town.await;
    let [_, ben, ..] = town.founders();
    let election = town.bring(world, ben, conferral("facilitator", &[ben]), &[]).await;
    for person in town.founders() {
        world.person(person).vote(election, ranking(&[ben])).await.unwrap();
    }
    world.pass(80).await;
    let mandates = world.person(ben).mandates(town.network, Moment::NOW).await.unwrap();
    let of_ben = mandates.iter().find(|mandate| mandate.holder == ben).unwrap();
    assert_eq!(of_ben.status, MandateStatus::Conferred);
    world.person(ben).accept_mandate(of_ben.mandate).await.unwrap();
    town
}

async fn on_lime(world: &World, town: &Town) -> DecisionId {
    opened_on(world, town, Subject::PracticeRecommend, "Lime, not cement").await
}

fn blank() -> Choice {
    Choice { choice: Some(choice::Choice::Blank(choice::Nothing {})) }
}

async fn awaiting(world: &World, town: &Town, person: PersonId) -> usize {
    world.person(person).decisions_awaiting(town.network).await.unwrap().len()
}

#[tokio::test]
async fn a_vote_held_elsewhere_is_counted_here_from_what_its_reporter_says() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = with_a_reporter(&world).await;
        let [anna, ben, chloe, ..] = town.founders();
        let lime = on_lime(&world, &town).await;
        let report = async |by: PersonId, ballots: &[(Choice, u32)]| {
            world.person(by).report_result(lime, THERE, ballots).await
        };

        let cast = world.person(chloe).vote(lime, option("agree")).await;
        assert_eq!(cast, Err(refusal("PRECONDITION", "VOTE_HELD_ELSEWHERE")));
        assert_eq!(awaiting(&world, &town, chloe).await, 1, "nobody here knows who voted there");
        let three = [(option("agree"), 3), (option("disagree"), 1)];
        let early = refusal("PRECONDITION", "VOTING_NOT_OVER");
        assert_eq!(report(ben, &three).await, Err(early));

        world.pass(73).await;
        let seen = world.person(chloe).decision(lime).await.unwrap();
        assert_eq!((seen.phase, seen.outcome, seen.ballots), (DecisionPhase::Closed, None, 0));
        assert_eq!(seen.figures, None, "zeros would be false");
        let reporter = refusal("FORBIDDEN", "NOT_THE_REPORTER");
        assert_eq!(report(anna, &three).await, Err(reporter));
        let many = [(option("agree"), 5), (blank(), 1)];
        assert_eq!(report(ben, &many).await, Err(refusal("INVALID", "RESULT_NOT_OF_ROLL")));
        let unhashed = world.person(ben).report_result(lime, (THERE.0, "abc"), &three).await;
        assert_eq!(unhashed, Err(refusal("INVALID", "RESULT_REFERENCE_MALFORMED")));
        let foreign = report(ben, &[(option("perhaps"), 1)]).await.unwrap_err();
        assert_eq!(foreign.code, "INVALID");

        report(ben, &[(option("disagree"), 1), (option("agree"), 2), (option("agree"), 1)])
            .await
            .unwrap();
        world.settle().await;
        let seen = world.person(chloe).decision(lime).await.unwrap();
        assert_eq!(seen.outcome, Some((OutcomeKind::Adopted, vec![])));
        assert_eq!((seen.phase, seen.ballots), (DecisionPhase::Certified, 4));
        let (address, sha256) = THERE;
        assert_eq!(seen.external, Some((ben, address.to_owned(), sha256.to_owned())));
        let figures = seen.figures.unwrap();
        assert_eq!(figures.options, [("agree".to_owned(), 3), ("disagree".to_owned(), 1)]);
        assert_eq!((figures.present_units, figures.quorate), (4, true));
        assert_eq!(report(ben, &three).await.unwrap().events, 0, "twice is as good as once");
        let other = report(ben, &[(option("disagree"), 5)]).await;
        assert_eq!(other, Err(refusal("ALREADY_EXISTS", "RESULT_ALREADY_REPORTED")));

        let bundle = world.person(chloe).certificate(lime).await.unwrap();
        let bundle = certificate::verify_json(&bundle).unwrap();
        assert_eq!(bundle.elsewhere.unwrap().address, address);
        let took_part = world.person(anna).participation(town.network).await.unwrap();
        let of_chloe = took_part.iter().find(|it| it.party == kernel::Party::Person(chloe));
        assert_eq!(of_chloe.unwrap().missed, 0, "who voted there is not known");

        world.pass(25).await;
        let register = world.person(anna).resolutions(town.network, Moment::NOW).await.unwrap();
        assert_eq!(register[0].title, "Lime, not cement");
    }
}

#[tokio::test]
async fn a_result_that_is_not_the_one_elsewhere_is_challenged_and_annulled() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = with_a_reporter(&world).await;
        let [anna, ben, chloe, dora, _] = town.founders();
        let lime = on_lime(&world, &town).await;
        world.pass(73).await;
        let none = [(option("disagree"), 5)];
        world.person(ben).report_result(lime, THERE, &none).await.unwrap();
        world.settle().await;
        world.person(chloe).challenge(lime, "There I read three to one.").await.unwrap();
        let caller = world.person(anna).decide_challenge(lime, ChallengeRuling::Upheld).await;
        assert_eq!(caller, Err(refusal("FORBIDDEN", "JUDGE_HAS_PART")));
        world.person(dora).decide_challenge(lime, ChallengeRuling::Upheld).await.unwrap();
        world.settle().await;
        let seen = world.person(chloe).decision(lime).await.unwrap();
        assert_eq!(seen.phase, DecisionPhase::Annulled);
    }
}

#[tokio::test]
async fn a_vote_whose_result_nobody_reports_in_time_comes_to_nothing_and_is_called_again() {
    for (log, protocol) in EVERYWHERE {
        let world = World::start(log, protocol).await;
        let town = with_a_reporter(&world).await;
        let [anna, ben, ..] = town.founders();
        let title = "Slate, not tin";
        let (proposal, slate) = super::charters::opened(
            &world,
            &town,
            super::town::content(Subject::PracticeRecommend, title),
        )
        .await;
        world.pass(72 + 47).await;
        let waiting = world.person(anna).decision(slate).await.unwrap();
        assert_eq!((waiting.phase, waiting.cancelled), (DecisionPhase::Closed, None));
        world.pass(2).await;
        let over = world.person(anna).decision(slate).await.unwrap();
        assert_eq!(over.phase, DecisionPhase::Cancelled);
        assert_eq!(over.cancelled, Some(CancelledBecause::ResultNotReported));
        let late = world.person(ben).report_result(slate, THERE, &[]).await;
        assert_eq!(late, Err(refusal("PRECONDITION", "DECISION_CAME_TO_NOTHING")));

        let again = world.person(anna).call_decision(proposal).await.unwrap();
        world.settle().await;
        let again = world.person(anna).decision(again).await.unwrap();
        assert_eq!((again.phase, again.repeats), (DecisionPhase::Open, Some(slate)));
    }
}
