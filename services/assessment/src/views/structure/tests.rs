//! The journal as it is written and read back.

use eventlog::StreamId;
use events::{AttendanceMode, AttendanceSource};
use jiff::Timestamp;
use kernel::{CommandId, PersonId, codec};

use super::*;

const GATHERING: Uuid = Uuid::from_u128(0x6a);

fn network(number: u128) -> NetworkId {
    NetworkId::new(Uuid::from_u128(number))
}

/// That the person of the same number as the position was there.
fn attended(network: NetworkId, position: u64) -> (Recorded, Change) {
    let person = Uuid::from_u128(position.into());
    let event = GatheringEvent::AttendanceRecorded {
        person: PersonId::new(person),
        mode: AttendanceMode::InPerson,
        source: AttendanceSource::Host,
    };
    let encoded = codec::encode(&event).unwrap();
    let effective_at = Timestamp::UNIX_EPOCH;
    let recorded = Recorded {
        position: Position(position),
        stream: StreamId::of::<GatheringEvent>(GATHERING),
        revision: position,
        event_id: CommandId::new(person).event_id(0),
        name: encoded.name,
        schema: event.schema(),
        network_id: Some(network),
        recorded_at: effective_at,
        effective_at,
        metadata: vec![].into(),
        data: encoded.data.into(),
    };
    let what = What::Attended { gathering: GATHERING, person };
    let change =
        Change { position: Position(position), effective_us: effective_at.as_microsecond(), what };
    (recorded, change)
}

/// A view that holds one change for each.
fn view(changes: &[(NetworkId, u64)]) -> Connection {
    let mut view = Connection::open_in_memory().unwrap();
    view.execute_batch(StructureView::SCHEMA).unwrap();
    let tx = view.transaction().unwrap();
    for (network, position) in changes {
        StructureView::apply(&tx, &attended(*network, *position).0).unwrap();
    }
    tx.commit().unwrap();
    view
}

#[test]
fn a_network_reads_its_own_changes_in_order_whatever_lies_among_them() {
    let (here, elsewhere) = (network(7), network(8));
    // Its id ends as that of the first.
    let twin = network(7 | 1 << 20);
    let last = POSITION_MAX.0;
    let view = view(&[(here, 1), (twin, 2), (elsewhere, 3), (here, 4), (twin, 5), (here, last)]);
    let read = |network, after| changes(&view, network, Position(after)).unwrap();
    let expected = |network, positions: &[u64]| -> Vec<Change> {
        positions.iter().map(|position| attended(network, *position).1).collect()
    };
    assert_eq!(read(here, 0), expected(here, &[1, 4, last]));
    assert_eq!(read(here, 1), expected(here, &[4, last]));
    assert_eq!(read(here, last), []);
    assert_eq!(read(twin, 2), expected(twin, &[5]));
    assert_eq!(read(elsewhere, 0), expected(elsewhere, &[3]));
    assert_eq!(read(network(9), 0), []);
}

#[test]
fn every_change_reads_as_it_was_written() {
    let [a, b, c] = [1, 2, 3].map(Uuid::from_u128);
    let tied = |visibility| What::Tied { tie: a, source: b, target: c, visibility };
    let view = view(&[]);
    for what in [
        What::Joined(a),
        What::Left(a),
        tied(TieVisibility::Source),
        tied(TieVisibility::Parties),
        tied(TieVisibility::Network),
        What::Untied(a),
        What::Attended { gathering: a, person: b },
        What::NotAttended { gathering: a, person: b },
    ] {
        let (kind, parties) = columns(&what);
        let read = view.query_row("select 1, 2, ?1, ?2", params![kind, parties], change).unwrap();
        assert_eq!(read, Change { position: Position(1), effective_us: 2, what });
    }
}

#[test]
fn a_position_without_room_is_an_error_and_no_row() {
    let mut view = view(&[]);
    let tx = view.transaction().unwrap();
    let (event, _) = attended(network(7), POSITION_MAX.0 + 1);
    let error = StructureView::apply(&tx, &event).unwrap_err();
    assert!(matches!(error, ViewError::Store(_)), "{error}");
    let rows: u64 = tx.query_row("select count(*) from changes", [], |row| row.get(0)).unwrap();
    assert_eq!(rows, 0);
}
