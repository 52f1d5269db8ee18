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

const OLD_CITY: NetworkId = NetworkId::new(Uuid::from_u128(0xc17));
const HARBOUR: NetworkId = NetworkId::new(Uuid::from_u128(0x4a2));

fn scopes(scopes: &[RepresentationScope]) -> BTreeSet<RepresentationScope> {
    scopes.iter().copied().collect()
}

const VOTE: &[RepresentationScope] = &[RepresentationScope::Speak, RepresentationScope::Vote];
const SPEAK: &[RepresentationScope] = &[RepresentationScope::Speak];

fn authorise(
    by: PersonId,
    (person, network): (PersonId, NetworkId),
    may: &[RepresentationScope],
    ground: Ground,
) -> OrganisationCommand {
    let scopes = scopes(may);
    OrganisationCommand::AuthoriseRepresentation { by, person, network, scopes, ground }
}

fn authorised(
    person: PersonId,
    network: NetworkId,
    may: &[RepresentationScope],
) -> OrganisationEvent {
    OrganisationEvent::RepresentationAuthorised { person, network, scopes: scopes(may) }
}

fn withdraw(by: PersonId, person: PersonId, network: NetworkId) -> OrganisationCommand {
    OrganisationCommand::WithdrawRepresentation { by, person, network }
}

fn withdrawn(person: PersonId, network: NetworkId) -> OrganisationEvent {
    OrganisationEvent::RepresentationWithdrawn { person, network }
}

#[test]
fn a_steward_lets_a_person_represent_the_organisation() {
    let command = authorise(ANNA, (BEN, OLD_CITY), VOTE, Ground::Given);
    given::<Organisation>([registered()]).when(&command).then([authorised(BEN, OLD_CITY, VOTE)]);
    given::<Organisation>([registered(), authorised(BEN, OLD_CITY, VOTE)]).when(&command).then([]);
    given::<Organisation>([registered(), authorised(BEN, OLD_CITY, SPEAK)])
        .when(&command)
        .then([authorised(BEN, OLD_CITY, VOTE)]);
}

#[test]
fn only_a_steward_authorises() {
    for by in [BEN, CHLOE] {
        given::<Organisation>([registered()])
            .when(&authorise(by, (BEN, OLD_CITY), VOTE, Ground::Given))
            .then_rejected(OrganisationRejection::NotASteward);
    }
}

#[test]
fn a_representative_belongs_to_the_organisation_and_the_organisation_to_the_network() {
    for (ground, refused) in [
        (Ground::NotAffiliated, OrganisationRejection::NotAffiliated),
        (Ground::NotAMember, OrganisationRejection::NotAMember),
    ] {
        given::<Organisation>([registered()])
            .when(&authorise(ANNA, (BEN, OLD_CITY), SPEAK, ground))
            .then_rejected(refused);
    }
}

#[test]
fn a_representation_is_for_something() {
    given::<Organisation>([registered()])
        .when(&authorise(ANNA, (BEN, OLD_CITY), &[], Ground::Given))
        .then_rejected(OrganisationRejection::ScopesEmpty);
}

#[test]
fn one_person_at_a_time_votes_for_an_organisation_in_a_network() {
    let history = [registered(), authorised(BEN, OLD_CITY, VOTE)];
    given::<Organisation>(history.clone())
        .when(&authorise(ANNA, (CHLOE, OLD_CITY), VOTE, Ground::Given))
        .then_rejected(OrganisationRejection::VoteTaken);
    given::<Organisation>(history.clone())
        .when(&authorise(ANNA, (CHLOE, OLD_CITY), SPEAK, Ground::Given))
        .then([authorised(CHLOE, OLD_CITY, SPEAK)]);
    given::<Organisation>(history.clone())
        .when(&authorise(ANNA, (CHLOE, HARBOUR), VOTE, Ground::Given))
        .then([authorised(CHLOE, HARBOUR, VOTE)]);
    for freed in [withdrawn(BEN, OLD_CITY), authorised(BEN, OLD_CITY, SPEAK)] {
        given::<Organisation>([history.to_vec(), vec![freed]].concat())
            .when(&authorise(ANNA, (CHLOE, OLD_CITY), VOTE, Ground::Given))
            .then([authorised(CHLOE, OLD_CITY, VOTE)]);
    }
}

#[test]
fn a_steward_or_the_representative_ends_a_representation() {
    let history = [registered(), authorised(BEN, OLD_CITY, VOTE)];
    for by in [ANNA, BEN] {
        given::<Organisation>(history.clone())
            .when(&withdraw(by, BEN, OLD_CITY))
            .then([withdrawn(BEN, OLD_CITY)]);
    }
    given::<Organisation>(history.clone())
        .when(&withdraw(CHLOE, BEN, OLD_CITY))
        .then_rejected(OrganisationRejection::NotASteward);
    given::<Organisation>(history).when(&withdraw(ANNA, BEN, HARBOUR)).then([]);
}

#[test]
fn a_representation_ends_with_what_it_stands_on() {
    let state = Organisation::replay(&[
        registered(),
        authorised(BEN, OLD_CITY, VOTE),
        authorised(BEN, HARBOUR, SPEAK),
        authorised(CHLOE, HARBOUR, VOTE),
    ]);
    let lost = |lost| state.represented(lost).into_iter().collect::<BTreeSet<_>>();
    let of_ben = BTreeSet::from([(OLD_CITY, BEN), (HARBOUR, BEN)]);
    assert_eq!(lost(LostGround::Affiliation(BEN)), of_ben);
    let there = BTreeSet::from([(HARBOUR, BEN), (HARBOUR, CHLOE)]);
    assert_eq!(lost(LostGround::Membership(HARBOUR)), there);
    let end = OrganisationCommand::EndRepresentation { person: BEN, network: OLD_CITY };
    given::<Organisation>([registered(), authorised(BEN, OLD_CITY, VOTE)])
        .when(&end)
        .then([withdrawn(BEN, OLD_CITY)]);
    given::<Organisation>([registered()]).when(&end).then([]);
}
