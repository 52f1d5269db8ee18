//! What membership can be asked: one file a view, with its table, how events change it, and how it
//! is read, side by side.

pub mod gatherings;
pub mod networks;
pub mod organisations;
pub mod people;
pub mod ties;

use jiff::Timestamp;
use kernel::{Id, IdKind, OrganisationId, Party, PersonId};
use projector::AsOf;
use rusqlite::{Connection, Row, ToSql, types::Type};
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

/// Reads one part of a list as of a moment, and how long the list is.
///
/// `list` and `total` name the same parameters `about`, besides `:effective` and `:known`; `list`
/// names `:limit` and `:offset` too.
fn listed<T>(
    connection: &Connection,
    (list, total): (&str, &str),
    about: &[(&str, &dyn ToSql)],
    (as_of, part): (AsOf, Part),
    row: fn(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Listed<T>> {
    let (effective, known) = (as_of.effective_us(), as_of.known_position());
    let mut parameters = about.to_vec();
    parameters.extend([(":effective", &effective as &dyn ToSql), (":known", &known)]);
    let count = |row: &Row<'_>| row.get(0);
    let total = connection.prepare_cached(total)?.query_row(parameters.as_slice(), count)?;
    parameters.extend([(":limit", &part.limit as &dyn ToSql), (":offset", &part.offset)]);
    let mut statement = connection.prepare_cached(list)?;
    let items = statement.query_map(parameters.as_slice(), row)?.collect::<Result<_, _>>()?;
    Ok(Listed { items, total })
}

fn id<K: IdKind>(row: &Row<'_>, column: &str) -> rusqlite::Result<Id<K>> {
    row.get(column).map(|bytes| Id::new(Uuid::from_bytes(bytes)))
}

fn instant(row: &Row<'_>, column: &str) -> rusqlite::Result<Timestamp> {
    Timestamp::from_microsecond(row.get(column)?).map_err(|error| unreadable(error.into()))
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

/// Writes what [`word`] reads.
fn worded<T: serde::Serialize>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|error| unreadable(error.into()))
}

fn unreadable(error: Box<dyn std::error::Error + Send + Sync>) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, Type::Text, error)
}
