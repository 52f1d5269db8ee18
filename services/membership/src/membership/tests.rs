//! The rules between a party and a network, one sentence a test.

use testkit::given;
use uuid::Uuid;

use super::*;

/// The party that enters and leaves.
const ANNA: PersonId = PersonId::new(Uuid::from_u128(0xa));
/// A founder.
const BEN: PersonId = PersonId::new(Uuid::from_u128(0xb));
/// Neither.
const CHLOE: PersonId = PersonId::new(Uuid::from_u128(0xc));
const OLD_CITY: NetworkId = NetworkId::new(Uuid::from_u128(0xc17));

fn party() -> Party {
    Party::Person(ANNA)
}

/// Midnight of a day of 1936.
fn on(day: &str) -> Timestamp {
    format!("1936-{day}T00:00:00Z").parse().unwrap()
}

fn words(by: PersonId, words: &str) -> Personal<String> {
    Personal::open(by, words.to_owned())
}

fn invite() -> MembershipCommand {
    let message = Some(words(BEN, "Join us"));
    MembershipCommand::InviteParty { network: OLD_CITY, party: party(), message }
}

fn invited() -> MembershipEvent {
    let message = Some(words(BEN, "Join us"));
    MembershipEvent::PartyInvited { network: OLD_CITY, party: party(), message }
}

fn apply(entry: Entry) -> MembershipCommand {
    MembershipCommand::ApplyForMembership {
        network: OLD_CITY,
        party: party(),
        statement: Some(words(ANNA, "I keep bees")),
        entry,
    }
}

fn applied() -> MembershipEvent {
    let statement = Some(words(ANNA, "I keep bees"));
    MembershipEvent::MembershipApplied { network: OLD_CITY, party: party(), statement }
}

fn admit(by: PersonId, since: Timestamp) -> MembershipCommand {
    MembershipCommand::AdmitMember {
        network: OLD_CITY,
        party: party(),
        by,
        founders: BTreeSet::from([BEN]),
        since,
    }
}

fn admit_founder(since: Timestamp) -> MembershipCommand {
    MembershipCommand::AdmitFounder { network: OLD_CITY, person: ANNA, since }
}

fn admitted(class: MembershipClass, since: Timestamp) -> MembershipEvent {
    MembershipEvent::MemberAdmitted { network: OLD_CITY, party: party(), class, since }
}

fn decline(by: PersonId) -> MembershipCommand {
    MembershipCommand::DeclineApplication { by, founders: BTreeSet::from([BEN]) }
}

fn resign(until: Timestamp) -> MembershipCommand {
    MembershipCommand::ResignMembership { network: OLD_CITY, party: party(), until }
}

fn resigned(until: Timestamp) -> MembershipEvent {
    MembershipEvent::MemberResigned { network: OLD_CITY, party: party(), until }
}

/// Anna was a member from the 1st of March on.
fn member() -> Vec<MembershipEvent> {
    vec![applied(), admitted(MembershipClass::Member, on("03-01"))]
}

/// Anna was a member from the 1st of March to the 1st of June.
fn former() -> Vec<MembershipEvent> {
    [member(), vec![resigned(on("06-01"))]].concat()
}

fn former_and(events: impl IntoIterator<Item = MembershipEvent>) -> Vec<MembershipEvent> {
    former().into_iter().chain(events).collect()
}

/// Every history after which Anna is outside.
fn outside() -> Vec<Vec<MembershipEvent>> {
    vec![
        vec![],
        vec![invited(), MembershipEvent::InvitationDeclined {}],
        vec![applied(), MembershipEvent::ApplicationWithdrawn {}],
        vec![applied(), MembershipEvent::ApplicationDeclined {}],
        former(),
    ]
}

/// Every history after which the network has to decide on Anna.
fn pending() -> Vec<Vec<MembershipEvent>> {
    vec![
        vec![applied()],
        vec![invited(), MembershipEvent::InvitationAccepted {}],
        former_and([applied()]),
    ]
}

#[test]
fn anybody_outside_can_be_invited() {
    for history in outside() {
        given::<Membership>(history).when(&invite()).then([invited()]);
    }
}

#[test]
fn an_organisation_can_be_invited_too_without_a_word() {
    let (network, party) =
        (OLD_CITY, Party::Organisation(kernel::OrganisationId::new(Uuid::nil())));
    given::<Membership>([])
        .when(&MembershipCommand::InviteParty { network, party, message: None })
        .then([MembershipEvent::PartyInvited { network, party, message: None }]);
}

#[test]
fn inviting_twice_changes_nothing() {
    given::<Membership>([invited()]).when(&invite()).then([]);
}

#[test]
fn inviting_a_party_that_wants_to_join_changes_nothing() {
    for history in pending() {
        given::<Membership>(history).when(&invite()).then([]);
    }
}

#[test]
fn an_invitation_is_accepted() {
    given::<Membership>([invited()])
        .when(&MembershipCommand::AcceptInvitation)
        .then([MembershipEvent::InvitationAccepted {}]);
}

#[test]
fn accepting_twice_changes_nothing() {
    given::<Membership>([invited(), MembershipEvent::InvitationAccepted {}])
        .when(&MembershipCommand::AcceptInvitation)
        .then([]);
}

#[test]
fn an_invitation_is_declined() {
    given::<Membership>([invited()])
        .when(&MembershipCommand::DeclineInvitation)
        .then([MembershipEvent::InvitationDeclined {}]);
}

#[test]
fn there_is_no_invitation_to_answer_outside() {
    for command in [MembershipCommand::AcceptInvitation, MembershipCommand::DeclineInvitation] {
        for history in outside() {
            given::<Membership>(history)
                .when(&command)
                .then_rejected(MembershipRejection::NotInvited);
        }
    }
}

#[test]
fn an_invitation_that_was_accepted_is_not_declined_any_more() {
    for history in pending() {
        given::<Membership>(history)
            .when(&MembershipCommand::DeclineInvitation)
            .then_rejected(MembershipRejection::NotInvited);
    }
}

#[test]
fn anybody_outside_applies_to_an_open_network() {
    for history in outside() {
        given::<Membership>(history).when(&apply(Entry::Open)).then([applied()]);
    }
}

#[test]
fn nobody_applies_to_a_network_that_takes_members_by_invitation() {
    for history in outside() {
        given::<Membership>(history)
            .when(&apply(Entry::ByInvitation))
            .then_rejected(MembershipRejection::EntryByInvitation);
    }
}

#[test]
fn the_invited_accept_by_applying_whoever_may_enter() {
    for entry in [Entry::Open, Entry::ByInvitation] {
        given::<Membership>([invited()])
            .when(&apply(entry))
            .then([MembershipEvent::InvitationAccepted {}]);
    }
}

#[test]
fn applying_twice_changes_nothing() {
    for history in pending() {
        given::<Membership>(history).when(&apply(Entry::Open)).then([]);
    }
}

#[test]
fn an_application_is_not_lost_when_the_network_closes() {
    given::<Membership>([applied()]).when(&apply(Entry::ByInvitation)).then([]);
    given::<Membership>([applied()])
        .when(&admit(BEN, on("03-01")))
        .then([admitted(MembershipClass::Member, on("03-01"))]);
}

#[test]
fn an_application_is_withdrawn() {
    for history in pending() {
        given::<Membership>(history)
            .when(&MembershipCommand::WithdrawApplication)
            .then([MembershipEvent::ApplicationWithdrawn {}]);
    }
}

#[test]
fn a_founder_admits_whoever_applied_or_accepted() {
    for history in pending() {
        given::<Membership>(history)
            .when(&admit(BEN, on("07-01")))
            .then([admitted(MembershipClass::Member, on("07-01"))]);
    }
}

#[test]
fn a_founder_declines_an_application() {
    for history in pending() {
        given::<Membership>(history)
            .when(&decline(BEN))
            .then([MembershipEvent::ApplicationDeclined {}]);
    }
}

#[test]
fn only_a_founder_decides_on_an_application() {
    for by in [ANNA, CHLOE] {
        for command in [admit(by, on("07-01")), decline(by)] {
            for history in pending() {
                given::<Membership>(history)
                    .when(&command)
                    .then_rejected(MembershipRejection::NotAFounder);
            }
        }
    }
}

#[test]
fn there_is_no_application_to_decide_on_or_to_withdraw_outside() {
    for command in [admit(BEN, on("07-01")), decline(BEN), MembershipCommand::WithdrawApplication] {
        for history in outside() {
            given::<Membership>(history)
                .when(&command)
                .then_rejected(MembershipRejection::NotApplied);
        }
    }
}

#[test]
fn the_invited_are_not_admitted_before_they_accept() {
    for command in [admit(BEN, on("07-01")), decline(BEN), MembershipCommand::WithdrawApplication] {
        given::<Membership>([invited()])
            .when(&command)
            .then_rejected(MembershipRejection::NotApplied);
    }
}

#[test]
fn a_founder_becomes_a_member_without_an_application() {
    for history in [vec![], vec![invited()], vec![applied()]] {
        given::<Membership>(history)
            .when(&admit_founder(on("03-01")))
            .then([admitted(MembershipClass::Founder, on("03-01"))]);
    }
}

#[test]
fn admitting_a_founder_twice_changes_nothing() {
    given::<Membership>([admitted(MembershipClass::Founder, on("03-01"))])
        .when(&admit_founder(on("03-02")))
        .then([]);
}

#[test]
fn a_party_has_one_open_membership_in_a_network() {
    for command in [
        invite(),
        MembershipCommand::AcceptInvitation,
        MembershipCommand::DeclineInvitation,
        apply(Entry::Open),
        apply(Entry::ByInvitation),
        MembershipCommand::WithdrawApplication,
        admit(BEN, on("07-01")),
        decline(BEN),
    ] {
        given::<Membership>(member())
            .when(&command)
            .then_rejected(MembershipRejection::AlreadyMember);
    }
}

#[test]
fn a_member_resigns() {
    given::<Membership>(member()).when(&resign(on("06-01"))).then([resigned(on("06-01"))]);
}

#[test]
fn a_founder_resigns() {
    given::<Membership>([admitted(MembershipClass::Founder, on("03-01"))])
        .when(&resign(on("06-01")))
        .then([resigned(on("06-01"))]);
}

#[test]
fn a_membership_may_end_in_the_instant_in_which_it_began() {
    given::<Membership>(member()).when(&resign(on("03-01"))).then([resigned(on("03-01"))]);
}

#[test]
fn a_membership_does_not_end_before_it_began() {
    given::<Membership>(member())
        .when(&resign(on("02-29")))
        .then_rejected(MembershipRejection::EndsBeforeItBegan(on("03-01")));
}

#[test]
fn only_a_member_resigns() {
    let not_members = [outside(), pending(), vec![vec![invited()]]].concat();
    for history in not_members {
        given::<Membership>(history)
            .when(&resign(on("07-01")))
            .then_rejected(MembershipRejection::NotAMember);
    }
}

#[test]
fn a_former_member_enters_again_when_the_former_membership_ended() {
    given::<Membership>(former_and([applied()]))
        .when(&admit(BEN, on("06-01")))
        .then([admitted(MembershipClass::Member, on("06-01"))]);
}

#[test]
fn a_former_member_does_not_enter_again_before_the_former_membership_ended() {
    given::<Membership>(former_and([applied()]))
        .when(&admit(BEN, on("05-31")))
        .then_rejected(MembershipRejection::BeginsBeforeFormerEnded(on("06-01")));
}

#[test]
fn a_founder_who_left_does_not_enter_again_by_joining_as_a_founder_again() {
    let left = [admitted(MembershipClass::Founder, on("03-01")), resigned(on("06-01"))];
    for pending in [vec![], vec![invited()], vec![applied()]] {
        given::<Membership>([left.to_vec(), pending].concat())
            .when(&admit_founder(on("07-01")))
            .then_rejected(MembershipRejection::FormerMember);
    }
}

#[test]
fn the_former_end_is_remembered_through_a_declined_second_application() {
    given::<Membership>(former_and([
        applied(),
        MembershipEvent::ApplicationDeclined {},
        invited(),
        MembershipEvent::InvitationAccepted {},
    ]))
    .when(&admit(BEN, on("05-31")))
    .then_rejected(MembershipRejection::BeginsBeforeFormerEnded(on("06-01")));
}

#[test]
fn a_second_membership_ends_after_its_own_beginning() {
    let again = former_and([applied(), admitted(MembershipClass::Member, on("09-01"))]);
    given::<Membership>(again.clone())
        .when(&resign(on("07-01")))
        .then_rejected(MembershipRejection::EndsBeforeItBegan(on("09-01")));
    given::<Membership>(again).when(&resign(on("10-01"))).then([resigned(on("10-01"))]);
}

#[test]
fn a_third_membership_begins_after_the_second_ended() {
    given::<Membership>(former_and([
        applied(),
        admitted(MembershipClass::Member, on("09-01")),
        resigned(on("10-01")),
        applied(),
    ]))
    .when(&admit(BEN, on("09-30")))
    .then_rejected(MembershipRejection::BeginsBeforeFormerEnded(on("10-01")));
}

#[test]
fn a_party_is_active_from_admission_to_resignation() {
    assert!(!Membership::replay(&[invited()]).is_active());
    assert!(!Membership::replay(&[applied()]).is_active());
    assert!(Membership::replay(&member()).is_active());
    assert!(!Membership::replay(&former()).is_active());
}
