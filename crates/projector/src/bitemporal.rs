//! Facts on two clocks: when they were true, and when that became known.
//!
//! A table of such facts has four columns beside its key and its values, all `integer not null`:
//! `valid_from` and `valid_to` in microseconds since 1970 (the second clock of an event,
//! `effective_at`), `known_from` and `known_to` in positions of the log. Both intervals include
//! their start and exclude their end; an end that is open is [`OPEN_END`]. Its primary key is the
//! key's columns, then `valid_from`, then `known_from`.
//!
//! The law that all of this keeps: what is known at a position about an instant is the last
//! statement recorded by then that reaches the instant. A statement ([`Facts::open`],
//! [`Facts::end`]) speaks about its effective time and everything after it. Hence a key never has
//! two rows for one instant and one position.

use eventlog::Position;
use jiff::Timestamp;
use rusqlite::{Connection, ToSql};

#[cfg(test)]
mod tests;

/// The end of an interval that has none.
pub const OPEN_END: i64 = i64::MAX;

/// The condition of a row that is as of `:effective` (microseconds) and `:known` (a position), for
/// use after `where`; the values are those of [`AsOf::effective_us`] and [`AsOf::known_position`].
pub const AS_OF: &str = "valid_from <= :effective and :effective < valid_to \
                         and known_from <= :known and :known < known_to";

/// The condition of a row that is true and known from now on, for use after `where`.
pub const NOW: &str = "valid_to = 9223372036854775807 and known_to = 9223372036854775807";

/// A moment on both clocks: `effective` in the world, and `known` in the record.
///
/// In a question: what was true at `effective`, as far as was recorded by `known`. In a statement:
/// true from `effective` on, recorded at `known`.
///
/// Where a caller gives a time for `known`, the caller resolves it by
/// [`eventlog::EventLog::position_at`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AsOf {
    /// The instant asked about.
    pub effective: Timestamp,
    /// The last position that counts; `Position(u64::MAX)` is everything recorded.
    pub known: Position,
}

impl AsOf {
    /// What is known now about `effective`.
    pub fn known_now(effective: Timestamp) -> AsOf {
        AsOf { effective, known: Position(u64::MAX) }
    }

    /// The instant in microseconds since 1970, for `:effective`.
    pub fn effective_us(self) -> i64 {
        self.effective.as_microsecond()
    }

    /// The position as the columns hold it, for `:known`.
    pub fn known_position(self) -> i64 {
        // A row whose knowledge has no end is known at every position, the greatest included.
        i64::try_from(self.known.0).unwrap_or(OPEN_END).min(OPEN_END - 1)
    }
}

/// The statements of one table of facts; made once, in a `LazyLock`.
#[derive(Clone, Debug)]
pub struct Facts {
    reached: String,
    insert: String,
    /// What the same event said before is changed in place: nobody ever knew it.
    unsaid: [String; 2],
    /// What was known before stays known for then, and is known shorter from now on.
    shortened: [String; 2],
}

impl Facts {
    /// Writes the statements for `table`, whose facts are told apart by the columns `key`, at least
    /// one, and carry the columns `values`, which may be none.
    pub fn of(table: &str, key: &[&str], values: &[&str]) -> Facts {
        let matching: Vec<String> = key
            .iter()
            .enumerate()
            .map(|(index, name)| format!("{name} = ?{}", index + 1))
            .collect();
        // What is known now of the key, at or after the instant: ?t is the instant, ?p the position.
        let t = key.len() + 1;
        let p = key.len() + 2;
        let reached =
            format!("{} and known_to = {OPEN_END} and valid_to > ?{t}", matching.join(" and "));
        let copied = [key, values].concat().join(", ");
        let columns = format!("{copied}, valid_from, valid_to, known_from, known_to");
        let width = key.len() + values.len();
        let places: Vec<String> = (1..=width + 2).map(|number| format!("?{number}")).collect();
        Facts {
            reached: format!("select max(known_from) from {table} where {reached}"),
            insert: format!(
                "insert into {table} ({}, valid_from, known_from, valid_to, known_to)
                 values ({}, {OPEN_END}, {OPEN_END})",
                copied,
                places.join(", "),
            ),
            unsaid: [
                format!(
                    "delete from {table} where {reached} and known_from = ?{p} and valid_from >= ?{t}"
                ),
                format!("update {table} set valid_to = ?{t} where {reached} and known_from = ?{p}"),
            ],
            shortened: [
                format!(
                    "insert into {table} ({columns})
                     select {copied}, valid_from, ?{t}, ?{p}, {OPEN_END} from {table}
                     where {reached} and known_from < ?{p} and valid_from < ?{t}"
                ),
                format!("update {table} set known_to = ?{p} where {reached} and known_from < ?{p}"),
            ],
        }
    }

    /// Records at `from.known` that from `from.effective` on the fact of `key` is so, with `values`.
    ///
    /// Replaces whatever was known of the key from that instant on.
    ///
    /// # Errors
    ///
    /// Returns why SQLite refused.
    pub fn open(
        &self,
        tx: &Connection,
        key: &[&dyn ToSql],
        values: &[&dyn ToSql],
        from: AsOf,
    ) -> rusqlite::Result<()> {
        self.end(tx, key, from)?;
        let from_us = from.effective_us();
        let moment: [&dyn ToSql; 2] = [&from_us, &from.known.0];
        let parameters = [key, values, &moment].concat();
        tx.prepare_cached(&self.insert)?.execute(parameters.as_slice())?;
        Ok(())
    }

    /// Records at `from.known` that from `from.effective` on the fact of `key` is no more; nothing
    /// happens when none was known.
    ///
    /// # Errors
    ///
    /// Returns why SQLite refused.
    pub fn end(&self, tx: &Connection, key: &[&dyn ToSql], from: AsOf) -> rusqlite::Result<()> {
        self.cut(tx, key, from.effective_us(), from.known)
    }

    /// Records at `known` that the fact of `key` never was; nothing happens when none was known.
    ///
    /// # Errors
    ///
    /// Returns why SQLite refused.
    pub fn retract(
        &self,
        tx: &Connection,
        key: &[&dyn ToSql],
        known: Position,
    ) -> rusqlite::Result<()> {
        self.cut(tx, key, i64::MIN, known)
    }

    /// Takes away everything known of `key` from the instant `from_us` on.
    fn cut(
        &self,
        tx: &Connection,
        key: &[&dyn ToSql],
        from_us: i64,
        known: Position,
    ) -> rusqlite::Result<()> {
        let instant: [&dyn ToSql; 1] = [&from_us];
        let reached = [key, &instant].concat();
        let latest: Option<u64> =
            tx.prepare_cached(&self.reached)?.query_row(reached.as_slice(), |row| row.get(0))?;
        // Mostly there is nothing, or nothing that the same event said.
        let Some(latest) = latest else { return Ok(()) };
        let moment: [&dyn ToSql; 2] = [&from_us, &known.0];
        let parameters = [key, &moment].concat();
        if known.0 <= latest {
            for cut in &self.unsaid {
                tx.prepare_cached(cut)?.execute(parameters.as_slice())?;
            }
        }
        for cut in &self.shortened {
            tx.prepare_cached(cut)?.execute(parameters.as_slice())?;
        }
        Ok(())
    }
}
