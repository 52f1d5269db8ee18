//! A graph: who there is at one instant, and who is joined to whom.

use adjacency::{Adjacency, Lists, Neighbours, rows_are_smaller};
use numbering::Numbering;

use crate::bits::{self, BitRows};

pub(crate) mod adjacency;
mod co_attendance;
mod numbering;
#[cfg(test)]
mod tests;

/// A snapshot of a network: nodes and simple edges, either undirected or directed.
///
/// Nodes carry the caller's own numbers. There are no self loops and no parallel edges: the
/// constructors drop the former and merge the latter, and leave out what ends outside the nodes.
/// A directed graph keeps its arcs and, beside them, its undirected projection: two nodes are
/// neighbours if an arc joins them in either direction.
///
/// The neighbours are kept as sorted lists or as a bit matrix, whichever is smaller, so a graph of
/// `n` nodes and `m` edges takes at most min(n²/8, 8m) bytes beside its nodes and arcs: 3 MB for
/// 5,000 people who all know each other, 1.25 GB for 100,000. Callers that let strangers choose
/// the number of nodes bound it before they build a graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Graph {
    nodes: Vec<u32>,
    adjacency: Adjacency,
    /// Outgoing arcs by dense index; `None` for an undirected graph.
    arcs: Option<Lists>,
}

impl Graph {
    /// Builds an undirected graph.
    ///
    /// `nodes` come in any order and may repeat; `edges` are pairs of node numbers in any
    /// orientation.
    pub fn undirected(nodes: Vec<u32>, edges: &[(u32, u32)]) -> Self {
        let numbering = Numbering::of(nodes.iter().copied());
        let pairs = within(&numbering, edges);
        let nodes = numbering.into_numbers();
        let adjacency = projected(nodes.len(), &pairs);
        Self { nodes, adjacency, arcs: None }
    }

    /// Builds a directed graph.
    ///
    /// `nodes` come in any order and may repeat; `arcs` are pairs (source, target).
    pub fn directed(nodes: Vec<u32>, arcs: &[(u32, u32)]) -> Self {
        let numbering = Numbering::of(nodes.iter().copied());
        let pairs = within(&numbering, arcs);
        let nodes = numbering.into_numbers();
        let adjacency = projected(nodes.len(), &pairs);
        let arcs = Lists::of(nodes.len(), pairs.iter().copied());
        Self { nodes, adjacency, arcs: Some(arcs) }
    }

    /// Builds the graph of who met whom, from pairs (gathering, person).
    ///
    /// The nodes are all persons with at least one attendance; two are joined if they attended a
    /// gathering together, once or often. Pairs come in any order and may repeat.
    ///
    /// With n persons, A attendances and gatherings of sizes s, it takes O(A) + Σ s·min(s, n/64)
    /// steps and at most n²/8 bytes beside the attendances, or 4·Σ s² if that is less.
    pub fn co_attendance(attendances: &[(u32, u32)]) -> Self {
        let (nodes, adjacency) = co_attendance::met(attendances);
        Self { nodes, adjacency, arcs: None }
    }

    /// The numbers of the nodes, ascending.
    pub fn nodes(&self) -> &[u32] {
        &self.nodes
    }

    /// Tells whether the graph keeps the direction of its edges.
    pub fn is_directed(&self) -> bool {
        self.arcs.is_some()
    }

    /// The number of edges, or of arcs (distinct ordered pairs) if the graph is directed.
    pub fn edge_count(&self) -> u64 {
        match &self.arcs {
            Some(arcs) => arcs.entries(),
            None => self.joined_count(),
        }
    }

    /// The number of arcs whose reverse is there too; `None` for an undirected graph.
    pub fn reciprocated_count(&self) -> Option<u64> {
        // A mutual pair is two arcs but one edge of the projection.
        self.arcs.as_ref().map(|arcs| 2 * (arcs.entries() - self.joined_count()))
    }

    /// The edges as pairs of node numbers, ascending.
    ///
    /// Each undirected edge is yielded once with the smaller number first; a directed graph yields
    /// its arcs as (source, target).
    pub fn edges(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        (0..self.nodes.len()).flat_map(move |source| {
            let (row, least) = match &self.arcs {
                Some(arcs) => (Neighbours::Listed(arcs.row(source).iter()), 0),
                None => (self.adjacency.neighbours(source), source + 1),
            };
            row.filter(move |&target| target >= least)
                .map(move |target| (self.nodes[source], self.nodes[target]))
        })
    }

    pub(crate) fn adjacency(&self) -> &Adjacency {
        &self.adjacency
    }

    /// The number of pairs joined in either direction.
    fn joined_count(&self) -> u64 {
        self.adjacency.entries() / 2
    }
}

/// Translates pairs of node numbers into pairs of dense indexes; pairs from outside are left out.
fn within(numbering: &Numbering, pairs: &[(u32, u32)]) -> Vec<(u32, u32)> {
    pairs
        .iter()
        .filter(|(source, target)| source != target)
        .filter_map(|&(source, target)| Some((numbering.index(source)?, numbering.index(target)?)))
        .collect()
}

/// The undirected projection of pairs of dense indexes.
fn projected(nodes: usize, pairs: &[(u32, u32)]) -> Adjacency {
    if rows_are_smaller(nodes, 2 * pairs.len() as u64) {
        let mut rows = BitRows::new(nodes);
        for &(source, target) in pairs {
            bits::insert(rows.row_mut(source as usize), target as usize);
            bits::insert(rows.row_mut(target as usize), source as usize);
        }
        Adjacency::of_rows(rows)
    } else {
        let reversed = pairs.iter().map(|&(source, target)| (target, source));
        Adjacency::of_lists(Lists::of(nodes, pairs.iter().copied().chain(reversed)))
    }
}
