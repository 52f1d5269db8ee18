//! A view counts every event once, can be thrown away, and says how far it has come.

use std::{fs, sync::Arc, time::Duration};

use eventlog::{EventLog, Position};
use kernel::{ErrorCode, Rejection as _};
use rusqlite::Connection;
use tempfile::tempdir;

use super::{View, ViewState, WAIT_MAX};
use crate::{
    Projection, Store, ViewError,
    fold::REST,
    store::{beside, file_of},
    testing::{Reshaped, Tally, ballots, log, log_of, record},
};

async fn counted(view: &View) -> (u64, u64) {
    view.reach(Position(0)).await.unwrap();
    view.read(ballots).await.unwrap().value
}

async fn opened(log: &Arc<dyn EventLog>, store: &Store) -> View {
    View::open::<Tally>(Arc::clone(log), store).await.unwrap()
}

/// Ends a view and waits until its task has written everything and let go of the file.
async fn closed(view: View) {
    let shared = Arc::downgrade(&view.handle.shared);
    drop(view);
    while shared.strong_count() > 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_ballot_just_cast_is_counted_without_sleeping() {
    let log = log();
    let view = opened(&log, &Store::Memory).await;
    for number in 1..=100 {
        let cast = record(&log, "ballot", &["for"]).await;
        let reached = view.reach(cast).await.unwrap();
        assert!(cast <= reached);
        let found = view.read(ballots).await.unwrap();
        assert_eq!(found.value, (number, number));
        assert_eq!(found.position, cast);
        assert_eq!(view.read_now(ballots).unwrap(), (number, number));
    }
    assert_eq!(view.status().state, ViewState::Live);
    assert_eq!((view.status().lag_events, view.status().lag), (0, Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn a_view_rests_between_pages_until_somebody_waits_for_it() {
    let log = log();
    let view = opened(&log, &Store::Memory).await;
    let first = record(&log, "ballot", &["for"]).await;
    assert_eq!(view.reach(first).await.unwrap(), first);
    assert_eq!(view.changed_at(), first);
    // The time stands still: a rest that has begun does not end by itself.
    let second = record(&log, "ballot", &["against"]).await;
    for _ in 0..1_000 {
        tokio::task::yield_now().await;
    }
    assert_eq!(view.position(), first);
    assert_eq!(view.reach(Position(0)).await.unwrap(), second);
    assert_eq!(view.changed_at(), second);
    // Nobody waits: what comes is folded when the rest is over.
    let third = record(&log, "gathering", &["unreadable"]).await;
    let mut progress = view.handle.shared.progress.subscribe();
    tokio::time::advance(REST).await;
    progress.wait_for(|progress| progress.position == third).await.unwrap();
    assert_eq!(view.changed_at(), second);
}

#[tokio::test]
async fn events_of_other_streams_move_the_position_and_nothing_else() {
    let log = log();
    let view = opened(&log, &Store::Memory).await;
    record(&log, "ballot", &["for"]).await;
    let other = record(&log, "gathering", &["unreadable"]).await;
    assert_eq!(view.reach(other).await.unwrap(), other);
    let found = view.read(ballots).await.unwrap();
    assert_eq!((found.value, found.position), ((1, 1), other));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_readers_at_once_see_each_ballot_counted_once() {
    let log = log();
    let view = opened(&log, &Store::Memory).await;
    let mut tasks = Vec::new();
    for _ in 0..50 {
        let (log, view) = (Arc::clone(&log), view.clone());
        tasks.push(tokio::spawn(async move {
            for _ in 0..20 {
                let head = *log.head().borrow();
                view.reach(head).await.unwrap();
                let found = view.read(ballots).await.unwrap();
                // Four ballots stand in each command, and nothing else in the log.
                assert_eq!(found.value, (found.position.0, found.position.0));
            }
        }));
    }
    for _ in 0..50 {
        record(&log, "ballot", &["for", "for", "against", "abstain"]).await;
        tokio::task::yield_now().await;
    }
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(counted(&view).await, (200, 200));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_views_of_one_file_count_each_ballot_once() {
    let (log, folder) = (log(), tempdir().unwrap());
    let store = Store::Folder(folder.path().to_owned());
    let mut views = Vec::new();
    for _ in 0..10 {
        views.push(opened(&log, &store).await);
    }
    for _ in 0..50 {
        record(&log, "ballot", &["for", "for", "against", "abstain"]).await;
        tokio::task::yield_now().await;
    }
    for view in &views {
        assert_eq!(counted(view).await, (200, 200));
    }
}

#[tokio::test]
async fn a_history_longer_than_a_page_and_a_transaction_is_folded_whole() {
    let log = log();
    let choices = vec!["for"; 10_000];
    for _ in 0..8 {
        record(&log, "ballot", &choices).await;
    }
    let view = opened(&log, &Store::Memory).await;
    assert_eq!(counted(&view).await, (80_000, 80_000));
}

#[tokio::test]
async fn a_view_opened_again_goes_on_where_it_stopped() {
    let (log, folder) = (log(), tempdir().unwrap());
    let store = Store::Folder(folder.path().to_owned());
    record(&log, "ballot", &["for", "against"]).await;
    let view = opened(&log, &store).await;
    assert_eq!(counted(&view).await, (2, 2));
    closed(view).await;
    // A row that only this file has shows that it was not built anew.
    let file = Connection::open(file_of(folder.path(), Tally::NAME)).unwrap();
    file.execute("update tally set ballots = 10 where choice = 'for'", []).unwrap();
    drop(file);
    record(&log, "gathering", &["x"]).await;
    record(&log, "ballot", &["for"]).await;
    let view = opened(&log, &store).await;
    assert_ne!(view.status().state, ViewState::Building);
    assert_eq!(counted(&view).await, (12, 3));
}

#[tokio::test]
async fn a_view_that_was_deleted_is_built_again_at_opening() {
    let (log, folder) = (log(), tempdir().unwrap());
    let store = Store::Folder(folder.path().to_owned());
    record(&log, "ballot", &["for", "against", "for"]).await;
    let view = opened(&log, &store).await;
    view.reach(Position(3)).await.unwrap();
    let before = view.digest().await.unwrap().value;
    closed(view).await;
    fs::remove_file(file_of(folder.path(), Tally::NAME)).unwrap();
    let view = opened(&log, &store).await;
    view.reach(Position(3)).await.unwrap();
    assert_eq!(view.digest().await.unwrap().value, before);
}

#[tokio::test]
async fn a_file_that_is_no_database_is_built_again_at_opening() {
    let (log, folder) = (log(), tempdir().unwrap());
    fs::write(file_of(folder.path(), Tally::NAME), b"this was a view once, or so they say")
        .unwrap();
    record(&log, "ballot", &["for"]).await;
    let view = opened(&log, &Store::Folder(folder.path().to_owned())).await;
    assert_eq!(counted(&view).await, (1, 1));
}

#[tokio::test]
async fn a_file_torn_behind_its_first_page_is_built_again_while_it_is_used() {
    let (log, folder) = (log(), tempdir().unwrap());
    let store = Store::Folder(folder.path().to_owned());
    let choices = vec!["for"; 10_000];
    record(&log, "ballot", &choices).await;
    let view = opened(&log, &store).await;
    assert_eq!(counted(&view).await, (10_000, 10_000));
    closed(view).await;
    let place = file_of(folder.path(), Tally::NAME);
    let file = Connection::open(&place).unwrap();
    file.execute_batch("pragma wal_checkpoint(truncate)").unwrap();
    drop(file);
    let mut bytes = fs::read(&place).unwrap();
    let half = bytes.len() / 2;
    bytes[4 * 4_096..half].fill(0xaa);
    fs::write(&place, bytes).unwrap();

    let view = opened(&log, &store).await;
    let error = view.read(ballots).await.unwrap_err();
    assert_eq!((error.code(), error.reason()), (ErrorCode::Unavailable, "VIEW_UNAVAILABLE"));
    record(&log, "ballot", &["for"]).await;
    let mut found = Err(error);
    while found.is_err() {
        tokio::task::yield_now().await;
        view.reach(Position(10_001)).await.unwrap();
        found = view.read(ballots).await;
    }
    assert_eq!(found.unwrap().value, (10_001, 10_001));
}

#[tokio::test]
async fn another_schema_under_the_same_name_is_built_from_the_beginning() {
    let (log, folder) = (log(), tempdir().unwrap());
    let store = Store::Folder(folder.path().to_owned());
    record(&log, "ballot", &["for"]).await;
    let view = opened(&log, &store).await;
    assert_eq!(counted(&view).await, (1, 1));
    closed(view).await;
    let view = View::open::<Reshaped>(Arc::clone(&log), &store).await.unwrap();
    assert_eq!(counted(&view).await, (1, 1));
    let sql = "select sql like '%event blob)%' from sqlite_schema where name = 'ballot'";
    let reshaped: bool = view.read_now(|file| file.query_row(sql, [], |row| row.get(0))).unwrap();
    assert!(reshaped);
}

#[tokio::test]
async fn a_view_ahead_of_the_log_is_built_from_the_beginning() {
    let folder = tempdir().unwrap();
    let store = Store::Folder(folder.path().to_owned());
    let log = log();
    record(&log, "ballot", &["for", "for", "for"]).await;
    let view = opened(&log, &store).await;
    assert_eq!(counted(&view).await, (3, 3));
    closed(view).await;

    let restored = log_of(1_000);
    record(&restored, "ballot", &["against"]).await;
    let view = opened(&restored, &store).await;
    assert_eq!(counted(&view).await, (1, 1));
}

#[tokio::test]
async fn a_view_of_another_history_of_the_same_length_is_built_from_the_beginning() {
    let folder = tempdir().unwrap();
    let store = Store::Folder(folder.path().to_owned());
    let log = log();
    record(&log, "ballot", &["for", "for", "for"]).await;
    let view = opened(&log, &store).await;
    assert_eq!(counted(&view).await, (3, 3));
    closed(view).await;

    // The same events were entered again, later, after the log had been lost.
    let again = log_of(2_000);
    record(&again, "ballot", &["for", "against", "against"]).await;
    record(&again, "gathering", &["x"]).await;
    let view = opened(&again, &store).await;
    view.reach(Position(0)).await.unwrap();
    let sql = "select ballots from tally where choice = 'against'";
    let against: u64 = view.read_now(|file| file.query_row(sql, [], |row| row.get(0))).unwrap();
    assert_eq!(against, 2);
}

#[tokio::test]
async fn an_event_that_cannot_be_folded_stops_the_view_and_is_named() {
    let log = log();
    let view = opened(&log, &Store::Memory).await;
    record(&log, "ballot", &["for"]).await;
    assert_eq!(counted(&view).await, (1, 1));
    let bad = record(&log, "ballot", &["unreadable"]).await;
    record(&log, "ballot", &["for"]).await;
    let error = view.reach(bad).await.unwrap_err();
    let ViewError::Failed { view: name, position, error: why } = &error else {
        panic!("{error}");
    };
    assert_eq!((*name, *position), ("tally_1", bad));
    assert!(why.contains("event BallotCast at position 2 cannot be read"), "{why}");
    assert_eq!((error.code(), error.reason()), (ErrorCode::Unavailable, "VIEW_UNAVAILABLE"));
    assert!(matches!(view.read(ballots).await, Err(ViewError::Failed { .. })));
    assert!(matches!(view.read_now(ballots), Err(ViewError::Failed { .. })));
    let status = view.status();
    assert_eq!(status.state.name(), "failed");
    assert_eq!((status.position, status.lag_events), (Position(1), 2));
}

#[tokio::test]
async fn a_projection_that_panics_stops_the_view_and_the_event_is_named() {
    let log = log();
    let view = opened(&log, &Store::Memory).await;
    record(&log, "ballot", &["for", "bug", "for"]).await;
    let Err(ViewError::Failed { position, .. }) = view.reach(Position(3)).await else {
        panic!("the view did not stop");
    };
    assert_eq!(position, Position(2));
}

#[tokio::test]
async fn a_query_that_panics_fails_alone() {
    let log = log();
    let view = opened(&log, &Store::Memory).await;
    record(&log, "ballot", &["for"]).await;
    let result = view.read(|_| -> rusqlite::Result<()> { panic!("a query with a bug") }).await;
    assert_eq!(result.unwrap_err().reason(), "VIEW_UNAVAILABLE");
    assert_eq!(counted(&view).await, (1, 1));
}

#[tokio::test]
async fn a_query_cannot_write() {
    let view = opened(&log(), &Store::Memory).await;
    let written = view.read(|file| file.execute("delete from tally", [])).await;
    assert!(matches!(written, Err(ViewError::Store(_))));
}

#[tokio::test]
async fn a_position_that_the_log_never_reached_is_refused_after_the_wait() {
    let log = log();
    let view = opened(&log, &Store::Memory).await;
    record(&log, "ballot", &["for"]).await;
    view.reach(Position(1)).await.unwrap();
    tokio::time::pause();
    let (reached, ()) =
        tokio::join!(view.reach(Position(1_000)), tokio::time::advance(WAIT_MAX * 2));
    let error = reached.unwrap_err();
    assert_eq!((error.code(), error.reason()), (ErrorCode::Precondition, "VIEW_BEHIND"));
    assert!(error.to_string().contains("at position 1, not yet at 1000"), "{error}");
}

#[tokio::test]
async fn a_view_ends_and_removes_its_temporary_folder_with_the_last_handle() {
    let view = opened(&log(), &Store::Memory).await;
    let path = view.handle.shared.location.path.clone();
    assert!(path.exists());
    closed(view).await;
    while path.exists() {
        tokio::task::yield_now().await;
    }
    assert!(!beside(&path, "-wal").exists());
}
