//! A reaction sees every event in order, at least once, whatever fails in between.

use std::{
    fs,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
};

use eventlog::{EventLog, Position, Recorded};
use rusqlite::Connection;
use tempfile::tempdir;
use tokio::sync::Semaphore;
use tracing::{Level, Metadata, span};

use super::{Reaction, Reactor, Retry, SAVE_EVERY};
use crate::{
    Store,
    testing::{log, log_of, record},
};

/// What a reaction was given, and what holds it up.
#[derive(Default, Debug)]
struct Notes {
    seen: Mutex<Vec<(u64, String)>>,
    /// How many attempts on the choice `hard` fail.
    hard: AtomicU32,
    /// Whether the choice `bug` panics.
    buggy: AtomicBool,
}

impl Notes {
    fn choices(&self) -> Vec<String> {
        self.seen.lock().unwrap().iter().map(|(_, choice)| choice.clone()).collect()
    }

    fn positions(&self) -> Vec<u64> {
        self.seen.lock().unwrap().iter().map(|(position, _)| *position).collect()
    }
}

/// Notes each ballot.
#[derive(Debug)]
struct Noting(Arc<Notes>);

impl Reaction for Noting {
    const NAME: &'static str = "noting_1";
    const CATEGORIES: &'static [&'static str] = &["ballot"];

    async fn react(&self, event: &Recorded) -> Result<(), Retry> {
        let choice: String = serde_json::from_slice(&event.data)?;
        let failed = |hard: &AtomicU32| {
            hard.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1))
        };
        if choice == "hard" && failed(&self.0.hard).is_ok() {
            return Err(Retry::because("not yet"));
        }
        assert!(choice != "bug" || !self.0.buggy.load(Ordering::SeqCst), "a reaction with a bug");
        self.0.seen.lock().unwrap().push((event.position.0, choice));
        Ok(())
    }
}

/// Waits for a permit for each ballot.
#[derive(Debug)]
struct Slow(Arc<Notes>, Arc<Semaphore>);

impl Reaction for Slow {
    const NAME: &'static str = "noting_1";
    const CATEGORIES: &'static [&'static str] = &["ballot"];

    async fn react(&self, event: &Recorded) -> Result<(), Retry> {
        self.1.acquire().await?.forget();
        Noting(Arc::clone(&self.0)).react(event).await
    }
}

async fn started(log: &Arc<dyn EventLog>, store: &Store, notes: &Arc<Notes>) -> Reactor {
    Reactor::start(Arc::clone(log), store, Noting(Arc::clone(notes))).await.unwrap()
}

#[tokio::test]
async fn every_event_of_its_categories_arrives_once_and_in_order() {
    let (log, notes) = (log(), Arc::default());
    record(&log, "ballot", &["for", "against"]).await;
    let reactor = started(&log, &Store::Memory, &notes).await;
    record(&log, "gathering", &["met"]).await;
    record(&log, "ballot", &["abstain"]).await;
    let other = record(&log, "gathering", &["met"]).await;
    reactor.reach(other).await.unwrap();
    assert_eq!(notes.choices(), ["for", "against", "abstain"]);
    assert_eq!(notes.positions(), [1, 2, 4]);
    let status = reactor.status();
    assert_eq!((status.position, status.lag_events, status.failing), (other, 0, None));
}

#[tokio::test]
async fn a_history_longer_than_a_page_arrives_whole() {
    let (log, notes) = (log(), Arc::default());
    for _ in 0..5 {
        record(&log, "ballot", &vec!["for"; 1_000]).await;
    }
    let reactor = started(&log, &Store::Memory, &notes).await;
    reactor.reach(Position(5_000)).await.unwrap();
    assert_eq!(notes.positions(), (1..=5_000).collect::<Vec<u64>>());
}

#[tokio::test(start_paused = true)]
async fn an_event_is_tried_again_until_it_succeeds_and_no_other_overtakes_it() {
    let (log, notes) = (log(), Arc::new(Notes::default()));
    notes.hard.store(9, Ordering::SeqCst);
    let reactor = started(&log, &Store::Memory, &notes).await;
    record(&log, "ballot", &["for"]).await;
    let hard = record(&log, "ballot", &["hard"]).await;
    let last = record(&log, "ballot", &["against"]).await;
    reactor.reach(Position(1)).await.unwrap();
    let behind = reactor.reach(last).await.unwrap_err();
    assert_eq!((behind.position, behind.wanted), (Position(1), last));
    let failing = reactor.status().failing.unwrap();
    assert_eq!((failing.event, &*failing.why), (Some(hard), "not yet"));
    assert!(1 < failing.attempts);
    assert_eq!(notes.choices(), ["for"]);
    // Waits of 50 ms, 100 ms … 10 s in all some 23 s.
    drop(reactor.reach(last).await);
    reactor.reach(last).await.unwrap();
    assert_eq!(notes.choices(), ["for", "hard", "against"]);
    assert_eq!(reactor.status().failing, None);
}

#[tokio::test(start_paused = true)]
async fn a_streak_of_failures_is_logged_once() {
    let warnings = Arc::new(AtomicU32::new(0));
    let listener = tracing::subscriber::set_default(Warnings(Arc::clone(&warnings)));
    let (log, notes) = (log(), Arc::new(Notes::default()));
    notes.hard.store(5, Ordering::SeqCst);
    let reactor = started(&log, &Store::Memory, &notes).await;
    let hard = record(&log, "ballot", &["hard"]).await;
    reactor.reach(hard).await.unwrap();
    assert_eq!(warnings.load(Ordering::SeqCst), 1);
    notes.hard.store(1, Ordering::SeqCst);
    let hard = record(&log, "ballot", &["hard"]).await;
    reactor.reach(hard).await.unwrap();
    assert_eq!(warnings.load(Ordering::SeqCst), 2);
    drop(listener);
}

#[tokio::test(start_paused = true)]
async fn a_panic_costs_an_attempt_and_no_event() {
    let (log, notes) = (log(), Arc::new(Notes::default()));
    notes.buggy.store(true, Ordering::SeqCst);
    let reactor = started(&log, &Store::Memory, &notes).await;
    let bug = record(&log, "ballot", &["for", "bug", "against"]).await;
    reactor.reach(bug).await.unwrap_err();
    let failing = reactor.status().failing.unwrap();
    assert_eq!(failing.event, Some(Position(2)));
    assert!(1 < failing.attempts);
    notes.buggy.store(false, Ordering::SeqCst);
    reactor.reach(bug).await.unwrap();
    assert_eq!(notes.choices(), ["for", "bug", "against"]);
}

#[tokio::test]
async fn a_reaction_started_again_goes_on_where_it_stopped() {
    let (log, folder) = (log(), tempdir().unwrap());
    let store = Store::Folder(folder.path().to_owned());
    let before = Arc::default();
    let reactor = started(&log, &store, &before).await;
    let cast = record(&log, "ballot", &["for", "against"]).await;
    reactor.reach(cast).await.unwrap();
    reactor.stop().await;
    let missed = record(&log, "ballot", &["abstain"]).await;
    assert!(folder.path().join("noting_1.reaction.sqlite").exists());

    let after = Arc::default();
    let reactor = started(&log, &store, &after).await;
    assert_eq!(*reactor.reached().borrow(), cast);
    reactor.reach(missed).await.unwrap();
    assert_eq!(before.choices(), ["for", "against"]);
    assert_eq!(after.choices(), ["abstain"]);
}

#[tokio::test]
async fn a_lost_or_damaged_file_replays_the_log() {
    let (log, folder) = (log(), tempdir().unwrap());
    let store = Store::Folder(folder.path().to_owned());
    let file = folder.path().join("noting_1.reaction.sqlite");
    let cast = record(&log, "ballot", &["for", "against"]).await;
    let harms: [fn(&std::path::Path); 2] =
        [|file| fs::remove_file(file).unwrap(), |file| fs::write(file, "not a database").unwrap()];
    for harm in harms {
        let reactor = started(&log, &store, &Arc::default()).await;
        reactor.reach(cast).await.unwrap();
        reactor.stop().await;
        drop(reactor);
        harm(&file);
        let notes = Arc::default();
        let reactor = started(&log, &store, &notes).await;
        reactor.reach(cast).await.unwrap();
        assert_eq!(notes.choices(), ["for", "against"]);
        reactor.stop().await;
    }
}

#[tokio::test]
async fn another_history_is_reacted_to_from_its_beginning() {
    let folder = tempdir().unwrap();
    let store = Store::Folder(folder.path().to_owned());
    let (first, second) = (log(), log_of(2_000));
    record(&first, "ballot", &["for", "against"]).await;
    let reactor = started(&first, &store, &Arc::default()).await;
    reactor.reach(Position(2)).await.unwrap();
    reactor.stop().await;

    record(&second, "gathering", &["met", "met"]).await;
    record(&second, "ballot", &["abstain"]).await;
    let notes = Arc::default();
    let reactor = started(&second, &store, &notes).await;
    reactor.reach(Position(3)).await.unwrap();
    assert_eq!(notes.choices(), ["abstain"]);
}

#[tokio::test]
async fn a_crash_in_a_long_history_repeats_no_more_than_a_batch() {
    let (log, folder) = (log(), tempdir().unwrap());
    let store = Store::Folder(folder.path().to_owned());
    let all = SAVE_EVERY + 50;
    record(&log, "ballot", &vec!["for"; usize::try_from(all).unwrap()]).await;
    let permits = Arc::new(Semaphore::new(0));
    let slow = Slow(Arc::default(), Arc::clone(&permits));
    let reactor = Reactor::start(Arc::clone(&log), &store, slow).await.unwrap();
    permits.add_permits(usize::try_from(all - 1).unwrap());
    reactor.reach(Position(all - 1)).await.unwrap();
    // It stands at the last ballot: what the file says now is what a crash would leave.
    let saved = Connection::open(folder.path().join("noting_1.reaction.sqlite")).unwrap();
    let saved: u64 =
        saved.query_row("select position from reaction_checkpoint", [], |row| row.get(0)).unwrap();
    assert_eq!(saved, SAVE_EVERY);

    // Stopping does not wait for the reaction, and saves how far it has come.
    reactor.stop().await;
    let notes = Arc::default();
    let reactor = started(&log, &store, &notes).await;
    reactor.reach(Position(all)).await.unwrap();
    assert_eq!(notes.positions(), [all]);
}

#[tokio::test]
async fn the_last_handle_that_goes_ends_it() {
    let (log, notes) = (log(), Arc::new(Notes::default()));
    let reactor = started(&log, &Store::Memory, &notes).await;
    let mut ended = reactor.handle.ended.clone();
    drop(reactor.clone());
    let cast = record(&log, "ballot", &["for"]).await;
    reactor.reach(cast).await.unwrap();
    drop(reactor);
    ended.changed().await.unwrap_err();
    record(&log, "ballot", &["against"]).await;
    assert_eq!(notes.choices(), ["for"]);
}

#[tokio::test]
async fn its_commands_have_the_same_ids_whenever_an_event_comes_again() {
    let log = log();
    record(&log, "ballot", &["for", "for"]).await;
    let page = log.read_all(Position(0), super::filter::<Noting>(), 10).await.unwrap();
    let [first, second] = &page.events[..] else { panic!("two ballots") };
    assert_eq!(Noting::command_id(first, "a"), Noting::command_id(first, "a"));
    assert_ne!(Noting::command_id(first, "a"), Noting::command_id(first, "b"));
    assert_ne!(Noting::command_id(first, "a"), Noting::command_id(second, "a"));
}

/// Counts warnings.
#[derive(Debug)]
struct Warnings(Arc<AtomicU32>);

impl tracing::Subscriber for Warnings {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() == Level::WARN
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, _: &tracing::Event<'_>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}
