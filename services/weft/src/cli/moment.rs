//! Dates and times as people write them on a command line and in a list.

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};

#[cfg(test)]
mod tests;

/// The first year that messages can carry.
const YEAR_MIN: i16 = 1;

/// What counts as known, as written after `--known-by`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum KnownBy {
    /// What was recorded up to and including this position of the log.
    Position(u64),
    /// What was recorded by then.
    Time(Timestamp),
}

/// Reads a date, written `YYYY-MM-DD` and no other way; `None` when it is not one.
pub(crate) fn date(text: &str) -> Option<Date> {
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let lengths = (year.len(), month.len(), day.len(), parts.next());
    if lengths != (4, 2, 2, None) || ![year, month, day].into_iter().all(digits) {
        return None;
    }
    let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?;
    (date.year() >= YEAR_MIN).then_some(date)
}

/// Reads a time with its offset, as RFC 3339 writes it; `None` when it is not one.
pub(crate) fn time(text: &str) -> Option<Timestamp> {
    let time = text.parse::<Timestamp>().ok()?;
    let time = Timestamp::from_microsecond(time.as_microsecond()).ok()?;
    (time.to_zoned(TimeZone::UTC).year() >= YEAR_MIN).then_some(time)
}

/// Midnight UTC at the begin of a day; `None` when it is later than what a timestamp can hold.
pub(crate) fn begin_of_day(date: Date) -> Option<Timestamp> {
    instant(date.at(0, 0, 0, 0))
}

/// The last microsecond of a day, UTC; `None` when it is later than what a timestamp can hold.
fn end_of_day(date: Date) -> Option<Timestamp> {
    instant(date.at(23, 59, 59, 999_999_000))
}

fn instant(time: DateTime) -> Option<Timestamp> {
    TimeZone::UTC.to_timestamp(time).ok()
}

/// Reads what stands after `--as-of`: a date, which means its end, or a time.
///
/// # Errors
///
/// Says how to write it.
pub(crate) fn as_of(text: &str) -> Result<Timestamp, String> {
    let moment = date(text).and_then(end_of_day).or_else(|| time(text));
    moment.ok_or_else(|| {
        "write a date as YYYY-MM-DD (its end counts, UTC) or a time as 2026-05-01T18:30:00Z"
            .to_owned()
    })
}

/// Reads what stands after `--known-by`: a position of the log, or like [`as_of`].
///
/// # Errors
///
/// Says how to write it.
pub(crate) fn known_by(text: &str) -> Result<KnownBy, String> {
    if let Ok(position) = text.parse() {
        return Ok(KnownBy::Position(position));
    }
    as_of(text).map(KnownBy::Time).map_err(|how| format!("write a position of the log, or {how}"))
}
