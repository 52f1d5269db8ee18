//! A stream read as values: whole and in order, or not at all.

use std::sync::Arc;

use futures::FutureExt as _;
use jiff::Timestamp;
use kernel::{Clock, CommandId, PersonalField, Visibility, codec};
use serde::{Deserialize, Serialize};

use super::*;
use crate::{Append, Fingerprint, MemoryLog, NewEvent};

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
enum BellEvent {
    Rang { times: u64 },
}

impl Event for BellEvent {
    const CATEGORY: &'static str = "bell";

    fn visibility(&self) -> Visibility {
        Visibility::Public
    }

    fn personal(&mut self, _: &mut dyn FnMut(&'static str, &mut dyn PersonalField)) {}
}

#[derive(Debug)]
struct Standing;

impl Clock for Standing {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

const BELL: Uuid = Uuid::from_u128(0xbe11);

fn rings(times: u64) -> Vec<codec::Encoded> {
    (0..times).map(|times| codec::encode(&BellEvent::Rang { times }).unwrap()).collect()
}

/// Records `encoded` after the `expected` events that there are.
fn record(log: &MemoryLog, expected: u64, encoded: Vec<codec::Encoded>) {
    let command_id = CommandId::derived(BELL, &format!("record {expected}"));
    let event = |(index, encoded): (usize, codec::Encoded)| NewEvent {
        event_id: command_id.event_id(index),
        name: encoded.name,
        schema: 1,
        effective_at: None,
        metadata: b"{}".to_vec(),
        data: encoded.data,
    };
    let events = encoded.into_iter().enumerate().map(event).collect();
    let append = Append {
        command_id,
        fingerprint: Fingerprint::of(&[]),
        stream: StreamId::of::<BellEvent>(BELL),
        expected,
        network_id: None,
        events,
    };
    log.append(append).now_or_never().unwrap().unwrap();
}

#[test]
fn a_stream_longer_than_a_page_comes_whole_and_in_order() {
    let log = MemoryLog::new(Arc::new(Standing));
    let length = u64::from(PAGE) + 100;
    record(&log, 0, rings(length));
    let events = events_of::<BellEvent>(&log, BELL).now_or_never().unwrap().unwrap();
    let times: Vec<u64> = events.iter().map(|(_, BellEvent::Rang { times })| *times).collect();
    assert_eq!(times, (0..length).collect::<Vec<u64>>());
    let first = CommandId::derived(BELL, "record 0").event_id(0);
    assert_eq!(events.first().map(|(recorded, _)| recorded.event_id), Some(first));
}

#[test]
fn a_stream_that_is_not_there_has_no_events() {
    let log = MemoryLog::new(Arc::new(Standing));
    let events = events_of::<BellEvent>(&log, BELL).now_or_never().unwrap().unwrap();
    assert_eq!(events.len(), 0);
}

#[test]
fn an_event_of_a_later_version_is_not_passed_over() {
    let log = MemoryLog::new(Arc::new(Standing));
    record(&log, 0, rings(1));
    record(&log, 1, vec![codec::Encoded { name: "Melted".into(), data: b"{}".to_vec() }]);
    let refused = events_of::<BellEvent>(&log, BELL).now_or_never().unwrap().unwrap_err();
    assert!(refused.to_string().contains("read bell-"), "{refused}");
}
