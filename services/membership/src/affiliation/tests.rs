//! The rules between a person and an organisation, one sentence a test.

use testkit::given;
use uuid::Uuid;

use super::*;

/// Claims to belong to the bee society.
const ANNA: PersonId = PersonId::new(Uuid::from_u128(0xa));
/// The steward of the bee society.
const BEN: PersonId = PersonId::new(Uuid::from_u128(0xb));
const CHLOE: PersonId = PersonId::new(Uuid::from_u128(0xc));
const BEE_SOCIETY: OrganisationId = OrganisationId::new(Uuid::from_u128(0xbee));

fn role() -> Personal<String> {
    Personal::open(ANNA, "Keeper".to_owned())
}

fn claim() -> AffiliationCommand {
    AffiliationCommand::ClaimAffiliation {
        person: ANNA,
        organisation: BEE_SOCIETY,
        role: Some(role()),
    }
}

fn claimed() -> AffiliationEvent {
    AffiliationEvent::AffiliationClaimed {
        person: ANNA,
        organisation: BEE_SOCIETY,
        role: Some(role()),
    }
}

fn confirm(by: PersonId) -> AffiliationCommand {
    AffiliationCommand::ConfirmAffiliation { by, stewards: BTreeSet::from([BEN]) }
}

fn confirmed() -> AffiliationEvent {
    AffiliationEvent::AffiliationConfirmed { steward: BEN }
}

fn end(by: PersonId) -> AffiliationCommand {
    AffiliationCommand::EndAffiliation { by, stewards: BTreeSet::from([BEN]) }
}

fn ended() -> AffiliationEvent {
    AffiliationEvent::AffiliationEnded {}
}

#[test]
fn a_person_claims_an_affiliation_with_a_role() {
    given::<Affiliation>([]).when(&claim()).then([claimed()]);
}

#[test]
fn a_person_claims_an_affiliation_without_a_role() {
    let (person, organisation) = (ANNA, BEE_SOCIETY);
    given::<Affiliation>([])
        .when(&AffiliationCommand::ClaimAffiliation { person, organisation, role: None })
        .then([AffiliationEvent::AffiliationClaimed { person, organisation, role: None }]);
}

#[test]
fn claiming_twice_changes_nothing() {
    given::<Affiliation>([claimed()]).when(&claim()).then([]);
    given::<Affiliation>([claimed(), confirmed()]).when(&claim()).then([]);
}

#[test]
fn a_steward_confirms_a_claim() {
    given::<Affiliation>([claimed()]).when(&confirm(BEN)).then([confirmed()]);
}

#[test]
fn confirming_twice_changes_nothing() {
    given::<Affiliation>([claimed(), confirmed()]).when(&confirm(BEN)).then([]);
}

#[test]
fn only_a_steward_confirms() {
    for by in [ANNA, CHLOE] {
        given::<Affiliation>([claimed()])
            .when(&confirm(by))
            .then_rejected(AffiliationRejection::NotASteward);
        given::<Affiliation>([claimed(), confirmed()])
            .when(&confirm(by))
            .then_rejected(AffiliationRejection::NotASteward);
    }
}

#[test]
fn a_steward_confirms_their_own_claim() {
    given::<Affiliation>([claimed()])
        .when(&AffiliationCommand::ConfirmAffiliation {
            by: ANNA,
            stewards: BTreeSet::from([ANNA]),
        })
        .then([AffiliationEvent::AffiliationConfirmed { steward: ANNA }]);
}

#[test]
fn the_person_and_the_stewards_end_an_affiliation() {
    for by in [ANNA, BEN] {
        given::<Affiliation>([claimed()]).when(&end(by)).then([ended()]);
        given::<Affiliation>([claimed(), confirmed()]).when(&end(by)).then([ended()]);
    }
}

#[test]
fn nobody_else_ends_an_affiliation() {
    for history in [vec![claimed()], vec![claimed(), confirmed()]] {
        given::<Affiliation>(history)
            .when(&end(CHLOE))
            .then_rejected(AffiliationRejection::NotConcerned);
    }
}

#[test]
fn there_is_nothing_to_confirm_or_to_end_before_a_claim() {
    for command in [confirm(BEN), end(ANNA), end(BEN)] {
        given::<Affiliation>([]).when(&command).then_rejected(AffiliationRejection::NotClaimed);
    }
}

#[test]
fn there_is_nothing_to_confirm_or_to_end_after_the_end() {
    for command in [confirm(BEN), end(ANNA), end(BEN)] {
        given::<Affiliation>([claimed(), confirmed(), ended()])
            .when(&command)
            .then_rejected(AffiliationRejection::NotClaimed);
    }
}

#[test]
fn an_affiliation_that_ended_is_claimed_and_confirmed_anew() {
    let over = [claimed(), confirmed(), ended()];
    given::<Affiliation>(over.clone()).when(&claim()).then([claimed()]);
    given::<Affiliation>([over.to_vec(), vec![claimed()]].concat())
        .when(&confirm(BEN))
        .then([confirmed()]);
}
