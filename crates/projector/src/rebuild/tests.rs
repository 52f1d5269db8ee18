//! A rebuilt view equals the live one.

use std::{fs, sync::Arc};

use eventlog::Position;
use tempfile::tempdir;

use super::{digest_of, rebuild};
use crate::{
    Projection as _, Store, View, ViewError,
    store::{beside, file_of},
    testing::{Reshaped, Tally, ballots, log, record},
};

#[tokio::test]
async fn a_rebuilt_view_equals_the_live_one_and_takes_its_place() {
    let (log, folder) = (log(), tempdir().unwrap());
    let store = Store::Folder(folder.path().to_owned());
    let view = View::open::<Tally>(Arc::clone(&log), &store).await.unwrap();
    let choices = vec!["against"; 5_000];
    for number in 0..200 {
        record(&log, "ballot", &["for", "against", "for"]).await;
        record(&log, "gathering", &["x"]).await;
        if number % 50 == 0 {
            record(&log, "ballot", &choices).await;
        }
        tokio::task::yield_now().await;
    }
    view.reach(Position(0)).await.unwrap();
    let live = view.digest().await.unwrap().value;
    drop(view);

    let elsewhere = tempdir().unwrap();
    let mut shown = Vec::new();
    let mut show = |done, head| shown.push((done, head));
    let rebuilt = rebuild::<Tally>(Arc::clone(&log), elsewhere.path(), &mut show).await.unwrap();
    assert_eq!(rebuilt.view, "tally_1");
    assert_eq!(rebuilt.events, 20_600);
    assert_eq!(rebuilt.position, Position(20_800));
    assert_eq!(shown.last(), Some(&(Position(20_800), Position(20_800))));
    assert!(shown.is_sorted() && 1 < shown.len(), "{shown:?}");
    assert_eq!(digest_of::<Tally>(elsewhere.path()).await.unwrap(), Some(live));
    assert_eq!(digest_of::<Reshaped>(elsewhere.path()).await.unwrap(), None);

    // A view goes on from the rebuilt file.
    let store = Store::Folder(elsewhere.path().to_owned());
    record(&log, "ballot", &["for"]).await;
    let view = View::open::<Tally>(Arc::clone(&log), &store).await.unwrap();
    assert_eq!(view.status().lag_events, 1);
    view.reach(Position(0)).await.unwrap();
    assert_eq!(view.read(ballots).await.unwrap().value, (20_601, 20_601));
}

#[tokio::test]
async fn a_rebuild_takes_the_place_of_a_file_and_its_write_ahead_log() {
    let (log, folder) = (log(), tempdir().unwrap());
    record(&log, "ballot", &["for"]).await;
    let place = file_of(folder.path(), Tally::NAME);
    for path in [place.clone(), beside(&place, "-wal"), beside(&place, "-shm")] {
        fs::write(path, b"left behind").unwrap();
    }
    let rebuilt = rebuild::<Tally>(log, folder.path(), &mut |_, _| {}).await.unwrap();
    assert_eq!(rebuilt.events, 1);
    assert!(digest_of::<Tally>(folder.path()).await.unwrap().is_some());
    assert!(!beside(&place, ".building").exists());
}

#[tokio::test]
async fn a_rebuild_that_fails_names_the_event_and_leaves_the_old_file() {
    let (log, folder) = (log(), tempdir().unwrap());
    record(&log, "ballot", &["for"]).await;
    rebuild::<Tally>(Arc::clone(&log), folder.path(), &mut |_, _| {}).await.unwrap();
    let before = digest_of::<Tally>(folder.path()).await.unwrap().unwrap();
    let bad = record(&log, "ballot", &["unreadable"]).await;
    let error = rebuild::<Tally>(log, folder.path(), &mut |_, _| {}).await.unwrap_err();
    assert!(matches!(error, ViewError::Failed { position, .. } if position == bad), "{error}");
    assert_eq!(digest_of::<Tally>(folder.path()).await.unwrap(), Some(before));
    assert!(!beside(&file_of(folder.path(), Tally::NAME), ".building").exists());
}

#[tokio::test]
async fn an_empty_log_gives_an_empty_view() {
    let (log, folder) = (log(), tempdir().unwrap());
    assert_eq!(digest_of::<Tally>(folder.path()).await.unwrap(), None);
    let rebuilt = rebuild::<Tally>(log, folder.path(), &mut |_, _| {}).await.unwrap();
    assert_eq!((rebuilt.position, rebuilt.events), (Position(0), 0));
}
