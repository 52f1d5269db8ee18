//! The newest events, in memory: who follows the log live needs neither the disk nor a thread that
//! may block.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use eventlog::{Filter, Page, Position, Recorded};

#[cfg(test)]
mod tests;

/// How many events are kept at most.
pub(crate) const EVENTS_MAX: usize = 4_096;

/// How many bytes of metadata and data are kept at most.
const BYTES_MAX: usize = 4 * 1_024 * 1_024;

/// Every event after some position, as far as the writer knows it to be durable.
#[derive(Debug)]
pub(crate) struct Tail {
    events_max: usize,
    kept: Mutex<Events>,
}

#[derive(Debug)]
struct Events {
    /// The position before the first event that is kept.
    after: Position,
    events: VecDeque<Recorded>,
    bytes: usize,
}

impl Tail {
    /// Keeps at most `events_max` of what comes after `after`; nothing did yet.
    pub(crate) fn after(after: Position, events_max: usize) -> Tail {
        Tail { events_max, kept: Mutex::new(Events { after, events: VecDeque::new(), bytes: 0 }) }
    }

    /// Forgets everything; what comes after `after` follows.
    pub(crate) fn restart(&self, after: Position) {
        *self.events() = Events { after, events: VecDeque::new(), bytes: 0 };
    }

    /// Adds events that became durable, in order; the oldest make room.
    pub(crate) fn extend(&self, newer: Vec<Recorded>) {
        let mut kept = self.events();
        for event in newer {
            kept.bytes += size(&event);
            kept.events.push_back(event);
        }
        while (self.events_max < kept.events.len() || BYTES_MAX < kept.bytes)
            && let Some(oldest) = kept.events.pop_front()
        {
            kept.bytes -= size(&oldest);
            kept.after = oldest.position;
        }
    }

    /// The page of events after `after` and up to `head`, as [`EventLog::read_all`] gives it; `None`
    /// when some of them are not kept.
    ///
    /// [`EventLog::read_all`]: eventlog::EventLog::read_all
    pub(crate) fn page(
        &self,
        after: Position,
        head: Position,
        filter: &Filter,
        limit: u32,
    ) -> Option<Page> {
        if head <= after {
            return Some(Page { events: vec![], read_to: after });
        }
        let kept = self.events();
        let newest = kept.events.back().map_or(kept.after, |event| event.position);
        if after < kept.after || newest < head {
            return None;
        }
        let begin = kept.events.partition_point(|event| event.position <= after);
        let newer = kept.events.range(begin..).take_while(|event| event.position <= head);
        Some(Page::of(newer, (after, head), filter, limit))
    }

    fn events(&self) -> MutexGuard<'_, Events> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn size(event: &Recorded) -> usize {
    event.metadata.len() + event.data.len()
}
