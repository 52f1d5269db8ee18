//! Who met whom at gatherings.

use super::adjacency::{Adjacency, Lists, dense, rows_are_smaller};
use super::numbering::Numbering;
use crate::bits::{self, BitRows};

/// The persons of (gathering, person) pairs, ascending, and who of them met.
pub(super) fn met(attendances: &[(u32, u32)]) -> (Vec<u32>, Adjacency) {
    let gatherings = Numbering::of(attendances.iter().map(|&(gathering, _)| gathering));
    let persons = Numbering::of(attendances.iter().map(|&(_, person)| person));
    let present: Vec<(u32, u32)> = attendances
        .iter()
        .filter_map(|&(gathering, person)| {
            Some((gatherings.index(gathering)?, persons.index(person)?))
        })
        .collect();
    let rooms = Lists::bucketed(gatherings.len(), present.iter().copied());
    let meetings = (0..rooms.nodes())
        .map(|room| rooms.row(room).len() as u64)
        .fold(0_u64, |meetings, size| meetings.saturating_add(size.saturating_mul(size)));
    let adjacency = if rows_are_smaller(persons.len(), meetings) {
        Adjacency::of_rows(met_in_rows(&rooms, persons.len()))
    } else {
        Adjacency::of_lists(met_in_lists(&rooms, persons.len()))
    };
    (persons.into_numbers(), adjacency)
}

/// Adds each room to the row of everyone in it, word by word where the room is large.
fn met_in_rows(rooms: &Lists, persons: usize) -> BitRows {
    let mut rows = BitRows::new(persons);
    let mut everyone = vec![0; rows.width()];
    for room in 0..rooms.nodes() {
        let room = rooms.row(room);
        if room.len() < rows.width() {
            for &person in room {
                let row = rows.row_mut(person as usize);
                for &other in room {
                    bits::insert(row, other as usize);
                }
            }
        } else {
            everyone.fill(0);
            for &person in room {
                bits::insert(&mut everyone, person as usize);
            }
            for &person in room {
                let row = rows.row_mut(person as usize);
                row.iter_mut().zip(&everyone).for_each(|(word, all)| *word |= all);
            }
        }
    }
    for person in 0..persons {
        bits::remove(rows.row_mut(person), person);
    }
    rows
}

/// Walks the rooms of each person; cheap because here the rooms are small for that many persons.
fn met_in_lists(rooms: &Lists, persons: usize) -> Lists {
    let visits = rooms.transposed(persons);
    let mut lists = Lists::with_capacity(persons);
    // The person on whose list one was put last; nobody is on their own list.
    let mut listed: Vec<Option<u32>> = vec![None; persons];
    let mut met = Vec::new();
    for person in 0..persons {
        let number = dense(person);
        listed[person] = Some(number);
        for &room in visits.row(person) {
            for &other in rooms.row(room as usize) {
                if listed[other as usize] != Some(number) {
                    listed[other as usize] = Some(number);
                    met.push(other);
                }
            }
        }
        met.sort_unstable();
        lists.push_row(met.drain(..));
    }
    lists
}
