//! A square matrix of bits, one row per node.

/// Bits in a word.
const WORD_BITS: usize = u64::BITS as usize;

/// A square matrix of bits; row `i` is a set of nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BitRows {
    nodes: usize,
    width: usize,
    words: Vec<u64>,
}

impl BitRows {
    /// Builds `nodes` empty rows.
    pub(crate) fn new(nodes: usize) -> Self {
        let width = nodes.div_ceil(WORD_BITS);
        Self { nodes, width, words: vec![0; nodes * width] }
    }

    pub(crate) fn nodes(&self) -> usize {
        self.nodes
    }

    /// The number of words in a row.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    pub(crate) fn row(&self, node: usize) -> &[u64] {
        &self.words[node * self.width..(node + 1) * self.width]
    }

    pub(crate) fn row_mut(&mut self, node: usize) -> &mut [u64] {
        &mut self.words[node * self.width..(node + 1) * self.width]
    }

    /// The graph that joins exactly the pairs that this one does not, without self loops.
    pub(crate) fn complement(&self) -> Self {
        let mut everyone = vec![0; self.width];
        (0..self.nodes).for_each(|node| insert(&mut everyone, node));
        let mut complement = self.clone();
        for node in 0..self.nodes {
            let row = complement.row_mut(node);
            row.iter_mut().zip(&everyone).for_each(|(word, all)| *word = !*word & all);
            remove(row, node);
        }
        complement
    }
}

/// Adds `node` to a set.
pub(crate) fn insert(set: &mut [u64], node: usize) {
    set[node / WORD_BITS] |= 1 << (node % WORD_BITS);
}

/// Takes `node` out of a set.
pub(crate) fn remove(set: &mut [u64], node: usize) {
    set[node / WORD_BITS] &= !(1 << (node % WORD_BITS));
}

/// Tells whether `node` is in a set.
pub(crate) fn contains(set: &[u64], node: usize) -> bool {
    set[node / WORD_BITS] >> (node % WORD_BITS) & 1 == 1
}

/// The number of nodes in a set.
pub(crate) fn count(set: &[u64]) -> u64 {
    set.iter().map(|word| u64::from(word.count_ones())).sum()
}

/// The number of nodes that two sets share.
pub(crate) fn count_common(one: &[u64], other: &[u64]) -> u64 {
    one.iter().zip(other).map(|(a, b)| u64::from((a & b).count_ones())).sum()
}

/// Tells whether two sets share a node.
pub(crate) fn intersects(one: &[u64], other: &[u64]) -> bool {
    one.iter().zip(other).any(|(a, b)| a & b != 0)
}

/// The nodes of a set, ascending.
#[derive(Debug, Clone)]
pub(crate) struct Ones<'a> {
    rest: &'a [u64],
    word: u64,
    base: usize,
}

impl<'a> Ones<'a> {
    pub(crate) fn of(set: &'a [u64]) -> Self {
        let (word, rest) = set.split_first().map_or((0, set), |(word, rest)| (*word, rest));
        Self { rest, word, base: 0 }
    }
}

impl Iterator for Ones<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        while self.word == 0 {
            let (word, rest) = self.rest.split_first()?;
            (self.word, self.rest, self.base) = (*word, rest, self.base + WORD_BITS);
        }
        let node = self.base + self.word.trailing_zeros() as usize;
        self.word &= self.word - 1;
        Some(node)
    }
}
