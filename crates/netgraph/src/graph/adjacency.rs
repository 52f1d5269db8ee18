//! Neighbours by dense index, as sorted lists or as rows of bits.

use crate::bits::{self, BitRows, Ones};

/// Who is joined to whom: symmetric, without self loops.
///
/// The form follows from the graph alone, so equal graphs compare equal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Adjacency {
    /// For a sparse graph.
    Listed(Lists),
    /// For a dense graph: row `i` holds the neighbours of `i`.
    Rowed(BitRows),
}

/// Sorted lists of targets, one per source, end to end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lists {
    starts: Vec<usize>,
    targets: Vec<u32>,
}

/// The neighbours of one node, ascending.
#[derive(Debug, Clone)]
pub(crate) enum Neighbours<'a> {
    /// Out of a list.
    Listed(std::slice::Iter<'a, u32>),
    /// Out of a row of bits.
    Rowed(Ones<'a>),
}

/// Tells whether a bit matrix takes no more memory than lists with that many entries.
///
/// An entry takes 32 bits in a list, and a matrix has a bit for every pair.
pub(crate) fn rows_are_smaller(nodes: usize, entries: u64) -> bool {
    (nodes as u64).saturating_mul(nodes as u64) <= entries.saturating_mul(u64::from(u32::BITS))
}

impl Adjacency {
    /// Builds from symmetric lists, keeping the smaller form.
    pub(crate) fn of_lists(lists: Lists) -> Self {
        if !rows_are_smaller(lists.nodes(), lists.entries()) {
            return Self::Listed(lists);
        }
        let mut rows = BitRows::new(lists.nodes());
        for node in 0..lists.nodes() {
            let row = rows.row_mut(node);
            lists.row(node).iter().for_each(|&target| bits::insert(row, target as usize));
        }
        Self::Rowed(rows)
    }

    /// Builds from a symmetric bit matrix, keeping the smaller form.
    pub(crate) fn of_rows(rows: BitRows) -> Self {
        let entries: u64 = (0..rows.nodes()).map(|node| bits::count(rows.row(node))).sum();
        if rows_are_smaller(rows.nodes(), entries) {
            return Self::Rowed(rows);
        }
        let mut lists = Lists::with_capacity(rows.nodes());
        for node in 0..rows.nodes() {
            lists.push_row(Ones::of(rows.row(node)).map(dense));
        }
        Self::Listed(lists)
    }

    pub(crate) fn nodes(&self) -> usize {
        match self {
            Self::Listed(lists) => lists.nodes(),
            Self::Rowed(rows) => rows.nodes(),
        }
    }

    /// The number of ordered pairs: twice the number of edges.
    pub(crate) fn entries(&self) -> u64 {
        match self {
            Self::Listed(lists) => lists.entries(),
            Self::Rowed(_) => self.degrees().iter().sum(),
        }
    }

    /// The number of neighbours of each node.
    pub(crate) fn degrees(&self) -> Vec<u64> {
        match self {
            Self::Listed(lists) => {
                (0..lists.nodes()).map(|node| lists.row(node).len() as u64).collect()
            }
            Self::Rowed(rows) => {
                (0..rows.nodes()).map(|node| bits::count(rows.row(node))).collect()
            }
        }
    }

    pub(crate) fn neighbours(&self, node: usize) -> Neighbours<'_> {
        match self {
            Self::Listed(lists) => Neighbours::Listed(lists.row(node).iter()),
            Self::Rowed(rows) => Neighbours::Rowed(Ones::of(rows.row(node))),
        }
    }
}

impl Lists {
    /// Starts lists for `nodes` sources, to be filled by [`Lists::push_row`].
    pub(crate) fn with_capacity(nodes: usize) -> Self {
        let mut starts = Vec::with_capacity(nodes + 1);
        starts.push(0);
        Self { starts, targets: Vec::new() }
    }

    /// Adds the list of the next source.
    pub(crate) fn push_row(&mut self, targets: impl Iterator<Item = u32>) {
        self.targets.extend(targets);
        self.starts.push(self.targets.len());
    }

    /// Builds sorted lists without repetitions from pairs (source, target) below `nodes`.
    pub(crate) fn of(nodes: usize, pairs: impl Iterator<Item = (u32, u32)> + Clone) -> Self {
        // Two rounds of bucketing sort by source and target without comparing anything.
        let mut lists =
            Self::bucketed(nodes, pairs.map(|(source, target)| (target, source))).transposed(nodes);
        let mut kept = 0;
        let mut from = 0;
        for node in 0..nodes {
            let to = lists.starts[node + 1];
            let first = kept;
            for place in from..to {
                let target = lists.targets[place];
                if kept == first || lists.targets[kept - 1] != target {
                    lists.targets[kept] = target;
                    kept += 1;
                }
            }
            from = to;
            lists.starts[node + 1] = kept;
        }
        lists.targets.truncate(kept);
        lists
    }

    /// Gathers pairs by source in the order in which they come; repetitions stay.
    pub(crate) fn bucketed(
        sources: usize,
        pairs: impl Iterator<Item = (u32, u32)> + Clone,
    ) -> Self {
        let mut starts = vec![0; sources + 1];
        for (source, _) in pairs.clone() {
            starts[source as usize + 1] += 1;
        }
        for source in 0..sources {
            starts[source + 1] += starts[source];
        }
        let mut next = starts.clone();
        let mut targets = vec![0; starts[sources]];
        for (source, target) in pairs {
            targets[next[source as usize]] = target;
            next[source as usize] += 1;
        }
        Self { starts, targets }
    }

    /// The same pairs by target, out of `targets`; each list ascends.
    pub(crate) fn transposed(&self, targets: usize) -> Self {
        Self::bucketed(
            targets,
            (0..self.nodes()).flat_map(|source| {
                self.row(source).iter().map(move |&target| (target, dense(source)))
            }),
        )
    }

    /// The number of sources.
    pub(crate) fn nodes(&self) -> usize {
        self.starts.len() - 1
    }

    /// The number of pairs.
    pub(crate) fn entries(&self) -> u64 {
        self.targets.len() as u64
    }

    pub(crate) fn row(&self, source: usize) -> &[u32] {
        &self.targets[self.starts[source]..self.starts[source + 1]]
    }
}

impl Iterator for Neighbours<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        match self {
            Self::Listed(list) => list.next().map(|&target| target as usize),
            Self::Rowed(ones) => ones.next(),
        }
    }
}

/// A dense index as it is stored.
pub(crate) fn dense(index: usize) -> u32 {
    u32::try_from(index).expect("nodes have distinct u32 numbers, so there are no more of them")
}
