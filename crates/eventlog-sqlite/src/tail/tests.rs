//! What is kept of the newest events, and that it is what the file says.

use bytes::Bytes;
use eventlog::StreamId;
use jiff::Timestamp;
use kernel::{EventId, NetworkId};
use uuid::Uuid;

use super::*;

const OLD_CITY: NetworkId = NetworkId::new(Uuid::from_u128(0xc17));

/// An event at `position`, of `bytes` bytes; those at even positions are of Old City.
fn event(position: u64, bytes: usize) -> Recorded {
    let category = if position.is_multiple_of(3) { "tie" } else { "person" };
    Recorded {
        position: Position(position),
        stream: StreamId::stored(category.into(), Uuid::from_u128(1)),
        revision: 0,
        event_id: EventId::new(Uuid::from_u128(position.into())),
        name: "Happened".into(),
        schema: 1,
        network_id: position.is_multiple_of(2).then_some(OLD_CITY),
        recorded_at: Timestamp::UNIX_EPOCH,
        effective_at: Timestamp::UNIX_EPOCH,
        metadata: Bytes::new(),
        data: Bytes::from(vec![0; bytes]),
    }
}

fn tail(after: u64, to: u64) -> Tail {
    let tail = Tail::after(Position(after), EVENTS_MAX);
    tail.extend((after + 1..=to).map(|position| event(position, 1)).collect());
    tail
}

/// The positions of a page, and how far it was read; `None` when the tail does not have it.
fn page(
    tail: &Tail,
    (after, head): (u64, u64),
    filter: &Filter,
    limit: u32,
) -> Option<(Vec<u64>, u64)> {
    let page = tail.page(Position(after), Position(head), filter, limit)?;
    Some((page.events.iter().map(|event| event.position.0).collect(), page.read_to.0))
}

#[test]
fn a_page_holds_what_comes_after_up_to_the_head_and_no_more_than_asked() {
    let (tail, all) = (tail(10, 20), Filter::default());
    assert_eq!(page(&tail, (10, 20), &all, 3), Some((vec![11, 12, 13], 13)));
    assert_eq!(page(&tail, (17, 19), &all, 9), Some((vec![18, 19], 19)));
    assert_eq!(page(&tail, (20, 20), &all, 9), Some((vec![], 20)));
    assert_eq!(page(&tail, (25, 20), &all, 9), Some((vec![], 25)), "ahead of the log");
    assert_eq!(page(&tail, (15, 20), &all, 0), Some((vec![], 15)));
}

#[test]
fn what_a_filter_leaves_out_is_looked_at_all_the_same() {
    let tail = tail(10, 20);
    let ties = Filter { categories: &["tie"], network: None };
    assert_eq!(page(&tail, (10, 20), &ties, 9), Some((vec![12, 15, 18], 20)));
    let old_city = Filter { network: Some(OLD_CITY), ..Filter::default() };
    assert_eq!(page(&tail, (10, 20), &old_city, 2), Some((vec![12, 14], 14)));
    let nothing = Filter { categories: &["decision"], network: None };
    assert_eq!(page(&tail, (10, 20), &nothing, 9), Some((vec![], 20)));
}

#[test]
fn what_came_before_or_is_not_there_yet_is_left_to_the_file() {
    let (tail, all) = (tail(10, 20), Filter::default());
    assert_eq!(page(&tail, (9, 20), &all, 9), None);
    assert_eq!(page(&tail, (15, 21), &all, 9), None);
    tail.restart(Position(30));
    assert_eq!(page(&tail, (20, 30), &all, 9), None);
    assert_eq!(page(&tail, (30, 30), &all, 9), Some((vec![], 30)));
}

#[test]
fn the_oldest_make_room_by_number_and_by_bytes() {
    let kept = u64::try_from(EVENTS_MAX).unwrap();
    let (many, all) = (tail(0, kept + 5), Filter::default());
    assert_eq!(page(&many, (4, kept + 5), &all, 1), None);
    assert_eq!(page(&many, (5, kept + 5), &all, 1), Some((vec![6], 6)));
    let large = Tail::after(Position(0), EVENTS_MAX);
    large.extend((1..=5).map(|position| event(position, BYTES_MAX / 2)).collect());
    assert_eq!(page(&large, (2, 5), &all, 9), None);
    assert_eq!(page(&large, (3, 5), &all, 9), Some((vec![4, 5], 5)));
    large.extend(vec![event(6, BYTES_MAX + 1)]);
    assert_eq!(page(&large, (5, 6), &all, 9), None, "one that is too large is not kept at all");
    assert_eq!(page(&large, (6, 6), &all, 9), Some((vec![], 6)));
}
