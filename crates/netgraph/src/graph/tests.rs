//! How graphs are built, and who met whom against a naive reading of the lists.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

fn edges(graph: &Graph) -> Vec<(u32, u32)> {
    graph.edges().collect()
}

#[test]
fn an_undirected_graph_merges_repetitions_and_drops_self_loops() {
    let graph = Graph::undirected(vec![30, 10, 20, 10], &[(20, 10), (10, 20), (30, 30), (10, 30)]);
    assert_eq!(graph.nodes(), [10, 20, 30]);
    assert_eq!(edges(&graph), [(10, 20), (10, 30)]);
    assert_eq!(graph.edge_count(), 2);
    assert_eq!(graph.reciprocated_count(), None);
    assert!(!graph.is_directed());
}

#[test]
fn an_edge_that_ends_outside_the_nodes_is_left_out() {
    let graph = Graph::undirected(vec![1, 2], &[(1, 2), (2, 3), (0, 1), (u32::MAX, 1)]);
    assert_eq!(edges(&graph), [(1, 2)]);
}

#[test]
fn a_directed_graph_keeps_its_arcs_and_counts_the_mutual_ones() {
    let arcs = [(1, 2), (2, 1), (2, 3), (2, 3), (3, 3), (4, 9)];
    let graph = Graph::directed(vec![1, 2, 3, 4], &arcs);
    assert_eq!(edges(&graph), [(1, 2), (2, 1), (2, 3)]);
    assert_eq!(graph.edge_count(), 3);
    assert_eq!(graph.reciprocated_count(), Some(2));
    assert!(graph.is_directed());
}

#[test]
fn node_numbers_may_lie_far_apart() {
    let graph = Graph::undirected(vec![u32::MAX, 0, 77], &[(u32::MAX, 0), (0, 77), (5, 0)]);
    assert_eq!(graph.nodes(), [0, 77, u32::MAX]);
    assert_eq!(edges(&graph), [(0, 77), (0, u32::MAX)]);
}

#[test]
fn nobody_met_where_nobody_attended() {
    let graph = Graph::co_attendance(&[]);
    assert!(graph.nodes().is_empty());
    assert_eq!(graph.edge_count(), 0);
}

#[test]
fn one_who_was_alone_is_a_node_without_edges() {
    let graph = Graph::co_attendance(&[(1, 7), (1, 7), (2, 7), (3, 8), (3, 9)]);
    assert_eq!(graph.nodes(), [7, 8, 9]);
    assert_eq!(edges(&graph), [(8, 9)]);
}

#[test]
fn a_gathering_of_five_thousand_joins_everyone_with_everyone() {
    let attendances: Vec<(u32, u32)> = (0..5_000).map(|person| (1, person)).collect();
    assert_eq!(Graph::co_attendance(&attendances).edge_count(), 5_000 * 4_999 / 2);
}

fn naive(attendances: &[(u32, u32)]) -> (Vec<u32>, Vec<(u32, u32)>) {
    let mut rooms: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    for &(gathering, person) in attendances {
        rooms.entry(gathering).or_default().insert(person);
    }
    let nodes: BTreeSet<u32> = rooms.values().flatten().copied().collect();
    let edges: BTreeSet<(u32, u32)> = rooms
        .values()
        .flat_map(|room| {
            room.iter().flat_map(|&source| room.iter().map(move |&target| (source, target)))
        })
        .filter(|(source, target)| source < target)
        .collect();
    (nodes.into_iter().collect(), edges.into_iter().collect())
}

/// Attendances with everything from crowded rooms to rooms of one.
fn attendances() -> impl Strategy<Value = Vec<(u32, u32)>> {
    (1_u32..60, 1_u32..400, prop_oneof![Just(1_u32), Just(9_999_991)]).prop_flat_map(
        |(gatherings, persons, stride)| {
            prop::collection::vec(
                (0..gatherings, (0..persons).prop_map(move |p| p * stride)),
                0..500,
            )
        },
    )
}

proptest! {
    #[test]
    fn who_met_whom_agrees_with_a_naive_reading(attendances in attendances()) {
        let graph = Graph::co_attendance(&attendances);
        let (nodes, met) = naive(&attendances);
        prop_assert_eq!(graph.nodes(), nodes.as_slice());
        prop_assert_eq!(graph.edge_count(), met.len() as u64);
        prop_assert_eq!(edges(&graph), met);
    }

    #[test]
    fn a_graph_built_from_its_own_edges_is_the_same_graph(attendances in attendances()) {
        let graph = Graph::co_attendance(&attendances);
        let mut shuffled: Vec<(u32, u32)> = graph.edges().map(|(a, b)| (b, a)).collect();
        shuffled.reverse();
        shuffled.extend(graph.edges());
        prop_assert_eq!(&Graph::undirected(graph.nodes().to_vec(), &shuffled), &graph);
    }

    #[test]
    fn arcs_are_kept_as_given_once_each(
        arcs in prop::collection::vec((0_u32..40, 0_u32..40), 0..300),
    ) {
        let graph = Graph::directed((0..35).collect(), &arcs);
        let kept: BTreeSet<(u32, u32)> =
            arcs.into_iter().filter(|&(a, b)| a != b && a < 35 && b < 35).collect();
        let mutual = kept.iter().filter(|&&(a, b)| kept.contains(&(b, a))).count();
        prop_assert_eq!(graph.reciprocated_count(), Some(mutual as u64));
        prop_assert_eq!(edges(&graph), kept.into_iter().collect::<Vec<_>>());
    }
}
