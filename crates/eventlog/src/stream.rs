//! Reading one stream as the values it records.

use kernel::Event;
use uuid::Uuid;

use crate::{EventLog, LogError, Recorded, StreamId};

#[cfg(test)]
mod tests;

/// How many events are read at a time.
const PAGE: u32 = 1_024;

/// The events of a stream, as they are recorded and as values, oldest first; empty when there is no such stream.
///
/// For commands that need to know what a stream says besides the state that its decider keeps.
///
/// # Errors
///
/// Says that the log cannot be read, or which stream has an event that cannot.
pub async fn events_of<E: Event>(
    log: &dyn EventLog,
    id: Uuid,
) -> Result<Vec<(Recorded, E)>, LogError> {
    let stream = StreamId::of::<E>(id);
    let (mut events, mut from) = (Vec::new(), 0);
    loop {
        let page = log.read_stream(stream.clone(), from, PAGE).await?;
        let Some(last) = page.last() else { return Ok(events) };
        from = last.revision + 1;
        for recorded in page {
            let event = recorded.decode::<E>();
            let event = event.map_err(|error| LogError::new(format!("read {stream}"), error))?;
            events.extend(event.map(|event| (recorded, event)));
        }
    }
}
