//! The event log of tests and experiments: everything in memory, gone with the process.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures::{FutureExt as _, future, future::BoxFuture};
use jiff::Timestamp;
use kernel::{Clock, CommandId, EventId};
use tokio::sync::watch;

use crate::{
    Answer, Append, AppendError, Appended, EventLog, Filter, LogError, Page, Position, Recorded,
    StreamId, page_size,
};

#[cfg(test)]
mod tests;

/// An [`EventLog`] in memory. Appends happen at the call; their futures are ready.
#[derive(Debug)]
pub struct MemoryLog {
    clock: Arc<dyn Clock>,
    head: watch::Sender<Position>,
    records: Mutex<Records>,
}

#[derive(Default, Debug)]
struct Records {
    /// Every event, in order of position; the first one has position 1.
    events: Vec<Recorded>,
    /// For each event, how many events of its append stand before it.
    append_indexes: Vec<usize>,
    /// Where each event stands in `events`.
    by_id: HashMap<EventId, usize>,
    /// Where the events of each stream stand in `events`.
    by_stream: HashMap<StreamId, Vec<usize>>,
    commands: HashMap<CommandId, Answer>,
}

impl MemoryLog {
    /// Makes an empty log that takes the times of recording from `clock`.
    pub fn new(clock: Arc<dyn Clock>) -> MemoryLog {
        MemoryLog { clock, head: watch::Sender::default(), records: Mutex::default() }
    }

    fn records(&self) -> MutexGuard<'_, Records> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl EventLog for MemoryLog {
    fn append(&self, append: Append) -> BoxFuture<'static, Result<Appended, AppendError>> {
        let mut records = self.records();
        let outcome = records.append(append, self.clock.now());
        self.head.send_if_modified(|head| {
            let before = *head;
            *head = records.head();
            before != *head
        });
        drop(records);
        future::ready(outcome).boxed()
    }

    fn recall(&self, command: CommandId) -> BoxFuture<'_, Result<Option<Answer>, LogError>> {
        future::ready(Ok(self.records().commands.get(&command).cloned())).boxed()
    }

    fn read_stream(
        &self,
        stream: StreamId,
        from: u64,
        limit: u32,
    ) -> BoxFuture<'_, Result<Vec<Recorded>, LogError>> {
        let records = self.records();
        let indexes = records.by_stream.get(&stream).map_or(&[][..], Vec::as_slice);
        let events = indexes
            .iter()
            .skip(usize::try_from(from).unwrap_or(usize::MAX))
            .take(page_size(limit))
            .map(|index| records.events[*index].clone())
            .collect();
        future::ready(Ok(events)).boxed()
    }

    fn read_all(
        &self,
        after: Position,
        filter: Filter,
        limit: u32,
    ) -> BoxFuture<'_, Result<Page, LogError>> {
        let records = self.records();
        let start = usize::try_from(after.0).unwrap_or(usize::MAX).min(records.events.len());
        let page = Page::of(&records.events[start..], (after, records.head()), &filter, limit);
        future::ready(Ok(page)).boxed()
    }

    fn position_at(&self, instant: Timestamp) -> BoxFuture<'_, Result<Position, LogError>> {
        let records = self.records();
        let count = records.events.partition_point(|event| event.recorded_at <= instant);
        future::ready(Ok(position(count))).boxed()
    }

    fn head(&self) -> watch::Receiver<Position> {
        self.head.subscribe()
    }
}

impl Records {
    fn head(&self) -> Position {
        position(self.events.len())
    }

    fn append(&mut self, append: Append, now: Timestamp) -> Result<Appended, AppendError> {
        if let Some((first, stream, fingerprint)) = self.commands.get(&append.command_id) {
            return if stream == &append.stream && fingerprint == &append.fingerprint {
                Ok(*first)
            } else {
                Err(AppendError::CommandReused)
            };
        }
        if let Some(first) = self.recorded_before(&append)? {
            return Ok(first);
        }
        let actual = length(self.by_stream.get(&append.stream).map_or(0, Vec::len));
        if actual != append.expected {
            return Err(AppendError::Conflict { expected: append.expected, actual });
        }
        let (command_id, stream) = (append.command_id, append.stream.clone());
        let fingerprint = append.fingerprint;
        let events = u32::try_from(append.events.len()).unwrap_or(u32::MAX);
        self.record(append, now);
        let length = actual + u64::from(events);
        let appended = Appended { position: self.head(), length, events, recalled: false };
        let recalled = Appended { recalled: true, ..appended };
        self.commands.insert(command_id, (recalled, stream, fingerprint));
        Ok(appended)
    }

    /// The answer of the earlier append that recorded exactly these events; `None` when none of
    /// them is recorded.
    fn recorded_before(&self, append: &Append) -> Result<Option<Appended>, AppendError> {
        let ids: HashSet<EventId> = append.events.iter().map(|event| event.event_id).collect();
        if ids.len() < append.events.len() {
            return Err(AppendError::PartlyRecorded);
        }
        let found: Vec<usize> =
            append.events.iter().filter_map(|e| self.by_id.get(&e.event_id).copied()).collect();
        let (Some(first), Some(last)) = (found.first(), found.last()) else {
            return Ok(None);
        };
        let whole = found.len() == append.events.len()
            && found.iter().enumerate().all(|(index, at)| {
                *at == first + index
                    && self.append_indexes[*at] == index
                    && self.events[*at].stream == append.stream
            })
            && self.append_indexes.get(last + 1).is_none_or(|next| *next == 0);
        if !whole {
            return Err(AppendError::PartlyRecorded);
        }
        let last = &self.events[*last];
        Ok(Some(Appended {
            position: last.position,
            length: last.revision + 1,
            events: u32::try_from(found.len()).unwrap_or(u32::MAX),
            recalled: true,
        }))
    }

    fn record(&mut self, append: Append, now: Timestamp) {
        let recorded_at = self.events.last().map_or(now, |last| last.recorded_at.max(now));
        for (append_index, event) in append.events.into_iter().enumerate() {
            let at = self.events.len();
            let revisions = self.by_stream.entry(append.stream.clone()).or_default();
            let recorded = Recorded {
                position: position(at + 1),
                stream: append.stream.clone(),
                revision: length(revisions.len()),
                event_id: event.event_id,
                name: event.name,
                schema: event.schema,
                network_id: append.network_id,
                recorded_at,
                effective_at: event.effective_at.map_or(recorded_at, |at| at.min(recorded_at)),
                metadata: event.metadata.into(),
                data: event.data.into(),
            };
            revisions.push(at);
            self.by_id.insert(recorded.event_id, at);
            self.append_indexes.push(append_index);
            self.events.push(recorded);
        }
    }
}

fn position(count: usize) -> Position {
    Position(length(count))
}

fn length(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
