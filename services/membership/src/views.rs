//! What membership can be asked: one file a view, with its table, how events change it, and how it
//! is read, side by side.

pub mod gatherings;
pub mod networks;
pub mod organisations;
pub mod people;
pub mod ties;

use projector::columns::{id, instant, listed_as_of as listed, party, word, worded};

pub use projector::columns::{Listed, Part};
