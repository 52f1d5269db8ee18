//! How moments are written.

use super::*;

#[test]
fn a_bare_date_means_the_end_of_that_day() {
    assert_eq!(as_of("1936-05-01").unwrap().to_string(), "1936-05-01T23:59:59.999999Z");
}

#[test]
fn a_time_is_taken_as_it_is_whatever_its_offset() {
    let time = as_of("1936-05-01T12:00:00+02:00").unwrap();
    assert_eq!(time.to_string(), "1936-05-01T10:00:00Z");
}

#[test]
fn nothing_else_is_a_date() {
    for text in [
        "",
        "1936",
        "1936-5-1",
        "36-05-01",
        "1936-02-30",
        "1936-13-01",
        "01.05.1936",
        "1936/05/01",
        "19360501",
        "+1936-05-01",
        "-936-05-01",
        "0000-01-01",
        "1936-05-01 ",
        "1936-05-01T12:00:00",
        "１936-05-01",
    ] {
        assert!(as_of(text).is_err(), "{text:?}");
    }
}

#[test]
fn a_date_beyond_the_last_timestamp_is_refused_and_does_not_panic() {
    assert!(as_of("9999-12-31").is_err());
    assert!(as_of("0001-01-01").is_ok());
}

#[test]
fn known_by_takes_digits_as_a_position_and_the_rest_as_a_moment() {
    assert_eq!(known_by("42"), Ok(KnownBy::Position(42)));
    let end = "2026-01-01T23:59:59.999999Z".parse().unwrap();
    assert_eq!(known_by("2026-01-01"), Ok(KnownBy::Time(end)));
    assert!(known_by("-1").is_err());
    assert!(known_by("yesterday").is_err());
}
