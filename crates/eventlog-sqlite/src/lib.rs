//! The event log on SQLite, the embedded default.
//!
//! One file in a folder of data, one thread that writes it, a few connections that read it. Start
//! with [`SqliteLog`]; `admit.rs` has the rules of an append, `writer.rs` the batches and what
//! happens when a disk fails, `readers.rs` the queries, `tail.rs` the newest events in memory,
//! `file.rs` the layout. Nothing in this crate changes or deletes a recorded event, and the file's
//! triggers keep others from doing it.

mod admit;
mod file;
mod lock;
mod readers;
mod stats;
mod tail;
mod writer;

use std::{fs, path::Path, sync::Arc, thread};

use eventlog::{
    Answer, Append, AppendError, Appended, EventLog, Filter, LogError, Page, Position, Recorded,
    StreamId,
};
use futures::{FutureExt as _, future, future::BoxFuture};
use jiff::Timestamp;
use kernel::{Clock, CommandId};
use rusqlite::Transaction;
use tokio::{
    sync::{mpsc, mpsc::error::TrySendError, oneshot, watch},
    time::Instant,
};

pub use file::OpenError;
pub use lock::{FolderLock, FolderLockError};
pub use stats::{Figures, Stats};

use file::{Durable, LogFile};
use readers::Readers;
use tail::Tail;
use writer::{Commit, Job, QUEUE_MAX, Quota, Writer};

#[cfg(test)]
mod tests;

/// What an operator may choose about a log.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Options {
    /// How large the file may grow, in bytes; `None` is as far as the disk goes. The write-ahead
    /// log beside it comes on top, up to about 64 MiB.
    pub size_max_bytes: Option<u64>,
}

/// An [`EventLog`] in one SQLite file.
///
/// Dropping it records what still waits, then gives up the folder; that may take a moment.
#[derive(Debug)]
pub struct SqliteLog {
    /// `None` only while the log is being dropped.
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<thread::JoinHandle<()>>,
    head: watch::Receiver<Position>,
    tail: Arc<Tail>,
    readers: Arc<Readers>,
    quota: Arc<Quota>,
    stats: Arc<Stats>,
}

impl SqliteLog {
    /// Opens the log in `folder` and takes the folder's lock; makes both when they are missing.
    ///
    /// # Errors
    ///
    /// Returns why the folder or the file cannot be used, in words for an operator.
    pub fn open(
        folder: &Path,
        options: Options,
        clock: Arc<dyn Clock>,
    ) -> Result<SqliteLog, OpenError> {
        SqliteLog::open_with(folder, options, clock, (Box::new(commit), tail::EVENTS_MAX))
    }

    fn open_with(
        folder: &Path,
        options: Options,
        clock: Arc<dyn Clock>,
        (commit, tail_max): (Commit, usize),
    ) -> Result<SqliteLog, OpenError> {
        let io_failed = |source| OpenError::Io { path: folder.to_owned(), source };
        fs::create_dir_all(folder).map_err(io_failed)?;
        let lock = FolderLock::take(folder)?;
        let file = LogFile::prepare(folder)?;
        let (connection, durable) = file.open_writer(&Durable::nothing())?;
        let (jobs, waiting) = mpsc::channel(QUEUE_MAX);
        let (published, head) = watch::channel(Position(durable.position));
        let quota = Arc::new(Quota::of(options.size_max_bytes));
        let stats = Arc::new(Stats::default());
        let tail = Arc::new(Tail::after(Position(durable.position), tail_max));
        let writer = Writer {
            file: file.clone(),
            clock,
            jobs: waiting,
            head: published,
            tail: Arc::clone(&tail),
            stats: Arc::clone(&stats),
            quota: Arc::clone(&quota),
            commit,
            connection: Some(connection),
            quota_in_force: None,
            durable,
        };
        let thread = thread::Builder::new().name("log writer".to_owned());
        let thread = thread.spawn(move || writer.run()).map_err(io_failed)?;
        Ok(SqliteLog {
            jobs: Some(jobs),
            thread: Some(thread),
            head,
            tail,
            readers: Arc::new(Readers::new(file, lock)),
            quota,
            stats,
        })
    }

    /// Sets how large the file may grow from now on, in bytes; `None` is as far as the disk goes.
    ///
    /// A quota below the present size lets the file keep what it has.
    pub fn limit_size(&self, size_max_bytes: Option<u64>) {
        self.quota.set(size_max_bytes);
    }

    /// The writer's counters; they stay readable when the log is gone.
    pub fn stats(&self) -> Arc<Stats> {
        Arc::clone(&self.stats)
    }

    fn durable_head(&self) -> Position {
        *self.head.borrow()
    }
}

impl EventLog for SqliteLog {
    fn append(&self, append: Append) -> BoxFuture<'static, Result<Appended, AppendError>> {
        let (answer, answered) = oneshot::channel();
        let job = Job { append, answer, queued_at: Instant::now() };
        let outcome = match &self.jobs {
            Some(jobs) => jobs.try_send(job).map_err(|error| match error {
                TrySendError::Full(_) => AppendError::QueueFull,
                TrySendError::Closed(_) => writer_gone(),
            }),
            None => Err(writer_gone()),
        };
        match outcome {
            Ok(()) => async { answered.await.unwrap_or_else(|_| Err(writer_gone())) }.boxed(),
            Err(error) => future::ready(Err(error)).boxed(),
        }
    }

    fn recall(&self, command: CommandId) -> BoxFuture<'_, Result<Option<Answer>, LogError>> {
        let context = format!("recall command {command}");
        Arc::clone(&self.readers).read(context, move |reader| reader.recall(command)).boxed()
    }

    fn read_stream(
        &self,
        stream: StreamId,
        from: u64,
        limit: u32,
    ) -> BoxFuture<'_, Result<Vec<Recorded>, LogError>> {
        let (context, head) = (format!("read stream {stream}"), self.durable_head());
        Arc::clone(&self.readers)
            .read(context, move |reader| reader.stream(&stream, from, head, limit))
            .boxed()
    }

    fn read_all(
        &self,
        after: Position,
        filter: Filter,
        limit: u32,
    ) -> BoxFuture<'_, Result<Page, LogError>> {
        let head = self.durable_head();
        if let Some(page) = self.tail.page(after, head, &filter, limit) {
            return future::ready(Ok(page)).boxed();
        }
        let context = format!("read after position {after}");
        Arc::clone(&self.readers)
            .read(context, move |reader| reader.page(after, head, &filter, limit))
            .boxed()
    }

    fn position_at(&self, instant: Timestamp) -> BoxFuture<'_, Result<Position, LogError>> {
        let (context, head) = (format!("find the position at {instant}"), self.durable_head());
        Arc::clone(&self.readers)
            .read(context, move |reader| reader.position_at(instant, head))
            .boxed()
    }

    fn head(&self) -> watch::Receiver<Position> {
        self.head.clone()
    }
}

impl Drop for SqliteLog {
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the log's writer panicked; what it had acknowledged is durable");
        }
    }
}

fn commit(tx: Transaction<'_>) -> rusqlite::Result<()> {
    tx.commit()
}

fn writer_gone() -> AppendError {
    LogError::new("append", "the log's writer has stopped").into()
}
