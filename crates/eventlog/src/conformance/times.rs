//! The two times of an event, on a clock that somebody sets.

use jiff::{SignedDuration, Timestamp};

use super::{Subject, append, noon, stream};
use crate::{Append, Filter, Position};

fn later(seconds: i64) -> Timestamp {
    noon() + SignedDuration::from_secs(seconds)
}

/// Appends `count` events when the clock shows `now`.
async fn append_at(subject: &Subject, number: u32, now: Timestamp, count: usize) -> Position {
    subject.clock.set(now);
    subject.append(&append(number, &stream("gathering", number.into()), 0, count)).await.position
}

pub(super) async fn recorded_at_never_runs_back(subject: Subject) {
    for (number, seconds) in (0..).zip([0, 60, -3_600, 30, 61, 61, 0]) {
        append_at(&subject, number, later(seconds), 2).await;
    }
    let events = subject.read(&Filter::default(), 100).await;
    let recorded: Vec<Timestamp> =
        events.chunks(2).map(|pair| pair[0].recorded_at.max(pair[1].recorded_at)).collect();
    let expected = [0, 60, 60, 60, 61, 61, 61].map(later);
    assert_eq!(recorded, expected, "the clock was set back, recorded_at was not");
}

pub(super) async fn effective_at_is_kept_but_never_later_than_recorded_at(subject: Subject) {
    let past: Timestamp = "1936-04-01T00:00:00.000123Z".parse().unwrap();
    let appending = append(1, &stream("gathering", 1), 0, 3);
    let mut events = appending.events.clone();
    events[0].effective_at = Some(past);
    events[1].effective_at = Some(later(1));
    subject.append(&Append { events, ..appending }).await;
    let events = subject.read(&Filter::default(), 10).await;
    let times: Vec<Timestamp> = events.iter().map(|event| event.effective_at).collect();
    assert_eq!(times, [past, noon(), noon()], "past, future and unsaid");
}

pub(super) async fn position_at_finds_the_last_event_of_an_instant(subject: Subject) {
    let at = async |instant| subject.log.position_at(instant).await.unwrap();
    assert_eq!(at(later(0)).await, Position(0), "an empty log has no events at any time");
    let first = append_at(&subject, 1, later(0), 1).await;
    let second = append_at(&subject, 2, later(10), 3).await;
    let third = append_at(&subject, 3, later(10), 2).await;
    let set_back = append_at(&subject, 4, later(5), 1).await;
    let last = append_at(&subject, 5, later(20), 1).await;
    assert!(second < third, "both were recorded at the same instant");
    let cases = [
        (later(-1), Position(0)),
        (later(0), first),
        (later(9), first),
        (later(10) - SignedDuration::from_nanos(1), first),
        (later(10), set_back),
        (later(10) + SignedDuration::from_nanos(1), set_back),
        (later(19), set_back),
        (later(20), last),
        (Timestamp::MAX, last),
        (Timestamp::MIN, Position(0)),
    ];
    for (instant, position) in cases {
        assert_eq!(at(instant).await, position, "at {instant}");
    }
}
