//! The clock and the randomness of the system, handed in wherever time and identities are needed.

use jiff::Timestamp;
use kernel::{Clock, Identities};
use uuid::Uuid;

#[cfg(test)]
mod tests;

/// The clock of the system, to the microsecond.
#[derive(Clone, Copy, Default, Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the Clock that all others are given")]
    fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        // Finer digits would be lost in the log, and then times would differ before and after.
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }
}

/// Random identities (UUID version 4).
#[derive(Clone, Copy, Default, Debug)]
pub struct RandomIdentities;

impl Identities for RandomIdentities {
    #[expect(clippy::disallowed_methods, reason = "these are the Identities that others are given")]
    fn fresh(&self) -> Uuid {
        Uuid::new_v4()
    }
}
