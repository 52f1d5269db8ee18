//! Subscriptions: what is recorded already, then what comes.

use std::{pin::pin, sync::Arc};

use futures::{StreamExt as _, future};
use tokio::time;

use super::{PATIENCE, Subject, append, stream};
use crate::{EventLog, Filter, Position, Recorded, subscribe_all};

/// How many events each of the writers appends.
const EACH: u32 = 150;

/// Appends `EACH` single events to a stream of its own.
async fn write(log: Arc<dyn EventLog>, category: &'static str, writer: u32) {
    let stream = stream(category, writer.into());
    for number in 0..EACH {
        let appending = append(writer * EACH + number, &stream, number.into(), 1);
        log.append(appending).await.expect("one writer, one stream");
    }
}

/// The next `count` events of a subscription; then it must be silent.
async fn follow(
    log: &Arc<dyn EventLog>,
    after: Position,
    filter: Filter,
    count: u32,
) -> Vec<Recorded> {
    let mut events = vec![];
    let mut subscription = pin!(subscribe_all(Arc::clone(log), after, filter));
    for _ in 0..count {
        let next = time::timeout(PATIENCE, subscription.next()).await;
        let next = next.expect("what is recorded arrives").expect("a subscription does not end");
        events.push(next.unwrap());
    }
    events
}

async fn follow_while_writing(subject: &Subject, filter: Filter, count: u32) {
    // Two writers fill the part to catch up with; four write while it is read.
    future::join(
        write(Arc::clone(&subject.log), "gathering", 0),
        write(Arc::clone(&subject.log), "tie", 1),
    )
    .await;
    let categories = ["gathering", "tie", "gathering", "tie"];
    let writers = categories
        .into_iter()
        .zip(2..)
        .map(|(category, writer)| tokio::spawn(write(Arc::clone(&subject.log), category, writer)));
    let (written, followed) = future::join(
        future::join_all(writers),
        follow(&subject.log, Position(0), filter.clone(), count),
    )
    .await;
    assert!(written.iter().all(Result::is_ok), "every writer finishes");
    assert_eq!(followed, subject.read(&filter, 1_000).await, "no gap, no repeat, in order");
}

pub(super) async fn a_subscription_has_no_gap_and_no_repeat(subject: Subject) {
    follow_while_writing(&subject, Filter::default(), 6 * EACH).await;
}

pub(super) async fn a_filtered_subscription_has_no_gap_and_no_repeat(subject: Subject) {
    let filter = Filter { network: None, categories: &["tie"] };
    follow_while_writing(&subject, filter, 3 * EACH).await;
}

pub(super) async fn a_subscription_resumes_after_a_position(subject: Subject) {
    write(Arc::clone(&subject.log), "gathering", 0).await;
    let all = follow(&subject.log, Position(0), Filter::default(), EACH).await;
    let after = all[99].position;
    let rest = follow(&subject.log, after, Filter::default(), EACH - 100).await;
    assert_eq!(rest, all[100..], "it goes on with the next event");
    // A subscriber that is ahead of the log waits until it is overtaken.
    let log = Arc::clone(&subject.log);
    let head = subject.head();
    let waiting = tokio::spawn(async move { follow(&log, head, Filter::default(), 1).await });
    let next = append(5_000, &stream("tie", 1), 0, 1);
    let appended = subject.append(&next).await;
    let followed = waiting.await.unwrap();
    assert_eq!(followed[0].position, appended.position, "a waiting subscriber is woken");
}
