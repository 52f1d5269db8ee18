//! What assessment keeps.

pub mod structure;
