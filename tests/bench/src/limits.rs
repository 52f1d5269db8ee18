//! What the figures are measured against: the least that anybody has to pay for the same bytes.

use std::{
    path::{Path, PathBuf},
    thread,
};

use events::{AttendanceMode, AttendanceSource, GatheringEvent, MembershipEvent, TieEvent};
use kernel::{Event, codec};
use rusqlite::{Connection, OpenFlags, params};
use tokio::sync::{mpsc, oneshot};
use tonic::{Request, Response, Status, Streaming};
use uuid::Uuid;
use wire::{
    Outcome,
    weft::{
        common::v1::Receipt,
        membership::v1::{self as message, gathering_service_server::GatheringService},
    },
};

use crate::{
    Failure,
    closed_loop::Client,
    history::{SplitMix, recorded_bytes},
};

/// The file of a log, within its folder.
const LOG_FILE: &str = "log.sqlite";

/// How many appends can wait; more than there are clients.
const QUEUE_MAX: usize = 4_096;

/// How many streams are written to; each client has its own share of them.
const STREAMS: usize = 1_024;

/// How much of the file the writer keeps in memory, in KiB.
const CACHE_KIB: i64 = 64 * 1_024;

/// From how many pages on the write-ahead log is moved into the file.
const WAL_PAGES: i64 = 4_096;

/// The columns of an event and the one index that its expected revision needs. No ledger, no
/// index by id, no triggers.
const SCHEMA: &str = "
create table events (
    position integer primary key, category text not null, stream_id blob not null,
    revision integer not null, event_id blob not null, name text not null,
    schema integer not null, network_id blob, recorded_at integer not null,
    effective_at integer not null, metadata blob not null, data blob not null
) strict;
create unique index events_by_stream on events (stream_id, revision);";

/// Raw group commit: one thread, WAL, a sync for each transaction, as many appends in it as wait.
#[derive(Debug)]
pub(crate) struct GroupCommit {
    jobs: mpsc::Sender<Job>,
}

/// One event that waits.
#[derive(Debug)]
struct Job {
    stream: Uuid,
    expected: u64,
    event_id: Uuid,
    answer: oneshot::Sender<bool>,
}

/// A client of [`GroupCommit`], in the same process.
#[derive(Debug)]
pub(crate) struct Appending {
    jobs: mpsc::Sender<Job>,
    streams: Vec<(Uuid, u64)>,
    random: SplitMix,
}

impl GroupCommit {
    /// Starts the thread on a new file in `folder`.
    pub(crate) fn start(folder: &Path) -> Result<GroupCommit, Failure> {
        let mut connection = Connection::open(folder.join("limit.sqlite"))?;
        connection.query_row("pragma journal_mode = wal", [], |_| Ok(()))?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
        connection.query_row(
            &format!("pragma wal_autocheckpoint = {WAL_PAGES}"),
            [],
            |_| Ok(()),
        )?;
        connection.execute_batch(SCHEMA)?;
        let (jobs, mut waiting) = mpsc::channel(QUEUE_MAX);
        let bytes = recorded_bytes(&GatheringEvent::AttendanceRecorded {
            person: kernel::PersonId::new(Uuid::from_u128(1)),
            mode: AttendanceMode::InPerson,
            source: AttendanceSource::Host,
        })?;
        thread::spawn(move || {
            let mut position = 0;
            let mut batch = Vec::new();
            while let Some(first) = waiting.blocking_recv() {
                batch.push(first);
                while let Ok(next) = waiting.try_recv() {
                    batch.push(next);
                }
                let answers = record(&mut connection, &batch, &mut position, &bytes);
                let answers = answers.unwrap_or_else(|_| vec![false; batch.len()]);
                for (job, answer) in batch.drain(..).zip(answers) {
                    let _gone = job.answer.send(answer);
                }
            }
        });
        Ok(GroupCommit { jobs })
    }

    /// As many clients, each with streams of its own, so that none of them expects wrongly.
    pub(crate) fn clients(&self, count: usize) -> Vec<Appending> {
        let share = STREAMS.div_ceil(count);
        let client = |number: usize| {
            let mut random = SplitMix::new(u64::try_from(number).unwrap_or_default());
            let streams = (0..share).map(|_| (random.uuid(), 0)).collect();
            Appending { jobs: self.jobs.clone(), streams, random }
        };
        (0..count).map(client).collect()
    }
}

impl Client for Appending {
    async fn call(&mut self) -> Result<(), String> {
        let chosen = self.random.index(self.streams.len());
        let event_id = self.random.uuid();
        let (stream, length) = &mut self.streams[chosen];
        let (answer, answered) = oneshot::channel();
        let job = Job { stream: *stream, expected: *length, event_id, answer };
        self.jobs.send(job).await.map_err(|error| error.to_string())?;
        *length += 1;
        match answered.await {
            Ok(true) => Ok(()),
            Ok(false) => Err("not recorded".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// Records a batch in one transaction; tells of each event whether its stream was as expected.
fn record(
    connection: &mut Connection,
    batch: &[Job],
    position: &mut u64,
    bytes: &(Vec<u8>, Vec<u8>),
) -> rusqlite::Result<Vec<bool>> {
    let tx = connection.transaction()?;
    let mut answers = Vec::with_capacity(batch.len());
    {
        let mut last = tx.prepare_cached(
            "select coalesce(max(revision) + 1, 0) from events where stream_id = ?1",
        )?;
        let mut insert = tx.prepare_cached(
            "insert into events values (?1, 'gathering', ?2, ?3, ?4, 'AttendanceRecorded', 1, ?2,
                 1767225600000000, 1767225600000000, ?5, ?6)",
        )?;
        let (metadata, data) = bytes;
        for job in batch {
            let length: u64 = last.query_row([job.stream.as_bytes()], |row| row.get(0))?;
            if length == job.expected {
                *position += 1;
                let (stream, event_id) = (job.stream.as_bytes(), job.event_id.as_bytes());
                insert.execute(params![*position, stream, length, event_id, metadata, data])?;
            }
            answers.push(length == job.expected);
        }
    }
    tx.commit()?;
    Ok(answers)
}

/// Answers the same messages at once, and does nothing with them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Echo;

fn nothing<T>() -> Outcome<T> {
    Err(Status::unimplemented("the echo answers RecordAttendance alone"))
}

#[tonic::async_trait]
impl GatheringService for Echo {
    async fn record_attendance(
        &self,
        _: Request<message::RecordAttendanceRequest>,
    ) -> Outcome<message::RecordAttendanceResponse> {
        let receipt = Receipt { position: 100_000, length: 50, events: 1, recalled: false };
        Ok(Response::new(message::RecordAttendanceResponse { receipt: Some(receipt) }))
    }

    async fn plan_gathering(
        &self,
        _: Request<message::PlanGatheringRequest>,
    ) -> Outcome<message::PlanGatheringResponse> {
        nothing()
    }

    async fn correct_attendance(
        &self,
        _: Request<message::CorrectAttendanceRequest>,
    ) -> Outcome<message::CorrectAttendanceResponse> {
        nothing()
    }

    async fn hold_gathering(
        &self,
        _: Request<message::HoldGatheringRequest>,
    ) -> Outcome<message::HoldGatheringResponse> {
        nothing()
    }

    async fn import_attendance(
        &self,
        _: Request<Streaming<message::ImportAttendanceRequest>>,
    ) -> Outcome<message::ImportAttendanceResponse> {
        nothing()
    }

    async fn get_gathering(
        &self,
        _: Request<message::GetGatheringRequest>,
    ) -> Outcome<message::GetGatheringResponse> {
        nothing()
    }

    async fn list_gatherings(
        &self,
        _: Request<message::ListGatheringsRequest>,
    ) -> Outcome<message::ListGatheringsResponse> {
        nothing()
    }

    async fn list_attendance(
        &self,
        _: Request<message::ListAttendanceRequest>,
    ) -> Outcome<message::ListAttendanceResponse> {
        nothing()
    }
}

/// One row of a log, as SQLite shows it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RawEvent<'a> {
    /// Its place in the log.
    pub(crate) position: u64,
    /// The kind of its stream.
    pub(crate) category: &'a str,
    /// What its stream is about.
    pub(crate) stream_id: &'a [u8],
    /// Its type.
    pub(crate) name: &'a str,
    /// When it was true, in microseconds since 1970.
    pub(crate) effective_us: i64,
    /// Its data, as JSON.
    pub(crate) data: &'a [u8],
}

/// The events that the structure is made of.
#[derive(Debug)]
pub(crate) enum Decoded {
    /// Of a membership.
    Membership(MembershipEvent),
    /// Of a tie.
    Tie(TieEvent),
    /// Of a gathering.
    Gathering(GatheringEvent),
}

impl RawEvent<'_> {
    /// Decodes the data from the bytes where they lie.
    pub(crate) fn decode(&self) -> Result<Decoded, Failure> {
        Ok(match self.category {
            TieEvent::CATEGORY => Decoded::Tie(codec::decode(self.name, self.data)?),
            GatheringEvent::CATEGORY => Decoded::Gathering(codec::decode(self.name, self.data)?),
            MembershipEvent::CATEGORY => Decoded::Membership(codec::decode(self.name, self.data)?),
            other => return Err(format!("no synthetic event is of the category {other}").into()),
        })
    }
}

/// Shows every row of the log in `folder` to `visit`, in order, on this thread; tells how many there
/// were. Reads all columns of what a projection is given.
pub(crate) fn scan(
    folder: &Path,
    mut visit: impl FnMut(RawEvent<'_>) -> Result<(), Failure>,
) -> Result<u64, Failure> {
    let path: PathBuf = folder.join(LOG_FILE);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    let mut select = connection.prepare(
        "select position, category, stream_id, name, effective_at, data, revision, event_id, schema,
             network_id, recorded_at, metadata
         from events not indexed order by position",
    )?;
    let mut rows = select.query([])?;
    let mut count = 0;
    while let Some(row) = rows.next()? {
        for column in 6..12 {
            std::hint::black_box(row.get_ref(column)?);
        }
        visit(RawEvent {
            position: row.get(0)?,
            category: row.get_ref(1)?.as_str()?,
            stream_id: row.get_ref(2)?.as_blob()?,
            name: row.get_ref(3)?.as_str()?,
            effective_us: row.get(4)?,
            data: row.get_ref(5)?.as_blob()?,
        })?;
        count += 1;
    }
    Ok(count)
}

/// Sees every row and does no more.
pub(crate) fn scan_all(folder: &Path) -> Result<u64, Failure> {
    scan(folder, |event| {
        std::hint::black_box(event);
        Ok(())
    })
}

/// Sees every row and decodes it.
pub(crate) fn scan_and_decode_all(folder: &Path) -> Result<u64, Failure> {
    scan(folder, |event| {
        std::hint::black_box(event.decode()?);
        Ok(())
    })
}
