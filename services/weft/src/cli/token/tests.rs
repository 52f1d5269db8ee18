//! How a token's life is written.

use super::*;

#[test]
fn a_life_is_written_in_seconds_minutes_hours_or_days() {
    assert_eq!(lifetime("12h"), Ok(Duration::from_hours(12)));
    assert_eq!(lifetime("90m"), Ok(Duration::from_mins(90)));
    assert_eq!(lifetime("7d"), Ok(Duration::from_hours(168)));
    assert_eq!(lifetime("1h 30m"), Ok(Duration::from_mins(90)));
    assert_eq!(lifetime("1s"), Ok(Duration::from_secs(1)));
}

#[test]
fn nothing_shorter_than_a_second_longer_than_a_year_or_without_a_unit_is_taken() {
    for text in ["", "0s", "-1h", "12", "500d", "forever", "2 months"] {
        assert!(lifetime(text).is_err(), "{text:?}");
    }
}
