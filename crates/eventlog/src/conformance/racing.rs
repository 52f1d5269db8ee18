//! Many writers at once.

use std::{collections::BTreeSet, sync::Arc};

use futures::future;
use tokio::time;

use super::{PATIENCE, Subject, append, ids, stream};
use crate::{Append, AppendError, Appended, Filter, Position};

/// How many writers race.
const WRITERS: u32 = 64;

/// Appends each in a task of its own, all at once.
async fn race(
    subject: &Subject,
    appends: impl IntoIterator<Item = Append>,
) -> Vec<Result<Appended, AppendError>> {
    let tasks: Vec<_> = appends
        .into_iter()
        .map(|append| {
            let log = Arc::clone(&subject.log);
            tokio::spawn(async move { log.append(append).await })
        })
        .collect();
    let outcomes = time::timeout(PATIENCE, future::join_all(tasks)).await;
    outcomes.expect("every append is answered").into_iter().map(Result::unwrap).collect()
}

pub(super) async fn of_64_writers_on_one_stream_one_wins_each_length(subject: Subject) {
    let gathering = stream("gathering", 1);
    for round in 0..8 {
        let length = u64::from(round);
        let appends =
            (0..WRITERS).map(|writer| append(round * WRITERS + writer, &gathering, length, 1));
        let outcomes = race(&subject, appends).await;
        let (won, lost): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
        assert_eq!(won.len(), 1, "one writer wins each length");
        for outcome in lost {
            assert!(
                matches!(outcome, Err(AppendError::Conflict { actual, .. }) if actual == length + 1),
                "the others learn that they lost: {outcome:?}"
            );
        }
    }
    assert_eq!(subject.log.read_stream(gathering, 0, 100).await.unwrap().len(), 8);
}

pub(super) async fn of_64_writers_on_64_streams_all_win(subject: Subject) {
    let appends: Vec<Append> = (0..WRITERS)
        .flat_map(|number| {
            let gathering = stream("gathering", u128::from(number));
            [append(number, &gathering, 0, 2), append(number + WRITERS, &gathering, 2, 0)]
        })
        .collect();
    let (first, second): (Vec<_>, Vec<_>) =
        appends.into_iter().partition(|append| append.expected == 0);
    let outcomes = race(&subject, first).await;
    let positions: BTreeSet<Position> = outcomes
        .into_iter()
        .map(|outcome| outcome.expect("no writer meets another").position)
        .collect();
    assert_eq!(positions.len(), 64, "every append has a position of its own");
    for outcome in race(&subject, second).await {
        assert_eq!(outcome.unwrap().position, subject.head());
    }
    let events = subject.read(&Filter::default(), 50).await;
    assert_eq!(events.len(), 128);
    for pair in events.chunks(2) {
        assert_eq!(pair[0].stream, pair[1].stream, "the events of an append stand together");
        assert!(positions.contains(&pair[1].position));
    }
}

pub(super) async fn of_16_attempts_of_one_command_one_is_recorded(subject: Subject) {
    let appending = append(1, &stream("gathering", 1), 0, 2);
    let outcomes = race(&subject, (0..16).map(|_| appending.clone())).await;
    let answers: Vec<Appended> = outcomes.into_iter().map(Result::unwrap).collect();
    assert_eq!(answers.iter().filter(|answer| !answer.recalled).count(), 1, "one is the first");
    let same = |answer: &Appended| (answer.position, answer.length, answer.events);
    assert!(answers.iter().all(|answer| same(answer) == same(&answers[0])), "one answer for all");
    let events = subject.read(&Filter::default(), 10).await;
    assert_eq!(ids(&events), appending.events.iter().map(|e| e.event_id).collect::<Vec<_>>());
}

pub(super) async fn the_head_never_runs_back_nor_ahead(subject: Subject) {
    const EACH: u32 = 50;
    let mut head = subject.log.head();
    let log = Arc::clone(&subject.log);
    let watching = tokio::spawn(async move {
        let (mut before, mut events) = (Position(0), 0);
        while events < 4 * EACH {
            head.changed().await.expect("the log is there");
            let now = *head.borrow_and_update();
            assert!(before < now, "the head moved from {before} to {now}");
            let page = log.read_all(before, Filter::default(), u32::MAX).await.unwrap();
            assert!(now <= page.read_to, "what the head announces can be read");
            let announced = page.events.iter().filter(|event| event.position <= now);
            events += u32::try_from(announced.count()).unwrap();
            before = now;
        }
    });
    let writers = (0..4).map(|writer| {
        let log = Arc::clone(&subject.log);
        tokio::spawn(async move {
            let gathering = stream("gathering", u128::from(writer));
            for number in 0..EACH {
                let appending = append(writer * EACH + number, &gathering, u64::from(number), 1);
                let appended = log.append(appending).await.expect("one writer, one stream");
                let head = *log.head().borrow();
                assert!(appended.position <= head, "an answer came before the head moved");
            }
        })
    });
    future::try_join_all(writers).await.expect("every writer finishes");
    time::timeout(PATIENCE, watching).await.expect("the head arrives").unwrap();
}
