//! Reading: a few connections, each query on a thread that may block.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use eventlog::{Answer, Filter, LogError, PAGE_MAX, Page, Position, Recorded, StreamId};
use jiff::Timestamp;
use kernel::{CommandId, EventId, NetworkId};
use rusqlite::{Connection, Row, params, types::FromSqlError};
use smol_str::SmolStr;
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::{FolderLock, admit, file::LogFile};

/// How many connections read at the same time.
const READERS_MAX: usize = 4;

/// How many events one read looks at when it leaves some out.
const SCAN_MAX: u32 = 16_384;

/// How many long names of categories and events a connection keeps.
const NAMES_MAX: usize = 1_024;

/// The readers of one log. They keep the folder's lock for as long as anything is read.
#[derive(Debug)]
pub(crate) struct Readers {
    file: LogFile,
    permits: Arc<Semaphore>,
    idle: Mutex<Vec<Reader>>,
    _lock: FolderLock,
}

/// One connection that reads, and the names it has seen.
#[derive(Debug)]
pub(crate) struct Reader {
    connection: Connection,
    names: Names,
}

/// The texts that stand in many rows; one copy of each long one is enough.
#[derive(Default, Debug)]
struct Names(HashMap<Box<str>, SmolStr>);

/// Rows being copied. The texts of all of them lie in one piece of memory: where events are read on
/// one thread and dropped on another, two small pieces for each cost more than the copying.
struct Copies<'a> {
    names: &'a mut Names,
    events: Vec<Recorded>,
    texts: Vec<u8>,
    /// Where in `texts` the metadata and the data of each event end.
    ends: Vec<(usize, usize)>,
}

/// A read failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    #[error(transparent)]
    Unreadable(#[from] FromSqlError),
    #[error("the event after position {0} is missing")]
    Missing(u64),
}

impl Readers {
    pub(crate) fn new(file: LogFile, lock: FolderLock) -> Readers {
        let permits = Arc::new(Semaphore::new(READERS_MAX));
        Readers { file, permits, idle: Mutex::default(), _lock: lock }
    }

    /// Runs `work` with a connection of its own; `context` says what is being read.
    pub(crate) async fn read<T: Send + 'static>(
        self: Arc<Self>,
        context: String,
        work: impl FnOnce(&mut Reader) -> Result<T, ReadError> + Send + 'static,
    ) -> Result<T, LogError> {
        let permit = match Arc::clone(&self.permits).acquire_owned().await {
            Ok(permit) => permit,
            Err(closed) => return Err(LogError::new(context, closed)),
        };
        let reading = tokio::task::spawn_blocking(move || {
            let idle = self.idle().pop();
            let mut reader = match idle {
                Some(reader) => reader,
                None => Reader { connection: self.file.open_reader()?, names: Names::default() },
            };
            // A connection that failed is not used again.
            let outcome = work(&mut reader)?;
            self.idle().push(reader);
            drop(permit);
            Ok(outcome)
        });
        match reading.await {
            Ok(outcome) => outcome.map_err(|error: ReadError| LogError::new(context, error)),
            Err(panicked) => Err(LogError::new(context, panicked)),
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Reader>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reader {
    pub(crate) fn recall(&mut self, command_id: CommandId) -> Result<Option<Answer>, ReadError> {
        Ok(admit::recall(&self.connection, command_id)?)
    }

    /// Reads a stream's events from revision `from` on, none of them after `head`.
    pub(crate) fn stream(
        &mut self,
        stream: &StreamId,
        from: u64,
        head: Position,
        limit: u32,
    ) -> Result<Vec<Recorded>, ReadError> {
        let Reader { connection, names } = self;
        let Ok(from) = i64::try_from(from) else {
            return Ok(vec![]);
        };
        let mut select = connection.prepare_cached(
            "select position, category, stream_id, revision, event_id, name, schema, network_id,
                 recorded_at, effective_at, metadata, data
             from events indexed by events_by_stream
             where stream_id = ?1 and category = ?2 and ?3 <= revision
             order by revision limit ?4",
        )?;
        let (id, limit) = (stream.id(), limit.min(PAGE_MAX));
        let mut rows = select.query(params![id.as_bytes(), stream.category(), from, limit])?;
        let mut copies = Copies::new(names);
        while let Some(row) = rows.next()? {
            if head < Position(row.get(0)?) {
                break;
            }
            copies.push(row)?;
        }
        Ok(copies.events())
    }

    /// Reads the events after a position that `filter` admits, none of them after `head`.
    pub(crate) fn page(
        &mut self,
        after: Position,
        head: Position,
        filter: &Filter,
        limit: u32,
    ) -> Result<Page, ReadError> {
        let limit = limit.min(PAGE_MAX);
        if limit == 0 || head <= after {
            return Ok(Page { events: vec![], read_to: after });
        }
        let Reader { connection, names } = self;
        let scan_max = if filter.categories.is_empty() { limit } else { SCAN_MAX };
        let mut select = connection.prepare_cached(match filter.network {
            Some(_) => {
                "select position, category, stream_id, revision, event_id, name, schema, network_id,
                     recorded_at, effective_at, metadata, data
                 from events indexed by events_by_network
                 where network_id = ?4 and ?1 < position and position <= ?2
                 order by position limit ?3"
            }
            None => {
                "select position, category, stream_id, revision, event_id, name, schema, network_id,
                     recorded_at, effective_at, metadata, data
                 from events not indexed
                 where ?1 < position and position <= ?2
                 order by position limit ?3"
            }
        })?;
        let mut rows = match filter.network {
            Some(id) => select.query(params![after.0, head.0, scan_max, id.uuid().as_bytes()])?,
            None => select.query(params![after.0, head.0, scan_max])?,
        };
        let mut copies = Copies::new(names);
        let mut read_to = after;
        let (mut looked_at, mut admitted) = (0, 0);
        while let Some(row) = rows.next()? {
            let position = Position(row.get(0)?);
            if filter.network.is_none() && position.0 != read_to.0 + 1 {
                return Err(ReadError::Missing(read_to.0));
            }
            read_to = position;
            looked_at += 1;
            if wanted(row, filter)? {
                copies.push(row)?;
                admitted += 1;
                if admitted == limit {
                    return Ok(Page { events: copies.events(), read_to });
                }
            }
        }
        if looked_at < scan_max {
            if filter.network.is_none() && read_to < head {
                return Err(ReadError::Missing(read_to.0));
            }
            read_to = head;
        }
        Ok(Page { events: copies.events(), read_to })
    }

    /// Finds the last event that was recorded at or before `instant`; positions are dense.
    pub(crate) fn position_at(
        &mut self,
        instant: Timestamp,
        head: Position,
    ) -> Result<Position, ReadError> {
        // Rounded down, also before 1970: a recorded time is a whole number of microseconds.
        let instant = instant.as_nanosecond().div_euclid(1_000);
        let sql = "select recorded_at from events where position = ?1";
        let mut select = self.connection.prepare_cached(sql)?;
        // All up to `low` are at or before the instant, all from `high` on are after it.
        let (mut low, mut high) = (0, head.0 + 1);
        while 1 < high - low {
            let middle = low + (high - low) / 2;
            let recorded_at: i64 = select.query_row([middle], |row| row.get(0))?;
            if i128::from(recorded_at) <= instant {
                low = middle;
            } else {
                high = middle;
            }
        }
        Ok(Position(low))
    }
}

fn wanted(row: &Row<'_>, filter: &Filter) -> Result<bool, ReadError> {
    if filter.categories.is_empty() {
        return Ok(true);
    }
    let category = row.get_ref(1)?.as_str()?;
    Ok(filter.categories.contains(&category))
}

impl<'a> Copies<'a> {
    fn new(names: &'a mut Names) -> Copies<'a> {
        Copies { names, events: vec![], texts: vec![], ends: vec![] }
    }

    /// Copies a row; columns in the order of the queries above.
    fn push(&mut self, row: &Row<'_>) -> Result<(), ReadError> {
        let category = self.names.keep(row.get_ref(1)?.as_str()?);
        let network_id: Option<[u8; 16]> = row.get(7)?;
        self.events.push(Recorded {
            position: Position(row.get(0)?),
            stream: StreamId::stored(category, Uuid::from_bytes(row.get(2)?)),
            revision: row.get(3)?,
            event_id: EventId::new(Uuid::from_bytes(row.get(4)?)),
            name: self.names.keep(row.get_ref(5)?.as_str()?),
            schema: row.get(6)?,
            network_id: network_id.map(|id| NetworkId::new(Uuid::from_bytes(id))),
            recorded_at: timestamp(row.get(8)?)?,
            effective_at: timestamp(row.get(9)?)?,
            metadata: Bytes::new(),
            data: Bytes::new(),
        });
        self.texts.extend_from_slice(row.get_ref(10)?.as_blob()?);
        let metadata_end = self.texts.len();
        self.texts.extend_from_slice(row.get_ref(11)?.as_blob()?);
        self.ends.push((metadata_end, self.texts.len()));
        Ok(())
    }

    /// The events, each with its part of the texts.
    fn events(self) -> Vec<Recorded> {
        let Copies { mut events, texts, ends, .. } = self;
        // Of a page that is kept, no more than its bytes is kept.
        let texts = Bytes::from(texts.into_boxed_slice());
        let mut start = 0;
        for (event, (metadata_end, data_end)) in events.iter_mut().zip(ends) {
            event.metadata = texts.slice(start..metadata_end);
            event.data = texts.slice(metadata_end..data_end);
            start = data_end;
        }
        events
    }
}

fn timestamp(micros: i64) -> Result<Timestamp, ReadError> {
    Timestamp::from_microsecond(micros).map_err(|_| FromSqlError::OutOfRange(micros).into())
}

impl Names {
    /// The longest text that needs no memory of its own.
    const INLINE_MAX: usize = 23;

    fn keep(&mut self, text: &str) -> SmolStr {
        if text.len() <= Names::INLINE_MAX {
            return SmolStr::new(text);
        }
        if let Some(kept) = self.0.get(text) {
            return kept.clone();
        }
        let name = SmolStr::new(text);
        if self.0.len() < NAMES_MAX {
            self.0.insert(text.into(), name.clone());
        }
        name
    }
}
