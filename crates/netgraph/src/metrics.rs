//! The figures of a graph, exact.

use crate::Graph;
use crate::graph::adjacency::Adjacency;

mod closure;
mod components;
mod paths;
#[cfg(test)]
mod tests;

/// The figures of one graph, under the names that the field uses.
///
/// Degrees, components, closure and paths of a directed graph are those of its undirected
/// projection; `edges`, `density` and `reciprocity` count arcs. `None` means undefined.
/// Source: domain §5.2. Where that leaves the border cases open, they are those of networkx.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Metrics {
    /// The number of nodes.
    pub nodes: u64,
    /// The number of edges, or of arcs if the graph is directed.
    pub edges: u64,
    /// The share of possible edges (directed: arcs) that are there; `None` below two nodes.
    pub density: Option<f64>,
    /// The share of arcs whose reverse is there; `None` if undirected or without arcs.
    pub reciprocity: Option<f64>,
    /// The number of components, isolates included.
    pub components: u64,
    /// The number of nodes without neighbours.
    pub isolates: u64,
    /// The share of nodes in the largest component; `None` without nodes.
    pub largest_component_share: Option<f64>,
    /// The mean number of neighbours; `None` without nodes.
    pub average_degree: Option<f64>,
    /// How far the degrees are from all but one being least, 0 to 1; `None` below three nodes.
    pub degree_centralisation: Option<f64>,
    /// Three times the triangles per connected triple, 0 if there is none; `None` without nodes.
    pub transitivity: Option<f64>,
    /// The mean share of neighbours that are joined, 0 for less than two; `None` without nodes.
    pub mean_local_clustering: Option<f64>,
    /// The mean distance between two nodes of the largest component; `None` without nodes.
    ///
    /// Of equally large components the one with the smallest node number counts. 0 for one node.
    pub average_path_length: Option<f64>,
    /// The greatest distance within that component; `None` without nodes.
    pub diameter: Option<u64>,
}

/// The name of one figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Metric {
    /// [`Metrics::nodes`].
    Nodes,
    /// [`Metrics::edges`].
    Edges,
    /// [`Metrics::density`].
    Density,
    /// [`Metrics::reciprocity`].
    Reciprocity,
    /// [`Metrics::components`].
    Components,
    /// [`Metrics::isolates`].
    Isolates,
    /// [`Metrics::largest_component_share`].
    LargestComponentShare,
    /// [`Metrics::average_degree`].
    AverageDegree,
    /// [`Metrics::degree_centralisation`].
    DegreeCentralisation,
    /// [`Metrics::transitivity`].
    Transitivity,
    /// [`Metrics::mean_local_clustering`].
    MeanLocalClustering,
    /// [`Metrics::average_path_length`].
    AveragePathLength,
    /// [`Metrics::diameter`].
    Diameter,
}

impl Metrics {
    /// Computes all figures of a graph.
    ///
    /// For n nodes and m edges, distances take O(n·m) word operations at worst and triangles
    /// O(m^1.5), both worked off 64 to 256 nodes at a time; the further a graph is from half of
    /// all pairs being joined, the less.
    pub fn of(graph: &Graph) -> Self {
        let adjacency = graph.adjacency();
        let degrees = adjacency.degrees();
        let nodes = degrees.len() as u64;
        let edges = graph.edge_count();
        let possible = nodes * nodes.saturating_sub(1);
        let mut metrics = Self {
            nodes,
            edges,
            density: share(if graph.is_directed() { edges } else { 2 * edges }, possible),
            reciprocity: graph.reciprocated_count().and_then(|count| share(count, edges)),
            isolates: degrees.iter().filter(|&&degree| degree == 0).count() as u64,
            average_degree: share(degrees.iter().sum(), nodes),
            degree_centralisation: centralisation(&degrees),
            ..Self::default()
        };
        if nodes > 0 {
            metrics.measure_closure(adjacency, &degrees);
            metrics.measure_paths(adjacency);
        }
        metrics
    }

    /// One figure by name, counts as numbers; `None` if it is undefined.
    pub fn get(&self, metric: Metric) -> Option<f64> {
        match metric {
            Metric::Nodes => Some(number(self.nodes)),
            Metric::Edges => Some(number(self.edges)),
            Metric::Density => self.density,
            Metric::Reciprocity => self.reciprocity,
            Metric::Components => Some(number(self.components)),
            Metric::Isolates => Some(number(self.isolates)),
            Metric::LargestComponentShare => self.largest_component_share,
            Metric::AverageDegree => self.average_degree,
            Metric::DegreeCentralisation => self.degree_centralisation,
            Metric::Transitivity => self.transitivity,
            Metric::MeanLocalClustering => self.mean_local_clustering,
            Metric::AveragePathLength => self.average_path_length,
            Metric::Diameter => self.diameter.map(number),
        }
    }

    fn measure_closure(&mut self, adjacency: &Adjacency, degrees: &[u64]) {
        let triangles = closure::triangles(adjacency, degrees);
        let pairs: Vec<u64> =
            degrees.iter().map(|degree| degree * degree.saturating_sub(1) / 2).collect();
        // Each triangle lies at three nodes, and the pairs at a node are its connected triples.
        self.transitivity = share(triangles.iter().sum(), pairs.iter().sum()).or(Some(0.0));
        let locals: f64 = triangles
            .iter()
            .zip(&pairs)
            .filter_map(|(&triangles, &pairs)| share(triangles, pairs))
            .sum();
        self.mean_local_clustering = Some(locals / number(self.nodes));
    }

    fn measure_paths(&mut self, adjacency: &Adjacency) {
        let components = components::of(adjacency);
        let largest = components.largest.len() as u64;
        self.components = components.count;
        self.largest_component_share = share(largest, self.nodes);
        let paths = paths::between(adjacency, &components.largest);
        self.average_path_length = share(paths.total, largest * (largest - 1)).or(Some(0.0));
        self.diameter = Some(paths.longest);
    }
}

impl Metric {
    /// Every metric, in the order of the fields of [`Metrics`].
    pub const ALL: [Self; 13] = [
        Self::Nodes,
        Self::Edges,
        Self::Density,
        Self::Reciprocity,
        Self::Components,
        Self::Isolates,
        Self::LargestComponentShare,
        Self::AverageDegree,
        Self::DegreeCentralisation,
        Self::Transitivity,
        Self::MeanLocalClustering,
        Self::AveragePathLength,
        Self::Diameter,
    ];

    /// The name of the field of [`Metrics`].
    pub fn name(self) -> &'static str {
        match self {
            Self::Nodes => "nodes",
            Self::Edges => "edges",
            Self::Density => "density",
            Self::Reciprocity => "reciprocity",
            Self::Components => "components",
            Self::Isolates => "isolates",
            Self::LargestComponentShare => "largest_component_share",
            Self::AverageDegree => "average_degree",
            Self::DegreeCentralisation => "degree_centralisation",
            Self::Transitivity => "transitivity",
            Self::MeanLocalClustering => "mean_local_clustering",
            Self::AveragePathLength => "average_path_length",
            Self::Diameter => "diameter",
        }
    }

    /// Finds the metric of that name, exactly as [`Metric::name`] spells it; `None` if there is none.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.name() == name)
    }
}

/// Σ (max degree − degree) / ((n − 1)(n − 2)); `None` below three nodes.
fn centralisation(degrees: &[u64]) -> Option<f64> {
    let nodes = degrees.len() as u64;
    let most = degrees.iter().copied().max()?;
    let below = degrees.iter().map(|degree| most - degree).sum();
    share(below, (nodes - 1) * nodes.saturating_sub(2))
}

/// `part` / `whole`; `None` if `whole` is 0.
fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| number(part) / number(whole))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts above 2^53 lose what no figure to 1e-9 would show"
)]
fn number(count: u64) -> f64 {
    count as f64
}
