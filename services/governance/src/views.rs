//! What governance can be asked: one file a subject, with how events change its tables and how they
//! are read, side by side.
//!
//! Five views: [`charters`], [`proposals`] (with [`agenda`] and [`goals`]), [`decisions`] (with
//! [`delegations`]), [`register`] (with [`mandates`]) and [`participation`]. What a viewer may see
//! of a vote is said once, in [`sight`], and applied in [`votes`]. Personal texts are kept as sealed as they stand in
//! the log, and opened when they are asked for.

pub mod agenda;
pub mod charters;
pub mod decisions;
pub mod delegations;
pub mod figures;
pub mod goals;
pub mod mandates;
pub mod participation;
pub mod proposals;
pub mod register;
pub mod sight;
#[cfg(test)]
pub(crate) mod testing;
pub mod votes;

use std::collections::BTreeMap;

use eventlog::Recorded;
use jiff::Timestamp;
use kernel::{EventId, Id, IdKind, OrganisationId, Party, PersonId, Personal, PersonalField as _};
use projector::AsOf;
use rusqlite::{Connection, Params, Row, ToSql, types::Type};
use uuid::Uuid;

/// A part of a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed<T> {
    /// The items of the page.
    pub items: Vec<T>,
    /// How many items all pages have.
    pub total: u64,
}

/// Which part of a list is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Part {
    /// How many items come before it.
    pub offset: u64,
    /// How many items it has at most.
    pub limit: u32,
}

impl Part {
    /// The first `limit` items.
    pub const fn first(limit: u32) -> Part {
        Part { offset: 0, limit }
    }
}

/// A personal text: sealed when it comes out of a view, open or erased once it was asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Text {
    /// The event that carries it.
    pub event_id: EventId,
    /// The field of that event.
    pub field: &'static str,
    /// The text.
    pub value: Personal<String>,
}

impl Text {
    /// The text, once it is open; `None` while it is sealed and after its person was erased.
    pub fn text(&self) -> Option<&str> {
        self.value.value().map(String::as_str)
    }

    /// Reads the columns `subject`, `event_id` and `sealed`; `None` when they are null.
    fn stored(row: &Row<'_>, field: &'static str) -> rusqlite::Result<Option<Text>> {
        let Some(bytes) = row.get("sealed")? else { return Ok(None) };
        let value = Personal::Sealed { subject: id(row, "subject")?, bytes };
        Ok(Some(Text { event_id: id(row, "event_id")?, field, value }))
    }

    /// As [`Text::stored`], of a table in which the columns are never null.
    fn required(row: &Row<'_>, field: &'static str) -> rusqlite::Result<Text> {
        Text::stored(row, field)?.ok_or_else(|| unreadable("a text is missing".into()))
    }
}

/// A personal text on its way into a view.
struct Kept<'a> {
    subject: [u8; 16],
    event_id: [u8; 16],
    sealed: &'a [u8],
}

impl<'a> Kept<'a> {
    fn of(event: &Recorded, value: &'a Personal<String>) -> Kept<'a> {
        Kept {
            subject: key(value.subject()),
            event_id: key(event.event_id),
            // What comes out of the log is sealed; nothing else could be opened again.
            sealed: value.sealed().unwrap_or_default(),
        }
    }
}

/// Where an event stands on both clocks.
fn moment(event: &Recorded) -> AsOf {
    AsOf { effective: event.effective_at, known: event.position }
}

/// When an event was true, as the columns hold it.
fn effective_us(event: &Recorded) -> i64 {
    event.effective_at.as_microsecond()
}

/// An id as the columns hold it.
fn key<K: IdKind>(id: Id<K>) -> [u8; 16] {
    id.uuid().into_bytes()
}

/// Runs a statement that changes rows.
fn run(connection: &Connection, sql: &str, parameters: impl Params) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.execute(parameters)?;
    Ok(())
}

/// Reads all rows of a statement.
fn rows<T>(
    connection: &Connection,
    sql: &str,
    parameters: impl Params,
    row: fn(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    connection.prepare_cached(sql)?.query_map(parameters, row)?.collect()
}

/// Reads one part of a list, and how long the list is.
///
/// `list` and `total` name the same parameters `about`; `list` names `:limit` and `:offset` too.
fn listed<T>(
    connection: &Connection,
    (list, total): (&str, &str),
    about: &[(&str, &dyn ToSql)],
    part: Part,
    row: fn(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Listed<T>> {
    let count = |row: &Row<'_>| row.get(0);
    let total = connection.prepare_cached(total)?.query_row(about, count)?;
    let mut parameters = about.to_vec();
    parameters.extend([(":limit", &part.limit as &dyn ToSql), (":offset", &part.offset)]);
    let items = rows(connection, list, parameters.as_slice(), row)?;
    Ok(Listed { items, total })
}

/// As [`listed`], as of a moment: the statements name `:effective` and `:known` too.
fn listed_as_of<T>(
    connection: &Connection,
    statements: (&str, &str),
    about: &[(&str, &dyn ToSql)],
    (as_of, part): (AsOf, Part),
    row: fn(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Listed<T>> {
    let (effective, known) = (as_of.effective_us(), as_of.known_position());
    let mut about = about.to_vec();
    about.extend([(":effective", &effective as &dyn ToSql), (":known", &known)]);
    listed(connection, statements, &about, part, row)
}

/// Reads one thing for each of `ids`; those that there are not are left out.
pub(crate) fn each<K, T>(
    connection: &Connection,
    ids: &[Id<K>],
    read: impl Fn(&Connection, Id<K>) -> rusqlite::Result<Option<T>>,
) -> rusqlite::Result<BTreeMap<Id<K>, T>>
where
    Id<K>: Ord + Copy,
{
    let mut found = BTreeMap::new();
    for id in ids {
        if let Some(value) = read(connection, *id)? {
            found.insert(*id, value);
        }
    }
    Ok(found)
}

fn id<K: IdKind>(row: &Row<'_>, column: &str) -> rusqlite::Result<Id<K>> {
    row.get(column).map(|bytes| Id::new(Uuid::from_bytes(bytes)))
}

fn optional_id<K: IdKind>(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Id<K>>> {
    let bytes: Option<[u8; 16]> = row.get(column)?;
    Ok(bytes.map(|bytes| Id::new(Uuid::from_bytes(bytes))))
}

fn instant(row: &Row<'_>, column: &str) -> rusqlite::Result<Timestamp> {
    timestamp(row.get(column)?)
}

fn optional_instant(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Timestamp>> {
    row.get::<_, Option<i64>>(column)?.map(timestamp).transpose()
}

fn timestamp(micros: i64) -> rusqlite::Result<Timestamp> {
    Timestamp::from_microsecond(micros).map_err(|error| unreadable(error.into()))
}

fn party(row: &Row<'_>, column: &str) -> rusqlite::Result<Party> {
    let text: String = row.get(column)?;
    parse_party(&text).ok_or_else(|| unreadable(format!("{text} is no party").into()))
}

fn parse_party(text: &str) -> Option<Party> {
    match text.split_once('/')? {
        ("person", id) => PersonId::parse(id).ok().map(Party::Person),
        ("organisation", id) => OrganisationId::parse(id).ok().map(Party::Organisation),
        _ => None,
    }
}

/// Reads a value that serde writes as a plain word or a piece of JSON.
fn word<T: serde::de::DeserializeOwned>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|error| unreadable(error.into()))
}

/// As [`word`], of a column that may be null.
fn optional_word<T: serde::de::DeserializeOwned>(
    row: &Row<'_>,
    column: &str,
) -> rusqlite::Result<Option<T>> {
    let text: Option<String> = row.get(column)?;
    let read = |text: String| serde_json::from_str(&text).map_err(|error| unreadable(error.into()));
    text.map(read).transpose()
}

/// Writes what [`word`] reads.
fn worded<T: serde::Serialize>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|error| unreadable(error.into()))
}

fn unreadable(error: Box<dyn std::error::Error + Send + Sync>) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, Type::Text, error)
}
