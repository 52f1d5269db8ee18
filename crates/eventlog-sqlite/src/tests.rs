//! What the log on SQLite promises beyond the port.

use std::{
    fs::{self, OpenOptions},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
};

use eventlog::{
    Append, AppendError, Appended, EventLog, Filter, Fingerprint, NewEvent, Position, Recorded,
    StreamId,
    conformance::{self, SetClock},
};
use futures::{StreamExt as _, future, stream};
use kernel::{Clock, CommandId};
use rusqlite::{Connection, Transaction};
use smol_str::SmolStr;
use tempfile::TempDir;
use uuid::Uuid;

use crate::{
    FolderLock, FolderLockError, OpenError, Options, SqliteLog, commit, tail::EVENTS_MAX,
    writer::Commit,
};

fn clock() -> Arc<dyn Clock> {
    Arc::new(SetClock::at("2026-03-01T12:00:00Z".parse().unwrap()))
}

fn open(folder: &Path) -> SqliteLog {
    SqliteLog::open(folder, Options::default(), clock()).unwrap()
}

fn append(number: u32, expected: u64, bytes: usize) -> Append {
    let command_id = CommandId::derived(Uuid::nil(), &number.to_string());
    let event = NewEvent {
        event_id: command_id.event_id(0),
        name: SmolStr::new_static("GatheringPlanned"),
        schema: 1,
        effective_at: None,
        metadata: b"{}".to_vec(),
        data: vec![b'x'; bytes],
    };
    Append {
        command_id,
        fingerprint: Fingerprint(1),
        stream: StreamId::stored(SmolStr::new_static("gathering"), Uuid::from_u128(1)),
        expected,
        network_id: None,
        events: vec![event],
    }
}

/// Appends `count` small events, one by one.
async fn fill(log: &SqliteLog, count: u32) {
    for number in 0..count {
        log.append(append(number, number.into(), 100)).await.unwrap();
    }
}

async fn read(log: &SqliteLog) -> Vec<Recorded> {
    log.read_all(Position(0), Filter::default(), u32::MAX).await.unwrap().events
}

fn raw(folder: &Path) -> Connection {
    Connection::open(folder.join("log.sqlite")).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_on_sqlite_passes_the_conformance_suite() {
    let folder = tempfile::tempdir().unwrap();
    let folders = std::sync::atomic::AtomicU32::new(0);
    // With the newest events in memory, with a few of them, and with none.
    for tail_max in [EVENTS_MAX, 3, 0] {
        conformance::run(|clock| {
            let name = folders.fetch_add(1, Ordering::Relaxed).to_string();
            let how = (Box::new(commit) as Commit, tail_max);
            let folder = folder.path().join(name);
            Arc::new(SqliteLog::open_with(&folder, Options::default(), clock, how).unwrap())
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_survives_reopening() {
    let folder = tempfile::tempdir().unwrap();
    conformance::run_reopening(|clock| {
        Arc::new(SqliteLog::open(folder.path(), Options::default(), clock).unwrap())
    })
    .await;
}

#[tokio::test]
async fn a_second_log_on_the_same_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path());
    let refused = SqliteLog::open(folder.path(), Options::default(), clock()).unwrap_err();
    assert!(matches!(refused, OpenError::Lock(FolderLockError::InUse { .. })));
    let text = refused.to_string();
    assert!(text.contains("another weft is using"), "{text}");
    assert!(text.contains(&folder.path().display().to_string()), "{text}");
    drop(log);
    FolderLock::take(folder.path()).unwrap();
}

#[tokio::test]
async fn nothing_recorded_can_be_changed_by_another_program() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path());
    fill(&log, 3).await;
    log.append(Append { events: vec![], ..append(9, 3, 0) }).await.unwrap();
    let (before, recalled) = (read(&log).await, log.recall(append(1, 0, 0).command_id).await);
    let other = raw(folder.path());
    let copy = "position, category, stream_id, revision, append_index, fingerprint, event_id, name, schema,
        network_id, recorded_at, effective_at, metadata, data";
    let attempts = [
        "update events set data = x'00'".to_owned(),
        "update events set position = position + 10 where position = 3".to_owned(),
        "delete from events where position = 3".to_owned(),
        "delete from events".to_owned(),
        "update commands set fingerprint = 9".to_owned(),
        "delete from commands".to_owned(),
        "insert or replace into events select * from events where position = 2".to_owned(),
        format!(
            "insert or replace into events ({copy}) select 4, {} from events where position = 2",
            copy.replace("position, ", "")
        ),
        format!(
            "insert or replace into events ({copy}) select 4, {} from events where position = 2",
            copy.replace("position, ", "").replace("event_id,", "randomblob(16),")
        ),
        "insert or replace into commands select * from commands".to_owned(),
        "update or replace events set position = 2 where position = 1".to_owned(),
    ];
    for attempt in attempts {
        let error = other.execute_batch(&attempt).expect_err(&attempt).to_string();
        assert!(error.contains("never"), "{attempt}: {error}");
    }
    assert_eq!(read(&log).await, before);
    let again = log.recall(append(1, 0, 0).command_id).await;
    assert_eq!(again.unwrap(), recalled.unwrap());
}

#[tokio::test]
async fn a_file_that_is_no_log_is_refused() {
    let refuse = |content: &dyn Fn(&Path)| {
        let folder = tempfile::tempdir().unwrap();
        content(&folder.path().join("log.sqlite"));
        SqliteLog::open(folder.path(), Options::default(), clock()).unwrap_err()
    };
    let text = refuse(&|path| fs::write(path, "not a database ".repeat(1_000)).unwrap());
    assert!(matches!(text, OpenError::NotALog { .. }), "{text}");
    assert!(text.to_string().ends_with("log.sqlite is not an event log of weft"), "{text}");
    let other = refuse(&|path| {
        Connection::open(path).unwrap().execute_batch("create table t (a)").unwrap();
    });
    assert!(matches!(other, OpenError::NotALog { .. }), "{other}");
    let empty = refuse(&|path| fs::write(path, "").unwrap());
    assert!(matches!(empty, OpenError::Damaged { .. }), "{empty}");
}

#[tokio::test]
async fn a_log_of_a_newer_build_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()));
    raw(folder.path()).pragma_update(None, "user_version", 2).unwrap();
    let error = SqliteLog::open(folder.path(), Options::default(), clock()).unwrap_err();
    assert!(matches!(error, OpenError::Newer { found: 2, .. }));
    assert!(error.to_string().ends_with("has layout 2, this build knows 1; use a newer weft"));
}

#[tokio::test]
async fn a_log_without_its_triggers_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()));
    raw(folder.path()).execute_batch("drop trigger events_stay").unwrap();
    let error = SqliteLog::open(folder.path(), Options::default(), clock()).unwrap_err();
    assert!(matches!(error, OpenError::Damaged { .. }), "{error}");
}

#[tokio::test]
async fn a_file_that_was_cut_off_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path());
    fill(&log, 500).await;
    drop(log);
    let path = folder.path().join("log.sqlite");
    let length = fs::metadata(&path).unwrap().len();
    for cut in [length / 2, length - 4_096, 5_000] {
        OpenOptions::new().write(true).open(&path).unwrap().set_len(cut).unwrap();
        let error = SqliteLog::open(folder.path(), Options::default(), clock()).unwrap_err();
        assert!(matches!(error, OpenError::Damaged { .. }), "cut to {cut}: {error}");
        assert!(error.to_string().contains("restore it from a backup"), "{error}");
    }
    fs::remove_file(&path).unwrap();
    fs::write(folder.path().join("log.sqlite-wal"), "frames").unwrap();
    let error = SqliteLog::open(folder.path(), Options::default(), clock()).unwrap_err();
    assert!(error.to_string().contains("the file is missing"), "{error}");
}

#[tokio::test]
async fn events_that_are_missing_are_noticed_by_readers() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path());
    fill(&log, 10).await;
    // Whoever has them in memory does not miss them.
    drop(log);
    let log = open(folder.path());
    let other = raw(folder.path());
    other.execute_batch("drop trigger events_stay; delete from events where position = 5").unwrap();
    let error = log.read_all(Position(0), Filter::default(), 100).await.unwrap_err();
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(cause, "the event after position 4 is missing");
}

#[tokio::test]
async fn what_a_crash_left_of_a_first_start_is_cleared_away() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("log.sqlite.new"), "half a file").unwrap();
    fs::write(folder.path().join("log.sqlite.new-wal"), "half a log").unwrap();
    let log = open(folder.path());
    fill(&log, 1).await;
    drop(log);
    let mut names: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.ends_with("-shm") && !name.ends_with("-wal"))
        .collect();
    names.sort();
    assert_eq!(names, ["lock", "log.sqlite"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_log_refuses_appends_until_there_is_room() {
    const QUOTA: u64 = 256 * 1_024;
    let folder = tempfile::tempdir().unwrap();
    let options = Options { size_max_bytes: Some(QUOTA) };
    let log = SqliteLog::open(folder.path(), options, clock()).unwrap();
    let mut acknowledged = 0;
    let error = loop {
        match log.append(append(acknowledged, acknowledged.into(), 8_000)).await {
            Ok(_) => acknowledged += 1,
            Err(error) => break error,
        }
        assert!(acknowledged < 1_000, "the quota must be felt");
    };
    assert!(matches!(error, AppendError::Log(_)));
    assert!(error.to_string().contains("no room is left"), "{error}");
    for _ in 0..3 {
        let next = append(acknowledged, acknowledged.into(), 8_000);
        assert!(log.append(next).await.is_err(), "it stays full");
    }
    let events = read(&log).await;
    assert_eq!(events.len(), usize::try_from(acknowledged).unwrap(), "reads work all the same");
    assert_eq!(log.head().borrow().0, u64::from(acknowledged));
    let size = fs::metadata(folder.path().join("log.sqlite")).unwrap().len();
    assert!(size <= QUOTA, "{size}");

    log.limit_size(Some(2 * QUOTA));
    let next = append(acknowledged, acknowledged.into(), 8_000);
    let appended = log.append(next.clone()).await.expect("there is room again");
    assert!(!appended.recalled, "what was refused had not been recorded");
    assert_eq!(appended.position, Position(u64::from(acknowledged) + 1));
    drop(log);

    // The quota of the next opening counts, not that of the last one.
    let log = SqliteLog::open(folder.path(), options, clock()).unwrap();
    let large = append(acknowledged + 1, u64::from(acknowledged) + 1, 1_000_000);
    assert!(log.append(large.clone()).await.is_err());
    drop(log);
    let log = open(folder.path());
    log.append(large).await.unwrap();
    assert!(log.append(next).await.unwrap().recalled);
}

/// A disk that fails on demand: 0 works, 1 fails before it wrote, 2 fails after it wrote.
fn failing_disk(health: Arc<AtomicU8>) -> Commit {
    Box::new(move |tx: Transaction<'_>| {
        let failure = || {
            let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_IOERR_FSYNC);
            rusqlite::Error::SqliteFailure(code, None)
        };
        match health.swap(0, Ordering::SeqCst) {
            0 => tx.commit(),
            1 => Err(failure()),
            _ => tx.commit().and(Err(failure())),
        }
    })
}

fn open_on_failing_disk() -> (TempDir, SqliteLog, Arc<AtomicU8>) {
    let (folder, health) = (tempfile::tempdir().unwrap(), Arc::new(AtomicU8::new(0)));
    let disk = failing_disk(Arc::clone(&health));
    let log = SqliteLog::open_with(folder.path(), Options::default(), clock(), (disk, EVENTS_MAX))
        .unwrap();
    (folder, log, health)
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_commit_that_failed_nothing_is_acknowledged_and_a_retry_succeeds() {
    let (_folder, log, health) = open_on_failing_disk();
    fill(&log, 5).await;
    health.store(1, Ordering::SeqCst);
    let error = log.append(append(5, 5, 100)).await.unwrap_err();
    assert!(error.to_string().contains("the disk failed"), "{error}");
    assert_eq!(*log.head().borrow(), Position(5));
    assert!(log.recall(append(5, 5, 100).command_id).await.unwrap().is_none());
    let appended = log.append(append(5, 5, 100)).await.unwrap();
    let first = Appended { position: Position(6), length: 6, events: 1, recalled: false };
    assert_eq!(appended, first);
    assert_eq!(log.stats().figures().failures, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_commit_that_failed_but_was_durable_a_retry_is_recalled() {
    let (_folder, log, health) = open_on_failing_disk();
    fill(&log, 5).await;
    health.store(2, Ordering::SeqCst);
    log.append(append(5, 5, 100)).await.unwrap_err();
    assert_eq!(*log.head().borrow(), Position(6), "the file tells where the log ends");
    let appended = log.append(append(5, 5, 100)).await.unwrap();
    let first = Appended { position: Position(6), length: 6, events: 1, recalled: true };
    assert_eq!(appended, first, "the ledger answers, nothing is there twice");
    assert_eq!(read(&log).await.len(), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_batch_fails_whole_and_what_comes_after_is_recorded() {
    let (_folder, log, health) = open_on_failing_disk();
    health.store(1, Ordering::SeqCst);
    // Whatever is batched with the first append fails with it, and later ones conflict.
    let waiting: Vec<_> = (0..50).map(|n| log.append(append(n, n.into(), 100))).collect();
    let outcomes = future::join_all(waiting).await;
    assert!(matches!(outcomes[0], Err(AppendError::Log(_))));
    for outcome in &outcomes {
        assert!(matches!(outcome, Err(AppendError::Log(_) | AppendError::Conflict { .. })));
    }
    assert_eq!(read(&log).await, []);
    fill(&log, 5).await;
    assert_eq!(read(&log).await.len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_lost_acknowledged_events_is_not_written_any_more() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path());
    fill(&log, 5).await;
    let other = raw(folder.path());
    other.execute_batch("drop trigger events_stay; delete from events where position = 5").unwrap();
    let restore = "create trigger events_stay before delete on events
        begin select raise(abort, 'recorded events are never deleted'); end";
    other.execute_batch(restore).unwrap();
    log.append(append(6, 4, 100)).await.unwrap_err();
    for number in 7..9 {
        let error = log.append(append(number, 4, 100)).await.unwrap_err();
        assert!(error.to_string().contains("cannot be opened"), "{error}");
        let AppendError::Log(error) = error else { panic!("the log failed") };
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(cause.contains("acknowledged up to 5, it ends at 4"), "{cause}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_program_that_writes_delays_nobody_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path());
    fill(&log, 1).await;
    let other = raw(folder.path());
    other.execute_batch("begin immediate").unwrap();
    let error = log.append(append(1, 1, 100)).await.unwrap_err();
    assert!(error.to_string().contains("another program is using the file"), "{error}");
    assert_eq!(read(&log).await.len(), 1, "reads work all the same");
    other.execute_batch("rollback").unwrap();
    log.append(append(1, 1, 100)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn order_is_kept_under_load() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path());
    // Each append expects the one called just before it, far more than fit into one batch.
    let waiting: Vec<_> = (0..3_000).map(|n| log.append(append(n, n.into(), 10))).collect();
    let outcomes = future::join_all(waiting).await;
    for (position, outcome) in (1..).zip(outcomes) {
        assert_eq!(outcome.unwrap().position, Position(position));
    }
    let figures = log.stats().figures();
    assert_eq!((figures.appends, figures.events, figures.failures), (3_000, 3_000, 0));
    assert!(figures.batches < 300, "appends share transactions: {figures:?}");
}

#[tokio::test(flavor = "current_thread")]
async fn a_full_queue_is_refused_and_dropping_the_log_records_what_waits() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path());
    let other = raw(folder.path());
    other.execute_batch("begin immediate").unwrap();
    // The writer holds a batch and waits for the other program; the queue fills up behind it.
    let waiting: Vec<_> = (0..6_000).map(|n| log.append(append(n, n.into(), 10))).collect();
    other.execute_batch("rollback").unwrap();
    drop(log);
    let outcomes: Vec<_> = stream::iter(waiting).then(|append| append).collect().await;
    let recorded = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    let full = outcomes.iter().filter(|outcome| matches!(outcome, Err(AppendError::QueueFull)));
    assert!(4_096 <= recorded, "what was queued is recorded: {recorded}");
    assert_eq!(recorded + full.count(), 6_000, "everything else was refused at once");
    assert_eq!(*open(folder.path()).head().borrow(), Position(recorded as u64));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_write_ahead_log_stays_small_while_readers_read() {
    let folder = tempfile::tempdir().unwrap();
    let log = Arc::new(open(folder.path()));
    let readers: Vec<_> = (0..4)
        .map(|_| {
            let log = Arc::clone(&log);
            tokio::spawn(async move {
                while log.head().borrow().0 < 3_000 {
                    log.read_all(Position(0), Filter::default(), 500).await.unwrap();
                }
            })
        })
        .collect();
    let mut largest = 0;
    for batch in 0..30 {
        let numbers = batch * 100..(batch + 1) * 100;
        let waiting: Vec<_> = numbers.map(|n| log.append(append(n, n.into(), 40_000))).collect();
        future::try_join_all(waiting).await.unwrap();
        let size = fs::metadata(folder.path().join("log.sqlite-wal")).unwrap().len();
        largest = largest.max(size);
    }
    future::try_join_all(readers).await.unwrap();
    assert!(largest < 100_000_000, "the write-ahead log grew to {largest} bytes");
    assert!(0 < log.stats().figures().checkpoints);
}

#[test]
fn every_query_uses_its_index() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()));
    let connection = raw(folder.path());
    let plan = |sql: &str| -> String {
        let sql = format!("explain query plan {sql}");
        let mut select = connection.prepare(&sql).unwrap();
        let lines = select.query_map([], |row| row.get::<_, String>(3)).unwrap();
        lines.map(Result::unwrap).collect::<Vec<_>>().join("; ")
    };
    assert_eq!(
        plan(
            "select data from events indexed by events_by_network
             where network_id = x'00' and 5 < position and position <= 9 order by position limit 2"
        ),
        "SEARCH events USING INDEX events_by_network (network_id=? AND rowid>? AND rowid<?)"
    );
    assert_eq!(
        plan(
            "select data from events not indexed
             where 5 < position and position <= 9 order by position limit 2"
        ),
        "SEARCH events USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"
    );
    assert_eq!(
        plan(
            "select data from events indexed by events_by_stream
             where stream_id = x'00' and category = 'tie' and 4 <= revision order by revision"
        ),
        "SEARCH events USING INDEX events_by_stream (stream_id=? AND category=? AND revision>?)"
    );
}
