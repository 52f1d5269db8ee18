//! Which nodes hang together.

use crate::bits::{self, BitRows, Ones};
use crate::graph::adjacency::{Adjacency, Lists};

/// How many components there are, and the largest.
#[derive(Debug)]
pub(super) struct Components {
    pub(super) count: u64,
    /// Dense indexes, nearest to its smallest node first; of equally large components the one with
    /// the smallest node. Empty only if there are no nodes.
    pub(super) largest: Vec<usize>,
}

/// Finds the components.
pub(super) fn of(adjacency: &Adjacency) -> Components {
    let nodes = adjacency.nodes();
    let mut components = Components { count: 0, largest: Vec::new() };
    match adjacency {
        Adjacency::Listed(lists) => {
            let mut is_seen = vec![false; nodes];
            for node in 0..nodes {
                if !is_seen[node] {
                    components.add(reached_in_lists(lists, node, &mut is_seen));
                }
            }
        }
        Adjacency::Rowed(rows) => {
            let mut unseen = vec![0; rows.width()];
            (0..nodes).for_each(|node| bits::insert(&mut unseen, node));
            for node in 0..nodes {
                if bits::contains(&unseen, node) {
                    components.add(reached_in_rows(rows, node, &mut unseen));
                }
            }
        }
    }
    components
}

impl Components {
    fn add(&mut self, component: Vec<usize>) {
        self.count += 1;
        if component.len() > self.largest.len() {
            self.largest = component;
        }
    }
}

fn reached_in_lists(lists: &Lists, from: usize, is_seen: &mut [bool]) -> Vec<usize> {
    let mut reached = vec![from];
    is_seen[from] = true;
    let mut place = 0;
    while let Some(&node) = reached.get(place) {
        for &other in lists.row(node) {
            if !is_seen[other as usize] {
                is_seen[other as usize] = true;
                reached.push(other as usize);
            }
        }
        place += 1;
    }
    reached
}

fn reached_in_rows(rows: &BitRows, from: usize, unseen: &mut [u64]) -> Vec<usize> {
    let mut reached = vec![from];
    bits::remove(unseen, from);
    let mut fresh = vec![0; rows.width()];
    let mut place = 0;
    while let Some(&node) = reached.get(place) {
        for ((fresh, unseen), row) in fresh.iter_mut().zip(&mut *unseen).zip(rows.row(node)) {
            *fresh = row & *unseen;
            *unseen &= !row;
        }
        reached.extend(Ones::of(&fresh));
        place += 1;
    }
    reached
}
