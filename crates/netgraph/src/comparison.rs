//! Two graphs side by side: who entered and left, what was formed and ended.

use std::cmp::Ordering;

use crate::Graph;

#[cfg(test)]
mod tests;

/// The difference between an earlier and a later graph, in the caller's node numbers, ascending.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Nodes of the later graph alone.
    pub nodes_entered: Vec<u32>,
    /// Nodes of the earlier graph alone.
    pub nodes_left: Vec<u32>,
    /// Edges of the later graph alone, as [`Graph::edges`] yields them.
    pub edges_formed: Vec<(u32, u32)>,
    /// Edges of the earlier graph alone, also those that ended because a node left.
    pub edges_ended: Vec<(u32, u32)>,
}

impl Comparison {
    /// Compares two graphs; both should be directed or both undirected.
    ///
    /// Edges are compared as [`Graph::edges`] yields them, so between a directed and an undirected
    /// graph each arc counts as the edge with the same first and second number.
    pub fn between(earlier: &Graph, later: &Graph) -> Self {
        let (nodes_left, nodes_entered) =
            only(earlier.nodes().iter().copied(), later.nodes().iter().copied());
        let (edges_ended, edges_formed) = only(earlier.edges(), later.edges());
        Self { nodes_entered, nodes_left, edges_formed, edges_ended }
    }
}

/// What occurs only on the one side and only on the other, of two ascending sequences.
fn only<T: Ord>(one: impl Iterator<Item = T>, other: impl Iterator<Item = T>) -> (Vec<T>, Vec<T>) {
    let (mut one, mut other) = (one.peekable(), other.peekable());
    let (mut only_one, mut only_other) = (Vec::new(), Vec::new());
    loop {
        let order = match (one.peek(), other.peek()) {
            (Some(left), Some(right)) => left.cmp(right),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return (only_one, only_other),
        };
        match order {
            Ordering::Less => only_one.extend(one.next()),
            Ordering::Greater => only_other.extend(other.next()),
            Ordering::Equal => {
                one.next();
                other.next();
            }
        }
    }
}
