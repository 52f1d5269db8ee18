//! What the tests of this crate share: a log, ballots in it, and a view that counts them.

use std::sync::Arc;

use eventlog::{
    Append, EventLog, Fingerprint, MemoryLog, NewEvent, Position, Recorded, StreamId,
    UnreadableEvent,
};
use jiff::Timestamp;
use kernel::{Clock, CommandId};
use rusqlite::{Connection, Transaction, params};
use uuid::Uuid;

use crate::{Projection, ViewError};

#[derive(Debug)]
struct Fixed(Timestamp);

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        self.0
    }
}

pub(crate) fn log() -> Arc<dyn EventLog> {
    log_of(1_000)
}

/// A log whose events are all recorded at `second`.
pub(crate) fn log_of(second: i64) -> Arc<dyn EventLog> {
    Arc::new(MemoryLog::new(Arc::new(Fixed(Timestamp::from_second(second).unwrap()))))
}

/// Records one event for each of `choices` in the stream of `category`, as one command.
pub(crate) async fn record(
    log: &Arc<dyn EventLog>,
    category: &'static str,
    choices: &[&str],
) -> Position {
    let head = log.head().borrow().0;
    let command_id = CommandId::derived(Uuid::nil(), &format!("{category}/{head}"));
    let stream = StreamId::stored(category.into(), command_id.uuid());
    let events = choices
        .iter()
        .enumerate()
        .map(|(index, choice)| NewEvent {
            event_id: command_id.event_id(index),
            name: "BallotCast".into(),
            schema: 1,
            effective_at: None,
            metadata:
                br#"{"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}"#
                    .to_vec(),
            data: serde_json::to_vec(choice).unwrap(),
        })
        .collect();
    let fingerprint = Fingerprint::of(&[]);
    let append = Append { command_id, fingerprint, stream, expected: 0, network_id: None, events };
    log.append(append).await.unwrap().position
}

/// Counts ballots by choice, and keeps each. The choice `unreadable` cannot be folded.
#[derive(Debug)]
pub(crate) enum Tally {}

impl Projection for Tally {
    const NAME: &'static str = "tally_1";
    const SCHEMA: &'static str = "
        create table tally (choice text primary key, ballots integer not null) strict;
        create table ballot (position integer primary key, event blob not null) strict;";
    const CATEGORIES: &'static [&'static str] = &["ballot"];

    fn apply(tx: &Transaction<'_>, event: &Recorded) -> Result<(), ViewError> {
        apply(tx, event)
    }
}

/// The same name as [`Tally`], but other tables.
#[derive(Debug)]
pub(crate) enum Reshaped {}

impl Projection for Reshaped {
    const NAME: &'static str = "tally_1";
    const SCHEMA: &'static str = "
        create table tally (choice text primary key, ballots integer not null) strict;
        create table ballot (position integer primary key, event blob) strict;";
    const CATEGORIES: &'static [&'static str] = &["ballot"];

    fn apply(tx: &Transaction<'_>, event: &Recorded) -> Result<(), ViewError> {
        apply(tx, event)
    }
}

fn apply(tx: &Transaction<'_>, event: &Recorded) -> Result<(), ViewError> {
    let choice: String = serde_json::from_slice(&event.data).unwrap();
    assert_ne!(choice, "bug", "a projection with a bug");
    if choice == "unreadable" {
        let source = serde_json::from_slice::<u8>(&event.data).unwrap_err();
        let (position, name) = (event.position, event.name.clone());
        return Err(UnreadableEvent { position, name, source }.into());
    }
    tx.prepare_cached(
        "insert into tally values (?1, 1) on conflict do update set ballots = ballots + 1",
    )?
    .execute([choice])?;
    tx.prepare_cached("insert into ballot values (?1, ?2)")?
        .execute(params![event.position.0, event.event_id.uuid().as_bytes()])?;
    Ok(())
}

/// How many ballots are counted, and how many kept.
pub(crate) fn ballots(connection: &Connection) -> rusqlite::Result<(u64, u64)> {
    connection.query_row(
        "select (select coalesce(sum(ballots), 0) from tally), (select count(*) from ballot)",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}
