//! Folds the log into SQLite views, keeps them fresh, and builds them again.
//!
//! Start with [`Projection`], what a view has to say about itself, and [`View`], the handle that
//! queries hold. A view is one SQLite file that can be deleted at any time and comes back
//! identical: its checkpoint lives in the transaction of its rows. [`columns`] is how rows are written. [`rebuild()`] does the same
//! offline and proves it by a [`Digest`]; [`bitemporal`] keeps facts on two clocks. [`react`] does
//! what follows from events, once, and has nothing to do with views but that it follows the log.
//!
//! This crate never appends to the log and never knows what an event means.

pub mod bitemporal;
mod checkpoint;
pub mod columns;
mod digest;
mod error;
mod fold;
pub mod react;
mod readers;
mod rebuild;
mod store;
#[cfg(test)]
mod testing;
mod view;

use eventlog::Recorded;
use rusqlite::Transaction;

pub use bitemporal::AsOf;
pub use digest::Digest;
pub use error::ViewError;
pub use react::{Reaction, Reactor, Retry};
pub use rebuild::{Rebuilt, digest_of, rebuild};
pub use store::Store;
pub use view::{Reflected, View, ViewState, ViewStatus, WAIT_MAX};

/// How the log folds into one view. One type for each view, without any state of its own.
pub trait Projection: Send + Sync + 'static {
    /// The view's name and version, for example `structure_2`; also the name of its file.
    ///
    /// A view that folds differently gets a new name, hence a new and empty file.
    const NAME: &'static str;

    /// The tables and indexes, as SQL that is run once on an empty database. `strict` tables.
    ///
    /// Another text under the same name makes the view be built again from the beginning.
    const SCHEMA: &'static str;

    /// The categories of the streams that are folded, at least one; other events do not arrive.
    const CATEGORIES: &'static [&'static str];

    /// Folds one event. Statements are best taken from `tx.prepare_cached`.
    ///
    /// Depends on nothing but the event and the rows, so that every build gives the same rows.
    ///
    /// # Errors
    ///
    /// Returns why the event cannot be read or the view not written. An event that cannot be folded
    /// stops the view there; a full disk only delays it.
    fn apply(tx: &Transaction<'_>, event: &Recorded) -> Result<(), ViewError>;
}
