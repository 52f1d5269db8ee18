//! The rules of a network, one sentence a test.

use testkit::given;
use uuid::Uuid;

use super::*;

const ANNA: PersonId = PersonId::new(Uuid::from_u128(0xa));
const BEN: PersonId = PersonId::new(Uuid::from_u128(0xb));
const CHLOE: PersonId = PersonId::new(Uuid::from_u128(0xc));

fn found(founding: Founding, founders: &[PersonId]) -> NetworkCommand {
    NetworkCommand::FoundNetwork {
        founding,
        name: "Old City".to_owned(),
        purpose: "Bees on every roof".to_owned(),
        founders: founders.iter().copied().collect(),
    }
}

fn founded(founders: &[PersonId]) -> NetworkEvent {
    NetworkEvent::NetworkFounded {
        name: "Old City".to_owned(),
        purpose: "Bees on every roof".to_owned(),
        founders: founders.to_vec(),
    }
}

fn joined(person: PersonId) -> NetworkEvent {
    NetworkEvent::FounderJoined { person }
}

fn join(by: PersonId) -> NetworkCommand {
    NetworkCommand::JoinAsFounder { by }
}

/// Anna and Ben were named; only Anna took part so far.
fn forming() -> Vec<NetworkEvent> {
    vec![founded(&[ANNA, BEN]), joined(ANNA)]
}

fn forming_and(event: NetworkEvent) -> Vec<NetworkEvent> {
    [forming(), vec![event]].concat()
}

fn declare(by: PersonId, types: impl IntoIterator<Item = NetworkType>) -> NetworkCommand {
    NetworkCommand::DeclareNetworkType { by, types: types.into_iter().collect() }
}

fn declared(types: impl IntoIterator<Item = NetworkType>) -> NetworkEvent {
    NetworkEvent::NetworkTypeDeclared { types: types.into_iter().collect() }
}

#[test]
fn the_person_who_founds_a_network_is_its_first_founder() {
    given::<Network>([])
        .when(&found(Founding::ByFounder(ANNA), &[ANNA, BEN]))
        .then([founded(&[ANNA, BEN]), joined(ANNA)]);
}

#[test]
fn the_operator_founds_a_network_for_others_who_join_by_themselves() {
    given::<Network>([])
        .when(&found(Founding::ByOperator, &[ANNA, BEN]))
        .then([founded(&[ANNA, BEN])]);
}

#[test]
fn an_import_founds_a_network_before_anybody_is_named() {
    given::<Network>([]).when(&found(Founding::ByImport, &[])).then([founded(&[])]);
}

#[test]
fn nobody_founds_a_network_alone() {
    for founding in [Founding::ByFounder(ANNA), Founding::ByOperator] {
        given::<Network>([])
            .when(&found(founding, &[ANNA]))
            .then_rejected(NetworkRejection::FoundersTooFew);
    }
}

#[test]
fn the_operator_does_not_found_a_network_for_nobody() {
    given::<Network>([])
        .when(&found(Founding::ByOperator, &[]))
        .then_rejected(NetworkRejection::FoundersTooFew);
}

#[test]
fn nobody_founds_a_network_only_for_others() {
    given::<Network>([])
        .when(&found(Founding::ByFounder(CHLOE), &[ANNA, BEN]))
        .then_rejected(NetworkRejection::FounderNotNamed);
}

#[test]
fn a_name_is_given_to_one_network_only() {
    for founding in [Founding::ByFounder(ANNA), Founding::ByOperator, Founding::ByImport] {
        given::<Network>(forming())
            .when(&found(founding, &[ANNA, BEN]))
            .then_rejected(NetworkRejection::NameTaken);
    }
}

#[test]
fn a_person_who_was_named_joins_as_a_founder() {
    given::<Network>(forming()).when(&join(BEN)).then([joined(BEN)]);
}

#[test]
fn joining_as_a_founder_twice_changes_nothing() {
    given::<Network>(forming()).when(&join(ANNA)).then([]);
}

#[test]
fn a_person_who_was_not_named_does_not_join_as_a_founder() {
    given::<Network>(forming())
        .when(&join(CHLOE))
        .then_rejected(NetworkRejection::NotNamedAsFounder);
}

#[test]
fn a_network_may_be_of_several_types() {
    let types = [NetworkType::Connectivity, NetworkType::Production];
    given::<Network>(forming()).when(&declare(ANNA, types)).then([declared(types)]);
}

#[test]
fn declaring_other_types_replaces_the_former_ones() {
    given::<Network>(forming_and(declared([NetworkType::Connectivity])))
        .when(&declare(ANNA, [NetworkType::Alignment]))
        .then([declared([NetworkType::Alignment])]);
}

#[test]
fn declaring_the_same_types_again_changes_nothing() {
    given::<Network>(forming_and(declared([NetworkType::Connectivity, NetworkType::Alignment])))
        .when(&declare(ANNA, [NetworkType::Alignment, NetworkType::Connectivity]))
        .then([]);
}

#[test]
fn a_network_is_of_one_type_at_least() {
    given::<Network>(forming())
        .when(&declare(ANNA, []))
        .then_rejected(NetworkRejection::TypesEmpty);
}

#[test]
fn a_network_takes_members_by_invitation_until_a_founder_opens_it() {
    given::<Network>(forming())
        .when(&NetworkCommand::OpenMembership { by: ANNA })
        .then([NetworkEvent::MembershipOpened {}]);
    given::<Network>(forming()).when(&NetworkCommand::CloseMembership { by: ANNA }).then([]);
}

#[test]
fn opening_an_open_network_changes_nothing() {
    given::<Network>(forming_and(NetworkEvent::MembershipOpened {}))
        .when(&NetworkCommand::OpenMembership { by: ANNA })
        .then([]);
}

#[test]
fn an_open_network_can_be_closed_again() {
    let open = forming_and(NetworkEvent::MembershipOpened {});
    given::<Network>(open.clone())
        .when(&NetworkCommand::CloseMembership { by: ANNA })
        .then([NetworkEvent::MembershipClosed {}]);
    given::<Network>([open, vec![NetworkEvent::MembershipClosed {}]].concat())
        .when(&NetworkCommand::OpenMembership { by: ANNA })
        .then([NetworkEvent::MembershipOpened {}]);
}

#[test]
fn only_founders_act_while_the_network_is_forming() {
    for command in [
        declare(CHLOE, [NetworkType::Alignment]),
        NetworkCommand::OpenMembership { by: CHLOE },
        NetworkCommand::CloseMembership { by: CHLOE },
    ] {
        given::<Network>(forming()).when(&command).then_rejected(NetworkRejection::NotAFounder);
    }
}

#[test]
fn a_founder_who_was_named_but_has_not_joined_does_not_act() {
    given::<Network>(forming())
        .when(&NetworkCommand::OpenMembership { by: BEN })
        .then_rejected(NetworkRejection::NotAFounder);
}

#[test]
fn an_outsider_is_refused_even_when_nothing_would_change() {
    given::<Network>(forming_and(NetworkEvent::MembershipOpened {}))
        .when(&NetworkCommand::OpenMembership { by: CHLOE })
        .then_rejected(NetworkRejection::NotAFounder);
    given::<Network>(forming_and(declared([NetworkType::Alignment])))
        .when(&declare(CHLOE, [NetworkType::Alignment]))
        .then_rejected(NetworkRejection::NotAFounder);
}

#[test]
fn nobody_acts_in_a_network_that_an_import_founded() {
    given::<Network>([founded(&[])])
        .when(&join(ANNA))
        .then_rejected(NetworkRejection::NotNamedAsFounder);
    given::<Network>([founded(&[])])
        .when(&NetworkCommand::OpenMembership { by: ANNA })
        .then_rejected(NetworkRejection::NotAFounder);
}

#[test]
fn nothing_happens_in_a_network_that_was_never_founded() {
    for command in [
        join(ANNA),
        declare(ANNA, [NetworkType::Alignment]),
        NetworkCommand::OpenMembership { by: ANNA },
        NetworkCommand::CloseMembership { by: ANNA },
    ] {
        given::<Network>([]).when(&command).then_rejected(NetworkRejection::NotFounded);
    }
}
