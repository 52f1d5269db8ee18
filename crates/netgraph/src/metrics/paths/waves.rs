//! Walks from many sources at once: each node carries one bit per source.

use super::Paths;
use crate::graph::adjacency::{Lists, dense};

/// Words of sources walked from at once.
const LANES: usize = 4;

/// Sources walked from at once.
const SOURCES_MAX: usize = LANES * u64::BITS as usize;

/// Neighbours that are read before it is asked whether the others matter.
const NEIGHBOURS_AT_ONCE: usize = 4;

/// Pairs that must meet per node visited for walking together to pay off.
///
/// On a long chain each visit serves hardly more than one source, and then it is cheaper to walk
/// from one after the other.
const PAIRS_PER_VISIT_MIN: u64 = 4;

/// A set of sources.
type Sources = [u64; LANES];

const NOBODY: Sources = [0; LANES];

/// The state of a walk from a batch of sources.
#[derive(Debug)]
struct Walk<'a> {
    lists: &'a Lists,
    /// All sources of the batch.
    all: Sources,
    /// From whom each node has been reached.
    seen: Vec<Sources>,
    /// From whom each node was reached in the last step.
    last: Vec<Sources>,
    /// From whom each node is reached in this step.
    fresh: Vec<Sources>,
    /// The nodes that were reached from somebody in the last step.
    active: Vec<u32>,
    /// The nodes that may not have been reached from everybody yet.
    pending: Vec<u32>,
    /// The edges at the pending nodes.
    pending_edges: usize,
}

/// Measures all pairs of a connected graph.
///
/// A step either pushes from the nodes reached last or pulls into those not reached from all
/// sources yet, whichever have fewer edges.
pub(super) fn between(lists: &Lists) -> Paths {
    let nodes = lists.nodes();
    let mut walk = Walk {
        lists,
        all: NOBODY,
        seen: vec![NOBODY; nodes],
        last: vec![NOBODY; nodes],
        fresh: vec![NOBODY; nodes],
        active: Vec::new(),
        pending: Vec::new(),
        pending_edges: 0,
    };
    let mut paths = Paths::default();
    for from in (0..nodes).step_by(SOURCES_MAX) {
        let to = nodes.min(from + SOURCES_MAX);
        walk.start(from, to);
        let pairs = (nodes - 1) as u64 * (to - from) as u64;
        let (mut unmet, mut visits, mut distance) = (pairs, 0, 0);
        while unmet > 0 {
            distance += 1;
            visits += walk.active.len() as u64;
            let met = walk.step();
            unmet -= met;
            paths.total += distance * met;
        }
        paths.longest = paths.longest.max(distance);
        if pairs < visits * PAIRS_PER_VISIT_MIN {
            walk_alone(lists, to, &mut paths);
            break;
        }
    }
    paths
}

/// Walks from each of the nodes from `first` on by itself.
fn walk_alone(lists: &Lists, first: usize, paths: &mut Paths) {
    let nodes = lists.nodes();
    let mut distances = vec![0; nodes];
    let mut queue: Vec<u32> = Vec::with_capacity(nodes);
    for source in first..nodes {
        distances.fill(u64::MAX);
        distances[source] = 0;
        queue.clear();
        queue.push(dense(source));
        let mut place = 0;
        while let Some(&node) = queue.get(place) {
            let distance = distances[node as usize];
            paths.total += distance;
            paths.longest = paths.longest.max(distance);
            for &other in lists.row(node as usize) {
                if distances[other as usize] == u64::MAX {
                    distances[other as usize] = distance + 1;
                    queue.push(other);
                }
            }
            place += 1;
        }
    }
}

impl Walk<'_> {
    /// Sets out from the nodes `from..to`.
    fn start(&mut self, from: usize, to: usize) {
        self.all = NOBODY;
        self.seen.fill(NOBODY);
        self.last.fill(NOBODY);
        self.active.clear();
        for (place, node) in (from..to).enumerate() {
            let (lane, bit) = (place / u64::BITS as usize, 1 << (place % u64::BITS as usize));
            self.all[lane] |= bit;
            self.seen[node][lane] |= bit;
            self.last[node][lane] |= bit;
            self.active.push(dense(node));
        }
        self.pending.clear();
        self.pending.extend((0..self.lists.nodes()).map(dense));
        self.pending_edges = edges_at(self.lists, &self.pending);
    }

    /// Goes one step further; the number of pairs that meet in it.
    fn step(&mut self) -> u64 {
        if edges_at(self.lists, &self.active) < self.pending_edges {
            self.push()
        } else {
            self.pull()
        }
    }

    fn push(&mut self) -> u64 {
        let mut touched = Vec::new();
        for &node in &self.active {
            let sources = std::mem::replace(&mut self.last[node as usize], NOBODY);
            for &other in self.lists.row(node as usize) {
                let fresh = &mut self.fresh[other as usize];
                // Whoever touches a node first puts it on the list; `last` is never empty.
                if is_empty(fresh) {
                    touched.push(other);
                }
                add(fresh, &sources);
            }
        }
        let mut met = 0;
        touched.retain(|&node| {
            let node = node as usize;
            let fresh = without(&self.fresh[node], &self.seen[node]);
            self.fresh[node] = NOBODY;
            self.last[node] = fresh;
            add(&mut self.seen[node], &fresh);
            met += count(&fresh);
            !is_empty(&fresh)
        });
        self.active = touched;
        met
    }

    fn pull(&mut self) -> u64 {
        let Self { lists, all, seen, last, fresh, active, pending, pending_edges } = self;
        let mut met = 0;
        let mut reached = Vec::new();
        pending.retain(|&number| {
            let node = number as usize;
            let missing = without(all, &seen[node]);
            let mut found = NOBODY;
            if !is_empty(&missing) {
                for some in lists.row(node).chunks(NEIGHBOURS_AT_ONCE) {
                    for &other in some {
                        add(&mut found, &last[other as usize]);
                    }
                    if is_empty(&without(&missing, &found)) {
                        break;
                    }
                }
            }
            let found = without(&found, &seen[node]);
            if !is_empty(&found) {
                met += count(&found);
                add(&mut seen[node], &found);
                fresh[node] = found;
                reached.push(number);
            }
            let is_pending = !is_empty(&without(all, &seen[node]));
            if !is_pending {
                *pending_edges -= lists.row(node).len();
            }
            is_pending
        });
        for &node in &*active {
            last[node as usize] = NOBODY;
        }
        std::mem::swap(last, fresh);
        *active = reached;
        met
    }
}

fn edges_at(lists: &Lists, nodes: &[u32]) -> usize {
    nodes.iter().map(|&node| lists.row(node as usize).len()).sum()
}

fn add(set: &mut Sources, other: &Sources) {
    set.iter_mut().zip(other).for_each(|(word, other)| *word |= other);
}

fn without(set: &Sources, other: &Sources) -> Sources {
    std::array::from_fn(|lane| set[lane] & !other[lane])
}

/// Tells whether nobody is in the set, without the call that comparing arrays would be.
fn is_empty(set: &Sources) -> bool {
    set.iter().fold(0, |all, word| all | word) == 0
}

fn count(set: &Sources) -> u64 {
    set.iter().map(|word| u64::from(word.count_ones())).sum()
}
