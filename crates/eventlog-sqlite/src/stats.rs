//! What the writer counts, for whoever exports metrics.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// The writer's counters; they only grow.
#[derive(Default, Debug)]
pub struct Stats {
    batches: AtomicU64,
    appends: AtomicU64,
    events: AtomicU64,
    failures: AtomicU64,
    checkpoints: AtomicU64,
    queue_us: AtomicU64,
    commit_us: AtomicU64,
}

/// What [`Stats`] showed at one moment.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Figures {
    /// Transactions that became durable.
    pub batches: u64,
    /// Appends that were answered by those transactions, refused ones included.
    pub appends: u64,
    /// Events that they recorded.
    pub events: u64,
    /// Transactions that failed; none of their appends was acknowledged.
    pub failures: u64,
    /// How often the write-ahead log was copied into the file.
    pub checkpoints: u64,
    /// How long appends waited in the queue, added up over all appends, in microseconds.
    pub queue_us: u64,
    /// How long transactions took, from begin to durable, added up, in microseconds.
    pub commit_us: u64,
}

impl Stats {
    /// Reads every counter.
    pub fn figures(&self) -> Figures {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Figures {
            batches: read(&self.batches),
            appends: read(&self.appends),
            events: read(&self.events),
            failures: read(&self.failures),
            checkpoints: read(&self.checkpoints),
            queue_us: read(&self.queue_us),
            commit_us: read(&self.commit_us),
        }
    }

    pub(crate) fn batch(&self, appends: usize, events: u64, queued: Duration, commit: Duration) {
        self.batches.fetch_add(1, Ordering::Relaxed);
        self.appends.fetch_add(appends as u64, Ordering::Relaxed);
        self.events.fetch_add(events, Ordering::Relaxed);
        self.queue_us.fetch_add(micros(queued), Ordering::Relaxed);
        self.commit_us.fetch_add(micros(commit), Ordering::Relaxed);
    }

    pub(crate) fn failure(&self) {
        self.failures.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn checkpoint(&self) {
        self.checkpoints.fetch_add(1, Ordering::Relaxed);
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
