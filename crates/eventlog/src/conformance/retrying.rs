//! The same command, or the same events, once more.

use super::{Subject, append, command, stream};
use crate::{Append, AppendError, Appended, Filter, Fingerprint};

pub(super) async fn a_retry_gets_the_first_answer_at_every_stage(subject: Subject) {
    let gathering = stream("gathering", 1);
    let appending = append(1, &gathering, 0, 2);
    assert!(subject.log.recall(command(1)).await.unwrap().is_none(), "nobody called yet");
    // The second call is made before the first is durable.
    let (first, second) =
        (subject.log.append(appending.clone()), subject.log.append(appending.clone()));
    let (first, second) = (first.await.unwrap(), second.await.unwrap());
    let recalled = Appended { recalled: true, ..first };
    assert!(!first.recalled);
    assert_eq!(second, recalled, "a retry before the first is durable gets its answer");
    assert_eq!(subject.append(&appending).await, recalled, "so does one after it is durable");
    subject.append(&append(2, &gathering, 2, 3)).await;
    subject.append(&append(3, &stream("gathering", 2), 0, 1)).await;
    assert_eq!(subject.append(&appending).await, recalled, "and one after later events");
    let decided_again = Append { expected: 5, events: vec![], ..appending.clone() };
    assert_eq!(
        subject.append(&decided_again).await,
        recalled,
        "a retry that was decided on a later state is the same request still"
    );
    assert_eq!(
        subject.log.recall(command(1)).await.unwrap(),
        Some((recalled, gathering, appending.fingerprint)),
        "the ledger tells the first answer"
    );
    assert_eq!(subject.read(&Filter::default(), 10).await.len(), 6, "nothing is there twice");
}

pub(super) async fn a_refused_append_is_not_remembered(subject: Subject) {
    let gathering = stream("gathering", 1);
    let outcome = subject.log.append(append(1, &gathering, 5, 1)).await;
    assert!(matches!(outcome, Err(AppendError::Conflict { .. })));
    let appended = subject.append(&append(1, &gathering, 0, 1)).await;
    assert!(!appended.recalled, "a conflict does not use up the command id");
}

pub(super) async fn a_command_id_serves_one_request_only(subject: Subject) {
    let gathering = stream("gathering", 1);
    let first = append(1, &gathering, 0, 1);
    subject.append(&first).await;
    let others = [
        Append { fingerprint: Fingerprint(8), ..first.clone() },
        Append { stream: stream("gathering", 2), ..first.clone() },
        Append { stream: stream("tie", 1), events: vec![], ..first.clone() },
    ];
    for other in others {
        let outcome = subject.log.append(other).await;
        assert!(matches!(outcome, Err(AppendError::CommandReused)), "{outcome:?}");
    }
    assert_eq!(subject.read(&Filter::default(), 10).await.len(), 1);
}

pub(super) async fn the_same_events_under_another_command_get_the_first_answer(subject: Subject) {
    let gathering = stream("gathering", 1);
    subject.append(&append(1, &gathering, 0, 1)).await;
    let appending = append(2, &gathering, 1, 3);
    let first = subject.append(&appending).await;
    let other = Append { command_id: command(3), fingerprint: Fingerprint(8), ..appending };
    let recalled = Appended { recalled: true, ..first };
    assert_eq!(subject.append(&other).await, recalled, "straight after");
    subject.append(&append(4, &gathering, 4, 1)).await;
    assert_eq!(subject.append(&other).await, recalled, "after later events");
    assert_eq!(subject.read(&Filter::default(), 10).await.len(), 5, "nothing is there twice");
}

pub(super) async fn a_part_of_what_is_recorded_is_refused(subject: Subject) {
    let gathering = stream("gathering", 1);
    let (one, two) = (append(1, &gathering, 0, 2), append(2, &gathering, 2, 1));
    subject.append(&one).await;
    subject.append(&two).await;
    let fresh = append(9, &gathering, 3, 1);
    let (e0, e1, e2) = (&one.events[0], &one.events[1], &two.events[0]);
    let new = &fresh.events[0];
    let parts = [
        ("an old event and a new one", vec![e2, new]),
        ("a new event and an old one", vec![new, e2]),
        ("two appends at once", vec![e0, e1, e2]),
        ("the first part of an append", vec![e0]),
        ("the last part of an append", vec![e1]),
        ("an append in another order", vec![e1, e0]),
    ];
    for (what, events) in parts {
        let events = events.into_iter().cloned().collect();
        let outcome = subject.log.append(Append { events, ..fresh.clone() }).await;
        assert!(matches!(outcome, Err(AppendError::PartlyRecorded)), "{what}: {outcome:?}");
    }
    let elsewhere = Append { command_id: command(10), stream: stream("gathering", 2), ..two };
    let outcome = subject.log.append(Append { expected: 0, ..elsewhere }).await;
    assert!(
        matches!(outcome, Err(AppendError::PartlyRecorded)),
        "an event stands in one stream only: {outcome:?}"
    );
    assert_eq!(subject.read(&Filter::default(), 10).await.len(), 3, "nothing was recorded");
    subject.append(&fresh).await;
}
