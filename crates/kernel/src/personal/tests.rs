//! What a personal value shows, and what it keeps to itself.

use uuid::Uuid;

use super::{Personal, PersonalField as _};
use crate::PersonId;

const ANNA: PersonId = PersonId::new(Uuid::from_u128(1));

#[test]
fn an_open_value_cannot_be_serialised() {
    let open = Personal::open(ANNA, "Anna Berg".to_owned());
    assert!(serde_json::to_string(&open).is_err());
}

#[test]
fn debug_output_does_not_show_the_value() {
    let open = Personal::open(ANNA, "Anna Berg".to_owned());
    assert!(!format!("{open:?}").contains("Berg"));
}

#[test]
fn a_sealed_value_survives_the_round_trip_through_json() {
    let mut name = Personal::open(ANNA, "Anna Berg".to_owned());
    name.seal(vec![1, 2, 3]);
    let json = serde_json::to_string(&name).unwrap();
    assert_eq!(serde_json::from_str::<Personal<String>>(&json).unwrap(), name);
}

#[test]
fn a_value_whose_key_is_gone_reads_as_erased() {
    let mut name: Personal<String> = Personal::Sealed { subject: ANNA, bytes: vec![1] };
    name.unseal(None);
    assert_eq!(name, Personal::Erased { subject: ANNA });
}
