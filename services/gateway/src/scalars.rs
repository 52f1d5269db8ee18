//! The scalars that GraphQL does not have, and enums as the services number them.

use async_graphql::{
    CustomValidator, EnumType, InputValueError, InputValueResult, Number, Scalar, ScalarType, Value,
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use kernel::CommandId;
use tonic::Status;

use crate::{call::lacking, ids::ID_MALFORMED};

/// The reason of a time that cannot be read.
const TIME_MALFORMED: &str = "TIME_MALFORMED";

/// The reason of a 0 where the services would take it for no limit at all.
const ZERO_GIVEN: &str = "ZERO_GIVEN";

/// The reason of a position that cannot be read.
const POSITION_MALFORMED: &str = "POSITION_MALFORMED";

/// A place in the log of everything recorded, counted from 1; 0 is before the first. A whole number
/// of up to 64 bits, written as a text because JavaScript's numbers are exact up to 2^53 only.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Position(pub(crate) u64);

#[Scalar]
impl ScalarType for Position {
    fn parse(value: Value) -> InputValueResult<Self> {
        let position = match &value {
            Value::String(text) => text.parse().ok(),
            Value::Number(number) => number.as_u64(),
            Value::Null
            | Value::Boolean(_)
            | Value::Binary(_)
            | Value::Enum(_)
            | Value::List(_)
            | Value::Object(_) => None,
        };
        position.map(Position).ok_or_else(|| {
            InputValueError::custom("a position is a whole number from 0")
                .with_extension("reason", POSITION_MALFORMED)
        })
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// How many there are: a whole number from 0, written as a number, exact up to 2^53.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Count(pub(crate) u64);

#[Scalar]
impl ScalarType for Count {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::Number(number) => number.as_u64().map(Count),
            Value::Null
            | Value::String(_)
            | Value::Boolean(_)
            | Value::Binary(_)
            | Value::Enum(_)
            | Value::List(_)
            | Value::Object(_) => None,
        }
        .ok_or_else(|| InputValueError::expected_type(value))
    }

    fn to_value(&self) -> Value {
        Value::Number(Number::from(self.0))
    }
}

impl Count {
    /// The number of things in a list.
    pub(crate) fn of(length: usize) -> Count {
        Count(u64::try_from(length).unwrap_or(u64::MAX))
    }
}

/// A whole number, below 0 too, written as a number, exact up to 2^53 on either side.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Whole(pub(crate) i64);

#[Scalar]
impl ScalarType for Whole {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::Number(number) => number.as_i64().map(Whole),
            Value::Null
            | Value::String(_)
            | Value::Boolean(_)
            | Value::Binary(_)
            | Value::Enum(_)
            | Value::List(_)
            | Value::Object(_) => None,
        }
        .ok_or_else(|| InputValueError::expected_type(value))
    }

    fn to_value(&self) -> Value {
        Value::Number(Number::from(self.0))
    }
}

/// An instant as RFC 3339 writes it, for example `1936-05-01T19:30:00Z`; answers are in UTC, with
/// up to six digits after the second.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct DateTime(pub(crate) Timestamp);

impl DateTime {
    /// Reads the instant of a message.
    ///
    /// # Errors
    ///
    /// The service left it out, or it is not a time.
    pub(crate) fn of(value: Option<prost_types::Timestamp>) -> Result<DateTime, Status> {
        wire::read::instant(value, "time")?.map(DateTime).ok_or_else(|| lacking("time"))
    }

    /// Reads an instant that a message may leave out.
    ///
    /// # Errors
    ///
    /// It is not a time.
    pub(crate) fn maybe(value: Option<prost_types::Timestamp>) -> Result<Option<DateTime>, Status> {
        Ok(wire::read::instant(value, "time")?.map(DateTime))
    }

    /// The instant as messages have it.
    pub(crate) fn message(self) -> prost_types::Timestamp {
        wire::read::timestamp(self.0)
    }
}

#[Scalar]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        text(&value).and_then(|text| text.parse().ok()).map(DateTime).ok_or_else(|| {
            InputValueError::custom("a time such as 1936-05-01T19:30:00Z is needed")
                .with_extension("reason", TIME_MALFORMED)
        })
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A moment to look at: an instant such as `1936-05-01T19:30:00Z`, or a date such as `1936-05-01`,
/// which is the end of that day in UTC.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Moment(pub(crate) Timestamp);

impl Moment {
    /// The moment as messages have it.
    pub(crate) fn message(self) -> prost_types::Timestamp {
        wire::read::timestamp(self.0)
    }
}

#[Scalar]
impl ScalarType for Moment {
    fn parse(value: Value) -> InputValueResult<Self> {
        text(&value).and_then(moment).map(Moment).ok_or_else(|| {
            InputValueError::custom("a date such as 1936-05-01 or a time with its zone is needed")
                .with_extension("reason", TIME_MALFORMED)
        })
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

fn moment(text: &str) -> Option<Timestamp> {
    if let Ok(instant) = text.parse() {
        return Some(instant);
    }
    // A date with a time would be read as a date too, and its time dropped silently.
    if text.contains(['T', 't', ' ', ':']) {
        return None;
    }
    // Times are recorded in microseconds: the last one still belongs to the day.
    let end = text.parse::<Date>().ok()?.at(23, 59, 59, 999_999_000);
    end.to_zoned(TimeZone::UTC).ok().map(|end| end.timestamp())
}

/// A UUID that you make, for example `0190d3c8-7e1b-4c52-9a0d-3f6c1f1f2a77`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct CommandUuid(pub(crate) CommandId);

#[Scalar(name = "UUID")]
impl ScalarType for CommandUuid {
    fn parse(value: Value) -> InputValueResult<Self> {
        let id = text(&value).and_then(|text| CommandId::parse(text).ok());
        id.map(CommandUuid).ok_or_else(|| {
            InputValueError::custom("a UUID is needed").with_extension("reason", ID_MALFORMED)
        })
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

fn text(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text),
        Value::Null
        | Value::Number(_)
        | Value::Boolean(_)
        | Value::Binary(_)
        | Value::Enum(_)
        | Value::List(_)
        | Value::Object(_) => None,
    }
}

/// Reads an enum from its number in messages.
///
/// # Errors
///
/// The service left it out, or it is newer than the gateway.
pub(crate) fn known<T: EnumType + Into<i32>>(number: i32) -> Result<T, Status> {
    let mut values = T::items().iter().map(|item| item.value);
    values.find(|value| (*value).into() == number).ok_or_else(|| lacking("enum"))
}

/// Reads an enum that a message may leave out.
///
/// # Errors
///
/// It is newer than the gateway.
pub(crate) fn maybe_known<T: EnumType + Into<i32>>(number: i32) -> Result<Option<T>, Status> {
    if number == 0 { Ok(None) } else { known(number).map(Some) }
}

/// Reads enums from their numbers in messages.
///
/// # Errors
///
/// One of them is newer than the gateway.
pub(crate) fn all_known<T: EnumType + Into<i32>>(numbers: Vec<i32>) -> Result<Vec<T>, Status> {
    numbers.into_iter().map(known).collect()
}

/// The number of an enum that may be left out.
pub(crate) fn number<T: Into<i32>>(value: Option<T>) -> i32 {
    value.map_or(0, Into::into)
}

/// Refuses 0 in the field of this name, which is left out to say none: the services take 0 for that,
/// and who writes 0 may mean the opposite.
pub(crate) struct AboveZero(pub(crate) &'static str);

impl CustomValidator<u32> for AboveZero {
    fn check(&self, value: &u32) -> Result<(), InputValueError<u32>> {
        if *value != 0 {
            return Ok(());
        }
        let message = format!("{} is 0: leave it out, or give at least 1", self.0);
        Err(InputValueError::custom(message).with_extension("reason", ZERO_GIVEN))
    }
}

/// A text that may be left out, as messages have it.
pub(crate) fn optional(text: Option<String>) -> String {
    text.unwrap_or_default()
}

/// A text of a message, where an empty one says nothing.
pub(crate) fn given(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

/// A number of a message, where 0 says nothing.
pub(crate) fn above_zero(number: u32) -> Option<u32> {
    Some(number).filter(|number| *number != 0)
}
