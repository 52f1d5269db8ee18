//! Who was asked, who voted, who was represented, and who proposes.

use events::{
    Choice, ClosedBecause, DecisionEvent, DelegationScope, NotCounted, OptionKey, ProposalEvent,
    ResolvedDelegation, ResultsShown, Secrecy, TurnoutEvent,
};
use kernel::{DecisionId, Party, ProposalId, TurnoutId};
use projector::View;
use uuid::Uuid;

use super::{
    ParticipationOrder, ParticipationRow, ParticipationView, ProposerRow, participation, proposers,
    record_of,
};
use crate::{
    counting,
    views::{
        Part,
        testing::{
            ANNA, BEN, CHLOE, DORA, OLD_CITY, Record, VOTE, called, day, expect_rebuilt_equals,
            garden, person, read, roll, terms,
        },
    },
};

async fn enter(record: &Record, decision: DecisionId, event: DecisionEvent) {
    record.enter(decision.uuid(), day(11, 1), event).await;
}

async fn call(record: &Record, decision: DecisionId, secrecy: Secrecy) {
    let terms = Box::new(terms(secrecy, ResultsShown::AfterClose));
    enter(record, decision, DecisionEvent::DecisionScheduled { terms }).await;
    let entries = roll(&[person(ANNA), person(BEN), person(CHLOE), person(DORA)]);
    let frozen = DecisionEvent::RollFrozen { position: 3, entries, hash: "0f".into() };
    enter(record, decision, frozen).await;
}

async fn cast(record: &Record, decision: DecisionId, voter: Party) {
    let choice = Choice::Option(OptionKey("agree".into()));
    let secrecy = Secrecy::Open;
    let cast = DecisionEvent::BallotCast { voter, choice, reason: None, secrecy };
    enter(record, decision, cast).await;
}

async fn tally(record: &Record, decision: DecisionId, delegations: Vec<ResolvedDelegation>) {
    let because = ClosedBecause::Deadline;
    enter(record, decision, DecisionEvent::DecisionClosed { because }).await;
    let policy = terms(Secrecy::Open, ResultsShown::Live).policy;
    let tallied = DecisionEvent::DecisionTallied {
        algorithm: counting::ALGORITHM.into(),
        inputs_hash: "1f".into(),
        delegations,
        figures: Box::new(counting::nothing_cast(&policy, 4, 4)),
    };
    enter(record, decision, tallied).await;
}

async fn of(view: &View, party: Party) -> Option<ParticipationRow> {
    read(view, move |connection| record_of(connection, OLD_CITY, party)).await
}

fn row(party: Party) -> ParticipationRow {
    let (issued, cast, represented, missed, untold, carried) = (0, 0, 0, 0, 0, 0);
    ParticipationRow { party, issued, cast, represented, missed, untold, carried }
}

#[tokio::test]
async fn a_counted_decision_was_cast_represented_or_missed_by_everybody_with_an_entry() {
    let record = Record::new();
    let view = record.follow::<ParticipationView>().await;
    let (anna, ben, chloe, dora) = (person(ANNA), person(BEN), person(CHLOE), person(DORA));
    call(&record, VOTE, Secrecy::Open).await;
    cast(&record, VOTE, anna).await;
    cast(&record, VOTE, ben).await;
    let secrecy = Secrecy::Open;
    enter(&record, VOTE, DecisionEvent::BallotWithdrawn { voter: ben, secrecy }).await;
    enter(&record, VOTE, DecisionEvent::LeaverVoided { voter: dora }).await;
    assert_eq!(of(&view, anna).await, None, "nothing is counted before the tally");
    let lent = |delegator, not_counted| ResolvedDelegation {
        delegator,
        scope: DelegationScope::All {},
        granted: 1,
        path: vec![anna],
        not_counted,
    };
    let silent = Some(NotCounted::CarriedMaxReached);
    tally(&record, VOTE, vec![lent(ben, None), lent(chloe, silent)]).await;
    let expected = ParticipationRow { issued: 1, cast: 1, carried: 1, ..row(anna) };
    assert_eq!(of(&view, anna).await, Some(expected));
    let expected = ParticipationRow { issued: 1, represented: 1, ..row(ben) };
    assert_eq!(of(&view, ben).await, Some(expected));
    let expected = ParticipationRow { issued: 1, missed: 1, ..row(chloe) };
    assert_eq!(of(&view, chloe).await, Some(expected));
    assert_eq!(of(&view, dora).await, None);
    let order = (OLD_CITY, ParticipationOrder::Influence);
    let listed = read(&view, move |connection| participation(connection, order, Part::first(1)));
    let listed = listed.await;
    assert_eq!((listed.total, listed.items[0].party), (3, anna));
    expect_rebuilt_equals::<ParticipationView>(&record, &view).await;
}

#[tokio::test]
async fn a_secret_decision_tells_who_voted_only_when_its_turnout_has_names() {
    let record = Record::new();
    let view = record.follow::<ParticipationView>().await;
    let (anna, ben) = (person(ANNA), person(BEN));
    let named = DecisionId::new(Uuid::from_u128(0x5ec));
    for (decision, voters) in [(VOTE, None), (named, Some(vec![anna]))] {
        call(&record, decision, Secrecy::Secret).await;
        let recorded = TurnoutEvent::TurnoutRecorded {
            decision,
            voted: 1,
            voters,
            constituencies: Vec::new(),
        };
        record.enter(TurnoutId::of(decision).uuid(), day(11, 10), recorded).await;
        tally(&record, decision, Vec::new()).await;
    }
    let expected = ParticipationRow { issued: 2, cast: 1, untold: 1, ..row(anna) };
    assert_eq!(of(&view, anna).await, Some(expected));
    let expected = ParticipationRow { issued: 2, missed: 1, untold: 1, ..row(ben) };
    assert_eq!(of(&view, ben).await, Some(expected));
    expect_rebuilt_equals::<ParticipationView>(&record, &view).await;
}

#[tokio::test]
async fn proposers_are_listed_by_what_came_to_a_decision() {
    let record = Record::new();
    let view = record.follow::<ParticipationView>().await;
    for (number, author) in [(1, ANNA), (2, BEN), (3, BEN), (4, BEN)] {
        let drafted =
            ProposalEvent::ProposalDrafted { network: OLD_CITY, author, content: garden() };
        let proposal = ProposalId::new(Uuid::from_u128(number));
        record.enter(proposal.uuid(), day(9, 1), drafted).await;
        if number < 4 {
            let proposal = proposal.uuid();
            record.enter(proposal, day(9, 2), ProposalEvent::ProposalSubmitted {}).await;
        }
        if number > 2 {
            continue;
        }
        for _ in 0..number {
            let called = called(1, "00".into());
            record.enter(proposal.uuid(), day(10, 1), called).await;
        }
        let adopted = author == ANNA;
        let decided = ProposalEvent::ProposalDecided { decision: VOTE, adopted };
        record.enter(proposal.uuid(), day(11, 1), decided).await;
    }
    let listed = read(&view, |connection| proposers(connection, OLD_CITY, Part::first(10))).await;
    let row = |author, drafted, submitted, called, adopted| ProposerRow {
        author,
        drafted,
        submitted,
        called,
        adopted,
    };
    assert_eq!(listed.items, [row(BEN, 3, 2, 1, 0), row(ANNA, 1, 1, 1, 1)]);
    expect_rebuilt_equals::<ParticipationView>(&record, &view).await;
}
