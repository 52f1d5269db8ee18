//! The system's clock and randomness.

use super::*;

#[test]
fn the_clock_tells_whole_microseconds() {
    assert_eq!(SystemClock.now().subsec_nanosecond() % 1_000, 0);
}

#[test]
fn identities_differ_and_are_random() {
    let identity = RandomIdentities.fresh();
    assert_ne!(identity, RandomIdentities.fresh());
    assert_eq!(identity.get_version_num(), 4);
}
