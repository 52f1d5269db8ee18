//! What each form looks like.

use super::*;

fn structure(layer: Layer) -> Structure {
    Structure {
        as_of: Some(wire::read::timestamp("1936-05-01T23:59:59.999999Z".parse().unwrap())),
        known_by: 121,
        position: 130,
        layer: layer.into(),
        nodes: 3,
        edges: 1,
        density: Some(1.0 / 3.0),
        components: 2,
        isolates: 1,
        largest_component_share: Some(2.0 / 3.0),
        average_degree: Some(2.0 / 3.0),
        average_path_length: Some(1.0),
        diameter: Some(1),
        ..Structure::default()
    }
}

fn edge(source: &str, target: &str) -> Edge {
    Edge { source_id: source.to_owned(), target_id: target.to_owned() }
}

fn comparison(layer: Layer) -> CompareStructureResponse {
    CompareStructureResponse {
        earlier: Some(structure(layer)),
        later: Some(Structure { nodes: 4, ..structure(layer) }),
        nodes_entered: vec!["a".to_owned()],
        edges_formed: vec![edge("a", "b")],
        edges_formed_count: 3,
        ..CompareStructureResponse::default()
    }
}

#[test]
fn json_has_every_figure_in_full_precision_and_null_where_one_is_undefined() {
    let text = json(&structure(Layer::CoAttendance)).unwrap();
    assert_eq!(
        text,
        "{\"as_of\":\"1936-05-01T23:59:59.999999Z\",\"known_by\":121,\"position\":130,\
         \"layer\":\"co-attendance\",\"nodes\":3,\"edges\":1,\"density\":0.3333333333333333,\
         \"components\":2,\"isolates\":1,\"largest_component_share\":0.6666666666666666,\
         \"average_degree\":0.6666666666666666,\"degree_centralisation\":null,\
         \"transitivity\":null,\"mean_local_clustering\":null,\"average_path_length\":1.0,\
         \"diameter\":1,\"reciprocity\":null}"
    );
}

#[test]
fn a_comparison_as_json_has_both_structures_and_the_lists() {
    let text = comparison_json(&comparison(Layer::Ties)).unwrap();
    let value = serde_json::from_str::<serde_json::Value>(&text).unwrap();
    assert_eq!(value["earlier"]["nodes"], 3);
    assert_eq!(value["later"]["nodes"], 4);
    assert_eq!(value["entered"], serde_json::json!(["a"]));
    assert_eq!(value["left"], serde_json::json!([]));
    assert_eq!(value["formed"], serde_json::json!([{"source": "a", "target": "b"}]));
    assert_eq!(value["formed_count"], 3);
    assert_eq!(value["ended_count"], 0);
}

#[test]
fn a_table_is_aligned_and_has_a_column_for_each_structure() {
    let structures = [structure(Layer::CoAttendance), Structure::default()];
    let text = table(&structures).unwrap();
    let lines = text.lines().collect::<Vec<_>>();
    assert_eq!(lines[0], "as of                    1936-05-01T23:59:59.999999Z            -");
    assert_eq!(lines[3], "nodes                                              3            0");
    assert_eq!(lines[5], "density                                       0.3333            -");
    assert!(lines.iter().all(|line| line.len() == lines[0].len()), "{text}");
    assert!(!text.contains("reciprocity"));
}

#[test]
fn reciprocity_stands_in_the_table_of_ties_alone() {
    assert!(table(&[structure(Layer::Ties)]).unwrap().contains("reciprocity"));
}

#[test]
fn a_comparison_for_people_calls_nodes_by_their_names_and_counts_what_is_not_listed() {
    let called = |id: &str| if id == "a" { "Anna".to_owned() } else { id.to_owned() };
    let text = comparison_table(&comparison(Layer::CoAttendance), &called).unwrap();
    assert!(text.contains("entered: 1\n  Anna\n\nleft: 0\n\n"), "{text}");
    assert!(text.contains("formed: 3\n  Anna -- b\n  and 2 that are not listed\n"), "{text}");
    assert!(text.ends_with("ended: 0"), "{text}");
    let text = comparison_table(&comparison(Layer::Ties), &called).unwrap();
    assert!(text.contains("Anna -> b"), "{text}");
}

#[test]
fn csv_is_a_list_of_edges() {
    let text = format!("{CSV_HEADER}{}", csv(&[edge("a", "b"), edge("b", "c")]));
    assert_eq!(text, "source,target\na,b\nb,c\n");
}

#[test]
fn graphml_is_directed_for_ties_and_undirected_for_co_attendance() {
    let head = |layer| GraphmlHead { network: "Old City", layer, as_of: None, position: 9 };
    assert!(graphml_begin(&head(Layer::Ties)).contains("edgedefault=\"directed\""));
    let text = graphml_begin(&head(Layer::CoAttendance));
    assert!(text.contains("edgedefault=\"undirected\""));
    assert!(text.contains("<data key=\"position\">9</data>"));
    assert!(!text.contains("<data key=\"as_of\">"));
}

#[test]
fn graphml_holds_nodes_and_edges() {
    let text = graphml_part(&["a".to_owned(), "b".to_owned()], &[edge("a", "b")]);
    assert_eq!(
        text,
        "    <node id=\"a\"/>\n    <node id=\"b\"/>\n    <edge source=\"a\" target=\"b\"/>\n"
    );
}

#[test]
fn a_network_may_be_called_anything_in_graphml() {
    let head = GraphmlHead {
        network: "R&D <\"north\"> 'x'\u{1}\n",
        layer: Layer::Ties,
        as_of: Some("2026-01-01T00:00:00Z".to_owned()),
        position: 1,
    };
    let text = graphml_begin(&head);
    let name = "R&amp;D &lt;&quot;north&quot;&gt; &apos;x&apos;?&#10;";
    assert!(text.contains(&format!("<data key=\"network\">{name}</data>")), "{text}");
    assert!(text.contains("<data key=\"as_of\">2026-01-01T00:00:00Z</data>"), "{text}");
}
