//! The rules of an append, inside the transaction that may record it.

use bytes::Bytes;
use eventlog::{
    Answer, Append, AppendError, Appended, Fingerprint, NewEvent, Position, Recorded, StreamId,
};
use jiff::Timestamp;
use kernel::CommandId;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use smol_str::SmolStr;
use uuid::Uuid;

use crate::file::Durable;

/// An event that is recorded already.
struct Known {
    position: u64,
    append_index: u64,
    revision: u64,
    same_stream: bool,
}

/// Records `append`, or tells why not; everything is checked before the first row is written.
///
/// `end` is where the log ends within this transaction, and moves on; what is recorded is added to
/// `newest`. `now` is in microseconds.
/// An error means that the transaction is lost, and every append in it.
pub(crate) fn admit(
    tx: &Connection,
    end: &mut Durable,
    newest: &mut Vec<Recorded>,
    append: &Append,
    now: i64,
) -> rusqlite::Result<Result<Appended, AppendError>> {
    if let Some((first, stream, fingerprint)) = recall(tx, append.command_id)? {
        return Ok(if stream == append.stream && fingerprint == append.fingerprint {
            Ok(first)
        } else {
            Err(AppendError::CommandReused)
        });
    }
    match recorded_before(tx, append)? {
        Ok(None) => {}
        Ok(Some(first)) => return Ok(Ok(first)),
        Err(error) => return Ok(Err(error)),
    }
    let actual = stream_length(tx, &append.stream)?;
    if actual != append.expected {
        return Ok(Err(AppendError::Conflict { expected: append.expected, actual }));
    }
    let recorded_at = end.recorded_at.max(now);
    let derived_id = append.command_id.event_id(0);
    let in_event = append.events.first().is_some_and(|first| first.event_id == derived_id);
    for (append_index, event) in (0_u64..).zip(&append.events) {
        end.position += 1;
        let place = Place {
            position: end.position,
            revision: actual + append_index,
            append_index,
            fingerprint: (in_event && append_index == 0).then_some(append.fingerprint.0),
            recorded_at,
            effective_at: event
                .effective_at
                .map_or(recorded_at, |at| at.as_microsecond().min(recorded_at)),
        };
        insert_event(tx, append, event, &place)?;
        newest.push(recorded(append, event, &place)?);
        end.event_id = Some(event.event_id.uuid().into_bytes());
        end.recorded_at = recorded_at;
    }
    let events = u32::try_from(append.events.len()).unwrap_or(u32::MAX);
    let appended = Appended {
        position: Position(end.position),
        length: actual + u64::from(events),
        events,
        recalled: false,
    };
    if !in_event {
        insert_command(tx, append, &appended)?;
    }
    end.command_id = Some(append.command_id.uuid().into_bytes());
    Ok(Ok(appended))
}

/// The answer that a command got, from the ledger.
///
/// A command's first event says it, if the command recorded any; `commands` has the others.
pub(crate) fn recall(
    connection: &Connection,
    command_id: CommandId,
) -> rusqlite::Result<Option<Answer>> {
    let sql = "select position, revision, category, stream_id, fingerprint
               from events where event_id = ?1 and fingerprint is not null";
    let first = command_id.event_id(0).uuid();
    let found = connection
        .prepare_cached(sql)?
        .query_row([first.as_bytes()], |row| {
            let (position, revision): (u64, u64) = (row.get(0)?, row.get(1)?);
            Ok((position, revision, stream(row, 2)?, Fingerprint(row.get(4)?)))
        })
        .optional()?;
    if let Some((position, revision, stream, fingerprint)) = found {
        let events = append_size(connection, position)?;
        let appended = Appended {
            position: Position(position + u64::from(events) - 1),
            length: revision + u64::from(events),
            events,
            recalled: true,
        };
        return Ok(Some((appended, stream, fingerprint)));
    }
    let sql = "select position, length, events, category, stream_id, fingerprint
               from commands where command_id = ?1";
    connection.prepare_cached(sql)?.query_row([command_id.uuid().as_bytes()], answer).optional()
}

/// How many events the append holds whose first event is at `position`.
fn append_size(connection: &Connection, position: u64) -> rusqlite::Result<u32> {
    let sql = "select append_index from events where ?1 < position order by position";
    let mut select = connection.prepare_cached(sql)?;
    let mut rows = select.query([position])?;
    let mut size = 1;
    while let Some(row) = rows.next()?
        && row.get::<_, u32>(0)? != 0
    {
        size += 1;
    }
    Ok(size)
}

fn stream(row: &Row<'_>, column: usize) -> rusqlite::Result<StreamId> {
    let category = SmolStr::new(row.get_ref(column)?.as_str()?);
    Ok(StreamId::stored(category, Uuid::from_bytes(row.get(column + 1)?)))
}

fn answer(row: &Row<'_>) -> rusqlite::Result<Answer> {
    let appended = Appended {
        position: Position(row.get(0)?),
        length: row.get(1)?,
        events: row.get(2)?,
        recalled: true,
    };
    Ok((appended, stream(row, 3)?, Fingerprint(row.get(5)?)))
}

/// The answer of the earlier append that recorded exactly these events; `None` when none of them
/// is recorded.
fn recorded_before(
    tx: &Connection,
    append: &Append,
) -> rusqlite::Result<Result<Option<Appended>, AppendError>> {
    let mut ids: Vec<_> = append.events.iter().map(|event| event.event_id).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.len() < append.events.len() {
        return Ok(Err(AppendError::PartlyRecorded));
    }
    let mut found = vec![];
    for event in &append.events {
        found.extend(known(tx, event, &append.stream)?);
    }
    let (Some(first), Some(last)) = (found.first(), found.last()) else {
        return Ok(Ok(None));
    };
    let whole = found.len() == append.events.len()
        && (0..).zip(&found).all(|(index, known)| {
            known.same_stream
                && known.append_index == index
                && known.position == first.position + index
        })
        && begins_append(tx, last.position + 1)?;
    if !whole {
        return Ok(Err(AppendError::PartlyRecorded));
    }
    Ok(Ok(Some(Appended {
        position: Position(last.position),
        length: last.revision + 1,
        events: u32::try_from(found.len()).unwrap_or(u32::MAX),
        recalled: true,
    })))
}

fn known(tx: &Connection, event: &NewEvent, stream: &StreamId) -> rusqlite::Result<Option<Known>> {
    let sql = "select position, append_index, revision, category, stream_id
               from events where event_id = ?1";
    tx.prepare_cached(sql)?
        .query_row([event.event_id.uuid().as_bytes()], |row| {
            let same_stream = row.get_ref(3)?.as_str()? == stream.category()
                && row.get_ref(4)?.as_blob()? == stream.id().as_bytes();
            Ok(Known {
                position: row.get(0)?,
                append_index: row.get(1)?,
                revision: row.get(2)?,
                same_stream,
            })
        })
        .optional()
}

/// Tells whether the event at `position` is the first of its append, or not there at all.
fn begins_append(tx: &Connection, position: u64) -> rusqlite::Result<bool> {
    let sql = "select append_index from events where position = ?1";
    let index: Option<u64> =
        tx.prepare_cached(sql)?.query_row([position], |row| row.get(0)).optional()?;
    Ok(index.is_none_or(|index| index == 0))
}

fn stream_length(tx: &Connection, stream: &StreamId) -> rusqlite::Result<u64> {
    let sql = "select revision from events where stream_id = ?1 and category = ?2
               order by revision desc limit 1";
    let last: Option<u64> = tx
        .prepare_cached(sql)?
        .query_row(params![stream.id().as_bytes(), stream.category()], |row| row.get(0))
        .optional()?;
    Ok(last.map_or(0, |revision| revision + 1))
}

/// Where and when an event is recorded.
struct Place {
    position: u64,
    revision: u64,
    append_index: u64,
    fingerprint: Option<u16>,
    recorded_at: i64,
    effective_at: i64,
}

/// The event as a reader finds it.
fn recorded(append: &Append, event: &NewEvent, place: &Place) -> rusqlite::Result<Recorded> {
    let instant = |micros| {
        Timestamp::from_microsecond(micros)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
    };
    Ok(Recorded {
        position: Position(place.position),
        stream: append.stream.clone(),
        revision: place.revision,
        event_id: event.event_id,
        name: event.name.clone(),
        schema: event.schema,
        network_id: append.network_id,
        recorded_at: instant(place.recorded_at)?,
        effective_at: instant(place.effective_at)?,
        metadata: Bytes::copy_from_slice(&event.metadata),
        data: Bytes::copy_from_slice(&event.data),
    })
}

fn insert_event(
    tx: &Connection,
    append: &Append,
    event: &NewEvent,
    place: &Place,
) -> rusqlite::Result<()> {
    let sql = "insert into events (position, category, stream_id, revision, append_index,
                   fingerprint, event_id, name, schema, network_id, recorded_at, effective_at, metadata, data)
               values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,
                   ?14)";
    tx.prepare_cached(sql)?.execute(params![
        place.position,
        append.stream.category(),
        append.stream.id().as_bytes(),
        place.revision,
        place.append_index,
        place.fingerprint,
        event.event_id.uuid().as_bytes(),
        event.name.as_str(),
        event.schema,
        append.network_id.map(|id| id.uuid().into_bytes()),
        place.recorded_at,
        place.effective_at,
        event.metadata.as_slice(),
        event.data.as_slice(),
    ])?;
    Ok(())
}

fn insert_command(tx: &Connection, append: &Append, appended: &Appended) -> rusqlite::Result<()> {
    let sql =
        "insert into commands (command_id, fingerprint, category, stream_id, position, length,
                   events)
               values (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    tx.prepare_cached(sql)?.execute(params![
        append.command_id.uuid().as_bytes(),
        append.fingerprint.0,
        append.stream.category(),
        append.stream.id().as_bytes(),
        appended.position.0,
        appended.length,
        appended.events,
    ])?;
    Ok(())
}
