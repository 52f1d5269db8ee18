//! Subjects of tokens.

use uuid::Uuid;

use super::*;

const ANNA: PersonId = PersonId::new(Uuid::from_u128(0xa));

#[test]
fn what_is_written_is_read_again() {
    for caller in [Caller::Operator, Caller::Person(ANNA)] {
        assert_eq!(Caller::of_subject(&caller.to_string()), Some(caller));
    }
    assert_eq!(Caller::Person(ANNA).actor(), Actor::Person(ANNA));
}

#[test]
fn other_subjects_name_nobody() {
    for subject in ["", "Operator", "operator ", "person:", "person:anna", "system"] {
        assert_eq!(Caller::of_subject(subject), None, "{subject:?}");
    }
}
