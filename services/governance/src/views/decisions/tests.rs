//! Decisions from call to certificate, the rolls they are listed by, and lent votes beside them.

use eventlog::Position;
use events::{
    Choice, ClosedBecause, DecisionEvent, DelegationEvent, DelegationScope, DelegatorShown,
    ExtendedBecause, OptionKey, Outcome, ResultsShown, Secrecy, TieBreak, TurnoutEvent, Validity,
};
use jiff::Timestamp;
use kernel::{DecisionId, DelegationId, Party, TurnoutId};
use projector::{AsOf, View};
use uuid::Uuid;

use super::{
    BallotStatus, ChallengeStatus, DecisionPhase, DecisionRow, DecisionsView, EntryStatus,
    ObjectionStatus, ballots, challenges, decision, decisions, entries, objections, open_for,
    running_with, secret_open_for, subject_of, turnout,
};
use crate::{
    counting::{self, Settling},
    views::{
        Part,
        delegations::{self, DelegationStatus},
        figures,
        testing::{
            ANNA, BAKERY, BEN, CHLOE, DORA, GARDEN, HARBOUR, OLD_CITY, Record, VOTE, day,
            expect_rebuilt_equals, known_now, person, read, roll, terms, text,
        },
    },
};

const ALL: Part = Part::first(100);

async fn enter(record: &Record, at: Timestamp, event: DecisionEvent) -> Position {
    record.enter(VOTE.uuid(), at, event).await
}

fn option(key: &str) -> Choice {
    Choice::Option(OptionKey(key.to_owned()))
}

fn cast(voter: Party, key: &str) -> DecisionEvent {
    let (choice, secrecy) = (option(key), Secrecy::Open);
    DecisionEvent::BallotCast { voter, choice, reason: None, secrecy }
}

/// Called and open, with Anna, Ben, Dora and the bakery on the roll.
async fn open(record: &Record, decision: DecisionId, secrecy: Secrecy) {
    let terms = Box::new(terms(secrecy, ResultsShown::Live));
    let scheduled = DecisionEvent::DecisionScheduled { terms };
    record.enter(decision.uuid(), day(10, 20), scheduled).await;
    let entries = roll(&[person(ANNA), person(BEN), person(DORA), BAKERY]);
    let frozen = DecisionEvent::RollFrozen { position: 3, entries, hash: "0f".into() };
    record.enter(decision.uuid(), day(11, 1), frozen).await;
    let opened = DecisionEvent::DecisionOpened { closes_at: day(11, 10), seed_hash: "5e".into() };
    record.enter(decision.uuid(), day(11, 1), opened).await;
}

async fn found(view: &View) -> DecisionRow {
    read(view, |connection| decision(connection, VOTE)).await.unwrap()
}

#[tokio::test]
async fn a_decision_shows_its_way_to_the_certificate() {
    let record = Record::new();
    let view = record.follow::<DecisionsView>().await;
    open(&record, VOTE, Secrecy::Open).await;
    let row = found(&view).await;
    assert_eq!((row.phase, row.closes_at), (DecisionPhase::Open, day(11, 10)));
    let roll = row.roll.unwrap();
    assert_eq!((roll.position, roll.units, roll.counting_units), (3, 4, 4));

    assert_eq!(row.reminded_at, None);
    enter(&record, day(11, 5), DecisionEvent::VotersReminded {}).await;
    assert_eq!(found(&view).await.reminded_at, Some(day(11, 5)));

    let because = ExtendedBecause::Inquorate;
    let closes_at = day(11, 12);
    let extended = DecisionEvent::DecisionExtended { number: 1, closes_at, because };
    enter(&record, day(11, 10), extended).await;
    enter(&record, day(11, 11), cast(person(ANNA), "agree")).await;
    let because = ClosedBecause::Deadline;
    enter(&record, day(11, 12), DecisionEvent::DecisionClosed { because }).await;
    let row = found(&view).await;
    assert_eq!((row.phase, row.closed), (DecisionPhase::Closed, Some(because)));
    assert_eq!((row.extensions[0].closed_at, row.closes_at), (day(11, 10), day(11, 12)));
    assert_eq!(row.certificate, None);

    let at = day(11, 12);
    let of = row.clone();
    let counted = read(&view, move |connection| figures::figures_of(connection, &of, at)).await;
    let figures = counted.unwrap().unwrap();
    assert_eq!((figures.roll_units, figures.direct_units), (4, 1));
    let tallied = DecisionEvent::DecisionTallied {
        algorithm: counting::ALGORITHM.into(),
        inputs_hash: "1f".into(),
        delegations: Vec::new(),
        figures: Box::new(figures.clone()),
    };
    enter(&record, at, tallied).await;
    let (between, chosen) = (vec![OptionKey("agree".into())], vec![OptionKey("agree".into())]);
    let tie = DecisionEvent::TieBroken { between, chosen, by: TieBreak::StatusQuo {} };
    enter(&record, at, tie).await;
    let outcome = Outcome::Inquorate {};
    let challenges_until = Some(day(11, 14));
    let certified = DecisionEvent::DecisionCertified { outcome: outcome.clone(), challenges_until };
    enter(&record, at, certified).await;
    let grounds = text(BEN, "I was ill.");
    let doubted = DecisionEvent::ResultChallenged { by: person(BEN), grounds };
    enter(&record, day(11, 13), doubted).await;
    assert_eq!(found(&view).await.phase, DecisionPhase::Challenged);
    enter(&record, day(11, 13), DecisionEvent::ChallengeDismissed { by: ANNA }).await;
    assert_eq!(found(&view).await.phase, DecisionPhase::Certified);
    let finalised = DecisionEvent::DecisionFinalised {
        network: OLD_CITY,
        proposal: GARDEN,
        outcome: outcome.clone(),
    };
    enter(&record, day(11, 14), finalised).await;

    let row = found(&view).await;
    let certificate = row.certificate.unwrap();
    assert_eq!(row.phase, DecisionPhase::Final);
    assert_eq!((certificate.figures, certificate.outcome), (figures, Some(outcome)));
    assert_eq!((certificate.certified_at, certificate.final_from), (Some(at), Some(day(11, 14))));
    assert_eq!((certificate.challenges_until, certificate.ties.len()), (challenges_until, 1));
    let challenges = read(&view, |connection| challenges(connection, VOTE)).await;
    assert_eq!(challenges[0].status, ChallengeStatus::Dismissed);
    assert_eq!((challenges[0].by, challenges[0].judged_by), (person(BEN), Some(ANNA)));
    expect_rebuilt_equals::<DecisionsView>(&record, &view).await;
}

#[tokio::test]
async fn what_the_view_hands_to_the_count_gives_the_figures_of_the_ballots_that_count() {
    let record = Record::new();
    let view = record.follow::<DecisionsView>().await;
    open(&record, VOTE, Secrecy::Open).await;
    for voter in [person(ANNA), person(BEN), person(DORA), BAKERY] {
        enter(&record, day(11, 2), cast(voter, "agree")).await;
    }
    let (voter, choice, secrecy) = (person(ANNA), option("disagree"), Secrecy::Open);
    let reason = Some(text(ANNA, "The water!"));
    let changed = DecisionEvent::BallotChanged { voter, choice, reason, secrecy };
    enter(&record, day(11, 3), changed).await;
    let voter = person(BEN);
    enter(&record, day(11, 3), DecisionEvent::ConflictOfInterestDeclared { voter }).await;
    let voter = person(DORA);
    enter(&record, day(11, 3), DecisionEvent::LeaverVoided { voter }).await;

    let row = found(&view).await;
    assert_eq!(row.roll.as_ref().unwrap().counting_units, 2);
    let inputs = read(&view, move |connection| figures::inputs(connection, &row, day(11, 4)));
    let inputs = inputs.await.unwrap();
    assert_eq!(inputs.void, [person(DORA)].into());
    assert_eq!(inputs.conflicts, [person(BEN)].into());
    let count = counting::count(&inputs, &Settling::NOTHING).unwrap();
    let units: Vec<u32> = count.figures.options.iter().map(|option| option.units).collect();
    assert_eq!((count.figures.roll_units, units), (2, vec![1, 1]));
    let turnout = read(&view, |connection| turnout(connection, VOTE, Secrecy::Open)).await;
    assert_eq!(turnout.voted, Some(2));
    assert_eq!(turnout.voters, Some(vec![BAKERY, person(ANNA)]));
    let listed = read(&view, |connection| ballots(connection, VOTE, ALL)).await;
    assert_eq!(listed.total, 4);
    expect_rebuilt_equals::<DecisionsView>(&record, &view).await;
}

#[tokio::test]
async fn a_ballot_recorded_for_somebody_counts_until_they_say_that_it_was_not_so() {
    let record = Record::new();
    let view = record.follow::<DecisionsView>().await;
    open(&record, VOTE, Secrecy::Open).await;
    for voter in [ANNA, BEN] {
        let recorded = DecisionEvent::BallotRecordedOnBehalf {
            voter: person(voter),
            by: CHLOE,
            choice: option("agree"),
            evidence: text(voter, "a letter"),
            secrecy: Secrecy::Open,
        };
        enter(&record, day(11, 2), recorded).await;
    }
    let voter = person(ANNA);
    enter(&record, day(11, 3), DecisionEvent::RecordedBallotConfirmed { voter }).await;
    let voter = person(BEN);
    enter(&record, day(11, 3), DecisionEvent::RecordedBallotRepudiated { voter }).await;
    let listed = read(&view, |connection| ballots(connection, VOTE, ALL)).await.items;
    let statuses: Vec<_> = listed.iter().map(|ballot| (ballot.voter, ballot.status)).collect();
    let expected =
        [(person(ANNA), BallotStatus::Confirmed), (person(BEN), BallotStatus::Repudiated)];
    assert_eq!(statuses, expected);
    assert_eq!(listed[0].recorded_by, Some(CHLOE));
    assert_eq!(listed[0].text.as_ref().unwrap().field, "evidence");
    let turnout = read(&view, |connection| turnout(connection, VOTE, Secrecy::Open)).await;
    assert_eq!(turnout.voters, Some(vec![person(ANNA)]));
}

#[tokio::test]
async fn objections_are_tracked_with_answers_and_judgements() {
    let record = Record::new();
    let view = record.follow::<DecisionsView>().await;
    open(&record, VOTE, Secrecy::Open).await;
    for (number, by) in [(1, ANNA), (2, BEN), (3, DORA)] {
        let argument = text(by, "No.");
        let raised = DecisionEvent::ObjectionRaised { number, by: person(by), argument };
        enter(&record, day(11, 2), raised).await;
    }
    let answer = text(CHLOE, "Yes.");
    let answered = DecisionEvent::ObjectionAnswered { number: 1, by: CHLOE, answer };
    enter(&record, day(11, 3), answered).await;
    let validity = Validity::NotValid;
    let judged = DecisionEvent::ObjectionJudged { number: 1, by: DORA, validity };
    enter(&record, day(11, 4), judged).await;
    enter(&record, day(11, 4), DecisionEvent::ObjectionWithdrawn { number: 2 }).await;
    let found = read(&view, |connection| objections(connection, VOTE)).await;
    let statuses: Vec<_> = found.iter().map(|objection| objection.status).collect();
    let expected = [ObjectionStatus::NotValid, ObjectionStatus::Withdrawn, ObjectionStatus::Raised];
    assert_eq!(statuses, expected);
    assert_eq!(expected.map(ObjectionStatus::stands), [false, false, true]);
    assert_eq!((found[0].judged_by, found[0].answers[0].by), (Some(DORA), CHLOE));
    expect_rebuilt_equals::<DecisionsView>(&record, &view).await;
}

#[tokio::test]
async fn open_decisions_are_those_in_which_one_may_vote_and_has_not() {
    let record = Record::new();
    let view = record.follow::<DecisionsView>().await;
    let secret = DecisionId::new(Uuid::from_u128(0x5ec));
    open(&record, VOTE, Secrecy::Open).await;
    open(&record, secret, Secrecy::Secret).await;
    let open_for = |who, voted: Vec<DecisionId>| {
        let list = move |connection: &_| open_for(connection, (OLD_CITY, who), &voted, ALL);
        let listed = read(&view, list);
        async move {
            let listed = listed.await;
            assert_eq!(listed.total, u64::try_from(listed.items.len()).unwrap());
            listed.items.into_iter().map(|row| row.decision).collect::<Vec<_>>()
        }
    };
    assert_eq!(open_for(ANNA, vec![]).await, [secret, VOTE]);
    assert_eq!(open_for(CHLOE, vec![]).await, [secret, VOTE], "she represents the bakery");
    enter(&record, day(11, 2), cast(person(ANNA), "agree")).await;
    assert_eq!(open_for(ANNA, vec![]).await, [secret]);
    assert_eq!(open_for(ANNA, vec![secret]).await, []);
    assert_eq!(read(&view, |connection| secret_open_for(connection, ANNA)).await, [secret]);
    let withdrawn = DecisionEvent::BallotWithdrawn { voter: person(ANNA), secrecy: Secrecy::Open };
    enter(&record, day(11, 3), withdrawn).await;
    assert_eq!(open_for(ANNA, vec![secret]).await, [VOTE]);
    enter(&record, day(11, 3), DecisionEvent::LeaverVoided { voter: person(ANNA) }).await;
    assert_eq!(open_for(ANNA, vec![secret]).await, []);
    enter(&record, day(11, 3), DecisionEvent::LeaverKept { voter: person(BEN) }).await;
    assert_eq!(open_for(BEN, vec![secret]).await, [VOTE]);
    let because = ClosedBecause::Deadline;
    enter(&record, day(11, 10), DecisionEvent::DecisionClosed { because }).await;
    assert_eq!(open_for(BEN, vec![]).await, [secret]);

    let running = read(&view, |connection| running_with(connection, OLD_CITY, person(BEN))).await;
    assert_eq!(running, [secret]);
    let elsewhere = read(&view, |connection| running_with(connection, HARBOUR, person(BEN)));
    assert_eq!(elsewhere.await, []);
    let phase = Some(DecisionPhase::Closed);
    let closed = read(&view, move |connection| decisions(connection, (OLD_CITY, phase), ALL)).await;
    assert_eq!((closed.total, closed.items[0].decision), (1, VOTE));
    let subject = read(&view, |connection| subject_of(connection, VOTE)).await;
    assert_eq!(subject, Some((OLD_CITY, GARDEN)));
    let entries = read(&view, |connection| entries(connection, VOTE, ALL)).await;
    let statuses: Vec<_> = entries.items.iter().map(|entry| entry.status).collect();
    let (counts, kept, void) = (EntryStatus::Counts, EntryStatus::Kept, EntryStatus::Void);
    assert_eq!(statuses, [counts, void, kept, counts]);
}

#[tokio::test]
async fn a_secret_decision_has_only_the_turnout_that_was_recorded() {
    let record = Record::new();
    let view = record.follow::<DecisionsView>().await;
    open(&record, VOTE, Secrecy::Secret).await;
    let of = |connection: &_| turnout(connection, VOTE, Secrecy::Secret);
    assert_eq!(read(&view, of).await.voted, None);
    let voters = None;
    let recorded = TurnoutEvent::TurnoutRecorded {
        decision: VOTE,
        voted: 1,
        voters,
        constituencies: Vec::new(),
    };
    record.enter(TurnoutId::of(VOTE).uuid(), day(11, 10), recorded).await;
    let turnout = read(&view, of).await;
    assert_eq!((turnout.voted, turnout.voters), (Some(1), None));
    expect_rebuilt_equals::<DecisionsView>(&record, &view).await;
}

fn delegation(delegator: Party) -> Uuid {
    let scope = DelegationScope::All {}.to_string();
    DelegationId::between(OLD_CITY, delegator, &scope).uuid()
}

async fn lend(
    record: &Record,
    (delegator, delegate): (Party, Party),
    until: Option<Timestamp>,
    shown: DelegatorShown,
) {
    let scope = DelegationScope::All {};
    let network = OLD_CITY;
    let granted =
        DelegationEvent::DelegationGranted { network, delegator, delegate, scope, until, shown };
    record.enter(delegation(delegator), day(3, 1), granted).await;
    let accepted = DelegationEvent::DelegationAccepted { delegate };
    record.enter(delegation(delegator), day(4, 1), accepted).await;
}

#[tokio::test]
async fn a_lent_vote_counts_from_its_acceptance_until_it_is_suspended_over_or_taken_back() {
    let record = Record::new();
    let view = record.follow::<DecisionsView>().await;
    let (anna, ben, dora) = (person(ANNA), person(BEN), person(DORA));
    lend(&record, (anna, ben), None, DelegatorShown::ToNetwork).await;
    lend(&record, (dora, ben), Some(day(5, 1)), DelegatorShown::ToNetwork).await;
    let id = delegation(anna);
    record.enter(id, day(6, 1), DelegationEvent::DelegationSuspended {}).await;
    record.enter(id, day(7, 1), DelegationEvent::DelegationResumed {}).await;
    let revoked = record.enter(id, day(8, 1), DelegationEvent::DelegationRevoked {}).await;
    let at = |as_of: AsOf| {
        let list = move |connection: &_| delegations::in_force(connection, OLD_CITY, as_of);
        let listed = read(&view, list);
        async move { listed.await.into_iter().map(|row| row.delegator).collect::<Vec<_>>() }
    };
    assert_eq!(at(known_now(day(3, 15))).await, []);
    assert_eq!(at(known_now(day(4, 1))).await, [anna, dora]);
    assert_eq!(at(known_now(day(5, 1))).await, [anna], "Dora's time is over, noticed or not");
    assert_eq!(at(known_now(day(6, 15))).await, []);
    assert_eq!(at(known_now(day(7, 15))).await, [anna]);
    assert_eq!(at(known_now(day(8, 1))).await, []);
    let before = AsOf { effective: day(9, 1), known: Position(revoked.0 - 1) };
    assert_eq!(at(before).await, [anna], "as known before it was taken back");
    let row =
        read(&view, move |connection| delegations::delegation(connection, DelegationId::new(id)));
    assert_eq!(row.await.unwrap().status, DelegationStatus::Revoked);
    lend(&record, (anna, dora), None, DelegatorShown::ToNetwork).await;
    let row =
        read(&view, move |connection| delegations::delegation(connection, DelegationId::new(id)));
    assert_eq!(row.await.unwrap().delegate, dora);
    expect_rebuilt_equals::<DecisionsView>(&record, &view).await;
}

#[tokio::test]
async fn everybody_sees_how_many_votes_a_delegate_carries_and_only_the_two_concerned_all_names() {
    let record = Record::new();
    let view = record.follow::<DecisionsView>().await;
    let (anna, ben, dora) = (person(ANNA), person(BEN), person(DORA));
    lend(&record, (anna, ben), None, DelegatorShown::ToNetwork).await;
    lend(&record, (dora, ben), None, DelegatorShown::ToDelegate).await;
    let as_of = known_now(day(5, 1));
    for (viewer, names) in [(anna, vec![anna]), (ben, vec![anna, dora]), (dora, vec![anna, dora])] {
        let carriers =
            move |connection: &_| delegations::carriers(connection, OLD_CITY, &[viewer], as_of);
        let [carrier] = read(&view, carriers).await.try_into().unwrap();
        assert_eq!((carrier.delegate, carrier.carried), (ben, 2));
        assert_eq!(carrier.delegators, names, "{viewer}");
        let list = move |connection: &_| {
            delegations::delegations(connection, (OLD_CITY, None), &[viewer], as_of, ALL)
        };
        let listed = read(&view, list).await;
        let listed: Vec<_> = listed.items.iter().map(|row| row.delegator).collect();
        assert_eq!(listed, names, "{viewer}");
    }
}
