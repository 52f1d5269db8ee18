//! The rules of lending a vote, one sentence a test.

use events::Subject;
use kernel::PersonId;
use testkit::given;
use uuid::Uuid;

use super::*;

const ANNA: Party = Party::Person(PersonId::new(Uuid::from_u128(0xa)));
const BEN: Party = Party::Person(PersonId::new(Uuid::from_u128(0xb)));
const CHLOE: Party = Party::Person(PersonId::new(Uuid::from_u128(0xc)));
const OLD_CITY: NetworkId = NetworkId::new(Uuid::from_u128(0xc17));

/// Noon of a day of March 1936.
fn march(day: u32) -> Timestamp {
    format!("1936-03-{day:02}T12:00:00Z").parse().unwrap()
}

fn grant_to(delegate: Party, electors: Electors, circle: Circle) -> DelegationCommand {
    DelegationCommand::GrantDelegation {
        network: OLD_CITY,
        delegator: ANNA,
        delegate,
        scope: DelegationScope::Subject(Subject::Other),
        until: Some(march(20)),
        shown: DelegatorShown::ToNetwork,
        at: march(1),
        electors,
        circle,
    }
}

fn grant() -> DelegationCommand {
    grant_to(BEN, Electors::Both, Circle::Open)
}

fn granted() -> DelegationEvent {
    DelegationEvent::DelegationGranted {
        network: OLD_CITY,
        delegator: ANNA,
        delegate: BEN,
        scope: DelegationScope::Subject(Subject::Other),
        until: Some(march(20)),
        shown: DelegatorShown::ToNetwork,
    }
}

fn accepted() -> DelegationEvent {
    DelegationEvent::DelegationAccepted { delegate: BEN }
}

fn accept(by: Party) -> DelegationCommand {
    DelegationCommand::AcceptDelegation { by, at: march(2), circle: Circle::Open }
}

fn revoke(by: Party) -> DelegationCommand {
    DelegationCommand::RevokeDelegation { by: Cause::Party(by) }
}

/// Every history after which nothing is lent.
fn over() -> Vec<Vec<DelegationEvent>> {
    vec![
        vec![granted(), DelegationEvent::DelegationDeclined { delegate: BEN }],
        vec![granted(), DelegationEvent::DelegationRevoked {}],
        vec![granted(), accepted(), DelegationEvent::DelegationRevoked {}],
        vec![granted(), accepted(), DelegationEvent::DelegationExpired {}],
    ]
}

#[test]
fn a_vote_is_lent_and_counts_once_the_delegate_has_accepted() {
    given::<Delegation>([]).when(&grant()).then([granted()]);
    given::<Delegation>([granted()]).when(&accept(BEN)).then([accepted()]);
    assert!(!Delegation::replay(&[granted()]).is_in_force(march(2)));
    let lent = Delegation::replay(&[granted(), accepted()]);
    assert!(lent.is_in_force(march(2)));
    assert!(!lent.is_in_force(march(20)));
}

#[test]
fn only_the_delegate_answers() {
    for by in [ANNA, CHLOE] {
        given::<Delegation>([granted()])
            .when(&accept(by))
            .then_rejected(DelegationRejection::NotTheDelegate);
        given::<Delegation>([granted()])
            .when(&DelegationCommand::DeclineDelegation { by })
            .then_rejected(DelegationRejection::NotTheDelegate);
    }
    given::<Delegation>([granted(), accepted()]).when(&accept(BEN)).then([]);
    given::<Delegation>([granted()])
        .when(&DelegationCommand::DeclineDelegation { by: BEN })
        .then([DelegationEvent::DelegationDeclined { delegate: BEN }]);
}

#[test]
fn nobody_lends_a_vote_to_themselves_or_in_a_circle_or_to_a_stranger() {
    let refused = |command: DelegationCommand, rejection| {
        given::<Delegation>([]).when(&command).then_rejected(rejection);
    };
    let both = Electors::Both;
    refused(grant_to(ANNA, both, Circle::Open), DelegationRejection::ToOneself);
    refused(grant_to(BEN, both, Circle::Closed), DelegationRejection::InACircle);
    let stranger = Electors::NotTheDelegate;
    let rejection = DelegationRejection::DelegateNotAnElector;
    refused(grant_to(BEN, stranger, Circle::Open), rejection);
    let without = Electors::NotTheDelegator;
    let rejection = DelegationRejection::DelegatorNotAnElector;
    refused(grant_to(BEN, without, Circle::Open), rejection);
    given::<Delegation>([granted()])
        .when(&DelegationCommand::AcceptDelegation {
            by: BEN,
            at: march(2),
            circle: Circle::Closed,
        })
        .then_rejected(DelegationRejection::InACircle);
}

#[test]
fn one_delegation_is_in_force_for_each_scope() {
    let both = Electors::Both;
    for history in [vec![granted()], vec![granted(), accepted()]] {
        given::<Delegation>(history.clone()).when(&grant()).then([]);
        given::<Delegation>(history)
            .when(&grant_to(CHLOE, both, Circle::Open))
            .then_rejected(DelegationRejection::AlreadyLent);
    }
    for history in over() {
        given::<Delegation>(history).when(&grant()).then([granted()]);
    }
}

#[test]
fn a_delegation_is_taken_back_at_any_time_by_the_delegator() {
    for history in [vec![granted()], vec![granted(), accepted()]] {
        given::<Delegation>(history.clone())
            .when(&revoke(ANNA))
            .then([DelegationEvent::DelegationRevoked {}]);
        given::<Delegation>(history)
            .when(&revoke(BEN))
            .then_rejected(DelegationRejection::NotTheDelegator);
    }
    for history in over() {
        given::<Delegation>(history).when(&revoke(ANNA)).then([]);
    }
    given::<Delegation>([]).when(&revoke(ANNA)).then_rejected(DelegationRejection::NoDelegation);
}

#[test]
fn a_delegation_that_is_suspended_counts_again_when_it_is_resumed() {
    let by = Cause::Rules;
    let suspended = DelegationEvent::DelegationSuspended {};
    given::<Delegation>([granted(), accepted()])
        .when(&DelegationCommand::SuspendDelegation { by })
        .then([suspended.clone()]);
    given::<Delegation>([granted()])
        .when(&DelegationCommand::SuspendDelegation { by })
        .then_rejected(DelegationRejection::NotAccepted);
    let history = [granted(), accepted(), suspended];
    assert!(!Delegation::replay(&history).is_in_force(march(2)));
    given::<Delegation>(history.clone())
        .when(&DelegationCommand::ResumeDelegation { by, at: march(3) })
        .then([DelegationEvent::DelegationResumed {}]);
    given::<Delegation>(history)
        .when(&DelegationCommand::ResumeDelegation { by, at: march(20) })
        .then_rejected(DelegationRejection::Over(march(20)));
}

#[test]
fn a_delegation_expires_at_its_time() {
    let expire = |day| DelegationCommand::ExpireDelegation { at: march(day) };
    let history = || [granted(), accepted()];
    given::<Delegation>(history()).when(&expire(20)).then([DelegationEvent::DelegationExpired {}]);
    given::<Delegation>(history()).when(&expire(19)).then_rejected(DelegationRejection::NotDue);
    for history in over() {
        given::<Delegation>(history).when(&expire(20)).then([]);
    }
}

fn lent(delegator: Party, delegate: Party, scope: DelegationScope) -> Lent {
    Lent { delegator, delegate, scope, granted: 1 }
}

#[test]
fn a_circle_is_found_over_any_number_of_hands() {
    let all = || DelegationScope::All {};
    let known = [lent(BEN, CHLOE, all()), lent(CHLOE, ANNA, all())];
    assert_eq!(would_circle(&known, (ANNA, BEN), &all()), Circle::Closed);
    assert_eq!(would_circle(&known[..1], (ANNA, BEN), &all()), Circle::Open);
    assert_eq!(would_circle(&known, (BEN, ANNA), &all()), Circle::Open);
}

#[test]
fn a_circle_is_one_only_where_its_scopes_meet() {
    let all = || DelegationScope::All {};
    let topic = |name: &str| DelegationScope::Topic(name.to_owned());
    let bees = [lent(BEN, ANNA, topic("bees"))];
    assert_eq!(would_circle(&bees, (ANNA, BEN), &topic("trees")), Circle::Open);
    assert_eq!(would_circle(&bees, (ANNA, BEN), &topic("bees")), Circle::Closed);
    // On bees, Ben's vote would go to Anna, and hers to him.
    assert_eq!(would_circle(&bees, (ANNA, BEN), &all()), Circle::Closed);
    let elsewhere = [lent(BEN, ANNA, all()), lent(BEN, CHLOE, topic("bees"))];
    assert_eq!(would_circle(&elsewhere, (ANNA, BEN), &topic("bees")), Circle::Open);
}
