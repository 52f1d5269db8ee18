//! The rules of a resolution, one sentence a test.

use events::{Method, RoleName};
use kernel::Party;
use proptest::prelude::*;
use testkit::given;
use uuid::Uuid;

use super::*;
use crate::proposal::tests::{
    ANNA, BEN, CHLOE, FIRST, OLD_CITY, ORCHARD, SECOND, candidate, content, day, elect, item,
    policy, ranked,
};

/// The decision on `content` that was called under `method`.
fn terms_of(content: &ProposalContent, method: Method) -> DecisionTerms {
    DecisionTerms {
        network: OLD_CITY,
        proposal: ORCHARD,
        revision: 1,
        content_hash: content_hash(content),
        subject: content.subject,
        topic: None,
        charter_version: 4,
        policy: policy(content.subject, method),
        options: content.options.clone(),
        effects: content.effects.clone(),
        called_by: ANNA,
        opens_at: day(3),
        closes_at: day(8),
        repeats: None,
        seats: None,
    }
}

fn enter(content: &ProposalContent, method: Method, outcome: Outcome) -> ResolutionCommand {
    ResolutionCommand::EnterResolution {
        decision: FIRST,
        terms: Box::new(terms_of(content, method)),
        content: Box::new(content.clone()),
        outcome,
        at: day(9),
        in_force_on_exclusive: None,
    }
}

fn enter_against(content: &ProposalContent, other: ResolutionId) -> ResolutionCommand {
    ResolutionCommand::EnterResolution {
        decision: FIRST,
        terms: Box::new(terms_of(content, Method::Majority {})),
        content: Box::new(content.clone()),
        outcome: Outcome::Adopted {},
        at: day(9),
        in_force_on_exclusive: Some(other),
    }
}

fn admission() -> ProposalContent {
    let effects = [BEN, CHLOE].map(|person| Effect::AdmitMember { party: Party::Person(person) });
    content(Subject::MembershipAdmit, effects.to_vec())
}

fn plain() -> ProposalContent {
    content(Subject::Other, vec![])
}

fn entered(content: &ProposalContent, winners: Vec<OptionKey>) -> ResolutionEvent {
    ResolutionEvent::ResolutionEntered {
        network: OLD_CITY,
        decision: FIRST,
        proposal: ORCHARD,
        title: content.title.clone(),
        subject: content.subject,
        exclusive: content.exclusive.clone(),
        supersedes: content.supersedes,
        winners,
        review_at: None,
        expires_at: None,
    }
}

fn issued(index: u32, effect: Effect) -> ResolutionEvent {
    ResolutionEvent::EffectIssued { network: OLD_CITY, decision: FIRST, index, effect }
}

/// Two admissions, issued and unanswered.
fn two_effects() -> Vec<ResolutionEvent> {
    let effects = (0..).zip(admission().effects).map(|(index, effect)| issued(index, effect));
    std::iter::once(entered(&admission(), vec![])).chain(effects).collect()
}

fn and(
    history: Vec<ResolutionEvent>,
    events: impl IntoIterator<Item = ResolutionEvent>,
) -> Vec<ResolutionEvent> {
    history.into_iter().chain(events).collect()
}

fn confirmed(index: u32) -> ResolutionEvent {
    ResolutionEvent::EffectConfirmed { index }
}

fn failed(index: u32) -> ResolutionEvent {
    ResolutionEvent::EffectFailed { index, reason: "ALREADY_A_MEMBER".to_owned() }
}

fn confirm(index: u32) -> ResolutionCommand {
    ResolutionCommand::ConfirmEffect { index }
}

fn fail(index: u32) -> ResolutionCommand {
    ResolutionCommand::FailEffect { index, reason: "ALREADY_A_MEMBER".to_owned() }
}

fn implementation(history: &[ResolutionEvent]) -> Implementation {
    match Resolution::replay(history) {
        Resolution::Entered(entered) => entered.implementation,
        Resolution::None => panic!("nothing was entered"),
    }
}

fn report(implementation: Implementation) -> ResolutionCommand {
    ResolutionCommand::ReportImplementation { by: BEN, implementation, note: None }
}

fn later(decision: DecisionId) -> Later {
    let outcome = Outcome::Adopted {};
    Later { decision, network: OLD_CITY, subject: Subject::Other, outcome }
}

/// The resolution that the tests are about, and a later one.
fn own() -> ResolutionId {
    ResolutionId::of(FIRST)
}

fn newer() -> ResolutionId {
    ResolutionId::of(SECOND)
}

fn in_force() -> Vec<ResolutionEvent> {
    vec![entered(&plain(), vec![])]
}

/// Every history after which the resolution is in force no more.
fn over() -> Vec<Vec<ResolutionEvent>> {
    [
        ResolutionEvent::ResolutionSuperseded { by: newer() },
        ResolutionEvent::ResolutionRepealed { decision: SECOND },
        ResolutionEvent::ResolutionExpired {},
    ]
    .map(|event| and(in_force(), [event]))
    .to_vec()
}

// Entering.

#[test]
fn an_adopted_decision_enters_with_one_effect_issued_each() {
    given::<Resolution>([])
        .when(&enter(&admission(), Method::Consent {}, Outcome::Adopted {}))
        .then(two_effects());
}

#[test]
fn a_decision_enters_once() {
    let again = enter(&admission(), Method::Consent {}, Outcome::Adopted {});
    given::<Resolution>(two_effects()).when(&again).then([]);
    given::<Resolution>(and(two_effects(), [confirmed(0), failed(1)])).when(&again).then([]);
}

#[test]
fn what_was_not_adopted_does_not_enter() {
    for outcome in [
        Outcome::NotAdopted {},
        Outcome::Inquorate {},
        Outcome::Advised {},
        Outcome::Elected { winners: vec![] },
        Outcome::Tied { options: vec![OptionKey("agree".to_owned())] },
    ] {
        given::<Resolution>([])
            .when(&enter(&admission(), Method::Consent {}, outcome))
            .then_rejected(ResolutionRejection::NothingAdopted);
    }
}

#[test]
fn only_the_text_that_was_decided_on_enters() {
    let mut command = enter(&plain(), Method::Consent {}, Outcome::Adopted {});
    if let ResolutionCommand::EnterResolution { content, .. } = &mut command {
        content.title = "Two orchards".to_owned();
    }
    given::<Resolution>([]).when(&command).then_rejected(ResolutionRejection::ContentDiffers);
}

#[test]
fn the_policy_sets_the_review_and_the_sunset() {
    let content = plain();
    let mut terms = terms_of(&content, Method::Majority {});
    terms.policy.review_after_days = Some(2);
    terms.policy.sunset_after_days = Some(20);
    let command = ResolutionCommand::EnterResolution {
        decision: FIRST,
        terms: Box::new(terms),
        content: Box::new(content.clone()),
        outcome: Outcome::Adopted {},
        at: day(9),
        in_force_on_exclusive: None,
    };
    given::<Resolution>([]).when(&command).then([to_review(day(11), Some(day(29)))]);
}

/// Entered with a review and an expiry.
fn to_review(review: Timestamp, expires_at: Option<Timestamp>) -> ResolutionEvent {
    ResolutionEvent::ResolutionEntered {
        network: OLD_CITY,
        decision: FIRST,
        proposal: ORCHARD,
        title: plain().title,
        subject: Subject::Other,
        exclusive: None,
        supersedes: None,
        winners: vec![],
        review_at: Some(review),
        expires_at,
    }
}

#[test]
fn two_resolutions_in_force_on_one_exclusive_question_are_refused() {
    let question = ProposalContent { exclusive: Some("meadow".to_owned()), ..plain() };
    given::<Resolution>([])
        .when(&enter_against(&question, newer()))
        .then_rejected(ResolutionRejection::ExclusiveAnswered(newer()));
    let another = ProposalContent { supersedes: Some(own()), ..question.clone() };
    given::<Resolution>([])
        .when(&enter_against(&another, newer()))
        .then_rejected(ResolutionRejection::ExclusiveAnswered(newer()));
    let instead = ProposalContent { supersedes: Some(newer()), ..question };
    given::<Resolution>([])
        .when(&enter_against(&instead, newer()))
        .then([entered(&instead, vec![])]);
}

fn election() -> ProposalContent {
    ProposalContent {
        options: [ANNA, BEN, CHLOE].map(candidate).to_vec(),
        ..content(Subject::MandateConfer, vec![elect()])
    }
}

fn key(person: PersonId) -> OptionKey {
    OptionKey(person.to_string())
}

fn conferred(person: PersonId) -> Effect {
    let role = RoleName("coordinator".to_owned());
    Effect::ConferMandate { role, holder: Some(person) }
}

#[test]
fn everyone_elected_gets_a_mandate() {
    let winners = vec![key(CHLOE), key(ANNA)];
    given::<Resolution>([])
        .when(&enter(&election(), ranked(2), Outcome::Elected { winners: winners.clone() }))
        .then([
            entered(&election(), winners),
            issued(0, conferred(CHLOE)),
            issued(1, conferred(ANNA)),
        ]);
}

#[test]
fn the_first_of_an_order_of_candidates_take_the_seats() {
    let order = vec![key(CHLOE), key(ANNA), key(BEN)];
    let terms = terms_of(&election(), ranked(2));
    let effects = effects_of(&terms, &Outcome::Ranked { order });
    assert_eq!(effects, Ok(vec![conferred(CHLOE), conferred(ANNA)]));
    let one_is_free = DecisionTerms { seats: Some(1), ..terms };
    let order = vec![key(CHLOE), key(ANNA), key(BEN)];
    let effects = effects_of(&one_is_free, &Outcome::Ranked { order });
    assert_eq!(effects, Ok(vec![conferred(CHLOE)]));
}

#[test]
fn whoever_did_not_stand_is_not_elected() {
    let terms = terms_of(&election(), ranked(1));
    let nobody = OptionKey("nobody".to_owned());
    for outcome in [Outcome::Elected { winners: vec![nobody] }, Outcome::Adopted {}] {
        assert_eq!(effects_of(&terms, &outcome), Err(ResolutionRejection::WinnersUnfit));
    }
}

#[test]
fn a_ranking_becomes_the_order_of_the_agenda() {
    let ids = [1, 2, 3].map(|number| AgendaItemId::new(Uuid::from_u128(number)));
    let agenda = ProposalContent {
        options: ids.map(|id| item(&id.to_string())).to_vec(),
        ..content(Subject::AgendaPrioritise, vec![Effect::PrioritiseAgenda { items: vec![] }])
    };
    let items = vec![ids[2], ids[0], ids[1]];
    let order: Vec<OptionKey> = items.iter().map(|id| OptionKey(id.to_string())).collect();
    given::<Resolution>([])
        .when(&enter(&agenda, ranked(1), Outcome::Ranked { order: order.clone() }))
        .then([entered(&agenda, order), issued(0, Effect::PrioritiseAgenda { items })]);
    let terms = terms_of(&agenda, ranked(1));
    let order = vec![OptionKey("pears".to_owned())];
    assert_eq!(
        effects_of(&terms, &Outcome::Ranked { order }),
        Err(ResolutionRejection::WinnersUnfit)
    );
}

#[test]
fn a_choice_carries_out_nothing_that_stood_beside_it() {
    let terms = terms_of(&admission(), ranked(1));
    let winners = vec![OptionKey("pears".to_owned())];
    assert_eq!(
        effects_of(&terms, &Outcome::Elected { winners }),
        Err(ResolutionRejection::WinnersUnfit)
    );
}

// Effects.

#[test]
fn each_effect_is_answered_once() {
    given::<Resolution>(two_effects()).when(&confirm(1)).then([confirmed(1)]);
    given::<Resolution>(two_effects()).when(&fail(0)).then([failed(0)]);
    given::<Resolution>(and(two_effects(), [confirmed(1)])).when(&confirm(1)).then([]);
    given::<Resolution>(and(two_effects(), [failed(1)])).when(&fail(1)).then([]);
    given::<Resolution>(and(two_effects(), [confirmed(1)]))
        .when(&fail(1))
        .then_rejected(ResolutionRejection::EffectAnswered);
    given::<Resolution>(and(two_effects(), [failed(1)]))
        .when(&confirm(1))
        .then_rejected(ResolutionRejection::EffectAnswered);
}

#[test]
fn an_effect_that_was_never_issued_has_no_answer() {
    for index in [2, u32::MAX] {
        given::<Resolution>(two_effects())
            .when(&confirm(index))
            .then_rejected(ResolutionRejection::EffectUnknown);
    }
    given::<Resolution>([]).when(&confirm(0)).then_rejected(ResolutionRejection::NotEntered);
}

#[test]
fn a_resolution_is_done_when_all_effects_are_confirmed() {
    assert_eq!(implementation(&two_effects()), Implementation::Pending);
    let one = and(two_effects(), [confirmed(1)]);
    assert_eq!(implementation(&one), Implementation::Pending);
    assert_eq!(implementation(&and(one, [confirmed(0)])), Implementation::Done);
}

#[test]
fn a_resolution_failed_when_one_effect_failed() {
    let one = and(two_effects(), [failed(0)]);
    assert_eq!(implementation(&one), Implementation::Failed);
    assert_eq!(implementation(&and(one, [confirmed(1)])), Implementation::Failed);
}

#[test]
fn without_effects_somebody_reports_how_far_it_was_carried_out() {
    let note = Some(Personal::open(BEN, "Planted".to_owned()));
    let done = ResolutionEvent::ImplementationReported {
        by: BEN,
        implementation: Implementation::Done,
        note: note.clone(),
    };
    let command = ResolutionCommand::ReportImplementation {
        by: BEN,
        implementation: Implementation::Done,
        note,
    };
    given::<Resolution>(in_force()).when(&command).then([done.clone()]);
    let history = and(in_force(), [done]);
    assert_eq!(implementation(&history), Implementation::Done);
    given::<Resolution>(history).when(&report(Implementation::Done)).then([]);
}

#[test]
fn nobody_reports_while_effects_are_being_carried_out() {
    given::<Resolution>(and(two_effects(), [confirmed(0)]))
        .when(&report(Implementation::Done))
        .then_rejected(ResolutionRejection::EffectsPending);
    let put_right = ResolutionEvent::ImplementationReported {
        by: BEN,
        implementation: Implementation::Done,
        note: None,
    };
    given::<Resolution>(and(two_effects(), [confirmed(0), failed(1)]))
        .when(&report(Implementation::Done))
        .then([put_right]);
}

// Reviews.

#[test]
fn a_review_is_set_falls_due_and_is_held() {
    let set = |review_at, now| ResolutionCommand::ScheduleReview { review_at, now };
    let scheduled = ResolutionEvent::ReviewScheduled { review_at: day(20) };
    given::<Resolution>(in_force()).when(&set(day(20), day(10))).then([scheduled.clone()]);
    given::<Resolution>(in_force())
        .when(&set(day(9), day(10)))
        .then_rejected(ResolutionRejection::ReviewInThePast);
    let waiting = and(in_force(), [scheduled]);
    given::<Resolution>(waiting.clone()).when(&set(day(20), day(10))).then([]);
    let fall_due = |now| ResolutionCommand::FallDue { now };
    given::<Resolution>(waiting.clone())
        .when(&fall_due(day(19)))
        .then_rejected(ResolutionRejection::ReviewNotDue);
    given::<Resolution>(waiting.clone())
        .when(&fall_due(day(20)))
        .then([ResolutionEvent::ReviewFellDue {}]);
    let hold = ResolutionCommand::HoldReview { finding: ReviewFinding::Keep };
    given::<Resolution>(waiting.clone())
        .when(&hold)
        .then_rejected(ResolutionRejection::ReviewNotDue);
    let due = and(waiting, [ResolutionEvent::ReviewFellDue {}]);
    given::<Resolution>(due.clone()).when(&fall_due(day(20))).then([]);
    let kept = ResolutionEvent::ReviewHeld { finding: ReviewFinding::Keep };
    given::<Resolution>(due.clone()).when(&hold).then([kept.clone()]);
    given::<Resolution>(and(due, [kept]))
        .when(&hold)
        .then_rejected(ResolutionRejection::ReviewNotDue);
}

#[test]
fn the_review_that_the_policy_set_falls_due() {
    given::<Resolution>([to_review(day(11), None)])
        .when(&ResolutionCommand::FallDue { now: day(11) })
        .then([ResolutionEvent::ReviewFellDue {}]);
}

// Later decisions.

fn supersede(supersedes: Option<ResolutionId>, later: Later) -> ResolutionCommand {
    ResolutionCommand::SupersedeResolution { by: newer(), supersedes, later }
}

#[test]
fn a_later_resolution_that_says_so_takes_its_place() {
    let superseded = ResolutionEvent::ResolutionSuperseded { by: newer() };
    given::<Resolution>(in_force())
        .when(&supersede(Some(own()), later(SECOND)))
        .then([superseded.clone()]);
    given::<Resolution>(and(in_force(), [superseded]))
        .when(&supersede(Some(own()), later(SECOND)))
        .then([]);
    for (named, by) in [(None, SECOND), (Some(newer()), SECOND), (Some(own()), FIRST)] {
        given::<Resolution>(in_force())
            .when(&supersede(named, later(by)))
            .then_rejected(ResolutionRejection::NotSuperseded);
    }
}

#[test]
fn a_later_decision_changes_or_ends_it() {
    let amended = ResolutionEvent::ResolutionAmended { decision: SECOND };
    let amend = ResolutionCommand::AmendResolution { later: later(SECOND) };
    given::<Resolution>(in_force()).when(&amend).then([amended.clone()]);
    given::<Resolution>(and(in_force(), [amended.clone()])).when(&amend).then([]);
    let repealed = ResolutionEvent::ResolutionRepealed { decision: SECOND };
    let repeal = ResolutionCommand::RepealResolution { later: later(SECOND) };
    given::<Resolution>(and(in_force(), [amended])).when(&repeal).then([repealed.clone()]);
    given::<Resolution>(and(in_force(), [repealed])).when(&repeal).then([]);
}

#[test]
fn a_decision_on_something_else_cannot_touch_it() {
    let elsewhere = NetworkId::new(Uuid::from_u128(0xe15e));
    for unfit in [
        Later { subject: Subject::AgendaPrioritise, ..later(SECOND) },
        Later { network: elsewhere, ..later(SECOND) },
    ] {
        for command in [
            ResolutionCommand::AmendResolution { later: unfit.clone() },
            ResolutionCommand::RepealResolution { later: unfit.clone() },
            supersede(Some(own()), unfit),
        ] {
            given::<Resolution>(in_force())
                .when(&command)
                .then_rejected(ResolutionRejection::LaterOfAnotherSubject(Subject::Other));
        }
    }
}

#[test]
fn a_decision_that_adopted_nothing_cannot_touch_it() {
    let rejected = Later { outcome: Outcome::NotAdopted {}, ..later(SECOND) };
    for command in [
        ResolutionCommand::AmendResolution { later: rejected.clone() },
        ResolutionCommand::RepealResolution { later: rejected.clone() },
        supersede(Some(own()), rejected),
    ] {
        given::<Resolution>(in_force())
            .when(&command)
            .then_rejected(ResolutionRejection::NothingAdopted);
    }
}

#[test]
fn a_resolution_expires_when_its_time_is_over() {
    let expire = |now| ResolutionCommand::ExpireResolution { now };
    let sunset = vec![to_review(day(11), Some(day(20)))];
    given::<Resolution>(sunset.clone())
        .when(&expire(day(19)))
        .then_rejected(ResolutionRejection::ExpiryNotDue);
    given::<Resolution>(sunset.clone())
        .when(&expire(day(20)))
        .then([ResolutionEvent::ResolutionExpired {}]);
    given::<Resolution>(and(sunset, [ResolutionEvent::ResolutionExpired {}]))
        .when(&expire(day(20)))
        .then([]);
    given::<Resolution>(in_force())
        .when(&expire(day(20)))
        .then_rejected(ResolutionRejection::ExpiryNotDue);
}

#[test]
fn what_is_in_force_no_more_is_neither_reviewed_nor_changed() {
    let third = DecisionId::new(Uuid::from_u128(0xdec3));
    for history in over() {
        for command in [
            ResolutionCommand::ScheduleReview { review_at: day(20), now: day(10) },
            ResolutionCommand::FallDue { now: day(20) },
            ResolutionCommand::HoldReview { finding: ReviewFinding::Keep },
            ResolutionCommand::AmendResolution { later: later(third) },
            ResolutionCommand::RepealResolution { later: later(third) },
        ] {
            given::<Resolution>(history.clone())
                .when(&command)
                .then_rejected(ResolutionRejection::NotInForce);
        }
    }
}

#[test]
fn what_was_issued_is_carried_out_even_if_the_resolution_ended_meanwhile() {
    let ended = and(two_effects(), [ResolutionEvent::ResolutionExpired {}]);
    given::<Resolution>(ended).when(&confirm(0)).then([confirmed(0)]);
}

proptest! {
    #[test]
    fn answers_in_any_order_and_number_leave_one_for_each_effect(
        answers in prop::collection::vec((0..4_u32, any::<bool>()), 0..30)
    ) {
        let mut state = Resolution::replay(&two_effects());
        let mut first = std::collections::BTreeMap::new();
        let mut recorded = 0;
        for (index, works) in answers {
            let command = if works { confirm(index) } else { fail(index) };
            if index < 2 {
                first.entry(index).or_insert(works);
            }
            let Ok(events) = state.decide(&command) else { continue };
            recorded += events.len();
            state = events.iter().fold(state, Resolution::evolve);
        }
        prop_assert_eq!(recorded, first.len());
        let Resolution::Entered(entered) = state else { panic!("entered") };
        for (index, issued) in (0..).zip(&entered.effects) {
            let expected = match first.get(&index) {
                None => Answer::Pending,
                Some(true) => Answer::Confirmed,
                Some(false) => Answer::Failed { reason: "ALREADY_A_MEMBER".to_owned() },
            };
            prop_assert_eq!(&issued.answer, &expected);
        }
        let implementation = match (first.values().any(|works| !works), first.len()) {
            (true, _) => Implementation::Failed,
            (false, 2) => Implementation::Done,
            (false, _) => Implementation::Pending,
        };
        prop_assert_eq!(entered.implementation, implementation);
    }
}
