//! From fields of messages to domain values and back. Whatever is malformed names its field.

use jiff::Timestamp;
use kernel::{ErrorCode, Id, IdKind, Known, Party};
use tonic::Status;

use crate::{status, weft::common::v1 as message};

#[cfg(test)]
mod tests;

/// The longest text a request may carry in one field, in bytes.
pub const TEXT_MAX: usize = 4_096;

/// How many things one request reads by their ids at most.
pub const BATCH_MAX: usize = 100;

/// The longest text of a charter's section or a proposal, in bytes.
pub const DOCUMENT_MAX: usize = 65_536;

/// Reads an id.
///
/// # Errors
///
/// Says that `field` is not a UUID.
pub fn id<K: IdKind>(text: &str, field: &str) -> Result<Id<K>, Status> {
    Id::parse(text).map_err(|error| {
        status(ErrorCode::Invalid, "ID_MALFORMED", Some(field), &error.to_string())
    })
}

/// Reads the ids of what is read together.
///
/// # Errors
///
/// Says that `field` holds more than [`BATCH_MAX`], or something that is not a UUID.
pub fn ids<K: IdKind>(texts: &[String], field: &str) -> Result<Vec<Id<K>>, Status> {
    if BATCH_MAX < texts.len() {
        let message = format!("{} ids are given, at most {BATCH_MAX} are read", texts.len());
        return Err(status(ErrorCode::Invalid, "BATCH_TOO_LONG", Some(field), &message));
    }
    texts.iter().map(|text| id(text, field)).collect()
}

/// Reads an enum; `all` are the domain's values, `message` says which number stands for each.
///
/// # Errors
///
/// Says that `field` is unspecified, or a number that this version does not know.
pub fn value<D: Copy, M: Into<i32>>(
    number: i32,
    all: &[D],
    message: fn(D) -> M,
    field: &str,
) -> Result<D, Status> {
    if number == 0 {
        return Err(missing(field));
    }
    all.iter().copied().find(|value| message(*value).into() == number).ok_or_else(|| {
        let message = format!("{number} is not a value of {field} that is known here");
        status(ErrorCode::Invalid, "VALUE_UNKNOWN", Some(field), &message)
    })
}

/// Reads an instant that may be absent.
///
/// # Errors
///
/// Says that `field` is not between the years 0001 and 9999.
pub fn instant(
    value: Option<prost_types::Timestamp>,
    field: &str,
) -> Result<Option<Timestamp>, Status> {
    value
        .map(|value| {
            Timestamp::new(value.seconds, value.nanos)
                .ok()
                .and_then(|instant| Timestamp::from_microsecond(instant.as_microsecond()).ok())
                .ok_or_else(|| {
                    let message = "is not a time between the years 0001 and 9999";
                    status(ErrorCode::Invalid, "TIME_MALFORMED", Some(field), message)
                })
        })
        .transpose()
}

/// Writes an instant.
pub fn timestamp(instant: Timestamp) -> prost_types::Timestamp {
    let (mut seconds, mut nanos) = (instant.as_second(), instant.subsec_nanosecond());
    // Before 1970 the fraction counts downwards here and upwards there.
    if nanos < 0 {
        seconds -= 1;
        nanos += 1_000_000_000;
    }
    prost_types::Timestamp { seconds, nanos }
}

/// Reads a party.
///
/// # Errors
///
/// Says that `field` is absent or names nobody.
pub fn party(value: Option<message::Party>, field: &str) -> Result<Party, Status> {
    match value.and_then(|value| value.party) {
        Some(message::party::Party::PersonId(text)) => id(&text, field).map(Party::Person),
        Some(message::party::Party::OrganisationId(text)) => {
            id(&text, field).map(Party::Organisation)
        }
        None => Err(missing(field)),
    }
}

/// Writes a party.
pub fn party_message(party: Party) -> message::Party {
    let party = match party {
        Party::Person(person) => message::party::Party::PersonId(person.to_string()),
        Party::Organisation(organisation) => {
            message::party::Party::OrganisationId(organisation.to_string())
        }
    };
    message::Party { party: Some(party) }
}

/// Reads a text that must say something.
///
/// # Errors
///
/// Says that `field` is empty or longer than [`TEXT_MAX`].
pub fn text(value: &str, field: &str) -> Result<String, Status> {
    optional_text(value, field)?.ok_or_else(|| missing(field))
}

/// Reads a text that may be empty; `None` then.
///
/// # Errors
///
/// Says that `field` is longer than [`TEXT_MAX`], or has control characters other than new lines
/// and tabs.
pub fn optional_text(value: &str, field: &str) -> Result<Option<String>, Status> {
    bounded_text(value, TEXT_MAX, field)
}

/// Reads a text as long as a section of a charter, which must say something.
///
/// # Errors
///
/// Says that `field` is empty, longer than [`DOCUMENT_MAX`], or has control characters.
pub fn document(value: &str, field: &str) -> Result<String, Status> {
    bounded_text(value, DOCUMENT_MAX, field)?.ok_or_else(|| missing(field))
}

fn bounded_text(value: &str, bytes_max: usize, field: &str) -> Result<Option<String>, Status> {
    let value = value.trim();
    if bytes_max < value.len() {
        let message = format!("has {} bytes, at most {bytes_max} are read", value.len());
        return Err(status(ErrorCode::Invalid, "TEXT_TOO_LONG", Some(field), &message));
    }
    if value.chars().any(|char| char.is_control() && !matches!(char, '\n' | '\r' | '\t')) {
        let message = "has control characters";
        return Err(status(ErrorCode::Invalid, "TEXT_MALFORMED", Some(field), message));
    }
    Ok((!value.is_empty()).then(|| value.to_owned()))
}

/// Reads a moment on two clocks; an absent half is `None` and [`Known::Now`].
///
/// # Errors
///
/// Says which half of `field` is not a time.
pub fn as_of(
    value: Option<&message::AsOf>,
    field: &str,
) -> Result<(Option<Timestamp>, Known), Status> {
    let Some(value) = value else { return Ok((None, Known::Now)) };
    let effective = instant(value.effective, &format!("{field}.effective"))?;
    let known = match value.known {
        None => Known::Now,
        Some(message::as_of::Known::KnownPosition(position)) => Known::Position(position),
        Some(message::as_of::Known::KnownTime(time)) => {
            let time = instant(Some(time), &format!("{field}.known_time"))?;
            time.map_or(Known::Now, Known::Time)
        }
    };
    Ok((effective, known))
}

/// Says that a field must be given.
pub fn missing(field: &str) -> Status {
    status(ErrorCode::Invalid, "FIELD_MISSING", Some(field), &format!("{field} is missing"))
}
