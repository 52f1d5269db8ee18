//! What every event log must do, as cases that each adapter's tests run.
//!
//! Positions are compared but never computed: only the embedded logs promise that they are dense.

#![expect(clippy::unwrap_used, reason = "a conformance suite stops at the first surprise")]

mod appending;
mod following;
mod racing;
mod reading;
mod reopening;
mod retrying;
mod times;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use kernel::{Clock, CommandId, EventId, NetworkId};
use smol_str::SmolStr;
use uuid::Uuid;

use crate::{
    Append, Appended, EventLog, Filter, Fingerprint, NewEvent, Position, Recorded, StreamId,
};

/// How long a case waits for something that must happen.
const PATIENCE: Duration = Duration::from_mins(1);

/// A clock that shows what it was set to.
#[derive(Debug)]
pub struct SetClock(Mutex<Timestamp>);

impl SetClock {
    /// Makes a clock that shows `now` until it is set.
    pub fn at(now: Timestamp) -> SetClock {
        SetClock(Mutex::new(now))
    }

    /// Sets the clock, forwards or back.
    pub fn set(&self, now: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs every case that needs no second opening, each on a log of its own.
///
/// `fresh` makes an empty log that takes the time from the given clock. Needs a tokio runtime.
///
/// # Panics
///
/// Panics with a sentence when the log breaks a promise of [`EventLog`].
pub async fn run(fresh: impl Fn(Arc<dyn Clock>) -> Arc<dyn EventLog> + Send + Sync) {
    let subject = || {
        let clock = Arc::new(SetClock::at(noon()));
        Subject { log: fresh(Arc::clone(&clock) as Arc<dyn Clock>), clock }
    };
    appending::events_come_back_exactly_as_they_went_in(subject()).await;
    appending::the_expected_length_must_be_right(subject()).await;
    appending::an_append_is_recorded_whole_or_not_at_all(subject()).await;
    appending::an_append_without_events_is_remembered(subject()).await;
    appending::streams_of_two_categories_with_one_id_are_two_streams(subject()).await;
    appending::positions_are_in_the_order_of_the_calls(subject()).await;
    retrying::a_retry_gets_the_first_answer_at_every_stage(subject()).await;
    retrying::a_refused_append_is_not_remembered(subject()).await;
    retrying::a_command_id_serves_one_request_only(subject()).await;
    retrying::the_same_events_under_another_command_get_the_first_answer(subject()).await;
    retrying::a_part_of_what_is_recorded_is_refused(subject()).await;
    racing::of_64_writers_on_one_stream_one_wins_each_length(subject()).await;
    racing::of_64_writers_on_64_streams_all_win(subject()).await;
    racing::of_16_attempts_of_one_command_one_is_recorded(subject()).await;
    racing::the_head_never_runs_back_nor_ahead(subject()).await;
    reading::a_stream_is_read_in_pages(subject()).await;
    reading::the_whole_log_is_read_in_pages(subject()).await;
    reading::no_page_is_longer_than_the_maximum(subject()).await;
    reading::a_filter_admits_what_it_names(subject()).await;
    times::recorded_at_never_runs_back(subject()).await;
    times::effective_at_is_kept_but_never_later_than_recorded_at(subject()).await;
    times::position_at_finds_the_last_event_of_an_instant(subject()).await;
    following::a_subscription_has_no_gap_and_no_repeat(subject()).await;
    following::a_filtered_subscription_has_no_gap_and_no_repeat(subject()).await;
    following::a_subscription_resumes_after_a_position(subject()).await;
}

/// Runs the cases of a log that outlives its process.
///
/// `open` opens the same log each time, empty at first; the one before is dropped by then.
///
/// # Panics
///
/// Panics with a sentence when the log breaks a promise of [`EventLog`].
pub async fn run_reopening(open: impl Fn(Arc<dyn Clock>) -> Arc<dyn EventLog> + Send + Sync) {
    reopening::everything_is_there_after_reopening(&open).await;
}

/// A log under test and the clock that it reads.
struct Subject {
    log: Arc<dyn EventLog>,
    clock: Arc<SetClock>,
}

impl Subject {
    async fn append(&self, append: &Append) -> Appended {
        self.log.append(append.clone()).await.expect("the append is in order")
    }

    fn head(&self) -> Position {
        *self.log.head().borrow()
    }

    /// Every event that `filter` admits, read in pages of `limit`.
    async fn read(&self, filter: &Filter, limit: u32) -> Vec<Recorded> {
        let mut events: Vec<Recorded> = vec![];
        let mut after = Position(0);
        loop {
            let page = self.log.read_all(after, filter.clone(), limit).await.unwrap();
            let size = u32::try_from(page.events.len()).unwrap();
            assert!(size <= limit, "a page of at most {limit} events held {size}");
            assert!(page.read_to <= self.head(), "the log was read beyond its head");
            for event in &page.events {
                assert!(filter.admits(event), "the filter does not admit {event:?}");
                assert!(after < event.position, "events came out of order or twice");
                assert!(event.position <= page.read_to, "an event came from beyond read_to");
                after = event.position;
            }
            events.extend(page.events);
            if page.read_to == after && size == 0 {
                return events;
            }
            after = page.read_to;
        }
    }
}

fn noon() -> Timestamp {
    "2026-03-01T12:00:00.000001Z".parse().unwrap()
}

fn command(number: u32) -> CommandId {
    CommandId::derived(Uuid::from_u128(0xc0), &number.to_string())
}

fn network(number: u128) -> NetworkId {
    NetworkId::new(Uuid::from_u128(number))
}

fn stream(category: &'static str, number: u128) -> StreamId {
    StreamId::stored(SmolStr::new_static(category), Uuid::from_u128(number))
}

fn event(event_id: EventId) -> NewEvent {
    NewEvent {
        event_id,
        name: SmolStr::new_static("BallotCast"),
        schema: 1,
        effective_at: None,
        metadata: br#"{"actor":"anna"}"#.to_vec(),
        data: format!(r#"{{"event":"{event_id}"}}"#).into_bytes(),
    }
}

/// An append of `count` events by the `number`-th command, to a stream that holds `expected`.
fn append(number: u32, stream: &StreamId, expected: u64, count: usize) -> Append {
    let command_id = command(number);
    Append {
        command_id,
        fingerprint: Fingerprint(7),
        stream: stream.clone(),
        expected,
        network_id: None,
        events: (0..count).map(|index| event(command_id.event_id(index))).collect(),
    }
}

fn ids(events: &[Recorded]) -> Vec<EventId> {
    events.iter().map(|event| event.event_id).collect()
}
