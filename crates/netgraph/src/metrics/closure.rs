//! Triangles.

use std::cmp::Reverse;

use crate::bits::{self, BitRows};
use crate::graph::adjacency::{Adjacency, Lists, dense};

/// The number of triangles at each node.
pub(super) fn triangles(adjacency: &Adjacency, degrees: &[u64]) -> Vec<u64> {
    match adjacency {
        Adjacency::Listed(lists) => in_lists(lists, degrees),
        Adjacency::Rowed(rows) => {
            let nodes = degrees.len() as u64;
            if 2 * degrees.iter().sum::<u64>() > nodes * (nodes - 1) {
                by_complement(rows, degrees)
            } else {
                in_rows(rows)
            }
        }
    }
}

/// Walks from lower to higher degree only, which bounds the steps by O(m^1.5).
fn in_lists(lists: &Lists, degrees: &[u64]) -> Vec<u64> {
    let nodes = lists.nodes();
    let mut by_degree: Vec<u32> = (0..nodes).map(dense).collect();
    by_degree.sort_by_key(|&node| Reverse(degrees[node as usize]));
    let mut ranks = vec![0; nodes];
    for (rank, &node) in by_degree.iter().enumerate() {
        ranks[node as usize] = dense(rank);
    }
    // By rank from here on; each list names the neighbours of higher degree, that is lower rank.
    let mut higher = Lists::with_capacity(nodes);
    for (rank, &node) in by_degree.iter().enumerate() {
        let neighbours = lists.row(node as usize).iter().map(|&other| ranks[other as usize]);
        higher.push_row(neighbours.filter(|&other| (other as usize) < rank));
    }
    let mut counts = vec![0; nodes];
    let mut marked: Vec<u32> = vec![u32::MAX; nodes];
    for rank in 0..nodes {
        let mark = dense(rank);
        higher.row(rank).iter().for_each(|&other| marked[other as usize] = mark);
        for &middle in higher.row(rank) {
            let mut closed = 0;
            for &other in higher.row(middle as usize) {
                let joined = u64::from(marked[other as usize] == mark);
                counts[other as usize] += joined;
                closed += joined;
            }
            counts[middle as usize] += closed;
            counts[rank] += closed;
        }
    }
    ranks.into_iter().map(|rank| counts[rank as usize]).collect()
}

/// Counts what two neighbours share, word by word.
fn in_rows(rows: &BitRows) -> Vec<u64> {
    let mut counts = vec![0; rows.nodes()];
    for node in 0..rows.nodes() {
        let row = rows.row(node);
        for other in bits::Ones::of(row).skip_while(|&other| other < node) {
            let shared = bits::count_common(row, rows.row(other));
            counts[node] += shared;
            counts[other] += shared;
        }
    }
    // Each triangle was seen along two edges at each of its nodes.
    counts.into_iter().map(|count| count / 2).collect()
}

/// Counts in a dense graph what is missing.
///
/// The pairs of neighbours of v are joined but for the missing edges between two of them: all
/// missing edges without those at v and those at the missing neighbours of v, where an edge
/// between two of the latter, a triangle of missing edges, would be taken off twice.
fn by_complement(rows: &BitRows, degrees: &[u64]) -> Vec<u64> {
    let complement = Adjacency::of_rows(rows.complement());
    let missing = complement.degrees();
    let missing_edges = missing.iter().sum::<u64>() / 2;
    let missing_triangles = triangles(&complement, &missing);
    (0..degrees.len())
        .map(|node| {
            let pairs = degrees[node] * degrees[node].saturating_sub(1) / 2;
            let touching = missing[node]
                + complement.neighbours(node).map(|other| missing[other] - 1).sum::<u64>();
            let between = missing_edges + missing_triangles[node] - touching;
            pairs - between
        })
        .collect()
}
