//! Which rules were in force on which day, and how they came about.

use eventlog::Position;
use events::{CharterChange, CharterEvent, CharterSection, PolicyName, Subject};
use jiff::Timestamp;
use kernel::{CharterId, DecisionId};
use projector::{AsOf, View};
use uuid::Uuid;

use super::{
    CharterPhase, ChartersView, charter, difference, policy_as_of, version_as_of, versions,
};
use crate::{
    charter::CharterText,
    templates::Template,
    views::{
        Part,
        testing::{ANNA, BEN, HARBOUR, OLD_CITY, Record, day, expect_rebuilt_equals, read, text},
    },
};

const AMENDMENT: DecisionId = DecisionId::new(Uuid::from_u128(0xa1));

async fn enter(record: &Record, at: Timestamp, event: CharterEvent) -> Position {
    record.enter(CharterId::of(OLD_CITY).uuid(), at, event).await
}

fn written(change: CharterChange) -> CharterEvent {
    match change {
        CharterChange::EditSection { section, text } => {
            CharterEvent::CharterSectionEdited { section, text }
        }
        CharterChange::DefinePolicy(policy) => CharterEvent::PolicyDefined { policy },
        CharterChange::ChangePolicy(policy) => CharterEvent::PolicyChanged { policy },
        CharterChange::RetirePolicy(policy) => CharterEvent::PolicyRetired { policy },
        CharterChange::DefineRole(role) => CharterEvent::RoleDefined { role },
        CharterChange::ChangeRole(role) => CharterEvent::RoleChanged { role },
    }
}

fn changes() -> Vec<CharterChange> {
    let mut policy = Template::MajorityAssembly.text().policy_for(Subject::Other).unwrap().clone();
    policy.sponsors_min = 7;
    let section = CharterSection::Purpose;
    vec![
        CharterChange::EditSection { section, text: "Gardens.".into() },
        CharterChange::ChangePolicy(policy),
    ]
}

/// Ratified on 1 March, amended on 1 June; the second is recorded at the returned position.
async fn ratified_and_amended(record: &Record) -> Position {
    enter(record, day(2, 1), CharterEvent::CharterDraftOpened { network: OLD_CITY }).await;
    let content = Template::MajorityAssembly.text();
    for change in content.changes() {
        enter(record, day(2, 2), written(change)).await;
    }
    let note = text(ANNA, "too long");
    let section = CharterSection::Purpose;
    enter(record, day(2, 2), CharterEvent::CharterSectionAnnotated { section, note }).await;
    let snapshot_hash = content.hash();
    let submitted = CharterEvent::CharterSubmitted { snapshot_hash: snapshot_hash.clone() };
    enter(record, day(2, 3), submitted).await;
    for founder in [ANNA, BEN] {
        enter(record, day(3, 1), CharterEvent::CharterConsented { founder }).await;
    }
    let ratified = CharterEvent::CharterRatified {
        network: OLD_CITY,
        version: 1,
        snapshot_hash,
        effective_from: day(3, 1),
    };
    enter(record, day(3, 1), ratified).await;
    let mut amended = content;
    for change in &changes() {
        amended.put(change);
    }
    let amended = CharterEvent::CharterAmended {
        network: OLD_CITY,
        version: 2,
        decision: AMENDMENT,
        changes: changes(),
        snapshot_hash: amended.hash(),
        effective_from: day(6, 1),
    };
    enter(record, day(6, 1), amended).await
}

async fn sponsors_of_other(view: &View, as_of: AsOf) -> Option<(u32, u32)> {
    let found = move |connection: &_| policy_as_of(connection, (OLD_CITY, Subject::Other), as_of);
    read(view, found).await.map(|row| (row.version, row.policy.sponsors_min))
}

#[tokio::test]
async fn the_policy_of_any_day_is_the_one_of_the_version_in_force_then() {
    let record = Record::new();
    let view = record.follow::<ChartersView>().await;
    let amended = ratified_and_amended(&record).await;
    let first = Template::MajorityAssembly.text().policy_for(Subject::Other).unwrap().sponsors_min;
    assert_ne!(first, 7);
    assert_eq!(sponsors_of_other(&view, AsOf::known_now(day(2, 20))).await, None);
    assert_eq!(sponsors_of_other(&view, AsOf::known_now(day(3, 1))).await, Some((1, first)));
    assert_eq!(sponsors_of_other(&view, AsOf::known_now(day(5, 31))).await, Some((1, first)));
    assert_eq!(sponsors_of_other(&view, AsOf::known_now(day(6, 1))).await, Some((2, 7)));
    let before = AsOf { effective: day(7, 1), known: Position(amended.0 - 1) };
    assert_eq!(sponsors_of_other(&view, before).await, Some((1, first)));
    expect_rebuilt_equals::<ChartersView>(&record, &view).await;
}

#[tokio::test]
async fn a_subject_without_a_policy_of_its_own_falls_back() {
    let record = Record::new();
    let view = record.follow::<ChartersView>().await;
    ratified_and_amended(&record).await;
    let as_of = AsOf::known_now(day(7, 1));
    let of =
        move |subject| move |connection: &_| policy_as_of(connection, (OLD_CITY, subject), as_of);
    let own = read(&view, of(Subject::CharterAmend)).await.unwrap().policy;
    assert!(own.subjects.contains(&Subject::CharterAmend));
    let text = Template::MajorityAssembly.text();
    let without =
        |subject: &Subject| !text.policies.values().any(|policy| policy.subjects.contains(subject));
    let lacking = crate::policy::SUBJECTS.into_iter().find(without).unwrap();
    let fallback = read(&view, of(lacking)).await.unwrap().policy;
    assert!(fallback.subjects.contains(&Subject::Other));
    let elsewhere =
        read(&view, move |connection| policy_as_of(connection, (HARBOUR, Subject::Other), as_of));
    assert_eq!(elsewhere.await, None);
}

#[tokio::test]
async fn a_draft_shows_its_words_and_who_consented_until_it_is_opened_again() {
    let record = Record::new();
    let view = record.follow::<ChartersView>().await;
    enter(&record, day(2, 1), CharterEvent::CharterDraftOpened { network: OLD_CITY }).await;
    let section = CharterSection::Purpose;
    let edited = CharterEvent::CharterSectionEdited { section, text: "Bread.".into() };
    enter(&record, day(2, 1), edited).await;
    let submitted = CharterEvent::CharterSubmitted { snapshot_hash: "0a".into() };
    enter(&record, day(2, 2), submitted).await;
    enter(&record, day(2, 3), CharterEvent::CharterConsented { founder: BEN }).await;
    let draft = read(&view, |connection| charter(connection, OLD_CITY)).await.unwrap();
    assert_eq!(draft.phase, CharterPhase::PutToRatification);
    assert_eq!(draft.content.sections[&section], "Bread.");
    assert_eq!(draft.snapshot_hash.as_deref(), Some("0a"));
    assert_eq!(draft.consents, [BEN].into());

    enter(&record, day(2, 4), CharterEvent::CharterDraftReopened {}).await;
    let draft = read(&view, |connection| charter(connection, OLD_CITY)).await.unwrap();
    assert_eq!((draft.phase, draft.snapshot_hash), (CharterPhase::Drafting, None));
    assert!(draft.consents.is_empty());
    assert_eq!(read(&view, |connection| charter(connection, HARBOUR)).await, None);
    expect_rebuilt_equals::<ChartersView>(&record, &view).await;
}

#[tokio::test]
async fn every_version_is_kept_whole_with_the_decision_that_made_it() {
    let record = Record::new();
    let view = record.follow::<ChartersView>().await;
    ratified_and_amended(&record).await;
    let listed = read(&view, |connection| versions(connection, OLD_CITY, Part::first(10))).await;
    assert_eq!(listed.total, 2);
    let [second, first] = listed.items.try_into().unwrap();
    assert_eq!((first.version, first.decision), (1, None));
    assert_eq!((second.version, second.decision), (2, Some(AMENDMENT)));
    assert_eq!(first.content, Template::MajorityAssembly.text());
    assert_eq!(first.content.hash(), first.snapshot_hash);
    assert_eq!(second.content.hash(), second.snapshot_hash);
    assert_eq!(second.changes, changes());
    let in_force = |connection: &_| version_as_of(connection, OLD_CITY, AsOf::known_now(day(4, 1)));
    assert_eq!(read(&view, in_force).await, Some(first));
}

#[test]
fn a_difference_leads_from_one_text_to_the_other() {
    let before = Template::MajorityAssembly.text();
    assert_eq!(difference(&before, &before), []);
    let mut after = before.clone();
    for change in &changes() {
        after.put(change);
    }
    assert_eq!(difference(&before, &after), changes());

    let circle = Template::ConsentCircle.text();
    let mut made = before.clone();
    for change in &difference(&before, &circle) {
        made.put(change);
    }
    assert_eq!((made.sections, made.policies), (circle.sections.clone(), circle.policies.clone()));
    let mut begun = CharterText::default();
    for change in &difference(&CharterText::default(), &circle) {
        begun.put(change);
    }
    assert_eq!(begun, circle);
}

#[test]
fn a_retired_policy_shows_in_the_difference() {
    let before = Template::MajorityAssembly.text();
    let mut after = before.clone();
    let name: PolicyName = before.policies.keys().next().unwrap().clone();
    after.policies.remove(&name);
    assert_eq!(difference(&before, &after), [CharterChange::RetirePolicy(name)]);
}
