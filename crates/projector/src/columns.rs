//! How rows of a view are written and read: ids as their 16 bytes, instants as microseconds since
//! 1970 in UTC, parties and plain words as text. One way for every view of every service.

use std::collections::BTreeMap;

use eventlog::Recorded;
use jiff::Timestamp;
use kernel::{Id, IdKind, OrganisationId, Party, PersonId};
use rusqlite::{Connection, Params, Row, ToSql, types::Type};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::AsOf;

#[cfg(test)]
mod tests;

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

/// Where an event stands on both clocks.
pub fn moment(event: &Recorded) -> AsOf {
    AsOf { effective: event.effective_at, known: event.position }
}

/// When an event was true, as the columns hold it.
pub fn effective_us(event: &Recorded) -> i64 {
    event.effective_at.as_microsecond()
}

/// An id as the columns hold it.
pub fn key<K: IdKind>(id: Id<K>) -> [u8; 16] {
    id.uuid().into_bytes()
}

/// Runs a statement that changes rows.
///
/// # Errors
///
/// Returns what SQLite fails with.
pub fn run(connection: &Connection, sql: &str, parameters: impl Params) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.execute(parameters)?;
    Ok(())
}

/// Reads all rows of a statement.
///
/// # Errors
///
/// Returns what SQLite fails with.
pub fn rows<T>(
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
///
/// # Errors
///
/// Returns what SQLite fails with.
pub fn listed<T>(
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
///
/// # Errors
///
/// Returns what SQLite fails with.
pub fn listed_as_of<T>(
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
///
/// # Errors
///
/// As `read`.
pub fn each<K, T>(
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

/// Reads an id.
///
/// # Errors
///
/// Says which column does not hold one.
pub fn id<K: IdKind>(row: &Row<'_>, column: &str) -> rusqlite::Result<Id<K>> {
    row.get(column).map(|bytes| Id::new(Uuid::from_bytes(bytes)))
}

/// Reads an id that may be null.
///
/// # Errors
///
/// Says which column does not hold one.
pub fn optional_id<K: IdKind>(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Id<K>>> {
    let bytes: Option<[u8; 16]> = row.get(column)?;
    Ok(bytes.map(|bytes| Id::new(Uuid::from_bytes(bytes))))
}

/// Reads an instant.
///
/// # Errors
///
/// Says which column does not hold one.
pub fn instant(row: &Row<'_>, column: &str) -> rusqlite::Result<Timestamp> {
    timestamp(row.get(column)?)
}

/// Reads an instant that may be null.
///
/// # Errors
///
/// Says which column does not hold one.
pub fn optional_instant(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Timestamp>> {
    row.get::<_, Option<i64>>(column)?.map(timestamp).transpose()
}

/// An instant from microseconds since 1970.
///
/// # Errors
///
/// Says that it is before the year 0001 or after 9999, roughly.
pub fn timestamp(micros: i64) -> rusqlite::Result<Timestamp> {
    Timestamp::from_microsecond(micros).map_err(|error| unreadable(error.into()))
}

/// Reads a party, written as its `Display` does: `person/…` or `organisation/…`.
///
/// # Errors
///
/// Says which column does not hold one.
pub fn party(row: &Row<'_>, column: &str) -> rusqlite::Result<Party> {
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
///
/// # Errors
///
/// Says which column does not hold one.
pub fn word<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|error| unreadable(error.into()))
}

/// As [`word`], of a column that may be null.
///
/// # Errors
///
/// Says which column does not hold one.
pub fn optional_word<T: DeserializeOwned>(
    row: &Row<'_>,
    column: &str,
) -> rusqlite::Result<Option<T>> {
    let text: Option<String> = row.get(column)?;
    let read = |text: String| serde_json::from_str(&text).map_err(|error| unreadable(error.into()));
    text.map(read).transpose()
}

/// Writes what [`word`] reads.
///
/// # Errors
///
/// Says that serde cannot write the value.
pub fn worded<T: Serialize>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|error| unreadable(error.into()))
}

/// Says that a value in a view cannot be what it should be.
pub fn unreadable(error: Box<dyn std::error::Error + Send + Sync>) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, Type::Text, error)
}
