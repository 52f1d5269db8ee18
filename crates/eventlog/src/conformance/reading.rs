//! Reading in pages, and through filters.

use super::{Subject, append, command, ids, network, stream};
use crate::{Append, Filter, PAGE_MAX, Position};

pub(super) async fn a_stream_is_read_in_pages(subject: Subject) {
    let (gathering, other) = (stream("gathering", 1), stream("gathering", 2));
    subject.append(&append(1, &gathering, 0, 3)).await;
    subject.append(&append(2, &other, 0, 3)).await;
    subject.append(&append(3, &gathering, 3, 4)).await;
    let read = async |from, limit| {
        let events = subject.log.read_stream(gathering.clone(), from, limit).await.unwrap();
        assert!(events.iter().all(|event| event.stream == gathering));
        events.iter().map(|event| event.revision).collect::<Vec<u64>>()
    };
    assert_eq!(read(0, 100).await, [0, 1, 2, 3, 4, 5, 6]);
    assert_eq!(read(0, 4).await, [0, 1, 2, 3]);
    assert_eq!(read(4, 4).await, [4, 5, 6]);
    assert_eq!(read(6, 1).await, [6]);
    for (from, limit) in [(7, 4), (u64::MAX, u32::MAX), (0, 0)] {
        assert_eq!(read(from, limit).await, [0_u64; 0], "nothing from {from}, {limit} at most");
    }
    let unknown = subject.log.read_stream(stream("gathering", 3), 0, 10).await.unwrap();
    assert_eq!(unknown, [], "a stream that does not exist has no events");
}

pub(super) async fn the_whole_log_is_read_in_pages(subject: Subject) {
    let empty = subject.log.read_all(Position(0), Filter::default(), 10).await.unwrap();
    assert_eq!((empty.events.len(), empty.read_to), (0, Position(0)), "an empty log is read too");
    let mut expected = vec![];
    for number in 0..10 {
        let appending = append(number, &stream("gathering", number.into()), 0, 3);
        expected.extend(appending.events.iter().map(|event| event.event_id));
        subject.append(&appending).await;
    }
    for limit in [1, 2, 7, 30, 31, u32::MAX] {
        assert_eq!(ids(&subject.read(&Filter::default(), limit).await), expected);
    }
    let head = subject.head();
    for (after, limit) in [(head, 10), (head, 0), (Position(0), 0), (Position(u64::MAX), 1)] {
        let page = subject.log.read_all(after, Filter::default(), limit).await.unwrap();
        assert_eq!((page.events.len(), page.read_to), (0, after), "nothing was looked at");
    }
}

pub(super) async fn no_page_is_longer_than_the_maximum(subject: Subject) {
    let gathering = stream("gathering", 1);
    let page_max = usize::try_from(PAGE_MAX).unwrap();
    subject.append(&append(1, &gathering, 0, page_max + 100)).await;
    let events = subject.log.read_stream(gathering, 0, u32::MAX).await.unwrap();
    assert_eq!(events.len(), page_max);
    let page = subject.log.read_all(Position(0), Filter::default(), u32::MAX).await.unwrap();
    assert_eq!(page.events.len(), page_max);
    assert_eq!(page.read_to, page.events[page_max - 1].position, "read_to is the last one read");
    let events = subject.read(&Filter::default(), u32::MAX).await;
    assert_eq!(events.len(), page_max + 100);
}

pub(super) async fn a_filter_admits_what_it_names(subject: Subject) {
    const CATEGORIES: [&str; 3] = ["gathering", "tie", "membership"];
    for (number, category) in (0..90).zip(CATEGORIES.iter().cycle()) {
        let network_id = match number % 4 {
            0 => None,
            some => Some(network(some.into())),
        };
        let appending = append(number, &stream(category, number.into()), 0, 1);
        subject.append(&Append { network_id, ..appending }).await;
    }
    let expected = |admits: &dyn Fn(u32) -> bool| {
        (0..90).filter(|n| admits(*n)).map(|n| command(n).event_id(0)).collect::<Vec<_>>()
    };
    let nothing = Filter { network: Some(network(77)), categories: &[] };
    let cases: [(Filter, Vec<_>); 7] = [
        (Filter::default(), expected(&|_| true)),
        (Filter { network: Some(network(1)), categories: &[] }, expected(&|n| n % 4 == 1)),
        (Filter { network: None, categories: &["tie"] }, expected(&|n| n % 3 == 1)),
        (Filter { network: None, categories: &["membership", "tie"] }, expected(&|n| n % 3 != 0)),
        (
            Filter { network: Some(network(2)), categories: &["gathering"] },
            expected(&|n| n % 4 == 2 && n % 3 == 0),
        ),
        (Filter { network: None, categories: &["project"] }, vec![]),
        (nothing.clone(), vec![]),
    ];
    for (filter, expected) in cases {
        for limit in [1, 2, 13, 1_000] {
            assert_eq!(ids(&subject.read(&filter, limit).await), expected, "{filter:?} by {limit}");
        }
    }
    let page = subject.log.read_all(Position(0), nothing, 10).await.unwrap();
    assert_eq!(page.read_to, subject.head(), "what nobody wants was looked at all the same");
    let first_two = Filter { network: None, categories: &["tie"] };
    let page = subject.log.read_all(Position(0), first_two, 2).await.unwrap();
    assert_eq!(page.read_to, page.events[1].position, "a full page was read to its last event");
}
