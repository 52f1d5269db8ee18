//! The port to the event log, and the only writer of it.
//!
//! Start with the trait [`EventLog`] and what it gives back, [`Recorded`]; [`Writer`] is how
//! commands reach the log, [`subscribe_all`] how readers follow it. [`conformance`] is the suite
//! that every log must pass. This crate never knows which service an event belongs to.

pub mod conformance;
mod memory;
mod record;
mod stream;
mod subscribe;
mod writer;

use std::fmt::Debug;

use futures::future::BoxFuture;
use jiff::Timestamp;
use kernel::{CommandId, Known, NetworkId};
use tokio::sync::watch;

pub use memory::MemoryLog;
pub use record::{
    Append, Appended, Fingerprint, Metadata, NewEvent, Position, Recorded, StreamId,
    UnreadableEvent,
};
pub use stream::events_of;
pub use subscribe::subscribe_all;
pub use writer::{CommandContext, Committed, ExecuteError, Receipt, Writer};

/// How many events one read returns at most.
pub const PAGE_MAX: u32 = 4_096;

/// The log cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[error("event log: {context}")]
pub struct LogError {
    /// What was being attempted.
    pub context: String,
    /// The cause.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

impl LogError {
    /// Says what was attempted when `source` happened.
    pub fn new(
        context: impl Into<String>,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> LogError {
        LogError { context: context.into(), source: source.into() }
    }
}

/// An append did not happen; nothing of it was recorded.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// Another writer appended first.
    #[error("the stream holds {actual} events, expected {expected}")]
    Conflict {
        /// How many events the writer had seen.
        expected: u64,
        /// How many events the stream holds.
        actual: u64,
    },
    /// Some of these events are recorded already, but not all of them as one append.
    #[error("some of these events are recorded already")]
    PartlyRecorded,
    /// The command id was used for another request.
    #[error("this command id was used before, for another request")]
    CommandReused,
    /// Too many appends are waiting.
    #[error("the log's queue is full")]
    QueueFull,
    /// The log failed.
    #[error(transparent)]
    Log(#[from] LogError),
}

/// What the ledger remembers of a command: its answer, its stream and its request's hash.
pub type Answer = (Appended, StreamId, Fingerprint);

/// Which events a reader wants; the default is all of them.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Filter {
    /// Only events of this network; `None` is every event, also those of no network.
    pub network: Option<NetworkId>,
    /// Only streams of these categories; empty is every category.
    pub categories: &'static [&'static str],
}

impl Filter {
    /// Tells whether the reader wants `event`.
    pub fn admits(&self, event: &Recorded) -> bool {
        (self.network.is_none() || self.network == event.network_id)
            && (self.categories.is_empty() || self.categories.contains(&event.stream.category()))
    }
}

/// One page of a read over all streams.
#[derive(Clone, Debug)]
pub struct Page {
    /// The events that the filter admits, in order of position.
    pub events: Vec<Recorded>,
    /// Where to read on: every event up to here was looked at. Equal to the position read after
    /// when there is nothing newer.
    pub read_to: Position,
}

impl Page {
    /// A page of events that are in memory: `newer` are all those after `after` and up to `head`, in
    /// order.
    pub fn of<'a>(
        newer: impl IntoIterator<Item = &'a Recorded>,
        (after, head): (Position, Position),
        filter: &Filter,
        limit: u32,
    ) -> Page {
        let size = page_size(limit);
        let admitted = newer.into_iter().filter(|event| filter.admits(event));
        let events: Vec<Recorded> = admitted.take(size).cloned().collect();
        let read_to = match events.last() {
            Some(last) if events.len() == size => last.position,
            None if limit == 0 => after,
            Some(_) | None => head.max(after),
        };
        Page { events, read_to }
    }
}

/// How many events a page holds at most when a reader asks for `limit`.
fn page_size(limit: u32) -> usize {
    usize::try_from(limit.min(PAGE_MAX)).unwrap_or(usize::MAX)
}

/// An append-only log of events, ordered within each stream and overall.
///
/// Adapters check an append in this order: the ledger of commands (the same command again gives the
/// first answer, marked `recalled`); the event ids (all of them recorded in this stream as one
/// append gives the first answer, some of them is [`AppendError::PartlyRecorded`]); the expected
/// length.
pub trait EventLog: Send + Sync + Debug {
    /// Queues `append` at once and in the order of calls; the future resolves when it is durable.
    ///
    /// Records all events or none. An append without events records only that the command was
    /// answered. Positions are ordered by call; `recorded_at` never runs backwards.
    fn append(&self, append: Append) -> BoxFuture<'static, Result<Appended, AppendError>>;

    /// The answer that `command` got, `None` when it never reached the log.
    fn recall(&self, command: CommandId) -> BoxFuture<'_, Result<Option<Answer>, LogError>>;

    /// Reads at most `limit` (and [`PAGE_MAX`]) events of a stream, from revision `from` on.
    fn read_stream(
        &self,
        stream: StreamId,
        from: u64,
        limit: u32,
    ) -> BoxFuture<'_, Result<Vec<Recorded>, LogError>>;

    /// Reads events after a position over all streams; looks at no more than `limit` (and
    /// [`PAGE_MAX`]) matches.
    fn read_all(
        &self,
        after: Position,
        filter: Filter,
        limit: u32,
    ) -> BoxFuture<'_, Result<Page, LogError>>;

    /// The position of the last event that had been recorded at `instant`; zero when none had.
    fn position_at(&self, instant: Timestamp) -> BoxFuture<'_, Result<Position, LogError>>;

    /// The position of the last durable event, and how to wait for newer ones.
    fn head(&self) -> watch::Receiver<Position>;
}

impl kernel::Rejection for LogError {
    fn code(&self) -> kernel::ErrorCode {
        kernel::ErrorCode::Unavailable
    }

    fn reason(&self) -> &'static str {
        "LOG_UNAVAILABLE"
    }
}

/// The position up to which things count as known.
///
/// # Errors
///
/// Returns why the log could not be read.
pub async fn known_position(log: &dyn EventLog, known: Known) -> Result<Position, LogError> {
    match known {
        Known::Now => Ok(*log.head().borrow()),
        Known::Time(time) => log.position_at(time).await,
        Known::Position(position) => Ok(Position(position)),
    }
}
