//! The rules of a mandate, one sentence a test.

use proptest::prelude::*;
use testkit::given;

use super::*;
use crate::proposal::tests::{ANNA, BEN, CHLOE, FIRST, OLD_CITY, SECOND, day};

fn coordinator() -> Role {
    Role {
        name: RoleName("coordinator".to_owned()),
        responsibilities: "Sees to everything.".to_owned(),
        term_days: 10,
        consecutive_terms_max: Some(2),
        seats: 3,
        required: true,
    }
}

/// Anna coordinates from the first to the eleventh of March.
fn conferral() -> Conferral {
    Conferral {
        network: OLD_CITY,
        decision: FIRST,
        role: Some(coordinator()),
        charter_version: 4,
        holder: ANNA,
        standing: HolderStanding::Member,
        seats_taken: 2,
        terms_served: 1,
        from: day(1),
    }
}

fn confer(conferral: Conferral) -> MandateCommand {
    MandateCommand::ConferMandate { conferral: Box::new(conferral) }
}

fn conferred() -> MandateEvent {
    MandateEvent::MandateConferred {
        network: OLD_CITY,
        decision: FIRST,
        role: RoleName("coordinator".to_owned()),
        charter_version: 4,
        holder: ANNA,
        from: day(1),
        until: day(11),
        term: 2,
    }
}

fn in_office() -> Vec<MandateEvent> {
    vec![conferred(), MandateEvent::MandateAccepted {}]
}

fn ended(event: MandateEvent) -> Vec<MandateEvent> {
    [in_office(), vec![event]].concat()
}

fn recalled() -> MandateEvent {
    let because = RecalledBecause::Decision;
    MandateEvent::MandateRecalled { because, decision: Some(SECOND) }
}

fn endings() -> Vec<Vec<MandateEvent>> {
    vec![
        vec![conferred(), MandateEvent::MandateDeclined {}],
        ended(MandateEvent::MandateResigned {}),
        ended(MandateEvent::MandateExpired {}),
        ended(recalled()),
    ]
}

fn accept(by: PersonId, now: Timestamp) -> MandateCommand {
    MandateCommand::AcceptMandate { by, now }
}

fn hand_over(by: PersonId, to: PersonId, standing: HolderStanding) -> MandateCommand {
    MandateCommand::HandOverMandate { by, to, standing }
}

fn resign(office: Office) -> MandateCommand {
    MandateCommand::ResignMandate { by: ANNA, office }
}

fn recall() -> MandateCommand {
    let recall = Recall::ByDecision { network: OLD_CITY, decision: SECOND };
    MandateCommand::RecallMandate { recall }
}

#[test]
fn a_decision_confers_a_mandate_for_the_term_of_the_role() {
    given::<Mandate>([]).when(&confer(conferral())).then([conferred()]);
}

#[test]
fn a_mandate_is_conferred_once_whatever_became_of_it() {
    for history in [vec![vec![conferred()], in_office()], endings()].concat() {
        given::<Mandate>(history).when(&confer(conferral())).then([]);
    }
    let role = Some(Role { name: RoleName("clerk".to_owned()), ..coordinator() });
    given::<Mandate>([conferred()])
        .when(&confer(Conferral { role, ..conferral() }))
        .then_rejected(MandateRejection::AlreadyConferred);
}

#[test]
fn the_charter_knows_the_role() {
    given::<Mandate>([])
        .when(&confer(Conferral { role: None, ..conferral() }))
        .then_rejected(MandateRejection::RoleUnknown);
}

#[test]
fn only_a_member_holds_an_office() {
    given::<Mandate>([])
        .when(&confer(Conferral { standing: HolderStanding::Outsider, ..conferral() }))
        .then_rejected(MandateRejection::HolderNotAMember);
}

#[test]
fn a_role_has_so_many_seats() {
    given::<Mandate>([])
        .when(&confer(Conferral { seats_taken: 3, ..conferral() }))
        .then_rejected(MandateRejection::SeatsTaken(3));
}

#[test]
fn nobody_serves_more_terms_on_end_than_the_charter_allows() {
    given::<Mandate>([])
        .when(&confer(Conferral { terms_served: 2, ..conferral() }))
        .then_rejected(MandateRejection::TermsServed(2));
    let role = Some(Role { consecutive_terms_max: None, ..coordinator() });
    let events = Mandate::None.decide(&confer(Conferral { role, terms_served: 7, ..conferral() }));
    let terms: Vec<u32> = events.unwrap().iter().map(term).collect();
    assert_eq!(terms, [8]);
}

fn term(event: &MandateEvent) -> u32 {
    match event {
        MandateEvent::MandateConferred { term, .. } => *term,
        MandateEvent::MandateAccepted {}
        | MandateEvent::MandateDeclined {}
        | MandateEvent::MandateHandedOver { .. }
        | MandateEvent::MandateResigned {}
        | MandateEvent::MandateExpired {}
        | MandateEvent::MandateRecalled { .. } => 0,
    }
}

#[test]
fn the_holder_accepts_or_declines() {
    given::<Mandate>([conferred()])
        .when(&accept(ANNA, day(2)))
        .then([MandateEvent::MandateAccepted {}]);
    given::<Mandate>(in_office()).when(&accept(ANNA, day(2))).then([]);
    given::<Mandate>([conferred()])
        .when(&MandateCommand::DeclineMandate { by: ANNA })
        .then([MandateEvent::MandateDeclined {}]);
    given::<Mandate>(in_office())
        .when(&MandateCommand::DeclineMandate { by: ANNA })
        .then_rejected(MandateRejection::AlreadyAccepted);
}

#[test]
fn nobody_else_speaks_for_the_holder() {
    for command in [
        accept(BEN, day(2)),
        MandateCommand::DeclineMandate { by: BEN },
        hand_over(BEN, CHLOE, HolderStanding::Member),
        MandateCommand::ResignMandate { by: BEN, office: Office::NotRequired },
    ] {
        given::<Mandate>([conferred()])
            .when(&command)
            .then_rejected(MandateRejection::NotTheHolder);
    }
}

#[test]
fn a_mandate_whose_term_is_over_cannot_be_accepted() {
    given::<Mandate>([conferred()])
        .when(&accept(ANNA, day(11)))
        .then_rejected(MandateRejection::TermOver(day(11)));
}

#[test]
fn a_holder_hands_over_to_another_member() {
    let to_ben = hand_over(ANNA, BEN, HolderStanding::Member);
    let handed_over = MandateEvent::MandateHandedOver { to: BEN };
    given::<Mandate>(in_office()).when(&to_ben).then([handed_over.clone()]);
    given::<Mandate>(ended(handed_over)).when(&to_ben).then([]);
    given::<Mandate>(in_office())
        .when(&hand_over(ANNA, BEN, HolderStanding::Outsider))
        .then_rejected(MandateRejection::HolderNotAMember);
    given::<Mandate>(in_office())
        .when(&hand_over(ANNA, ANNA, HolderStanding::Member))
        .then_rejected(MandateRejection::HandOverToOneself);
    given::<Mandate>([conferred()]).when(&to_ben).then_rejected(MandateRejection::NotAccepted);
}

#[test]
fn a_holder_resigns() {
    for office in [Office::NotRequired, Office::HeldByOthers, Office::VacancyLogged] {
        given::<Mandate>(in_office())
            .when(&resign(office))
            .then([MandateEvent::MandateResigned {}]);
    }
    given::<Mandate>(ended(MandateEvent::MandateResigned {}))
        .when(&resign(Office::LastHolder))
        .then([]);
}

#[test]
fn the_last_holder_of_a_required_role_hands_over_first() {
    given::<Mandate>(in_office())
        .when(&resign(Office::LastHolder))
        .then_rejected(MandateRejection::LastHolder);
    given::<Mandate>(ended(MandateEvent::MandateHandedOver { to: BEN }))
        .when(&resign(Office::LastHolder))
        .then([MandateEvent::MandateResigned {}]);
}

#[test]
fn a_mandate_ends_when_its_term_ends() {
    let expire = |now| MandateCommand::ExpireMandate { now };
    for history in [vec![conferred()], in_office()] {
        given::<Mandate>(history.clone())
            .when(&expire(day(10)))
            .then_rejected(MandateRejection::TermNotOver(day(11)));
        given::<Mandate>(history).when(&expire(day(11))).then([MandateEvent::MandateExpired {}]);
    }
    for history in endings() {
        given::<Mandate>(history).when(&expire(day(11))).then([]);
    }
}

#[test]
fn a_decision_recalls_a_mandate() {
    for history in [vec![conferred()], in_office()] {
        given::<Mandate>(history).when(&recall()).then([recalled()]);
    }
    for history in endings() {
        given::<Mandate>(history).when(&recall()).then([]);
    }
}

#[test]
fn a_mandate_ends_with_the_membership_last_holder_or_not() {
    let because = RecalledBecause::LeftNetwork;
    given::<Mandate>(in_office())
        .when(&MandateCommand::RecallMandate { recall: Recall::LeftNetwork })
        .then([MandateEvent::MandateRecalled { because, decision: None }]);
}

#[test]
fn a_network_recalls_its_own_mandates_only() {
    let network = NetworkId::new(uuid::Uuid::from_u128(0xe15e));
    let recall = Recall::ByDecision { network, decision: SECOND };
    given::<Mandate>(in_office())
        .when(&MandateCommand::RecallMandate { recall })
        .then_rejected(MandateRejection::OfAnotherNetwork);
}

#[test]
fn what_was_never_conferred_can_neither_be_held_nor_recalled() {
    for command in [accept(ANNA, day(1)), recall(), resign(Office::NotRequired)] {
        given::<Mandate>([]).when(&command).then_rejected(MandateRejection::NotConferred);
    }
}

#[test]
fn an_ended_mandate_stays_ended() {
    for history in endings() {
        given::<Mandate>(history.clone())
            .when(&accept(ANNA, day(2)))
            .then_rejected(MandateRejection::Ended);
        given::<Mandate>(history)
            .when(&hand_over(ANNA, BEN, HolderStanding::Member))
            .then_rejected(MandateRejection::Ended);
    }
}

fn anybody() -> impl Strategy<Value = PersonId> {
    prop_oneof![3 => Just(ANNA), 1 => Just(BEN)]
}

fn anything() -> impl Strategy<Value = MandateCommand> {
    prop_oneof![
        Just(confer(conferral())),
        (anybody(), 1..20_u32).prop_map(|(by, at)| accept(by, day(at))),
        anybody().prop_map(|by| MandateCommand::DeclineMandate { by }),
        anybody().prop_map(|to| hand_over(ANNA, to, HolderStanding::Member)),
        Just(resign(Office::LastHolder)),
        Just(resign(Office::HeldByOthers)),
        (1..20_u32).prop_map(|at| MandateCommand::ExpireMandate { now: day(at) }),
        Just(recall()),
    ]
}

proptest! {
    #[test]
    fn a_mandate_begins_once_and_ends_once(commands in prop::collection::vec(anything(), 0..40)) {
        let mut state = Mandate::initial();
        let (mut begun, mut over) = (0, 0);
        for command in commands {
            let Ok(events) = state.decide(&command) else { continue };
            for event in &events {
                match event {
                    MandateEvent::MandateConferred { .. } => begun += 1,
                    MandateEvent::MandateDeclined {}
                    | MandateEvent::MandateResigned {}
                    | MandateEvent::MandateExpired {}
                    | MandateEvent::MandateRecalled { .. } => over += 1,
                    MandateEvent::MandateAccepted {} | MandateEvent::MandateHandedOver { .. } => {
                        prop_assert_eq!(over, 0);
                    }
                }
            }
            state = events.iter().fold(state, Mandate::evolve);
            prop_assert!(over <= begun && begun <= 1, "{} begun, {} over", begun, over);
            prop_assert_eq!(state.decide(&command).ok().filter(|again| !again.is_empty()), None);
        }
    }
}
