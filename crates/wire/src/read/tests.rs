//! What is malformed is refused and names its field; times before 1970 survive.

use jiff::Timestamp;
use kernel::{Party, PersonId};
use tonic_types::StatusExt as _;
use uuid::Uuid;

use super::{BATCH_MAX, id, ids, instant, optional_text, party, party_message, text, timestamp};

#[test]
fn a_malformed_id_names_its_field() {
    let status = id::<kernel::id::kinds::Person>("anna", "person_id").unwrap_err();
    let violations = status.get_details_bad_request().unwrap().field_violations;
    assert_eq!(violations[0].field, "person_id");
}

#[test]
fn instants_before_1970_survive_the_round_trip() {
    for text in ["1936-02-23T00:00:00Z", "1936-02-23T12:30:15.123456Z", "2026-11-22T05:55:00.5Z"] {
        let at: Timestamp = text.parse().unwrap();
        let written = timestamp(at);
        assert!(0 <= written.nanos);
        assert_eq!(instant(Some(written), "at").unwrap(), Some(at));
    }
}

#[test]
fn an_instant_outside_the_calendar_is_refused() {
    let far = prost_types::Timestamp { seconds: i64::MAX, nanos: 0 };
    assert!(instant(Some(far), "at").is_err());
    assert_eq!(instant(None, "at").unwrap(), None);
}

#[test]
fn a_party_survives_the_round_trip_and_an_absent_one_is_refused() {
    let anna = Party::Person(PersonId::new(Uuid::from_u128(1)));
    assert_eq!(party(Some(party_message(anna)), "party").unwrap(), anna);
    assert!(party(None, "party").is_err());
}

#[test]
fn texts_are_trimmed_bounded_and_free_of_control_characters() {
    assert_eq!(text("  Anna ", "name").unwrap(), "Anna");
    assert!(text("   ", "name").is_err());
    assert_eq!(optional_text("", "note").unwrap(), None);
    assert!(optional_text(&"x".repeat(4_097), "note").is_err());
    assert!(optional_text("a\u{0}b", "note").is_err());
}

#[test]
fn more_ids_than_are_read_together_are_refused_and_none_is_passed_over() {
    let anna = PersonId::new(Uuid::from_u128(1));
    let ids_of = |texts: &[String]| ids::<kernel::id::kinds::Person>(texts, "person_ids");
    assert_eq!(ids_of(&vec![anna.to_string(); BATCH_MAX]).unwrap(), vec![anna; BATCH_MAX]);
    assert!(ids_of(&vec![anna.to_string(); BATCH_MAX + 1]).is_err());
    assert!(ids_of(&[anna.to_string(), "ben".to_owned()]).is_err());
}
