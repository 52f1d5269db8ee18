//! The figures of graphs small enough to work out by hand, and of others as networkx has them.

use std::cmp::Reverse;
use std::collections::{BTreeSet, VecDeque};

use proptest::prelude::*;
use serde_json::Value;

use super::*;

/// Figures that agree to this count as the same.
const TOLERANCE: f64 = 1e-9;

fn undirected(nodes: u32, edges: &[(u32, u32)]) -> Metrics {
    Metrics::of(&Graph::undirected((0..nodes).collect(), edges))
}

fn directed(nodes: u32, arcs: &[(u32, u32)]) -> Metrics {
    Metrics::of(&Graph::directed((0..nodes).collect(), arcs))
}

#[test]
fn nothing_is_defined_on_an_empty_graph_but_its_counts() {
    assert_eq!(undirected(0, &[]), Metrics::default());
    assert_eq!(directed(0, &[]), Metrics::default());
}

#[test]
fn one_node_is_one_component_of_diameter_zero() {
    assert_eq!(
        undirected(1, &[]),
        Metrics {
            nodes: 1,
            components: 1,
            isolates: 1,
            largest_component_share: Some(1.0),
            average_degree: Some(0.0),
            transitivity: Some(0.0),
            mean_local_clustering: Some(0.0),
            average_path_length: Some(0.0),
            diameter: Some(0),
            ..Metrics::default()
        }
    );
}

#[test]
fn two_nodes_have_a_density_but_no_centralisation() {
    let apart = undirected(2, &[]);
    assert_eq!((apart.density, apart.components, apart.isolates), (Some(0.0), 2, 2));
    assert_eq!(apart.degree_centralisation, None);
    assert_eq!(apart.largest_component_share, Some(0.5));
    let joined = undirected(2, &[(0, 1)]);
    assert_eq!((joined.density, joined.components, joined.isolates), (Some(1.0), 1, 0));
    assert_eq!((joined.average_path_length, joined.diameter), (Some(1.0), Some(1)));
    assert_eq!(joined.transitivity, Some(0.0));
}

#[test]
fn a_triangle_is_closed_and_not_centralised() {
    let triangle = undirected(3, &[(0, 1), (1, 2), (2, 0)]);
    assert_eq!(triangle.transitivity, Some(1.0));
    assert_eq!(triangle.mean_local_clustering, Some(1.0));
    assert_eq!(triangle.degree_centralisation, Some(0.0));
    assert_eq!(triangle.average_degree, Some(2.0));
}

#[test]
fn a_star_is_wholly_centralised_and_not_closed() {
    let star = undirected(5, &[(0, 1), (0, 2), (0, 3), (4, 0)]);
    assert_eq!(star.degree_centralisation, Some(1.0));
    assert_eq!(star.transitivity, Some(0.0));
    assert_eq!(star.average_path_length, Some(1.6));
    assert_eq!(star.diameter, Some(2));
}

#[test]
fn a_path_of_four_has_a_mean_distance_of_five_thirds() {
    let path = undirected(4, &[(0, 1), (1, 2), (2, 3)]);
    assert_eq!(path.average_path_length, Some(10.0 / 6.0));
    assert_eq!(path.diameter, Some(3));
    assert_eq!(path.degree_centralisation, Some(2.0 / 6.0));
}

#[test]
fn of_equally_large_components_the_one_with_the_smallest_node_is_measured() {
    let path_first = undirected(6, &[(0, 2), (2, 4), (1, 3), (3, 5), (5, 1)]);
    assert_eq!(path_first.diameter, Some(2));
    let triangle_first = undirected(6, &[(0, 2), (2, 4), (4, 0), (1, 3), (3, 5)]);
    assert_eq!(triangle_first.diameter, Some(1));
    assert_eq!(triangle_first.largest_component_share, Some(0.5));
}

#[test]
fn arcs_are_counted_with_direction_and_paths_without() {
    let metrics = directed(3, &[(0, 1), (1, 0), (2, 1)]);
    assert_eq!(metrics.edges, 3);
    assert_eq!(metrics.density, Some(0.5));
    assert_eq!(metrics.reciprocity, Some(2.0 / 3.0));
    assert_eq!(metrics.average_degree, Some(4.0 / 3.0));
    assert_eq!(metrics.components, 1);
    assert_eq!(metrics.diameter, Some(2));
}

#[test]
fn reciprocity_is_undefined_without_arcs() {
    assert_eq!(directed(3, &[]).reciprocity, None);
    assert_eq!(undirected(3, &[(0, 1)]).reciprocity, None);
}

#[test]
fn every_metric_is_found_by_its_name() {
    for metric in Metric::ALL {
        assert_eq!(Metric::parse(metric.name()), Some(metric));
    }
    assert_eq!(Metric::parse("Density"), None);
    let triangle = undirected(3, &[(0, 1), (1, 2), (2, 0)]);
    assert_eq!(triangle.get(Metric::Edges), Some(3.0));
    assert_eq!(triangle.get(Metric::Diameter), Some(1.0));
    assert_eq!(triangle.get(Metric::Reciprocity), None);
}

fn pairs(value: &Value) -> Vec<(u32, u32)> {
    let number = |value: &Value| u32::try_from(value.as_u64().unwrap()).unwrap();
    value.as_array().unwrap().iter().map(|pair| (number(&pair[0]), number(&pair[1]))).collect()
}

#[test]
fn the_figures_agree_with_networkx() {
    let reference: Value =
        serde_json::from_str(include_str!("../../reference/graphs.json")).unwrap();
    let graphs = reference.as_array().unwrap();
    assert!(graphs.len() >= 60, "{} graphs", graphs.len());
    for case in graphs {
        let name = case["name"].as_str().unwrap();
        let graph = if let Some(attendances) = case.get("attendances") {
            Graph::co_attendance(&pairs(attendances))
        } else {
            let nodes: Vec<u32> = (0..).take(number_of(&case["nodes"])).collect();
            let edges = pairs(&case["edges"]);
            if case["directed"].as_bool().unwrap() {
                Graph::directed(nodes, &edges)
            } else {
                Graph::undirected(nodes, &edges)
            }
        };
        let metrics = Metrics::of(&graph);
        for metric in Metric::ALL {
            let found = metrics.get(metric);
            let expected = case["figures"][metric.name()].as_f64();
            let is_close = match (found, expected) {
                (Some(found), Some(expected)) => (found - expected).abs() <= TOLERANCE,
                (found, expected) => found.is_none() && expected.is_none(),
            };
            assert!(is_close, "{name}, {}: {found:?}, not {expected:?}", metric.name());
        }
    }
}

fn number_of(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

/// Triangles, sum and greatest of all distances in the first largest component, the slow way.
fn naive(nodes: usize, edges: &[(u32, u32)]) -> (u64, u64, u64) {
    let mut neighbours = vec![BTreeSet::new(); nodes];
    for &(source, target) in edges.iter().filter(|(source, target)| source != target) {
        neighbours[source as usize].insert(target as usize);
        neighbours[target as usize].insert(source as usize);
    }
    let mut triangles = 0;
    for node in 0..nodes {
        for &middle in neighbours[node].range(..node) {
            triangles += neighbours[middle]
                .range(..middle)
                .filter(|&least| neighbours[node].contains(least))
                .count() as u64;
        }
    }
    let distances: Vec<Vec<Option<u64>>> =
        (0..nodes).map(|source| distances_from(source, &neighbours)).collect();
    let sizes = distances.iter().map(|found| found.iter().flatten().count());
    let first = sizes.enumerate().max_by_key(|&(node, size)| (size, Reverse(node)));
    let first = first.map_or(0, |(node, _)| node);
    let component: Vec<u64> = (0..nodes)
        .filter(|&node| distances[first][node].is_some())
        .flat_map(|node| distances[node].iter().flatten().copied())
        .collect();
    (triangles, component.iter().sum(), component.into_iter().max().unwrap_or(0))
}

fn distances_from(source: usize, neighbours: &[BTreeSet<usize>]) -> Vec<Option<u64>> {
    let mut found = vec![None; neighbours.len()];
    found[source] = Some(0);
    let mut queue = VecDeque::from([source]);
    while let Some(node) = queue.pop_front() {
        for &other in &neighbours[node] {
            if found[other].is_none() {
                found[other] = found[node].map(|distance: u64| distance + 1);
                queue.push_back(other);
            }
        }
    }
    found
}

/// Graphs from nearly empty to nearly complete.
fn graph() -> impl Strategy<Value = (u32, Vec<(u32, u32)>)> {
    (1_u32..90, 0_u32..=20).prop_flat_map(|(nodes, twentieths)| {
        let edges = (nodes * nodes * twentieths / 20) as usize;
        (Just(nodes), prop::collection::vec((0..nodes, 0..nodes), edges))
    })
}

/// Graphs of some hundred nodes with about as many edges, so that walks take many steps and
/// several batches of sources.
fn sparse_graph() -> impl Strategy<Value = (u32, Vec<(u32, u32)>)> {
    (400_u32..700).prop_flat_map(|nodes| {
        let chain = prop::collection::vec(1_u32..6, nodes as usize - 1).prop_map(|steps| {
            (1_u32..).zip(steps).map(|(node, step)| (node, node.saturating_sub(step))).collect()
        });
        let any = prop::collection::vec((0..nodes, 0..nodes), nodes as usize);
        (Just(nodes), prop_oneof![chain, any])
    })
}

fn agree(nodes: u32, edges: &[(u32, u32)]) -> Result<(), TestCaseError> {
    let graph = Graph::undirected((0..nodes).collect(), edges);
    let adjacency = graph.adjacency();
    let (triangles, total, longest) = naive(nodes as usize, edges);
    let corners: u64 = closure::triangles(adjacency, &adjacency.degrees()).iter().sum();
    prop_assert_eq!(corners, 3 * triangles);
    let found = paths::between(adjacency, &components::of(adjacency).largest);
    prop_assert_eq!(found, paths::Paths { total, longest });
    Ok(())
}

proptest! {
    #[test]
    fn triangles_and_distances_agree_with_the_slow_way((nodes, edges) in graph()) {
        agree(nodes, &edges)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn distances_of_wide_graphs_agree_with_the_slow_way((nodes, edges) in sparse_graph()) {
        agree(nodes, &edges)?;
    }
}
