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

use eventlog::Recorded;
use kernel::{EventId, Personal, PersonalField as _};
use projector::columns::{
    effective_us, id, instant, key, listed, listed_as_of, moment, optional_id, optional_instant,
    optional_word, party, rows, run, timestamp, unreadable, word, worded,
};
use rusqlite::Row;

pub(crate) use projector::columns::each;
pub use projector::columns::{Listed, Part};

/// Which of the things that members find wrong are listed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Tracked {
    /// All.
    All,
    /// Those that wait for somebody to do something about them.
    Waiting,
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
