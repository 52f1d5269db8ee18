//! Time, chance and sealing that tests can foresee.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use jiff::{SignedDuration, Timestamp};
use kernel::{Clock, Identities, PersonId, Place, SealError, Sealer};
use uuid::Uuid;

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct FixedClock(Mutex<Timestamp>);

impl FixedClock {
    /// Stands at `now`, for example `2026-11-22T12:00:00Z`.
    ///
    /// # Panics
    ///
    /// Panics when `now` is not a time.
    #[expect(clippy::expect_used, reason = "a test names a time that is one")]
    pub fn at(now: &str) -> FixedClock {
        FixedClock(Mutex::new(now.parse().expect("a time")))
    }

    /// Moves the clock; backwards too, as people do.
    pub fn advance(&self, by: SignedDuration) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now = now.saturating_add(by).unwrap_or(*now);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Identities that count upwards from a seed.
#[derive(Debug)]
pub struct SeededIdentities(AtomicU64);

impl SeededIdentities {
    /// Starts at `seed`.
    pub fn from(seed: u64) -> SeededIdentities {
        SeededIdentities(AtomicU64::new(seed))
    }
}

impl Identities for SeededIdentities {
    fn fresh(&self) -> Uuid {
        Uuid::from_u128(u128::from(self.0.fetch_add(1, Ordering::Relaxed)))
    }
}

/// "Seals" by turning every bit, so that tests of other parts need no vault. It erases nobody.
#[derive(Clone, Copy, Default, Debug)]
pub struct PlainSealer;

impl Sealer for PlainSealer {
    fn prepare(&self, _: &[PersonId]) -> Result<(), SealError> {
        Ok(())
    }

    fn seal(&self, _: PersonId, _: Place<'_>, plaintext: &[u8]) -> Result<Vec<u8>, SealError> {
        Ok(plaintext.iter().map(|byte| !byte).collect())
    }

    fn unseal(
        &self,
        _: PersonId,
        _: Place<'_>,
        sealed: &[u8],
    ) -> Result<Option<Vec<u8>>, SealError> {
        Ok(Some(sealed.iter().map(|byte| !byte).collect()))
    }
}
