//! The structure as it was, and as it was known.

use eventlog::Position;
use events::TieVisibility;
use netgraph::{Metrics, Moment};
use uuid::Uuid;

use super::{Layer, StructureIndex};
use crate::views::structure::{Change, What};

const ANNA: Uuid = Uuid::from_u128(1);
const BEN: Uuid = Uuid::from_u128(2);
const CHLOE: Uuid = Uuid::from_u128(3);
const SPRING: Uuid = Uuid::from_u128(101);
const AUTUMN: Uuid = Uuid::from_u128(102);

const MARCH: i64 = 300;
const JUNE: i64 = 600;
const OCTOBER: i64 = 1_000;

fn index(changes: &[(u64, i64, What)]) -> StructureIndex {
    let mut index = StructureIndex::default();
    for (position, effective_us, what) in changes {
        index.push(&Change {
            position: Position(*position),
            effective_us: *effective_us,
            what: *what,
        });
    }
    index
}

fn attended(gathering: Uuid, person: Uuid) -> What {
    What::Attended { gathering, person }
}

fn tied(tie: u128, source: Uuid, target: Uuid, visibility: TieVisibility) -> What {
    What::Tied { tie: Uuid::from_u128(tie), source, target, visibility }
}

fn counts(index: &StructureIndex, layer: Layer, effective: i64, known: u64) -> (u64, u64) {
    let metrics = Metrics::of(&index.graph(layer, Moment { effective, known }));
    (metrics.nodes, metrics.edges)
}

#[test]
fn a_gathering_of_march_entered_later_changes_march_as_we_know_it_now_and_not_as_we_knew_it_then() {
    let index = index(&[
        (1, OCTOBER, attended(AUTUMN, ANNA)),
        (2, OCTOBER, attended(AUTUMN, BEN)),
        (3, MARCH, attended(SPRING, ANNA)),
        (4, MARCH, attended(SPRING, CHLOE)),
    ]);
    assert_eq!(counts(&index, Layer::CoAttendance, MARCH, 4), (2, 1));
    assert_eq!(counts(&index, Layer::CoAttendance, MARCH, 2), (0, 0));
    assert_eq!(counts(&index, Layer::CoAttendance, OCTOBER, 2), (2, 1));
    assert_eq!(counts(&index, Layer::CoAttendance, OCTOBER, 4), (3, 2));
}

#[test]
fn a_correction_takes_back_attendance_from_when_it_is_known() {
    let index = index(&[
        (1, MARCH, attended(SPRING, ANNA)),
        (2, MARCH, attended(SPRING, BEN)),
        (3, MARCH, What::NotAttended { gathering: SPRING, person: BEN }),
    ]);
    assert_eq!(counts(&index, Layer::CoAttendance, JUNE, 3), (1, 0));
    assert_eq!(counts(&index, Layer::CoAttendance, JUNE, 2), (2, 1));
}

#[test]
fn attendance_recorded_again_after_a_correction_counts_again() {
    let index = index(&[
        (1, MARCH, attended(SPRING, ANNA)),
        (2, MARCH, What::NotAttended { gathering: SPRING, person: ANNA }),
        (3, MARCH, attended(SPRING, ANNA)),
    ]);
    assert_eq!(counts(&index, Layer::CoAttendance, JUNE, 2), (0, 0));
    assert_eq!(counts(&index, Layer::CoAttendance, JUNE, 3), (1, 0));
}

#[test]
fn a_tie_counts_while_both_parties_are_members() {
    let index = index(&[
        (1, MARCH, What::Joined(ANNA)),
        (2, MARCH, What::Joined(BEN)),
        (3, MARCH, tied(9, ANNA, BEN, TieVisibility::Source)),
        (4, OCTOBER, What::Left(BEN)),
    ]);
    assert_eq!(counts(&index, Layer::Ties, JUNE, 4), (2, 1));
    assert_eq!(counts(&index, Layer::Ties, OCTOBER, 4), (1, 0));
    assert_eq!(counts(&index, Layer::Ties, OCTOBER, 3), (2, 1));
}

#[test]
fn a_withdrawn_tie_ends_at_its_effective_time_once_that_is_known() {
    let index = index(&[
        (1, MARCH, What::Joined(ANNA)),
        (2, MARCH, What::Joined(BEN)),
        (3, MARCH, tied(9, ANNA, BEN, TieVisibility::Network)),
        (4, JUNE, What::Untied(Uuid::from_u128(9))),
    ]);
    assert_eq!(counts(&index, Layer::Ties, JUNE, 4), (2, 0));
    assert_eq!(counts(&index, Layer::Ties, JUNE, 3), (2, 1));
    assert_eq!(counts(&index, Layer::Ties, MARCH, 4), (2, 1));
}

#[test]
fn a_viewer_sees_the_ties_they_are_entitled_to_and_the_figures_count_all() {
    let index = index(&[
        (1, MARCH, What::Joined(ANNA)),
        (2, MARCH, What::Joined(BEN)),
        (3, MARCH, What::Joined(CHLOE)),
        (4, MARCH, tied(9, ANNA, BEN, TieVisibility::Source)),
        (5, MARCH, tied(10, BEN, CHLOE, TieVisibility::Parties)),
        (6, MARCH, tied(11, CHLOE, ANNA, TieVisibility::Network)),
    ]);
    let moment = Moment { effective: JUNE, known: 6 };
    let seen = |viewer| index.visible_ties(moment, viewer).len();
    assert_eq!(seen(Some(ANNA)), 2);
    assert_eq!(seen(Some(BEN)), 2);
    assert_eq!(seen(Some(CHLOE)), 2);
    assert_eq!(seen(None), 1);
    assert_eq!(counts(&index, Layer::Ties, JUNE, 6), (3, 3));
}
