//! The way of events from the log into a view: one task fetches pages, one thread folds them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use eventlog::{EventLog, Filter, LogError, PAGE_MAX, Page, Position, Recorded};
use rusqlite::{Connection, TransactionBehavior};
use serde::Deserialize;
use tokio::{
    sync::{mpsc, watch},
    time::Instant,
};
use tracing::field;

use crate::{
    Projection, ViewError,
    checkpoint::{Build, Checkpoint},
    error::Remedy,
};

/// How many pages are fetched ahead of the one that is folded.
pub(crate) const PREFETCH_MAX: usize = 2;

/// How many events one transaction of a view in use folds at most. Many events share a page of the
/// file, so that large transactions write less; readers wait for the end of one.
pub(crate) const TRANSACTION_MAX: u64 = 65_536;

/// How long a view rests between two pages while nobody waits for it: under load, many commits
/// share one transaction and one waking of its thread.
pub(crate) const REST: Duration = Duration::from_millis(50);

/// How far the view may run ahead of its stored checkpoint over events that do not concern it.
const UNSAVED_MAX: u64 = 65_536;

/// Whether a page reached the end of the log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Reach {
    /// More is waiting.
    Behind,
    /// This was all when it was read.
    Level,
}

/// A page on its way to the fold.
#[derive(Debug)]
pub(crate) struct Fetched {
    page: Page,
    reach: Reach,
}

/// When to stop fetching.
#[derive(Debug)]
pub(crate) enum Until {
    /// When nobody takes the pages any more. Readers say up to where they wait for them.
    Dropped(watch::Receiver<Position>),
    /// At the end of the log.
    Level,
}

/// The filter of `P`.
pub(crate) fn filter<P: Projection>() -> Filter {
    Filter { network: None, categories: P::CATEGORIES }
}

/// Fetches pages after `after` into `pages`; shows every position read to and the log's head to
/// `progress`.
pub(crate) async fn fetch(
    log: &dyn EventLog,
    filter: Filter,
    mut after: Position,
    pages: mpsc::Sender<Fetched>,
    (mut until, progress): (Until, &mut (dyn FnMut(Position, Position) + Send)),
) -> Result<(), LogError> {
    let mut head = log.head();
    let mut sent = Reach::Level;
    let mut rested = Instant::now();
    loop {
        let goal = *head.borrow_and_update();
        if after < goal {
            let page = log.read_all(after, filter.clone(), PAGE_MAX).await?;
            let advanced = after < page.read_to;
            let reach = if advanced && page.read_to < goal { Reach::Behind } else { Reach::Level };
            // A page that leads nowhere still ends the transaction of the pages before it.
            if advanced || sent == Reach::Behind {
                after = page.read_to;
                sent = reach;
                if pages.send(Fetched { page, reach }).await.is_err() {
                    return Ok(());
                }
                rested = Instant::now() + REST;
                progress(after, goal);
                continue;
            }
        }
        let Until::Dropped(wanted) = &mut until else { return Ok(()) };
        let more = async {
            head.changed().await.ok()?;
            tokio::select! {
                () = tokio::time::sleep_until(rested) => {}
                // An error means that nobody can wait any more.
                _ = wanted.wait_for(|wanted| after < *wanted) => {}
            }
            Some(())
        };
        tokio::select! {
            more = more => if more.is_none() {
                return Ok(());
            },
            () = pages.closed() => return Ok(()),
        }
    }
}

/// An event could not be folded, or the view not written.
#[derive(Debug)]
pub(crate) struct FoldError {
    /// The event in hand; the last one folded when the commit failed.
    pub(crate) position: Position,
    pub(crate) error: ViewError,
}

impl FoldError {
    /// The failure of `view` as callers see it, with the event's place when the event is to blame.
    pub(crate) fn of(self, view: &'static str) -> ViewError {
        match self.error.remedy() {
            Remedy::Wait | Remedy::Rebuild => self.error,
            Remedy::Stop => {
                let error = self.error.chain();
                ViewError::Failed { view, position: self.position, error }
            }
        }
    }
}

/// What folds pages into a view; lives on its own thread.
#[derive(Debug)]
pub(crate) struct Fold {
    pub(crate) connection: Connection,
    /// As stored.
    pub(crate) checkpoint: Checkpoint,
    /// The event in hand, for whoever has to explain a panic.
    pub(crate) in_hand: Arc<AtomicU64>,
    /// How many events were folded.
    pub(crate) events: u64,
    /// How many events one transaction folds at most.
    transaction_max: u64,
}

impl Fold {
    pub(crate) fn new(
        (connection, checkpoint): (Connection, Checkpoint),
        transaction_max: u64,
    ) -> Fold {
        Fold { connection, checkpoint, in_hand: Arc::default(), events: 0, transaction_max }
    }

    /// Folds until no page comes any more; shows to `publish` every position that readers can see,
    /// and where the last event stands that changed what they see.
    pub(crate) fn run<P: Projection>(
        &mut self,
        pages: &mut mpsc::Receiver<Fetched>,
        publish: &mut dyn FnMut((Position, Position), Reach),
    ) -> Result<(), FoldError> {
        let mut seen = self.checkpoint.position;
        while let Some(first) = pages.blocking_recv() {
            let idle = first.page.events.is_empty() && self.checkpoint.build == Build::Done;
            let read_to = first.page.read_to;
            if idle && read_to.0 - self.checkpoint.position.0 < UNSAVED_MAX {
                // Nothing to write: readers may rely on the position, the file catches up later.
                seen = seen.max(read_to);
                publish((seen, self.checkpoint.changed_at()), first.reach);
                continue;
            }
            let reach = self.transaction::<P>(first, pages)?;
            seen = self.checkpoint.position;
            publish((seen, self.checkpoint.changed_at()), reach);
        }
        if self.checkpoint.position < seen {
            self.checkpoint.position = seen;
            self.checkpoint
                .save(&self.connection)
                .map_err(|error| FoldError { position: seen, error: error.into() })?;
        }
        Ok(())
    }

    /// Folds `first` and, while more is waiting, the pages after it, in one transaction.
    fn transaction<P: Projection>(
        &mut self,
        first: Fetched,
        pages: &mut mpsc::Receiver<Fetched>,
    ) -> Result<Reach, FoldError> {
        let span = tracing::info_span!(
            "projection",
            view = P::NAME,
            events = field::Empty,
            first = field::Empty,
            last = field::Empty,
            trace_id = field::Empty,
        );
        let _entered = span.enter();
        let in_hand = Arc::clone(&self.in_hand);
        let behind = |error: ViewError| FoldError {
            position: Position(in_hand.load(Ordering::Relaxed)),
            error,
        };

        // The checkpoint is compared inside the transaction: whoever else folds the same file,
        // every event is folded once.
        let tx = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|error| behind(error.into()))?;
        let mut checkpoint = Checkpoint::load(&tx).map_err(|error| behind(error.into()))?;
        let mut folded = 0;
        let mut next = Some(first);
        let mut reach = Reach::Behind;
        while let Some(Fetched { page, reach: reached }) = next.take() {
            reach = reached;
            for event in &page.events {
                if event.position <= checkpoint.position {
                    continue;
                }
                self.in_hand.store(event.position.0, Ordering::Relaxed);
                P::apply(&tx, event).map_err(behind)?;
                if folded == 0 {
                    span.record("first", event.position.0);
                }
                folded += 1;
                checkpoint.folded(event);
            }
            if let Some(last) = page.events.last() {
                describe(&span, last);
            }
            checkpoint.position = checkpoint.position.max(page.read_to);
            if reach == Reach::Behind && folded < self.transaction_max {
                next = pages.blocking_recv();
            }
        }
        if reach == Reach::Level {
            checkpoint.build = Build::Done;
        }
        checkpoint
            .save(&tx)
            .and_then(|()| tx.commit())
            .map_err(|error| FoldError { position: checkpoint.position, error: error.into() })?;
        span.record("events", folded);
        self.events += folded;
        self.checkpoint = checkpoint;
        Ok(reach)
    }
}

/// Says on the span which event the fold has come to, and which request it came from.
fn describe(span: &tracing::Span, last: &Recorded) {
    #[derive(Deserialize)]
    struct Traced<'a> {
        #[serde(borrow, default)]
        traceparent: Option<&'a str>,
    }

    if span.is_disabled() {
        return;
    }
    span.record("last", last.position.0);
    let traced = serde_json::from_slice::<Traced<'_>>(&last.metadata).ok();
    let parent = traced.and_then(|traced| traced.traceparent);
    // A traceparent is version-traceid-spanid-flags.
    if let Some(trace_id) = parent.and_then(|parent| parent.split('-').nth(1)) {
        span.record("trace_id", trace_id);
    }
}

/// Runs `work` on a thread that may block.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ViewError> + Send + 'static,
) -> Result<T, ViewError> {
    tokio::task::spawn_blocking(work).await?
}
