//! The rules of an organisation's record, one sentence a test.

use testkit::given;
use uuid::Uuid;

use super::*;

const ANNA: PersonId = PersonId::new(Uuid::from_u128(0xa));
const BEN: PersonId = PersonId::new(Uuid::from_u128(0xb));
const CHLOE: PersonId = PersonId::new(Uuid::from_u128(0xc));

fn register(by: PersonId, name: &str) -> OrganisationCommand {
    OrganisationCommand::RegisterOrganisation { by, name: name.to_owned() }
}

/// Anna registered the bee society and is its steward.
fn registered() -> OrganisationEvent {
    OrganisationEvent::OrganisationRegistered { name: "Bee Society".to_owned(), steward: ANNA }
}

fn appoint(by: PersonId, person: PersonId) -> OrganisationCommand {
    OrganisationCommand::AppointSteward { by, person }
}

fn appointed(person: PersonId) -> OrganisationEvent {
    OrganisationEvent::StewardAppointed { person }
}

fn remove(by: PersonId, person: PersonId) -> OrganisationCommand {
    OrganisationCommand::RemoveSteward { by, person }
}

fn removed(person: PersonId) -> OrganisationEvent {
    OrganisationEvent::StewardRemoved { person }
}

#[test]
fn whoever_registers_an_organisation_is_its_first_steward() {
    given::<Organisation>([]).when(&register(ANNA, "Bee Society")).then([registered()]);
}

#[test]
fn a_steward_who_registers_the_organisation_again_changes_nothing() {
    given::<Organisation>([registered()]).when(&register(ANNA, "Bee Society")).then([]);
}

#[test]
fn an_organisation_is_not_registered_again_under_another_name() {
    given::<Organisation>([registered()])
        .when(&register(ANNA, "Wasp Society"))
        .then_rejected(OrganisationRejection::AlreadyRegistered);
}

#[test]
fn an_organisation_is_not_registered_again_by_another_person() {
    given::<Organisation>([registered()])
        .when(&register(BEN, "Bee Society"))
        .then_rejected(OrganisationRejection::AlreadyRegistered);
}

#[test]
fn a_steward_appoints_another() {
    given::<Organisation>([registered()]).when(&appoint(ANNA, BEN)).then([appointed(BEN)]);
}

#[test]
fn a_steward_who_was_appointed_appoints_others() {
    given::<Organisation>([registered(), appointed(BEN)])
        .when(&appoint(BEN, CHLOE))
        .then([appointed(CHLOE)]);
}

#[test]
fn appointing_a_steward_twice_changes_nothing() {
    given::<Organisation>([registered(), appointed(BEN)]).when(&appoint(ANNA, BEN)).then([]);
    given::<Organisation>([registered()]).when(&appoint(ANNA, ANNA)).then([]);
}

#[test]
fn a_steward_removes_another() {
    given::<Organisation>([registered(), appointed(BEN)])
        .when(&remove(BEN, ANNA))
        .then([removed(ANNA)]);
}

#[test]
fn a_steward_steps_down_while_there_is_another() {
    given::<Organisation>([registered(), appointed(BEN)])
        .when(&remove(ANNA, ANNA))
        .then([removed(ANNA)]);
}

#[test]
fn the_last_steward_stays() {
    given::<Organisation>([registered()])
        .when(&remove(ANNA, ANNA))
        .then_rejected(OrganisationRejection::LastSteward);
    given::<Organisation>([registered(), appointed(BEN), removed(ANNA)])
        .when(&remove(BEN, BEN))
        .then_rejected(OrganisationRejection::LastSteward);
}

#[test]
fn removing_somebody_who_is_no_steward_changes_nothing() {
    given::<Organisation>([registered()]).when(&remove(ANNA, BEN)).then([]);
    given::<Organisation>([registered(), appointed(BEN), removed(BEN)])
        .when(&remove(ANNA, BEN))
        .then([]);
}

#[test]
fn a_former_steward_can_be_appointed_again() {
    given::<Organisation>([registered(), appointed(BEN), removed(BEN)])
        .when(&appoint(ANNA, BEN))
        .then([appointed(BEN)]);
}

#[test]
fn only_stewards_decide_on_stewards() {
    for command in [appoint(BEN, BEN), appoint(BEN, ANNA), remove(BEN, ANNA), remove(BEN, CHLOE)] {
        given::<Organisation>([registered()])
            .when(&command)
            .then_rejected(OrganisationRejection::NotASteward);
    }
}

#[test]
fn a_former_steward_decides_nothing() {
    given::<Organisation>([registered(), appointed(BEN), removed(ANNA)])
        .when(&appoint(ANNA, ANNA))
        .then_rejected(OrganisationRejection::NotASteward);
}

#[test]
fn nobody_is_steward_of_what_was_never_registered() {
    for command in [appoint(ANNA, BEN), remove(ANNA, BEN)] {
        given::<Organisation>([])
            .when(&command)
            .then_rejected(OrganisationRejection::NotRegistered);
    }
}

#[test]
fn stewards_speak_for_the_organisation_and_others_do_not() {
    let unknown = Organisation::initial();
    assert_eq!(unknown.steward(ANNA), Err(OrganisationRejection::NotRegistered));
    assert_eq!(unknown.stewards(), BTreeSet::new());
    let known = Organisation::replay(&[registered(), appointed(BEN)]);
    assert_eq!(known.steward(ANNA), Ok(()));
    assert_eq!(known.steward(CHLOE), Err(OrganisationRejection::NotASteward));
    assert_eq!(known.stewards(), BTreeSet::from([ANNA, BEN]));
}
