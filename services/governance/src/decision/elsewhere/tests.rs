//! Votes that are held elsewhere, one sentence a test.

use std::collections::BTreeSet;

use events::{
    BallotChange, Challenges, DecisionPolicy, DelegationRule, Judge, Outcome, RankedRule, Reasons,
    ResultsShown, RoleName, Secrecy, TieRule,
};
use kernel::{Decider as _, PersonId};
use testkit::given;

use super::*;
use crate::{
    counting::Misfit,
    decision::{
        DecisionCommand,
        tests::{
            ANNA, BEN, CHLOE, certified, closed_with, election, facts, key, majority, march, of,
            opened, opened_box, says, secret, tally,
        },
    },
};

fn returning_officer() -> RoleName {
    RoleName("returning officer".to_owned())
}

/// As `policy`, and held elsewhere; a result is waited for over two days.
pub(crate) fn elsewhere(policy: DecisionPolicy) -> DecisionPolicy {
    DecisionPolicy {
        secrecy: Secrecy::Secret,
        results: ResultsShown::AfterClose,
        ballot_change: BallotChange::Never,
        reasons: Reasons::None,
        delegation: DelegationRule::None {},
        challenges: Some(Challenges { window_hours: 72, judge: Judge::RollMember {} }),
        elsewhere: Some(HeldElsewhere {
            system: "a system with proofs".to_owned(),
            reported_by: returning_officer(),
            report_hours: 48,
        }),
        ..policy
    }
}

fn alike(choice: Choice, count: u32) -> AlikeBallots {
    AlikeBallots { choice, weight: 1, count }
}

pub(crate) fn result(ballots: Vec<AlikeBallots>) -> ExternalResult {
    let (address, sha256) = ("https://vote.example/7".to_owned(), "0a".repeat(32));
    ExternalResult { address, sha256, ballots }
}

/// Three agree, one does not; in the order of what they say.
pub(crate) fn three_to_one() -> ExternalResult {
    result(vec![alike(says("agree"), 3), alike(says("disagree"), 1)])
}

pub(crate) fn recorded(result: ExternalResult) -> DecisionEvent {
    DecisionEvent::ExternalResultRecorded { by: ANNA, result }
}

fn record(by: PersonId, result: ExternalResult) -> DecisionCommand {
    DecisionCommand::RecordExternalResult { by, holds: [returning_officer()].into(), result }
}

/// Closed at its time, with these events after it.
fn over(
    policy: DecisionPolicy,
    events: impl IntoIterator<Item = DecisionEvent>,
) -> Vec<DecisionEvent> {
    closed_with(elsewhere(policy), []).into_iter().chain(events).collect()
}

#[test]
fn no_ballot_is_cast_here() {
    let (voter, by, at) = (of(BEN), BEN, march(2));
    let choice = says("agree");
    let cast = DecisionCommand::CastBallot { voter, by, choice, reason: None, at };
    given::<Decision>(opened(elsewhere(majority())))
        .when(&cast)
        .then_rejected(DecisionRejection::HeldElsewhere);
    let state = Decision::replay(&opened(elsewhere(majority())));
    let admitted = state.admit_secret((of(BEN), BEN), &says("agree"), march(2));
    assert_eq!(admitted, Err(DecisionRejection::HeldElsewhere));
}

#[test]
fn a_result_is_reported_once_voting_is_over_and_its_ballots_are_put_in_order() {
    let in_pieces =
        result(vec![alike(says("disagree"), 1), alike(says("agree"), 1), alike(says("agree"), 2)]);
    given::<Decision>(over(majority(), []))
        .when(&record(ANNA, in_pieces.clone()))
        .then([recorded(three_to_one())]);
    given::<Decision>(opened(elsewhere(majority())))
        .when(&record(ANNA, in_pieces.clone()))
        .then_rejected(DecisionRejection::StillOpen);
    given::<Decision>(over(majority(), [recorded(three_to_one())]))
        .when(&record(ANNA, in_pieces))
        .then([]);
    let other = result(vec![alike(says("agree"), 4)]);
    given::<Decision>(over(majority(), [recorded(three_to_one())]))
        .when(&record(BEN, other))
        .then_rejected(DecisionRejection::ResultAlreadyReported);
}

#[test]
fn only_holders_of_the_role_report_and_only_where_the_vote_is_held_elsewhere() {
    let holds = BTreeSet::from([RoleName("treasurer".to_owned())]);
    let result = three_to_one();
    given::<Decision>(over(majority(), []))
        .when(&DecisionCommand::RecordExternalResult { by: BEN, holds, result })
        .then_rejected(DecisionRejection::NotTheReporter);
    given::<Decision>(closed_with(secret(), []))
        .when(&record(ANNA, three_to_one()))
        .then_rejected(DecisionRejection::HeldHere);
}

#[test]
fn a_result_fits_the_roll_and_the_options() {
    let reported =
        |ballots| given::<Decision>(over(majority(), [])).when(&record(ANNA, result(ballots)));
    // Five are on the roll.
    reported(vec![alike(says("agree"), 5)]).then([recorded(result(vec![alike(says("agree"), 5)]))]);
    reported(vec![alike(says("agree"), 5), alike(Choice::Blank {}, 1)])
        .then_rejected(DecisionRejection::ResultNotOfRoll);
    reported(vec![alike(says("agree"), u32::MAX), alike(says("agree"), 2)])
        .then_rejected(DecisionRejection::ResultNotOfRoll);
    reported(vec![alike(says("agree"), 0)]).then_rejected(DecisionRejection::ResultNotOfRoll);
    reported(vec![AlikeBallots { choice: says("agree"), weight: 2, count: 1 }])
        .then_rejected(DecisionRejection::ResultNotOfRoll);
    reported(vec![alike(says("perhaps"), 1)]).then_rejected(DecisionRejection::Uncountable(
        Uncountable::Misfit(Misfit::OptionUnknown(key("perhaps"))),
    ));
    reported(Vec::new()).then([recorded(result(Vec::new()))]);
}

#[test]
fn whoever_declared_a_conflict_of_interest_is_not_counted_among_the_roll() {
    let conflict = DecisionEvent::ConflictOfInterestDeclared { voter: of(CHLOE) };
    let mut history = over(majority(), []);
    history.insert(2, conflict);
    given::<Decision>(history.clone())
        .when(&record(ANNA, result(vec![alike(says("agree"), 5)])))
        .then_rejected(DecisionRejection::ResultNotOfRoll);
    given::<Decision>(history).when(&record(ANNA, three_to_one())).then([recorded(three_to_one())]);
}

#[test]
fn a_result_says_where_it_can_be_checked() {
    let long = "a".repeat(ADDRESS_MAX + 1);
    let unusable = [
        ExternalResult { address: " ".to_owned(), ..three_to_one() },
        ExternalResult { address: long, ..three_to_one() },
        ExternalResult { sha256: "0A".repeat(32), ..three_to_one() },
        ExternalResult { sha256: String::new(), ..three_to_one() },
    ];
    for result in unusable {
        given::<Decision>(over(majority(), []))
            .when(&record(ANNA, result))
            .then_rejected(DecisionRejection::ReferenceMalformed);
    }
}

#[test]
fn it_is_counted_by_the_rule_of_the_policy_once_it_is_reported() {
    given::<Decision>(over(majority(), []))
        .when(&tally(facts()))
        .then_rejected(DecisionRejection::ResultAwaited);
    let outcome = |history| {
        let certified = certified(history, facts()).certified.unwrap();
        (certified.outcome.clone().unwrap(), certified.figures.present_units)
    };
    let adopted = over(majority(), [recorded(three_to_one())]);
    assert_eq!(outcome(adopted), (Outcome::Adopted {}, 4));
    let few = result(vec![alike(says("agree"), 2)]);
    assert_eq!(outcome(over(majority(), [recorded(few)])), (Outcome::Inquorate {}, 2));
    let ranking = |names: &[&str]| Choice::Ranking(names.iter().map(|name| key(name)).collect());
    let ranked = result(vec![
        alike(ranking(&["ash", "birch"]), 2),
        alike(ranking(&["birch"]), 2),
        alike(ranking(&["cedar", "birch"]), 1),
    ]);
    let run_off = over(election(RankedRule::InstantRunoff, 1), [recorded(ranked)]);
    assert_eq!(outcome(run_off), (Outcome::Elected { winners: vec![key("birch")] }, 5));
}

#[test]
fn it_is_counted_from_nothing_but_what_was_reported() {
    let history = over(majority(), [recorded(three_to_one())]);
    let foreign = opened_box(vec![alike(says("disagree"), 5)], 5);
    given::<Decision>(history).when(&tally(foreign)).then_rejected(DecisionRejection::OtherBox);
}

#[test]
fn a_tie_in_it_waits_for_the_casting_vote_as_any_other() {
    let chair = RoleName("chair".to_owned());
    let policy = DecisionPolicy { tie: TieRule::CastingVote { role: chair.clone() }, ..majority() };
    let even = result(vec![alike(says("agree"), 2), alike(says("disagree"), 2)]);
    let history = over(policy, [recorded(even)]);
    let refused = Decision::replay(&history).decide(&tally(facts())).unwrap_err();
    assert!(matches!(
        refused,
        DecisionRejection::Uncountable(Uncountable::CastingVoteNeeded { .. })
    ));
    let command = DecisionCommand::CastTieBreak {
        by: BEN,
        holds: [chair].into(),
        favours: vec![key("disagree")],
        at: march(9),
        facts: facts(),
    };
    let events = Decision::replay(&history).decide(&command).unwrap();
    let outcome = Outcome::NotAdopted {};
    assert!(events.iter().any(|event| matches!(
        event,
        DecisionEvent::DecisionCertified { outcome: found, .. } if *found == outcome
    )));
}

#[test]
fn without_a_report_in_time_it_comes_to_nothing() {
    let because = CancelledBecause::ResultNotReported;
    let give_up = |at| DecisionCommand::CancelDecision { because, at };
    let waiting = || given::<Decision>(over(majority(), []));
    waiting().when(&give_up(march(9))).then_rejected(DecisionRejection::NotDue(march(10)));
    let cancelled = DecisionEvent::DecisionCancelled { because };
    waiting().when(&give_up(march(10))).then([cancelled.clone()]);
    given::<Decision>(over(majority(), [recorded(three_to_one())]))
        .when(&give_up(march(10)))
        .then_rejected(DecisionRejection::ResultAlreadyReported);
    given::<Decision>(over(majority(), [cancelled.clone()])).when(&give_up(march(10))).then([]);
    given::<Decision>(over(majority(), [cancelled]))
        .when(&record(ANNA, three_to_one()))
        .then_rejected(DecisionRejection::CameToNothing);
    given::<Decision>(closed_with(majority(), []))
        .when(&give_up(march(10)))
        .then_rejected(DecisionRejection::HeldHere);
    given::<Decision>(opened(elsewhere(majority())))
        .when(&give_up(march(10)))
        .then_rejected(DecisionRejection::StillOpen);
}
