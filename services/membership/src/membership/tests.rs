//! The rules between a party and a network, one sentence a test.

use testkit::given;
use uuid::Uuid;

use super::*;

/// The party that enters and leaves.
const ANNA: PersonId = PersonId::new(Uuid::from_u128(0xa));
/// A founder.
const BEN: PersonId = PersonId::new(Uuid::from_u128(0xb));
/// Another founder.
const DORA: PersonId = PersonId::new(Uuid::from_u128(0xd));
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

fn in_stage(stage: Stage, command: MembershipCommand) -> InNetwork {
    InNetwork { stage, command }
}

fn forming(command: MembershipCommand) -> InNetwork {
    in_stage(Stage::Forming, command)
}

fn invite() -> InNetwork {
    let message = Some(words(BEN, "Join us"));
    forming(MembershipCommand::InviteParty { network: OLD_CITY, party: party(), message })
}

fn accept() -> InNetwork {
    forming(MembershipCommand::AcceptInvitation)
}

fn decline_invitation() -> InNetwork {
    forming(MembershipCommand::DeclineInvitation)
}

fn take_back() -> InNetwork {
    forming(MembershipCommand::WithdrawApplication)
}

fn invited() -> MembershipEvent {
    let message = Some(words(BEN, "Join us"));
    MembershipEvent::PartyInvited { network: OLD_CITY, party: party(), message }
}

fn apply(entry: Entry) -> InNetwork {
    forming(MembershipCommand::ApplyForMembership {
        network: OLD_CITY,
        party: party(),
        statement: Some(words(ANNA, "I keep bees")),
        entry,
    })
}

fn applied() -> MembershipEvent {
    let statement = Some(words(ANNA, "I keep bees"));
    MembershipEvent::MembershipApplied { network: OLD_CITY, party: party(), statement }
}

/// Only Ben has to consent.
fn alone(by: PersonId) -> Warrant {
    Warrant::Founder { by, founders: BTreeSet::from([BEN]) }
}

/// Ben and Dora both have to consent.
fn together(by: PersonId) -> Warrant {
    Warrant::Founder { by, founders: BTreeSet::from([BEN, DORA]) }
}

fn decision() -> Warrant {
    Warrant::Decision(kernel::DecisionId::new(Uuid::from_u128(0xdec)))
}

fn admit_by(stage: Stage, warrant: Warrant, since: Timestamp) -> InNetwork {
    let (network, party) = (OLD_CITY, party());
    in_stage(stage, MembershipCommand::AdmitMember { network, party, warrant, since })
}

fn admit(by: PersonId, since: Timestamp) -> InNetwork {
    admit_by(Stage::Forming, alone(by), since)
}

fn consented(founder: PersonId) -> MembershipEvent {
    MembershipEvent::AdmissionConsented { network: OLD_CITY, party: party(), founder }
}

fn admit_founder(since: Timestamp) -> InNetwork {
    forming(MembershipCommand::AdmitFounder { network: OLD_CITY, person: ANNA, since })
}

fn admitted(class: MembershipClass, since: Timestamp) -> MembershipEvent {
    MembershipEvent::MemberAdmitted { network: OLD_CITY, party: party(), class, since }
}

fn decline(by: PersonId) -> InNetwork {
    forming(MembershipCommand::DeclineApplication { warrant: alone(by) })
}

fn resign_in(stage: Stage, until: Timestamp) -> InNetwork {
    let (network, party) = (OLD_CITY, party());
    in_stage(stage, MembershipCommand::ResignMembership { network, party, until })
}

fn resign(until: Timestamp) -> InNetwork {
    resign_in(Stage::Forming, until)
}

const SUSPEND: MembershipCommand =
    MembershipCommand::SuspendMember { network: OLD_CITY, party: Party::Person(ANNA) };
const REINSTATE: MembershipCommand =
    MembershipCommand::ReinstateMember { network: OLD_CITY, party: Party::Person(ANNA) };

fn expel(until: Timestamp) -> MembershipCommand {
    MembershipCommand::ExpelMember { network: OLD_CITY, party: party(), until }
}

fn decided(command: MembershipCommand) -> InNetwork {
    in_stage(Stage::Active, command)
}

fn suspended() -> MembershipEvent {
    MembershipEvent::MemberSuspended { network: OLD_CITY, party: party() }
}

fn reinstated() -> MembershipEvent {
    MembershipEvent::MemberReinstated { network: OLD_CITY, party: party() }
}

fn expelled(until: Timestamp) -> MembershipEvent {
    MembershipEvent::MemberExpelled { network: OLD_CITY, party: party(), until }
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
        .when(&forming(MembershipCommand::InviteParty { network, party, message: None }))
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
    given::<Membership>([invited()]).when(&accept()).then([MembershipEvent::InvitationAccepted {}]);
}

#[test]
fn accepting_twice_changes_nothing() {
    given::<Membership>([invited(), MembershipEvent::InvitationAccepted {}])
        .when(&accept())
        .then([]);
}

#[test]
fn an_invitation_is_declined() {
    given::<Membership>([invited()])
        .when(&decline_invitation())
        .then([MembershipEvent::InvitationDeclined {}]);
}

#[test]
fn there_is_no_invitation_to_answer_outside() {
    for command in [accept(), decline_invitation()] {
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
            .when(&decline_invitation())
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
        .then([consented(BEN), admitted(MembershipClass::Member, on("03-01"))]);
}

#[test]
fn an_application_is_withdrawn() {
    for history in pending() {
        given::<Membership>(history)
            .when(&take_back())
            .then([MembershipEvent::ApplicationWithdrawn {}]);
    }
}

#[test]
fn a_founder_admits_whoever_applied_or_accepted() {
    for history in pending() {
        given::<Membership>(history)
            .when(&admit(BEN, on("07-01")))
            .then([consented(BEN), admitted(MembershipClass::Member, on("07-01"))]);
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
fn an_applicant_is_admitted_with_the_last_founders_consent() {
    for history in pending() {
        let by = |founder| admit_by(Stage::Forming, together(founder), on("07-01"));
        given::<Membership>(history.clone()).when(&by(BEN)).then([consented(BEN)]);
        let one = [history.clone(), vec![consented(BEN)]].concat();
        given::<Membership>(one.clone()).when(&by(BEN)).then([]);
        given::<Membership>(one)
            .when(&by(DORA))
            .then([consented(DORA), admitted(MembershipClass::Member, on("07-01"))]);
    }
}

#[test]
fn consent_to_an_application_is_no_consent_to_the_next_one() {
    given::<Membership>([
        applied(),
        consented(BEN),
        MembershipEvent::ApplicationWithdrawn {},
        applied(),
    ])
    .when(&admit_by(Stage::Forming, together(DORA), on("07-01")))
    .then([consented(DORA)]);
}

#[test]
fn one_founders_no_is_enough_whoever_consented() {
    given::<Membership>([applied(), consented(DORA)])
        .when(&forming(MembershipCommand::DeclineApplication { warrant: together(BEN) }))
        .then([MembershipEvent::ApplicationDeclined {}]);
}

#[test]
fn a_founder_who_left_is_not_waited_for() {
    given::<Membership>([applied(), consented(BEN)])
        .when(&admit(BEN, on("07-01")))
        .then([admitted(MembershipClass::Member, on("07-01"))]);
}

#[test]
fn members_admit_by_decision_once_the_network_is_active() {
    for stage in [Stage::Active, Stage::Paused] {
        for history in pending() {
            given::<Membership>(history)
                .when(&admit_by(stage, decision(), on("07-01")))
                .then([admitted(MembershipClass::Member, on("07-01"))]);
        }
    }
}

#[test]
fn members_decline_by_decision_once_the_network_is_active() {
    for stage in [Stage::Active, Stage::Paused] {
        for history in pending() {
            let command = MembershipCommand::DeclineApplication { warrant: decision() };
            given::<Membership>(history)
                .when(&InNetwork { stage, command })
                .then([MembershipEvent::ApplicationDeclined {}]);
        }
    }
}

#[test]
fn no_founder_admits_or_declines_once_the_network_is_active() {
    let needed = NetworkRejection::DecisionNeeded(Subject::MembershipAdmit);
    for stage in [Stage::Active, Stage::Paused] {
        let decline = MembershipCommand::DeclineApplication { warrant: alone(BEN) };
        for command in [admit_by(stage, alone(BEN), on("07-01")), in_stage(stage, decline)] {
            for history in pending() {
                given::<Membership>(history)
                    .when(&command)
                    .then_rejected(MembershipRejection::Network(needed.clone()));
            }
        }
    }
}

#[test]
fn no_decision_admits_without_a_charter() {
    given::<Membership>([applied()])
        .when(&admit_by(Stage::Forming, decision(), on("07-01")))
        .then_rejected(MembershipRejection::Network(NetworkRejection::NotActive));
}

#[test]
fn nobody_is_admitted_by_decision_who_does_not_want_to_join() {
    for history in [vec![], vec![invited()], former()] {
        given::<Membership>(history)
            .when(&admit_by(Stage::Active, decision(), on("07-01")))
            .then_rejected(MembershipRejection::NotApplied);
    }
}

#[test]
fn nobody_enters_a_paused_network() {
    let paused = |asked: InNetwork| in_stage(Stage::Paused, asked.command);
    for (history, asked) in
        [(vec![], invite()), (vec![invited()], accept()), (vec![], apply(Entry::Open))]
    {
        given::<Membership>(history)
            .when(&paused(asked))
            .then_rejected(MembershipRejection::Network(NetworkRejection::Paused));
    }
    given::<Membership>([invited()])
        .when(&paused(decline_invitation()))
        .then([MembershipEvent::InvitationDeclined {}]);
    given::<Membership>([applied()])
        .when(&paused(take_back()))
        .then([MembershipEvent::ApplicationWithdrawn {}]);
}

#[test]
fn nothing_changes_in_a_dissolved_network_but_that_members_leave() {
    let over = |asked: InNetwork| in_stage(Stage::Dissolved, asked.command);
    for (history, asked) in [
        (vec![], invite()),
        (vec![invited()], accept()),
        (vec![invited()], decline_invitation()),
        (vec![], apply(Entry::Open)),
        (vec![applied()], take_back()),
        (vec![applied()], admit(BEN, on("07-01"))),
        (vec![applied()], decline(BEN)),
        (vec![], admit_founder(on("07-01"))),
        (member(), decided(SUSPEND)),
        (member(), decided(expel(on("07-01")))),
    ] {
        given::<Membership>(history)
            .when(&over(asked))
            .then_rejected(MembershipRejection::Network(NetworkRejection::Dissolved));
    }
    given::<Membership>(member())
        .when(&resign_in(Stage::Dissolved, on("06-01")))
        .then([resigned(on("06-01"))]);
}

#[test]
fn a_stranger_does_not_learn_how_far_a_network_has_come() {
    for stage in [Stage::Paused, Stage::Dissolved] {
        for command in [MembershipCommand::AcceptInvitation, MembershipCommand::DeclineInvitation] {
            given::<Membership>([])
                .when(&in_stage(stage, command))
                .then_rejected(MembershipRejection::NotInvited);
        }
    }
}

#[test]
fn a_member_is_suspended_and_reinstated_by_decision() {
    let and = |events: Vec<MembershipEvent>| [member(), events].concat();
    given::<Membership>(member()).when(&decided(SUSPEND)).then([suspended()]);
    given::<Membership>(and(vec![suspended()])).when(&decided(SUSPEND)).then([]);
    given::<Membership>(and(vec![suspended()])).when(&decided(REINSTATE)).then([reinstated()]);
    given::<Membership>(member()).when(&decided(REINSTATE)).then([]);
    let membership = Membership::replay(&and(vec![suspended()]));
    assert!(!membership.is_active(), "who is suspended takes no part");
    let membership = Membership::replay(&and(vec![suspended(), reinstated()]));
    assert!(membership.is_active());
}

#[test]
fn a_suspended_member_resigns_all_the_same() {
    given::<Membership>([member(), vec![suspended()]].concat())
        .when(&resign_in(Stage::Active, on("06-01")))
        .then([resigned(on("06-01"))]);
}

#[test]
fn a_suspended_member_is_a_member_still_and_does_not_apply_again() {
    for asked in [invite(), apply(Entry::Open), admit(BEN, on("07-01"))] {
        given::<Membership>([member(), vec![suspended()]].concat())
            .when(&asked)
            .then_rejected(MembershipRejection::AlreadyMember);
    }
}

#[test]
fn a_member_is_expelled_by_decision_and_may_apply_again() {
    for history in [member(), [member(), vec![suspended()]].concat()] {
        given::<Membership>(history)
            .when(&decided(expel(on("06-01"))))
            .then([expelled(on("06-01"))]);
    }
    let gone = [member(), vec![expelled(on("06-01"))]].concat();
    given::<Membership>(gone.clone()).when(&apply(Entry::Open)).then([applied()]);
    given::<Membership>([gone.clone(), vec![applied()]].concat())
        .when(&admit_by(Stage::Active, decision(), on("05-31")))
        .then_rejected(MembershipRejection::BeginsBeforeFormerEnded(on("06-01")));
    given::<Membership>(gone)
        .when(&admit_founder(on("07-01")))
        .then_rejected(MembershipRejection::FormerMember);
}

#[test]
fn only_members_are_suspended_reinstated_or_expelled() {
    for history in [outside(), pending(), vec![vec![invited()]]].concat() {
        for command in [SUSPEND, REINSTATE, expel(on("07-01"))] {
            given::<Membership>(history.clone())
                .when(&decided(command))
                .then_rejected(MembershipRejection::NotAMember);
        }
    }
}

#[test]
fn nobody_is_suspended_or_expelled_without_a_charter() {
    for command in [SUSPEND, REINSTATE, expel(on("07-01"))] {
        given::<Membership>(member())
            .when(&forming(command))
            .then_rejected(MembershipRejection::Network(NetworkRejection::NotActive));
    }
}

#[test]
fn nobody_is_expelled_before_they_were_a_member() {
    given::<Membership>(member())
        .when(&decided(expel(on("02-29"))))
        .then_rejected(MembershipRejection::EndsBeforeItBegan(on("03-01")));
}

#[test]
fn only_a_founder_decides_on_an_application() {
    for by in [ANNA, CHLOE] {
        for command in [admit(by, on("07-01")), decline(by)] {
            for history in pending() {
                given::<Membership>(history)
                    .when(&command)
                    .then_rejected(MembershipRejection::Network(NetworkRejection::NotAFounder));
            }
        }
    }
}

#[test]
fn there_is_no_application_to_decide_on_or_to_withdraw_outside() {
    for command in [admit(BEN, on("07-01")), decline(BEN), take_back()] {
        for history in outside() {
            given::<Membership>(history)
                .when(&command)
                .then_rejected(MembershipRejection::NotApplied);
        }
    }
}

#[test]
fn the_invited_are_not_admitted_before_they_accept() {
    for command in [admit(BEN, on("07-01")), decline(BEN), take_back()] {
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
        accept(),
        decline_invitation(),
        apply(Entry::Open),
        apply(Entry::ByInvitation),
        take_back(),
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
        .then([consented(BEN), admitted(MembershipClass::Member, on("06-01"))]);
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
