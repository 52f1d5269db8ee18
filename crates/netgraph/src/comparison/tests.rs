//! What a comparison lists, on graphs small enough to see.

use super::*;

#[test]
fn a_graph_does_not_differ_from_itself() {
    let graph = Graph::undirected(vec![1, 2, 3], &[(1, 2)]);
    assert_eq!(Comparison::between(&graph, &graph), Comparison::default());
}

#[test]
fn members_that_enter_and_leave_take_their_edges_with_them() {
    let earlier = Graph::undirected(vec![1, 2, 3], &[(1, 2), (2, 3)]);
    let later = Graph::undirected(vec![2, 3, 4], &[(4, 2), (3, 2), (3, 4)]);
    assert_eq!(
        Comparison::between(&earlier, &later),
        Comparison {
            nodes_entered: vec![4],
            nodes_left: vec![1],
            edges_formed: vec![(2, 4), (3, 4)],
            edges_ended: vec![(1, 2)],
        }
    );
}

#[test]
fn an_arc_and_its_reverse_are_different_edges() {
    let earlier = Graph::directed(vec![1, 2], &[(1, 2)]);
    let later = Graph::directed(vec![1, 2], &[(2, 1)]);
    let comparison = Comparison::between(&earlier, &later);
    assert_eq!(comparison.edges_formed, [(2, 1)]);
    assert_eq!(comparison.edges_ended, [(1, 2)]);
}

#[test]
fn everything_is_new_against_an_empty_graph() {
    let empty = Graph::undirected(vec![], &[]);
    let later = Graph::undirected(vec![5, 3], &[(5, 3)]);
    let comparison = Comparison::between(&empty, &later);
    assert_eq!(comparison.nodes_entered, [3, 5]);
    assert_eq!(comparison.edges_formed, [(3, 5)]);
}
