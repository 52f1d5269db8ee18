//! The one thread that writes: it records what waits, a batch at a time, each in one transaction.

use std::{
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use eventlog::{Append, AppendError, Appended, LogError, Position, Recorded};
use kernel::Clock;
use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::Instant,
};

use crate::{
    OpenError, Stats,
    admit::admit,
    file::{self, Durable, LogFile},
    tail::Tail,
};

/// How many appends may wait.
pub(crate) const QUEUE_MAX: usize = 4_096;

/// How many appends share one transaction at most.
const BATCH_MAX: usize = 1_024;

/// After how many bytes of events a transaction takes no further append.
const BATCH_BYTES_MAX: usize = 8 * 1_024 * 1_024;

/// From how many frames of 4 KiB on the write-ahead log is copied into the file.
const WAL_FRAMES_MAX: i64 = 4_096;

/// From how many frames on readers are waited for, so that the write-ahead log starts anew.
const WAL_FRAMES_HARD_MAX: i64 = 4 * WAL_FRAMES_MAX;

/// No quota, in [`Quota`].
const NO_QUOTA: u64 = u64::MAX;

/// Makes a transaction durable. Tests put a disk that fails in its place.
pub(crate) type Commit = Box<dyn FnMut(Transaction<'_>) -> rusqlite::Result<()> + Send>;

/// How many bytes the file may have; read by the writer before each batch.
#[derive(Debug)]
pub(crate) struct Quota(AtomicU64);

impl Quota {
    pub(crate) fn of(size_max_bytes: Option<u64>) -> Quota {
        Quota(AtomicU64::new(size_max_bytes.unwrap_or(NO_QUOTA)))
    }

    pub(crate) fn set(&self, size_max_bytes: Option<u64>) {
        self.0.store(size_max_bytes.unwrap_or(NO_QUOTA), Ordering::Relaxed);
    }

    fn get(&self) -> Option<u64> {
        Some(self.0.load(Ordering::Relaxed)).filter(|bytes| *bytes != NO_QUOTA)
    }
}

/// An append that waits, and who waits for it.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) append: Append,
    pub(crate) answer: oneshot::Sender<Result<Appended, AppendError>>,
    pub(crate) queued_at: Instant,
}

/// Everything that the thread owns or shares.
pub(crate) struct Writer {
    pub(crate) file: LogFile,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) jobs: mpsc::Receiver<Job>,
    pub(crate) head: watch::Sender<Position>,
    /// What became durable last.
    pub(crate) tail: Arc<Tail>,
    pub(crate) stats: Arc<Stats>,
    pub(crate) quota: Arc<Quota>,
    pub(crate) commit: Commit,
    /// `None` after a failure, until the file was opened and checked again.
    pub(crate) connection: Option<Connection>,
    /// The quota that the connection was told; a new connection has none.
    pub(crate) quota_in_force: Option<u64>,
    /// What was acknowledged, or found in the file when it was opened.
    pub(crate) durable: Durable,
}

/// What a transaction recorded.
struct Recording {
    answers: Vec<Result<Appended, AppendError>>,
    newest: Vec<Recorded>,
    end: Durable,
}

/// A batch that could not be recorded.
#[derive(Debug, thiserror::Error)]
enum WriteError {
    #[error(transparent)]
    Reopen(#[from] OpenError),
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
}

impl Writer {
    /// Writes until nobody can append any more and nothing waits.
    pub(crate) fn run(mut self) {
        let mut batch = Vec::with_capacity(BATCH_MAX);
        while self.collect(&mut batch) {
            self.write(&mut batch);
            self.bound_write_ahead_log();
        }
        if let Some(connection) = self.connection.take()
            && let Err(error) = file::checkpoint(&connection, "truncate")
        {
            // Nothing is lost: the next opening does it.
            let cause: &dyn Error = &error;
            tracing::warn!(error = cause, "the last checkpoint failed");
        }
    }

    /// Waits for an append and takes what waits behind it; false when there will be none.
    fn collect(&mut self, batch: &mut Vec<Job>) -> bool {
        let Some(first) = self.jobs.blocking_recv() else {
            return false;
        };
        let mut bytes = size(&first.append);
        batch.push(first);
        while batch.len() < BATCH_MAX
            && bytes < BATCH_BYTES_MAX
            && let Ok(next) = self.jobs.try_recv()
        {
            bytes += size(&next.append);
            batch.push(next);
        }
        true
    }

    fn write(&mut self, batch: &mut Vec<Job>) {
        let begun = Instant::now();
        let queued = batch.iter().map(|job| begun.saturating_duration_since(job.queued_at)).sum();
        let before = self.durable.position;
        match self.record(batch) {
            Ok(answers) => {
                let events = self.durable.position - before;
                self.report(batch.len(), events, queued, begun.elapsed());
                for (job, answer) in batch.drain(..).zip(answers) {
                    // A caller who went away does not take the append back.
                    let _gone = job.answer.send(answer);
                }
            }
            Err(error) => {
                self.stats.failure();
                let error = Arc::new(error);
                self.start_anew(&error);
                let context = format!("write {}: {}", self.file.path().display(), reason(&error));
                for job in batch.drain(..) {
                    let cause = LogError::new(context.clone(), Arc::clone(&error));
                    let _gone = job.answer.send(Err(cause.into()));
                }
            }
        }
    }

    /// Records a batch in one transaction and returns the answers when it is durable.
    ///
    /// After a failure the connection is dropped: nobody knows in what state it is.
    fn record(&mut self, batch: &[Job]) -> Result<Vec<Result<Appended, AppendError>>, WriteError> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.open()?,
        };
        let Recording { answers, newest, end } = self.transact(&mut connection, batch)?;
        self.connection = Some(connection);
        // Before the head moves: whoever is woken by it finds them here.
        self.tail.extend(newest);
        self.publish(end);
        Ok(answers)
    }

    fn transact(
        &mut self,
        connection: &mut Connection,
        batch: &[Job],
    ) -> rusqlite::Result<Recording> {
        let quota = self.quota.get();
        if quota != self.quota_in_force {
            file::limit_size(connection, quota)?;
            self.quota_in_force = quota;
        }
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut end = self.durable.clone();
        let (mut answers, mut newest) = (Vec::with_capacity(batch.len()), Vec::new());
        for job in batch {
            let now = self.clock.now().as_microsecond();
            answers.push(admit(&tx, &mut end, &mut newest, &job.append, now)?);
        }
        if end != self.durable {
            (self.commit)(tx)?;
        }
        Ok(Recording { answers, newest, end })
    }

    /// Tries once to go on after a failure; if that fails too, the next append tries again.
    ///
    /// A commit that failed may have become durable all the same. The file tells; nothing is
    /// written twice, because the appends are not tried again.
    fn start_anew(&mut self, error: &WriteError) {
        let cause: &dyn Error = error;
        match error {
            WriteError::Reopen(_) => {
                tracing::warn!(error = cause, "the log still cannot be opened");
            }
            WriteError::Sqlite(_) => {
                tracing::warn!(error = cause, "a batch was not recorded; opening the log anew");
                match self.open() {
                    Ok(connection) => self.connection = Some(connection),
                    Err(error) => {
                        let cause: &dyn Error = &error;
                        tracing::warn!(error = cause, "the log cannot be opened");
                    }
                }
            }
        }
    }

    fn open(&mut self) -> Result<Connection, OpenError> {
        let (connection, durable) = self.file.open_writer(&self.durable)?;
        self.quota_in_force = None;
        // What a commit that failed made durable all the same is not known here.
        self.tail.restart(Position(durable.position));
        self.publish(durable);
        Ok(connection)
    }

    fn publish(&mut self, durable: Durable) {
        self.durable = durable;
        let position = Position(self.durable.position);
        self.head.send_if_modified(|head| {
            let newer = *head < position;
            *head = position;
            newer
        });
    }

    fn report(&self, appends: usize, events: u64, queued: Duration, commit: Duration) {
        self.stats.batch(appends, events, queued, commit);
        tracing::debug!(
            appends,
            events,
            queue_us = queued.as_micros(),
            commit_us = commit.as_micros(),
            head = self.durable.position,
            "batch recorded"
        );
    }

    fn bound_write_ahead_log(&mut self) {
        let Some(connection) = &self.connection else {
            return;
        };
        let outcome = file::checkpoint(connection, "noop").and_then(|(_, frames, copied)| {
            // Frames that were copied stay in the log until no reader needs it.
            if WAL_FRAMES_HARD_MAX <= frames {
                self.stats.checkpoint();
                file::checkpoint(connection, "restart")?;
            } else if WAL_FRAMES_MAX <= frames - copied {
                self.stats.checkpoint();
                file::checkpoint(connection, "passive")?;
            }
            Ok(())
        });
        if let Err(error) = outcome {
            // Nothing acknowledged is in danger: it is in the write-ahead log.
            let cause: &dyn Error = &error;
            tracing::warn!(error = cause, "checkpoint failed; opening the log anew");
            self.connection = None;
        }
    }
}

fn size(append: &Append) -> usize {
    append.events.iter().map(|event| event.metadata.len() + event.data.len()).sum()
}

/// What an operator can do something about, in words.
fn reason(error: &WriteError) -> &'static str {
    let error = match error {
        WriteError::Sqlite(source) | WriteError::Reopen(OpenError::Sqlite { source, .. }) => source,
        WriteError::Reopen(_) => return "the log failed before and cannot be opened",
    };
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => "no room is left, on the disk or under the quota",
        Some(ErrorCode::SystemIoFailure) => "the disk failed",
        Some(ErrorCode::ReadOnly) => "the file cannot be written to",
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another program is using the file"
        }
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => "the file is damaged",
        Some(_) | None => "SQLite refused",
    }
}
