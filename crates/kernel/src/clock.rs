//! Time and fresh identities, as things that are handed in.

use std::fmt::Debug;

use jiff::Timestamp;
use uuid::Uuid;

/// Tells the time.
pub trait Clock: Send + Sync + Debug {
    /// The present instant, to the microsecond; may run backwards when someone sets the clock.
    fn now(&self) -> Timestamp;
}

/// Gives identities that nobody has seen before.
pub trait Identities: Send + Sync + Debug {
    /// A new identity; random in production, seeded in tests.
    fn fresh(&self) -> Uuid;
}

/// What counts as known when the past is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Known {
    /// Everything recorded.
    Now,
    /// What was recorded by then.
    Time(Timestamp),
    /// What was recorded up to and including this position of the log.
    Position(u64),
}
