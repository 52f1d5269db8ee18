//! Given events, when a command, then events or a refusal; and time and chance that stand still.
//!
//! Never part of a running system. Start with [`given`].

mod fakes;
mod scenario;

pub use fakes::{FixedClock, PlainSealer, SeededIdentities};
pub use scenario::{Given, Outcome, given};
