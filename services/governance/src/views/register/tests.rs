//! What is in force on which day, what took whose place, and who holds which office.

use eventlog::Position;
use events::{
    Effect, Implementation, MandateEvent, RecalledBecause, ResolutionEvent, ReviewFinding,
    RoleName, Subject,
};
use jiff::Timestamp;
use kernel::{DecisionId, MandateId, PersonId, ResolutionId};
use projector::{AsOf, View};
use uuid::Uuid;

use super::{
    EffectStatus, RegisterView, ResolutionStatus, ReviewStatus, Standing, history, in_force_on,
    lineage, resolution, resolutions, reviews,
};
use crate::views::{
    Part,
    mandates::{self, MandateFilter, MandateStates, MandateStatus},
    testing::{
        ANNA, BEN, CHLOE, GARDEN, HARBOUR, OLD_CITY, Record, day, expect_rebuilt_equals, known_now,
        read, text,
    },
};

const ALL: Part = Part::first(100);

fn decision(number: u128) -> DecisionId {
    DecisionId::new(Uuid::from_u128(number))
}

fn entry(number: u128) -> ResolutionId {
    ResolutionId::of(decision(number))
}

async fn enter(record: &Record, number: u128, at: Timestamp, event: ResolutionEvent) -> Position {
    record.enter(entry(number).uuid(), at, event).await
}

async fn adopt(record: &Record, number: u128, at: Timestamp, supersedes: Option<ResolutionId>) {
    let entered = ResolutionEvent::ResolutionEntered {
        network: OLD_CITY,
        decision: decision(number),
        proposal: GARDEN,
        title: format!("resolution {number}"),
        subject: Subject::Other,
        exclusive: Some("opening hours".into()),
        supersedes,
        winners: Vec::new(),
        review_at: Some(day(9, 1)),
        expires_at: None,
    };
    enter(record, number, at, entered).await;
}

/// The first in force from March, the second in its place from June; recorded at the position.
async fn superseded(record: &Record) -> Position {
    adopt(record, 1, day(3, 1), None).await;
    adopt(record, 2, day(6, 1), Some(entry(1))).await;
    enter(record, 1, day(6, 1), ResolutionEvent::ResolutionSuperseded { by: entry(2) }).await
}

async fn in_force(view: &View, as_of: AsOf) -> Vec<ResolutionId> {
    let of = (OLD_CITY, Some(Subject::Other), Standing::InForce);
    let listed = read(view, move |connection| resolutions(connection, of, as_of, ALL)).await;
    assert_eq!(listed.total, u64::try_from(listed.items.len()).unwrap());
    listed.items.into_iter().map(|row| row.resolution).collect()
}

#[tokio::test]
async fn the_register_of_any_day_holds_what_was_in_force_then() {
    let record = Record::new();
    let view = record.follow::<RegisterView>().await;
    let changed = superseded(&record).await;
    assert_eq!(in_force(&view, known_now(day(2, 1))).await, []);
    assert_eq!(in_force(&view, known_now(day(5, 1))).await, [entry(1)]);
    assert_eq!(in_force(&view, known_now(day(6, 1))).await, [entry(2)]);
    let before = AsOf { effective: day(7, 1), known: Position(changed.0 - 1) };
    assert_eq!(in_force(&view, before).await, [entry(2), entry(1)]);
    let of = (OLD_CITY, None, Standing::Any);
    let any = read(&view, move |connection| resolutions(connection, of, known_now(day(7, 1)), ALL));
    let statuses: Vec<_> = any.await.items.iter().map(|row| row.status).collect();
    assert_eq!(statuses, [ResolutionStatus::InForce, ResolutionStatus::Superseded]);
    let on =
        |network| read(&view, move |connection| in_force_on(connection, network, "opening hours"));
    assert_eq!(on(OLD_CITY).await, Some(entry(2)));
    assert_eq!(on(HARBOUR).await, None);
    expect_rebuilt_equals::<RegisterView>(&record, &view).await;
}

#[tokio::test]
async fn a_lineage_names_every_entry_whichever_is_asked_about() {
    let record = Record::new();
    let view = record.follow::<RegisterView>().await;
    superseded(&record).await;
    adopt(&record, 3, day(8, 1), Some(entry(2))).await;
    enter(&record, 2, day(8, 1), ResolutionEvent::ResolutionSuperseded { by: entry(3) }).await;
    adopt(&record, 4, day(8, 1), None).await;
    for number in 1..=3 {
        let line = read(&view, move |connection| lineage(connection, entry(number))).await;
        let line: Vec<_> = line.into_iter().map(|row| row.resolution).collect();
        assert_eq!(line, [entry(1), entry(2), entry(3)]);
    }
    let alone = read(&view, |connection| lineage(connection, entry(4))).await;
    assert_eq!(alone.len(), 1);
    let found = read(&view, |connection| resolution(connection, entry(2))).await.unwrap();
    assert_eq!((found.supersedes, found.superseded_by), (Some(entry(1)), Some(entry(3))));
}

#[tokio::test]
async fn a_lineage_names_what_amended_and_what_repealed_an_entry() {
    let record = Record::new();
    let view = record.follow::<RegisterView>().await;
    for (number, month) in (1..=4).zip(3..) {
        adopt(&record, number, day(month, 1), None).await;
    }
    for by in [2, 3] {
        let amended = ResolutionEvent::ResolutionAmended { decision: decision(by) };
        enter(&record, 1, day(7, 1), amended).await;
    }
    let repealed = ResolutionEvent::ResolutionRepealed { decision: decision(4) };
    enter(&record, 1, day(7, 2), repealed).await;
    for number in 1..=4 {
        let line = read(&view, move |connection| lineage(connection, entry(number))).await;
        let line: Vec<_> = line.into_iter().map(|row| row.resolution).collect();
        assert_eq!(line, [entry(1), entry(2), entry(3), entry(4)]);
    }
    let history = read(&view, |connection| history(connection, entry(1))).await;
    assert_eq!(history.changed_by, [entry(2), entry(3), entry(4)]);
    expect_rebuilt_equals::<RegisterView>(&record, &view).await;
}

#[tokio::test]
async fn a_resolution_is_done_when_its_last_effect_is() {
    let record = Record::new();
    let view = record.follow::<RegisterView>().await;
    adopt(&record, 1, day(3, 1), None).await;
    let of_now = || read(&view, |connection| resolution(connection, entry(1)));
    for index in 0..2 {
        let (network, decision, effect) = (OLD_CITY, decision(1), Effect::PauseNetwork {});
        let issued = ResolutionEvent::EffectIssued { network, decision, index, effect };
        enter(&record, 1, day(3, 1), issued).await;
    }
    enter(&record, 1, day(3, 2), ResolutionEvent::EffectConfirmed { index: 0 }).await;
    assert_eq!(of_now().await.unwrap().implementation, Implementation::Pending);
    enter(&record, 1, day(3, 3), ResolutionEvent::EffectConfirmed { index: 1 }).await;
    assert_eq!(of_now().await.unwrap().implementation, Implementation::Done);
    expect_rebuilt_equals::<RegisterView>(&record, &view).await;
}

#[tokio::test]
async fn effects_and_implementation_are_tracked() {
    let record = Record::new();
    let view = record.follow::<RegisterView>().await;
    adopt(&record, 1, day(3, 1), None).await;
    for index in 0..3 {
        let issued = ResolutionEvent::EffectIssued {
            network: OLD_CITY,
            decision: decision(1),
            index,
            effect: Effect::PauseNetwork {},
        };
        enter(&record, 1, day(3, 1), issued).await;
    }
    enter(&record, 1, day(3, 2), ResolutionEvent::EffectConfirmed { index: 0 }).await;
    let failed = ResolutionEvent::EffectFailed { index: 1, reason: "PAUSED".into() };
    enter(&record, 1, day(3, 3), failed).await;
    let note = Some(text(ANNA, "All of it."));
    let implementation = Implementation::Done;
    let reported = ResolutionEvent::ImplementationReported { by: ANNA, implementation, note };
    enter(&record, 1, day(4, 1), reported).await;
    let history = read(&view, |connection| history(connection, entry(1))).await;
    let statuses: Vec<_> = history.effects.iter().map(|effect| effect.status).collect();
    assert_eq!(statuses, [EffectStatus::Confirmed, EffectStatus::Failed, EffectStatus::Issued]);
    assert_eq!(history.effects[1].reason.as_deref(), Some("PAUSED"));
    assert_eq!((history.reports[0].by, history.reports[0].implementation), (ANNA, implementation));
    assert!(history.reports[0].note.is_some());
    let implemented = |at| {
        let of = (OLD_CITY, None, Standing::Any);
        read(&view, move |connection| resolutions(connection, of, known_now(at), ALL))
    };
    let at = async |moment| implemented(moment).await.items[0].implementation;
    assert_eq!(at(day(3, 2)).await, Implementation::Pending);
    assert_eq!(at(day(3, 5)).await, Implementation::Failed, "one effect failed");
    assert_eq!(implemented(day(4, 2)).await.items[0].implementation, Implementation::Done);
    expect_rebuilt_equals::<RegisterView>(&record, &view).await;
}

#[tokio::test]
async fn the_review_calendar_holds_what_is_planned_or_due_of_what_binds() {
    let record = Record::new();
    let view = record.follow::<RegisterView>().await;
    superseded(&record).await;
    let calendar = |until| {
        let list = move |connection: &_| reviews(connection, OLD_CITY, until, ALL);
        let listed = read(&view, list);
        async move {
            let listed = listed.await.items;
            listed.iter().map(|row| (row.resolution, row.status)).collect::<Vec<_>>()
        }
    };
    assert_eq!(calendar(day(8, 31)).await, []);
    assert_eq!(calendar(day(9, 1)).await, [(entry(2), ReviewStatus::Planned)]);
    enter(&record, 2, day(9, 1), ResolutionEvent::ReviewFellDue {}).await;
    assert_eq!(calendar(day(9, 1)).await, [(entry(2), ReviewStatus::Due)]);
    let finding = ReviewFinding::Keep;
    enter(&record, 2, day(9, 5), ResolutionEvent::ReviewHeld { finding }).await;
    assert_eq!(calendar(day(12, 1)).await, []);
    let review_at = day(12, 1);
    enter(&record, 2, day(9, 5), ResolutionEvent::ReviewScheduled { review_at }).await;
    assert_eq!(calendar(day(12, 1)).await, [(entry(2), ReviewStatus::Planned)]);
    let held = read(&view, |connection| history(connection, entry(2))).await.reviews;
    let held: Vec<_> = held.iter().map(|review| (review.status, review.finding)).collect();
    assert_eq!(held, [(ReviewStatus::Held, Some(finding)), (ReviewStatus::Planned, None)]);
    enter(&record, 2, day(10, 1), ResolutionEvent::ResolutionExpired {}).await;
    assert_eq!(calendar(day(12, 1)).await, []);
    expect_rebuilt_equals::<RegisterView>(&record, &view).await;
}

async fn confer(record: &Record, number: u128, holder: PersonId, from: Timestamp) -> MandateId {
    let mandate = MandateId::conferred(decision(number), holder);
    let conferred = MandateEvent::MandateConferred {
        network: OLD_CITY,
        decision: decision(number),
        role: RoleName("coordinator".into()),
        charter_version: 1,
        holder,
        from,
        until: day(9, 1),
        term: 1,
    };
    record.enter(mandate.uuid(), day(2, 1), conferred).await;
    mandate
}

#[tokio::test]
async fn an_office_is_held_from_the_later_of_acceptance_and_term_until_it_ends() {
    let record = Record::new();
    let view = record.follow::<RegisterView>().await;
    let anna = confer(&record, 1, ANNA, day(3, 1)).await;
    let ben = confer(&record, 1, BEN, day(3, 1)).await;
    let chloe = confer(&record, 1, CHLOE, day(3, 1)).await;
    record.enter(anna.uuid(), day(2, 2), MandateEvent::MandateAccepted {}).await;
    record.enter(ben.uuid(), day(4, 1), MandateEvent::MandateAccepted {}).await;
    record.enter(anna.uuid(), day(5, 1), MandateEvent::MandateHandedOver { to: BEN }).await;
    let (because, by) = (RecalledBecause::Decision, Some(decision(2)));
    let recalled = MandateEvent::MandateRecalled { because, decision: by };
    let recalled = record.enter(anna.uuid(), day(6, 1), recalled).await;
    let held = |as_of: AsOf, states| {
        let filter = MandateFilter { states, ..MandateFilter::default() };
        let list =
            move |connection: &_| mandates::mandates(connection, (OLD_CITY, &filter), as_of, ALL);
        let listed = read(&view, list);
        async move {
            let mut held: Vec<_> = listed.await.items.iter().map(|row| row.mandate).collect();
            held.sort();
            held
        }
    };
    let sorted = |mut mandates: Vec<MandateId>| {
        mandates.sort();
        mandates
    };
    let active = MandateStates::Active;
    assert_eq!(held(known_now(day(2, 15)), active).await, []);
    assert_eq!(held(known_now(day(3, 1)), active).await, [anna]);
    assert_eq!(held(known_now(day(4, 1)), active).await, sorted(vec![anna, ben]));
    assert_eq!(held(known_now(day(6, 1)), active).await, [ben]);
    assert_eq!(held(known_now(day(9, 1)), active).await, [], "over, noticed or not");
    let before = AsOf { effective: day(6, 2), known: Position(recalled.0 - 1) };
    assert_eq!(held(before, active).await, sorted(vec![anna, ben]));
    let any = held(known_now(day(2, 15)), MandateStates::Any).await;
    assert_eq!(any, sorted(vec![anna, ben, chloe]));

    let roles = |who, at| {
        read(&view, move |connection| mandates::roles_of(connection, (OLD_CITY, who), at))
    };
    let coordinator = RoleName("coordinator".into());
    assert_eq!(roles(BEN, day(7, 1)).await, [coordinator.clone()].into());
    assert!(roles(ANNA, day(7, 1)).await.is_empty());
    assert!(roles(CHLOE, day(7, 1)).await.is_empty(), "she has not accepted");
    let role = coordinator.clone();
    let holding =
        read(&view, move |connection| mandates::holding(connection, (OLD_CITY, &role), day(7, 1)));
    let mut holding: Vec<_> = holding.await.iter().map(|row| row.holder).collect();
    holding.sort();
    assert_eq!(holding, [BEN, CHLOE]);
    let ending =
        move |connection: &_| mandates::ending(connection, OLD_CITY, (day(8, 1), day(9, 1)), ALL);
    let ending = read(&view, ending).await;
    assert_eq!((ending.total, ending.items[0].mandate), (1, ben));
    let found = read(&view, move |connection| mandates::mandate(connection, anna)).await.unwrap();
    assert_eq!((found.status, found.recalled_by), (MandateStatus::Recalled, by));
    assert_eq!(found.handed_over_to, Some(BEN));
    let terms = read(&view, move |connection| {
        mandates::terms_of(connection, (OLD_CITY, &coordinator), ANNA)
    });
    assert_eq!(terms.await.len(), 1);
    let accepted = read(&view, |connection| mandates::accepted(connection, OLD_CITY)).await;
    assert_eq!(accepted, [(ANNA, 1), (BEN, 1)], "also what was taken away again");
    expect_rebuilt_equals::<RegisterView>(&record, &view).await;
}
