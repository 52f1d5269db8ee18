//! The rules of a person's record, one sentence a test.

use testkit::given;
use uuid::Uuid;

use super::*;

const ANNA: PersonId = PersonId::new(Uuid::from_u128(0xa));
const BEN: PersonId = PersonId::new(Uuid::from_u128(0xb));

fn text(text: &str) -> Personal<String> {
    Personal::open(ANNA, text.to_owned())
}

fn register(name: &str) -> PersonCommand {
    let name_visibility = FieldVisibility::Network;
    PersonCommand::RegisterPerson { person: ANNA, name: text(name), name_visibility }
}

fn registered() -> PersonEvent {
    let name_visibility = FieldVisibility::Network;
    PersonEvent::PersonRegistered { person: ANNA, name: text("Anna"), name_visibility }
}

fn erased() -> PersonEvent {
    PersonEvent::PersonErased { person: ANNA }
}

fn update(by: PersonId, changes: &[(ProfileField, &str)]) -> PersonCommand {
    let changes = changes.iter().map(|(field, value)| (*field, text(value))).collect();
    PersonCommand::UpdateProfile { by, changes }
}

fn show(by: PersonId, field: ProfileField, visibility: FieldVisibility) -> PersonCommand {
    PersonCommand::SetFieldVisibility { by, field, visibility }
}

fn shown(field: ProfileField, visibility: FieldVisibility) -> PersonEvent {
    PersonEvent::FieldVisibilitySet { person: ANNA, field, visibility }
}

#[test]
fn a_person_is_registered_under_a_name() {
    given::<Person>([]).when(&register("Anna")).then([registered()]);
}

#[test]
fn a_person_is_called_something() {
    for name in ["", " ", "\t\n"] {
        given::<Person>([]).when(&register(name)).then_rejected(PersonRejection::NameEmpty);
    }
}

#[test]
fn registering_a_person_twice_changes_nothing() {
    given::<Person>([registered()]).when(&register("Anna")).then([]);
}

#[test]
fn a_profile_update_names_the_changed_fields_only() {
    given::<Person>([registered()])
        .when(&update(ANNA, &[(ProfileField::About, "Keeps bees"), (ProfileField::Name, "Ann")]))
        .then([PersonEvent::ProfileUpdated {
            person: ANNA,
            name: Some(text("Ann")),
            email: None,
            phone: None,
            place: None,
            about: Some(text("Keeps bees")),
        }]);
}

#[test]
fn every_field_of_a_profile_can_be_changed_at_once() {
    let changes = ProfileField::ALL.map(|field| (field, field.name()));
    given::<Person>([registered()]).when(&update(ANNA, &changes)).then([
        PersonEvent::ProfileUpdated {
            person: ANNA,
            name: Some(text("name")),
            email: Some(text("email")),
            phone: Some(text("phone")),
            place: Some(text("place")),
            about: Some(text("about")),
        },
    ]);
}

#[test]
fn empty_text_removes_a_field() {
    given::<Person>([registered()]).when(&update(ANNA, &[(ProfileField::Phone, "")])).then([
        PersonEvent::ProfileUpdated {
            person: ANNA,
            name: None,
            email: None,
            phone: Some(text("")),
            place: None,
            about: None,
        },
    ]);
}

#[test]
fn empty_text_does_not_remove_the_name() {
    given::<Person>([registered()])
        .when(&update(ANNA, &[(ProfileField::Phone, "030 1"), (ProfileField::Name, " ")]))
        .then_rejected(PersonRejection::NameEmpty);
}

#[test]
fn a_profile_update_changes_something() {
    given::<Person>([registered()])
        .when(&update(ANNA, &[]))
        .then_rejected(PersonRejection::ChangesEmpty);
}

#[test]
fn a_field_is_not_changed_twice_at_once() {
    given::<Person>([registered()])
        .when(&update(ANNA, &[(ProfileField::Place, "Graz"), (ProfileField::Place, "Wien")]))
        .then_rejected(PersonRejection::FieldTwice);
}

#[test]
fn a_field_is_the_owners_alone_until_they_show_it() {
    given::<Person>([registered()])
        .when(&show(ANNA, ProfileField::Email, FieldVisibility::Owner))
        .then([]);
    given::<Person>([registered()])
        .when(&show(ANNA, ProfileField::Email, FieldVisibility::Public))
        .then([shown(ProfileField::Email, FieldVisibility::Public)]);
}

#[test]
fn a_field_can_be_hidden_again() {
    given::<Person>([registered(), shown(ProfileField::Email, FieldVisibility::Public)])
        .when(&show(ANNA, ProfileField::Email, FieldVisibility::Owner))
        .then([shown(ProfileField::Email, FieldVisibility::Owner)]);
}

#[test]
fn showing_a_field_as_it_is_shown_already_changes_nothing() {
    given::<Person>([registered(), shown(ProfileField::Email, FieldVisibility::Public)])
        .when(&show(ANNA, ProfileField::Email, FieldVisibility::Public))
        .then([]);
}

#[test]
fn the_name_is_shown_as_it_was_registered() {
    given::<Person>([registered()])
        .when(&show(ANNA, ProfileField::Name, FieldVisibility::Network))
        .then([]);
    given::<Person>([registered()])
        .when(&show(ANNA, ProfileField::Name, FieldVisibility::Owner))
        .then([shown(ProfileField::Name, FieldVisibility::Owner)]);
}

#[test]
fn a_profile_update_leaves_visibilities_alone() {
    let update = PersonEvent::ProfileUpdated {
        person: ANNA,
        name: None,
        email: Some(text("anna@example.org")),
        phone: None,
        place: None,
        about: None,
    };
    given::<Person>([registered(), shown(ProfileField::Email, FieldVisibility::Public), update])
        .when(&show(ANNA, ProfileField::Email, FieldVisibility::Public))
        .then([]);
}

#[test]
fn only_the_person_themself_changes_their_record() {
    for command in [
        update(BEN, &[(ProfileField::About, "Keeps wasps")]),
        show(BEN, ProfileField::Email, FieldVisibility::Public),
        show(BEN, ProfileField::Email, FieldVisibility::Owner),
        PersonCommand::ErasePerson { by: Some(BEN) },
    ] {
        given::<Person>([registered()]).when(&command).then_rejected(PersonRejection::NotThePerson);
    }
}

#[test]
fn a_person_is_erased_at_their_own_wish() {
    given::<Person>([registered()])
        .when(&PersonCommand::ErasePerson { by: Some(ANNA) })
        .then([erased()]);
}

#[test]
fn the_operator_erases_a_person_at_their_request() {
    given::<Person>([registered()]).when(&PersonCommand::ErasePerson { by: None }).then([erased()]);
}

#[test]
fn erasing_a_person_twice_changes_nothing() {
    for by in [Some(ANNA), None] {
        given::<Person>([registered(), erased()]).when(&PersonCommand::ErasePerson { by }).then([]);
    }
}

#[test]
fn another_person_is_not_told_that_an_erasure_is_done() {
    given::<Person>([registered(), erased()])
        .when(&PersonCommand::ErasePerson { by: Some(BEN) })
        .then_rejected(PersonRejection::NotThePerson);
}

#[test]
fn erasure_is_irreversible() {
    for command in [
        register("Anna"),
        update(ANNA, &[(ProfileField::About, "Back again")]),
        show(ANNA, ProfileField::Email, FieldVisibility::Owner),
    ] {
        given::<Person>([registered(), erased()])
            .when(&command)
            .then_rejected(PersonRejection::Erased);
    }
}

#[test]
fn nothing_is_done_to_a_person_who_was_never_registered() {
    for command in [
        update(ANNA, &[(ProfileField::About, "Keeps bees")]),
        show(ANNA, ProfileField::Email, FieldVisibility::Public),
        PersonCommand::ErasePerson { by: Some(ANNA) },
        PersonCommand::ErasePerson { by: None },
    ] {
        given::<Person>([]).when(&command).then_rejected(PersonRejection::NotRegistered);
    }
}

#[test]
fn acts_may_name_a_person_between_registration_and_erasure() {
    assert_eq!(Person::initial().known(), Err(PersonRejection::NotRegistered));
    assert_eq!(Person::replay(&[registered()]).known(), Ok(()));
    assert_eq!(Person::replay(&[registered(), erased()]).known(), Err(PersonRejection::Erased));
}
