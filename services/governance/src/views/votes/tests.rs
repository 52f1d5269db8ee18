//! What people see of a vote while it goes on, and afterwards.

use events::{
    AlikeBallots, BallotBoxEvent, Choice, ClosedBecause, DecisionEvent, OptionKey, ResultsShown,
    Secrecy, TurnoutEvent,
};
use jiff::Timestamp;
use kernel::{BallotBoxId, Party, PersonId, TurnoutId};
use projector::View;

use super::{VoteSeen, ballots, is_open_to_recount, vote};
use crate::{
    counting,
    views::{
        Part,
        decisions::{DecisionsView, decision},
        figures,
        sight::Involvement,
        testing::{
            ANNA, BAKERY, BEN, CHLOE, DORA, Record, VOTE, day, expect_rebuilt_equals, person, read,
            roll, terms,
        },
    },
};

async fn enter(record: &Record, at: Timestamp, event: DecisionEvent) {
    record.enter(VOTE.uuid(), at, event).await;
}

async fn open(record: &Record, secrecy: Secrecy, results: ResultsShown) {
    let terms = Box::new(terms(secrecy, results));
    enter(record, day(10, 20), DecisionEvent::DecisionScheduled { terms }).await;
    let entries = roll(&[person(ANNA), person(BEN), BAKERY]);
    let frozen = DecisionEvent::RollFrozen { position: 3, entries, hash: "0f".into() };
    enter(record, day(11, 1), frozen).await;
    let opened = DecisionEvent::DecisionOpened { closes_at: day(11, 10), seed_hash: "5e".into() };
    enter(record, day(11, 1), opened).await;
}

async fn cast(record: &Record, voter: Party, key: &str) {
    let choice = Choice::Option(OptionKey(key.to_owned()));
    let secrecy = Secrecy::OpenAfterClose;
    let cast = DecisionEvent::BallotCast { voter, choice, reason: None, secrecy };
    enter(record, day(11, 2), cast).await;
}

async fn close(record: &Record) {
    let because = ClosedBecause::Deadline;
    enter(record, day(11, 10), DecisionEvent::DecisionClosed { because }).await;
}

/// What somebody sees of the vote; and whether they may see the ballots.
async fn seen(view: &View, viewer: Option<PersonId>) -> (VoteSeen, bool) {
    let vote = read(view, move |connection| {
        let row = decision(connection, VOTE)?.unwrap();
        vote(connection, &row, viewer, day(11, 5))
    });
    let list = move |connection: &_| ballots(connection, VOTE, viewer, Part::first(10));
    (vote.await.unwrap(), read(view, list).await.is_some())
}

#[tokio::test]
async fn live_figures_are_computed_while_voting_goes_on() {
    let record = Record::new();
    let view = record.follow::<DecisionsView>().await;
    open(&record, Secrecy::Open, ResultsShown::Live).await;
    cast(&record, person(ANNA), "agree").await;
    let (outside, ballots) = seen(&view, Some(DORA)).await;
    assert_eq!(outside.involvement, Involvement::Outside);
    let figures = outside.figures.unwrap();
    let units: Vec<u32> = figures.options.iter().map(|option| option.units).collect();
    assert_eq!((figures.direct_units, units), (1, vec![1, 0]));
    assert!(outside.lacking.is_some() && ballots);
    assert_eq!(outside.turnout.voters, Some(vec![person(ANNA)]));
    assert_eq!((outside.entries, outside.own_ballots), (Vec::new(), Vec::new()));
    cast(&record, BAKERY, "disagree").await;
    let (operator, _) = seen(&view, None).await;
    assert_eq!(operator.figures.unwrap().direct_units, 2);
}

#[tokio::test]
async fn figures_after_ones_own_vote_are_seen_by_those_who_voted() {
    let record = Record::new();
    let view = record.follow::<DecisionsView>().await;
    open(&record, Secrecy::OpenAfterClose, ResultsShown::AfterOwnVote).await;
    cast(&record, BAKERY, "agree").await;
    let (ben, _) = seen(&view, Some(BEN)).await;
    assert_eq!((ben.involvement, &ben.figures), (Involvement::Entitled, &None));
    assert_eq!((ben.turnout.voted, &ben.turnout.voters), (Some(1), &None));
    assert_eq!(ben.quorum_units_missing, Some(0), "a quarter of three is one");
    let (chloe, ballots) = seen(&view, Some(CHLOE)).await;
    assert_eq!(chloe.involvement, Involvement::Voted);
    assert_eq!(chloe.figures.unwrap().direct_units, 1);
    assert_eq!((chloe.entries[0].entry.party, chloe.own_ballots[0].voter), (BAKERY, BAKERY));
    assert!(!ballots, "they open after close");

    close(&record).await;
    let (ben, ballots) = seen(&view, Some(BEN)).await;
    assert!(ben.figures.is_some() && ballots);
    assert_eq!(ben.turnout.voters, Some(vec![BAKERY]));
}

#[tokio::test]
async fn whoever_represents_an_organisation_by_now_votes_for_it() {
    let record = Record::new();
    let view = record.follow::<DecisionsView>().await;
    open(&record, Secrecy::Open, ResultsShown::Live).await;
    let replaced =
        DecisionEvent::RepresentativeReplaced { voter: BAKERY, representative: Some(DORA) };
    enter(&record, day(11, 2), replaced).await;
    let (chloe, _) = seen(&view, Some(CHLOE)).await;
    assert_eq!((chloe.involvement, chloe.entries), (Involvement::Outside, Vec::new()));
    let (dora, _) = seen(&view, Some(DORA)).await;
    assert_eq!((dora.involvement, dora.entries[0].entry.party), (Involvement::Entitled, BAKERY));
    expect_rebuilt_equals::<DecisionsView>(&record, &view).await;
}

#[tokio::test]
async fn results_after_close_are_hidden_from_everybody_until_then() {
    let record = Record::new();
    let view = record.follow::<DecisionsView>().await;
    open(&record, Secrecy::Open, ResultsShown::AfterClose).await;
    cast(&record, person(ANNA), "agree").await;
    for viewer in [Some(ANNA), Some(BEN), Some(DORA), None] {
        let (seen, ballots) = seen(&view, viewer).await;
        assert_eq!((seen.figures, seen.lacking, ballots), (None, None, false));
        assert_eq!(seen.turnout.voted, Some(1));
    }
    close(&record).await;
    let (dora, ballots) = seen(&view, Some(DORA)).await;
    assert!(dora.figures.is_some() && ballots);
    assert_eq!(dora.lacking, None, "nobody can vote any more");
}

#[tokio::test]
async fn a_secret_vote_shows_nothing_before_its_box_is_opened_and_then_only_sums() {
    let record = Record::new();
    let view = record.follow::<DecisionsView>().await;
    open(&record, Secrecy::Secret, ResultsShown::AfterClose).await;
    let (anna, ballots) = seen(&view, Some(ANNA)).await;
    assert_eq!((anna.involvement, anna.entries.len()), (Involvement::Entitled, 1));
    assert_eq!((anna.turnout.voted, anna.turnout.voters), (None, None));
    assert_eq!((anna.figures, ballots), (None, false));

    close(&record).await;
    let (anna, _) = seen(&view, Some(ANNA)).await;
    assert_eq!(anna.figures, None, "zeros would be false");
    let choice = Choice::Option(OptionKey("agree".into()));
    let ballots = vec![AlikeBallots { choice, weight: 1, count: 2 }];
    let sealed = BallotBoxEvent::BallotBoxSealed { decision: VOTE, ballots };
    record.enter(BallotBoxId::of(VOTE).uuid(), day(11, 10), sealed).await;
    let voters = Some(vec![person(ANNA), BAKERY]);
    let recorded = TurnoutEvent::TurnoutRecorded {
        decision: VOTE,
        voted: 2,
        voters,
        constituencies: Vec::new(),
    };
    record.enter(TurnoutId::of(VOTE).uuid(), day(11, 10), recorded).await;
    let (ben, ballots) = seen(&view, Some(BEN)).await;
    assert_eq!(ben.turnout.voters, Some(vec![person(ANNA), BAKERY]));
    assert_eq!(ben.figures.unwrap().options[0].units, 2);
    assert!(!ballots && ben.own_ballots.is_empty());
    expect_rebuilt_equals::<DecisionsView>(&record, &view).await;
}

#[tokio::test]
async fn what_was_counted_may_be_counted_again_once_it_was() {
    let record = Record::new();
    let view = record.follow::<DecisionsView>().await;
    open(&record, Secrecy::OpenAfterClose, ResultsShown::Live).await;
    cast(&record, person(ANNA), "agree").await;
    let row = |connection: &_| decision(connection, VOTE);
    assert!(!is_open_to_recount(&read(&view, row).await.unwrap()));
    close(&record).await;
    let found = read(&view, row).await.unwrap();
    assert!(!is_open_to_recount(&found), "not before it was counted");
    let inputs = read(&view, move |connection| figures::inputs(connection, &found, day(11, 10)));
    let inputs = inputs.await.unwrap();
    let count = counting::count(&inputs, &counting::Settling::NOTHING).unwrap();
    let tallied = DecisionEvent::DecisionTallied {
        algorithm: counting::ALGORITHM.into(),
        inputs_hash: count.inputs_hash,
        delegations: count.delegations,
        figures: Box::new(count.figures),
    };
    enter(&record, day(11, 10), tallied).await;
    assert!(is_open_to_recount(&read(&view, row).await.unwrap()));
}
