//! What an append records, and when it refuses.

use futures::future;
use smol_str::SmolStr;

use super::{Subject, append, ids, network, noon, stream};
use crate::{AppendError, Filter, NewEvent, Position, Recorded};

pub(super) async fn events_come_back_exactly_as_they_went_in(subject: Subject) {
    let gathering = stream("gathering", 1);
    let mut appending = append(1, &gathering, 0, 2);
    appending.network_id = Some(network(9));
    appending.events[0] = NewEvent {
        name: SmolStr::new("AnEventWhoseNameIsLongerThanMostNamesAre"),
        schema: 3,
        metadata: "{ \"actor\" :\t\"Zoë\" }\n".into(),
        data: "{\"b\":1, \"a\":1.50,\"a\":\"\\u00e9 – ✓\"}".into(),
        ..appending.events[0].clone()
    };
    appending.events[1].data = vec![b' '; 100_000];
    let appended = subject.append(&appending).await;
    assert_eq!((appended.length, appended.events, appended.recalled), (2, 2, false));

    let recorded = subject.log.read_stream(gathering.clone(), 0, 10).await.unwrap();
    assert_eq!(recorded.len(), 2, "every event of the append is recorded");
    assert_eq!(recorded[1].position, appended.position, "the answer is the last position");
    for (revision, (event, new)) in (0..).zip(recorded.iter().zip(&appending.events)) {
        let expected = Recorded {
            position: event.position,
            stream: gathering.clone(),
            revision,
            event_id: new.event_id,
            name: new.name.clone(),
            schema: new.schema,
            network_id: Some(network(9)),
            recorded_at: noon(),
            effective_at: noon(),
            metadata: new.metadata.clone().into(),
            data: new.data.clone().into(),
        };
        assert_eq!(event, &expected, "an event comes back byte for byte");
    }
    assert_eq!(subject.read(&Filter::default(), 10).await, recorded, "both reads give the same");
}

pub(super) async fn the_expected_length_must_be_right(subject: Subject) {
    let gathering = stream("gathering", 1);
    let too_high = subject.log.append(append(1, &gathering, 1, 1)).await;
    assert!(
        matches!(too_high, Err(AppendError::Conflict { expected: 1, actual: 0 })),
        "a stream that does not exist holds no events: {too_high:?}"
    );
    subject.append(&append(2, &gathering, 0, 2)).await;
    let again = subject.log.append(append(3, &gathering, 0, 1)).await;
    assert!(
        matches!(again, Err(AppendError::Conflict { expected: 0, actual: 2 })),
        "zero is for streams that do not exist: {again:?}"
    );
    let too_low = subject.log.append(append(4, &gathering, 1, 1)).await;
    assert!(matches!(too_low, Err(AppendError::Conflict { expected: 1, actual: 2 })));
    let too_high = subject.log.append(append(5, &gathering, u64::MAX, 1)).await;
    assert!(matches!(too_high, Err(AppendError::Conflict { expected: u64::MAX, actual: 2 })));
    let appended = subject.append(&append(6, &gathering, 2, 1)).await;
    assert_eq!(appended.length, 3, "the right length is accepted");
}

pub(super) async fn an_append_is_recorded_whole_or_not_at_all(subject: Subject) {
    let gathering = stream("gathering", 1);
    let first = subject.append(&append(1, &gathering, 0, 3)).await;
    for refused in [append(2, &gathering, 2, 3), append(3, &gathering, 4, 0)] {
        let outcome = subject.log.append(refused.clone()).await;
        assert!(matches!(outcome, Err(AppendError::Conflict { .. })), "{outcome:?}");
        let recalled = subject.log.recall(refused.command_id).await.unwrap();
        assert!(recalled.is_none(), "a refused append leaves no trace");
    }
    let mut twice = append(4, &gathering, 3, 2);
    twice.events[1].event_id = twice.events[0].event_id;
    let outcome = subject.log.append(twice).await;
    assert!(
        matches!(outcome, Err(AppendError::PartlyRecorded)),
        "one append cannot hold an event twice: {outcome:?}"
    );
    assert_eq!(subject.head(), first.position, "refused appends do not move the head");
    assert_eq!(subject.read(&Filter::default(), 10).await.len(), 3);
}

pub(super) async fn an_append_without_events_is_remembered(subject: Subject) {
    let gathering = stream("gathering", 1);
    let nothing = subject.append(&append(1, &gathering, 0, 0)).await;
    assert_eq!((nothing.position, nothing.length, nothing.events), (Position(0), 0, 0));
    let first = subject.append(&append(2, &gathering, 0, 2)).await;
    let satisfied = append(3, &gathering, 2, 0);
    let answer = subject.append(&satisfied).await;
    assert_eq!(
        (answer.position, answer.length, answer.events, answer.recalled),
        (first.position, 2, 0, false),
        "without events the answer is the head"
    );
    subject.append(&append(4, &gathering, 2, 1)).await;
    let again = subject.append(&satisfied).await;
    assert_eq!(
        (again.position, again.length, again.events, again.recalled),
        (first.position, 2, 0, true),
        "an answer without events is remembered"
    );
    let outcome = subject.log.append(append(5, &gathering, 2, 0)).await;
    assert!(
        matches!(outcome, Err(AppendError::Conflict { expected: 2, actual: 3 })),
        "what was decided on an old state is refused, even without events: {outcome:?}"
    );
}

pub(super) async fn streams_of_two_categories_with_one_id_are_two_streams(subject: Subject) {
    let (gathering, tie) = (stream("gathering", 1), stream("tie", 1));
    subject.append(&append(1, &gathering, 0, 2)).await;
    let appended = subject.append(&append(2, &tie, 0, 1)).await;
    assert_eq!(appended.length, 1);
    let appended = subject.append(&append(3, &gathering, 2, 1)).await;
    assert_eq!(appended.length, 3);
    let ties = subject.log.read_stream(tie, 0, 10).await.unwrap();
    assert_eq!(ids(&ties), [super::command(2).event_id(0)]);
}

pub(super) async fn positions_are_in_the_order_of_the_calls(subject: Subject) {
    let mut waiting = vec![];
    for number in 0..100 {
        let stream = stream("gathering", u128::from(number % 10));
        let append = append(number, &stream, u64::from(number / 10), 1);
        // A future that is dropped takes nothing back.
        if number == 50 {
            drop(subject.log.append(append));
        } else {
            waiting.push(subject.log.append(append));
        }
    }
    let answers = future::try_join_all(waiting).await.expect("each builds on the one before");
    assert!(
        answers.iter().zip(&answers[1..]).all(|(one, next)| one.position < next.position),
        "positions follow the calls"
    );
    let events = subject.read(&Filter::default(), 1_000).await;
    let expected: Vec<_> = (0..100).map(|number| super::command(number).event_id(0)).collect();
    assert_eq!(ids(&events), expected, "events stand in the order of the calls");
}
