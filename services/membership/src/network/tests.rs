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

/// Only Anna has to consent.
fn alone(by: PersonId) -> Warrant {
    Warrant::Founder { by, founders: BTreeSet::from([ANNA]) }
}

/// Anna and Ben both have to consent.
fn together(by: PersonId) -> Warrant {
    Warrant::Founder { by, founders: BTreeSet::from([ANNA, BEN]) }
}

fn decision() -> Warrant {
    Warrant::Decision(kernel::DecisionId::new(Uuid::from_u128(0xdec)))
}

fn declare(warrant: Warrant, types: impl IntoIterator<Item = NetworkType>) -> NetworkCommand {
    NetworkCommand::DeclareNetworkType { warrant, types: types.into_iter().collect() }
}

fn declared(types: impl IntoIterator<Item = NetworkType>) -> NetworkEvent {
    NetworkEvent::NetworkTypeDeclared { types: types.into_iter().collect() }
}

fn open(warrant: Warrant) -> NetworkCommand {
    NetworkCommand::OpenMembership { warrant }
}

fn close(warrant: Warrant) -> NetworkCommand {
    NetworkCommand::CloseMembership { warrant }
}

fn types(types: impl IntoIterator<Item = NetworkType>) -> FounderAct {
    FounderAct::DeclareType { types: types.into_iter().collect() }
}

const OPENING: FounderAct = FounderAct::OpenMembership {};
const CLOSING: FounderAct = FounderAct::CloseMembership {};

fn consented(founder: PersonId, act: FounderAct) -> NetworkEvent {
    NetworkEvent::FounderConsented { act, founder }
}

fn name(founders: &[PersonId]) -> NetworkCommand {
    NetworkCommand::NameFounders { founders: founders.iter().copied().collect() }
}

fn named(founders: &[PersonId]) -> NetworkEvent {
    NetworkEvent::FoundersNamed { founders: founders.to_vec() }
}

/// Anna and Ben took part.
fn founded_by_both() -> Vec<NetworkEvent> {
    forming_and(joined(BEN))
}

const ACTIVATE: NetworkCommand = NetworkCommand::ActivateNetwork { charter_version: 1 };

fn activated() -> NetworkEvent {
    NetworkEvent::NetworkActivated { charter_version: 1 }
}

fn active() -> Vec<NetworkEvent> {
    [founded_by_both(), vec![activated()]].concat()
}

fn paused() -> Vec<NetworkEvent> {
    [active(), vec![NetworkEvent::NetworkPaused {}]].concat()
}

fn dissolved() -> Vec<NetworkEvent> {
    [active(), vec![NetworkEvent::NetworkDissolved {}]].concat()
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
fn what_every_founder_consents_to_is_done_with_the_last_consent() {
    let both = [NetworkType::Connectivity, NetworkType::Production];
    for (command, act, done) in [
        (declare(together(BEN), both), types(both), declared(both)),
        (open(together(BEN)), OPENING, NetworkEvent::MembershipOpened {}),
    ] {
        let history = [founded_by_both(), vec![consented(ANNA, act.clone())]].concat();
        given::<Network>(founded_by_both()).when(&command).then([consented(BEN, act.clone())]);
        given::<Network>(history).when(&command).then([consented(BEN, act), done]);
    }
}

#[test]
fn one_founder_who_is_alone_consents_for_all() {
    given::<Network>(forming())
        .when(&open(alone(ANNA)))
        .then([consented(ANNA, OPENING), NetworkEvent::MembershipOpened {}]);
}

#[test]
fn consenting_twice_changes_nothing() {
    given::<Network>([founded_by_both(), vec![consented(ANNA, OPENING)]].concat())
        .when(&open(together(ANNA)))
        .then([]);
}

#[test]
fn consent_to_one_act_is_no_consent_to_another() {
    let open_now = [founded_by_both(), vec![NetworkEvent::MembershipOpened {}]].concat();
    let alignment = [NetworkType::Alignment];
    for (other, command, act) in [
        (OPENING, declare(together(BEN), alignment), types(alignment)),
        (types(alignment), close(together(BEN)), CLOSING),
    ] {
        given::<Network>([open_now.clone(), vec![consented(ANNA, other)]].concat())
            .when(&command)
            .then([consented(BEN, act)]);
    }
}

#[test]
fn other_types_void_the_consent_to_the_former_ones() {
    let (first, second) = ([NetworkType::Alignment], [NetworkType::Production]);
    let history =
        [founded_by_both(), vec![consented(ANNA, types(first)), consented(BEN, types(second))]]
            .concat();
    given::<Network>(history.clone())
        .when(&declare(together(BEN), first))
        .then([consented(BEN, types(first))]);
    given::<Network>(history)
        .when(&declare(together(ANNA), second))
        .then([consented(ANNA, types(second)), declared(second)]);
}

#[test]
fn what_was_done_once_needs_new_consent_to_be_done_again() {
    let history = [
        founded_by_both(),
        vec![
            consented(ANNA, OPENING),
            consented(BEN, OPENING),
            NetworkEvent::MembershipOpened {},
            NetworkEvent::MembershipClosed {},
        ],
    ]
    .concat();
    given::<Network>(history).when(&open(together(ANNA))).then([consented(ANNA, OPENING)]);
}

#[test]
fn a_founder_who_left_is_not_waited_for() {
    // Ben consented, and Anna is the only one left.
    given::<Network>([founded_by_both(), vec![consented(BEN, OPENING)]].concat())
        .when(&open(alone(ANNA)))
        .then([consented(ANNA, OPENING), NetworkEvent::MembershipOpened {}]);
    // Anna had consented before Ben left: asking again is enough.
    given::<Network>([founded_by_both(), vec![consented(ANNA, OPENING)]].concat())
        .when(&open(alone(ANNA)))
        .then([NetworkEvent::MembershipOpened {}]);
}

#[test]
fn a_founder_who_joins_later_has_to_consent_too() {
    let history = [forming(), vec![consented(ANNA, OPENING), joined(BEN)]].concat();
    given::<Network>(history.clone()).when(&open(together(ANNA))).then([]);
    given::<Network>(history)
        .when(&open(together(BEN)))
        .then([consented(BEN, OPENING), NetworkEvent::MembershipOpened {}]);
}

#[test]
fn declaring_the_same_types_again_changes_nothing() {
    given::<Network>(forming_and(declared([NetworkType::Connectivity, NetworkType::Alignment])))
        .when(&declare(alone(ANNA), [NetworkType::Alignment, NetworkType::Connectivity]))
        .then([]);
}

#[test]
fn a_network_is_of_one_type_at_least() {
    for (history, warrant) in [(forming(), alone(ANNA)), (active(), decision())] {
        given::<Network>(history)
            .when(&declare(warrant, []))
            .then_rejected(NetworkRejection::TypesEmpty);
    }
}

#[test]
fn a_network_takes_members_by_invitation_until_it_is_opened() {
    given::<Network>(forming()).when(&close(alone(ANNA))).then([]);
    given::<Network>(forming_and(NetworkEvent::MembershipOpened {}))
        .when(&open(alone(ANNA)))
        .then([]);
    given::<Network>(forming_and(NetworkEvent::MembershipOpened {}))
        .when(&close(alone(ANNA)))
        .then([consented(ANNA, CLOSING), NetworkEvent::MembershipClosed {}]);
}

#[test]
fn only_founders_act_while_the_network_is_forming() {
    for command in
        [declare(alone(CHLOE), [NetworkType::Alignment]), open(alone(CHLOE)), close(alone(CHLOE))]
    {
        given::<Network>(forming()).when(&command).then_rejected(NetworkRejection::NotAFounder);
    }
}

#[test]
fn an_outsider_is_refused_even_when_nothing_would_change() {
    given::<Network>(forming_and(NetworkEvent::MembershipOpened {}))
        .when(&open(alone(CHLOE)))
        .then_rejected(NetworkRejection::NotAFounder);
    given::<Network>(forming_and(declared([NetworkType::Alignment])))
        .when(&declare(alone(CHLOE), [NetworkType::Alignment]))
        .then_rejected(NetworkRejection::NotAFounder);
}

#[test]
fn nobody_acts_in_a_network_that_an_import_founded() {
    let nobody = Warrant::Founder { by: ANNA, founders: BTreeSet::new() };
    given::<Network>([founded(&[])])
        .when(&join(ANNA))
        .then_rejected(NetworkRejection::NotNamedAsFounder);
    given::<Network>([founded(&[])])
        .when(&open(nobody))
        .then_rejected(NetworkRejection::NotAFounder);
}

#[test]
fn founders_are_named_for_a_network_that_an_import_founded_and_join() {
    given::<Network>([founded(&[])]).when(&name(&[ANNA, BEN])).then([named(&[ANNA, BEN])]);
    let history = [founded(&[]), named(&[ANNA, BEN])];
    given::<Network>(history.clone()).when(&join(ANNA)).then([joined(ANNA)]);
    given::<Network>(history.clone())
        .when(&join(CHLOE))
        .then_rejected(NetworkRejection::NotNamedAsFounder);
    given::<Network>(history).when(&name(&[BEN, ANNA])).then([]);
}

#[test]
fn one_founder_is_too_few_for_a_network_that_an_import_founded() {
    for few in [&[][..], &[ANNA]] {
        given::<Network>([founded(&[])])
            .when(&name(few))
            .then_rejected(NetworkRejection::FoundersTooFew);
    }
}

#[test]
fn a_network_that_has_founders_is_given_no_others() {
    for history in [forming(), vec![founded(&[]), named(&[ANNA, BEN])]] {
        given::<Network>(history)
            .when(&name(&[BEN, CHLOE]))
            .then_rejected(NetworkRejection::FoundersAlreadyNamed);
    }
}

#[test]
fn founders_are_not_named_once_members_decide() {
    for history in [active(), paused()] {
        given::<Network>(history)
            .when(&name(&[BEN, CHLOE]))
            .then_rejected(NetworkRejection::NotForming);
    }
}

#[test]
fn a_charter_makes_a_network_active_once() {
    given::<Network>(founded_by_both()).when(&ACTIVATE).then([activated()]);
    for history in [active(), paused()] {
        given::<Network>(history).when(&ACTIVATE).then([]);
    }
}

#[test]
fn founders_decide_nothing_alone_once_the_network_is_active() {
    for history in [active(), paused()] {
        for (command, subject) in [
            (declare(together(ANNA), [NetworkType::Alignment]), Subject::NetworkType),
            (open(together(ANNA)), Subject::MembershipAdmit),
            (close(together(ANNA)), Subject::MembershipAdmit),
        ] {
            given::<Network>(history.clone())
                .when(&command)
                .then_rejected(NetworkRejection::DecisionNeeded(subject));
        }
    }
}

#[test]
fn consent_that_was_given_while_forming_is_worth_nothing_afterwards() {
    let history = [founded_by_both(), vec![consented(ANNA, OPENING), activated()]].concat();
    given::<Network>(history)
        .when(&open(together(BEN)))
        .then_rejected(NetworkRejection::DecisionNeeded(Subject::MembershipAdmit));
}

#[test]
fn who_was_named_and_did_not_join_enters_an_active_network_as_others_do() {
    let late = [forming(), vec![activated()]].concat();
    given::<Network>(late.clone())
        .when(&join(BEN))
        .then_rejected(NetworkRejection::DecisionNeeded(Subject::MembershipAdmit));
    given::<Network>(late.clone()).when(&join(ANNA)).then([]);
    given::<Network>(late).when(&join(CHLOE)).then_rejected(NetworkRejection::NotNamedAsFounder);
}

#[test]
fn a_decision_does_at_once_what_it_says() {
    let alignment = [NetworkType::Alignment];
    given::<Network>(active()).when(&declare(decision(), alignment)).then([declared(alignment)]);
    given::<Network>(active()).when(&open(decision())).then([NetworkEvent::MembershipOpened {}]);
    let open_now = [active(), vec![NetworkEvent::MembershipOpened {}]].concat();
    given::<Network>(open_now).when(&close(decision())).then([NetworkEvent::MembershipClosed {}]);
}

#[test]
fn a_network_is_paused_resumed_and_dissolved() {
    let pause = NetworkCommand::PauseNetwork;
    let resume = NetworkCommand::ResumeNetwork;
    let dissolve = NetworkCommand::DissolveNetwork;
    given::<Network>(active()).when(&pause).then([NetworkEvent::NetworkPaused {}]);
    given::<Network>(paused()).when(&pause).then([]);
    given::<Network>(paused()).when(&resume).then([NetworkEvent::NetworkResumed {}]);
    given::<Network>(active()).when(&resume).then([]);
    for history in [active(), paused()] {
        given::<Network>(history).when(&dissolve).then([NetworkEvent::NetworkDissolved {}]);
    }
    given::<Network>(dissolved()).when(&dissolve).then([]);
}

#[test]
fn no_decision_binds_a_network_without_a_charter() {
    for command in [
        declare(decision(), [NetworkType::Alignment]),
        open(decision()),
        close(decision()),
        NetworkCommand::PauseNetwork,
        NetworkCommand::ResumeNetwork,
        NetworkCommand::DissolveNetwork,
    ] {
        given::<Network>(founded_by_both())
            .when(&command)
            .then_rejected(NetworkRejection::NotActive);
    }
}

#[test]
fn nothing_is_done_with_a_network_that_was_dissolved() {
    for command in [
        declare(decision(), [NetworkType::Alignment]),
        declare(together(ANNA), [NetworkType::Alignment]),
        open(decision()),
        open(together(ANNA)),
        close(decision()),
        name(&[ANNA, BEN]),
        ACTIVATE,
        NetworkCommand::PauseNetwork,
        NetworkCommand::ResumeNetwork,
    ] {
        given::<Network>(dissolved()).when(&command).then_rejected(NetworkRejection::Dissolved);
    }
}

#[test]
fn a_stage_says_who_may_enter_and_whether_anything_changes() {
    let stages = [Stage::Forming, Stage::Active, Stage::Paused, Stage::Dissolved];
    let (paused, over) = (Err(NetworkRejection::Paused), Err(NetworkRejection::Dissolved));
    assert_eq!(stages.map(Stage::enterable), [Ok(()), Ok(()), paused, over.clone()]);
    assert_eq!(stages.map(Stage::changeable), [Ok(()), Ok(()), Ok(()), over.clone()]);
    let early = Err(NetworkRejection::NotActive);
    assert_eq!(stages.map(Stage::decided), [early, Ok(()), Ok(()), over]);
}

#[test]
fn nothing_happens_in_a_network_that_was_never_founded() {
    for command in [
        join(ANNA),
        name(&[ANNA, BEN]),
        declare(alone(ANNA), [NetworkType::Alignment]),
        open(alone(ANNA)),
        close(alone(ANNA)),
        ACTIVATE,
        NetworkCommand::PauseNetwork,
        NetworkCommand::ResumeNetwork,
        NetworkCommand::DissolveNetwork,
    ] {
        given::<Network>([]).when(&command).then_rejected(NetworkRejection::NotFounded);
    }
    assert_eq!(Network::initial().stage(), Err(NetworkRejection::NotFounded));
}
