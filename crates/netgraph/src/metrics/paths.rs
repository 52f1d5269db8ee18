//! Distances between all pairs of nodes.

use crate::bits::{self, BitRows, Ones};
use crate::graph::adjacency::{Adjacency, Lists, dense};

mod waves;

/// What the distances between all ordered pairs of distinct nodes add up to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Paths {
    /// The sum of the distances.
    pub(super) total: u64,
    /// The greatest distance; 0 for a single node.
    pub(super) longest: u64,
}

/// Measures all pairs within one component, given by its dense indexes, nearby ones together.
pub(super) fn between(adjacency: &Adjacency, component: &[usize]) -> Paths {
    match adjacency {
        Adjacency::Listed(lists) => waves::between(&renumbered(lists, component)),
        Adjacency::Rowed(rows) => in_rows(rows, component),
    }
}

/// The component alone, numbered in the order given, so that nearby nodes lie near in memory.
fn renumbered(lists: &Lists, component: &[usize]) -> Lists {
    let mut numbers = vec![0; lists.nodes()];
    for (number, &node) in component.iter().enumerate() {
        numbers[node] = dense(number);
    }
    let mut renumbered = Lists::with_capacity(component.len());
    for &node in component {
        renumbered.push_row(lists.row(node).iter().map(|&other| numbers[other as usize]));
    }
    renumbered
}

/// Walks out from one node after the other, a whole row of nodes at a time.
///
/// A step either joins the rows of those reached last or looks for one of them in the rows of those
/// not reached yet, whichever are fewer; so a walk costs at most one row per node.
fn in_rows(rows: &BitRows, component: &[usize]) -> Paths {
    let mut everyone = vec![0; rows.width()];
    for &node in component {
        bits::insert(&mut everyone, node);
    }
    let mut paths = Paths::default();
    let mut unreached = vec![0; rows.width()];
    let mut last = vec![0; rows.width()];
    let mut fresh = vec![0; rows.width()];
    for &source in component {
        unreached.copy_from_slice(&everyone);
        bits::remove(&mut unreached, source);
        last.fill(0);
        bits::insert(&mut last, source);
        let (mut reached_last, mut rest, mut distance) = (1, component.len() as u64 - 1, 0);
        while rest > 0 {
            distance += 1;
            fresh.fill(0);
            if reached_last <= rest {
                join_rows(rows, &last, &unreached, &mut fresh);
            } else {
                Ones::of(&unreached)
                    .filter(|&node| bits::intersects(rows.row(node), &last))
                    .for_each(|node| bits::insert(&mut fresh, node));
            }
            reached_last = bits::count(&fresh);
            rest -= reached_last;
            paths.total += distance * reached_last;
            unreached.iter_mut().zip(&fresh).for_each(|(word, fresh)| *word &= !fresh);
            std::mem::swap(&mut last, &mut fresh);
        }
        paths.longest = paths.longest.max(distance);
    }
    paths
}

/// Puts into `fresh` what of `unreached` is next to `last`; stops early once that is all of it.
fn join_rows(rows: &BitRows, last: &[u64], unreached: &[u64], fresh: &mut [u64]) {
    for node in Ones::of(last) {
        let mut missing = 0;
        for ((fresh, unreached), row) in fresh.iter_mut().zip(unreached).zip(rows.row(node)) {
            *fresh |= row & unreached;
            missing |= unreached & !*fresh;
        }
        if missing == 0 {
            return;
        }
    }
}
