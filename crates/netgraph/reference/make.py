"""Writes graphs.json: graphs of many families with their figures as networkx computes them.

Usage: python3 make.py path/to/southern-women.csv    (networkx 3.6.1)

The figures are those of `Metrics`; degree centralisation and the choice among equally large
components, which networkx does not have, are written out here.
"""

import csv
import json
import pathlib
import random
import sys

import networkx as nx

random.seed(1936)


def figures(graph):
    """The figures of one graph; closure and paths are those of the undirected projection."""
    n, flat = len(graph), nx.Graph(graph)
    if n == 0:
        names = (
            "density reciprocity largest_component_share average_degree degree_centralisation "
            "transitivity mean_local_clustering average_path_length diameter"
        )
        return dict.fromkeys(names.split()) | dict.fromkeys(
            ("nodes", "edges", "components", "isolates"), 0
        )
    degrees = [degree for _, degree in flat.degree]
    components = list(nx.connected_components(flat))
    largest = flat.subgraph(min(components, key=lambda nodes: (-len(nodes), min(nodes))))
    has_arcs = graph.is_directed() and graph.number_of_edges() > 0
    return {
        "nodes": n,
        "edges": graph.number_of_edges(),
        "density": nx.density(graph) if n > 1 else None,
        "reciprocity": nx.overall_reciprocity(graph) if has_arcs else None,
        "components": len(components),
        "isolates": nx.number_of_isolates(flat),
        "largest_component_share": len(largest) / n,
        "average_degree": sum(degrees) / n,
        "degree_centralisation": sum(max(degrees) - degree for degree in degrees)
        / ((n - 1) * (n - 2))
        if n > 2
        else None,
        "transitivity": nx.transitivity(flat),
        "mean_local_clustering": nx.average_clustering(flat),
        "average_path_length": nx.average_shortest_path_length(largest),
        "diameter": nx.diameter(largest),
    }


def case(name, graph):
    graph = nx.convert_node_labels_to_integers(graph)
    edges = [list(edge) for edge in graph.edges]
    random.shuffle(edges)
    return {
        "name": name,
        "directed": graph.is_directed(),
        "nodes": len(graph),
        "edges": edges,
        "figures": figures(graph),
    }


def met(attendances):
    """Who met whom, from pairs (gathering, person)."""
    graph = nx.Graph()
    rooms = {}
    for gathering, person in attendances:
        rooms.setdefault(gathering, set()).add(person)
    for room in rooms.values():
        graph.add_nodes_from(room)
        graph.add_edges_from((a, b) for a in room for b in room if a < b)
    return graph


def attended(name, attendances):
    return {"name": name, "attendances": attendances, "figures": figures(met(attendances))}


def southern_women(path):
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    persons = sorted({row["person"] for row in rows})
    gatherings = sorted({(row["date"], row["gathering"]) for row in rows})
    return [
        [gatherings.index((row["date"], row["gathering"])), persons.index(row["person"])]
        for row in rows
    ]


def visits(gatherings, persons, count):
    return [[random.randrange(gatherings), random.randrange(persons)] for _ in range(count)]


def main(path):
    women = southern_women(path)
    cases = [
        attended("southern women", women),
        attended("southern women, first half", women[: len(women) // 2]),
        attended("nobody", []),
        attended("one person", [[0, 0]]),
        attended("few at many gatherings", visits(60, 12, 200)),
        attended("many at few gatherings", visits(4, 300, 150)),
        attended("many at many gatherings", visits(200, 250, 500)),
        attended("one large gathering", [[0, person] for person in range(130)] + visits(9, 140, 60)),
        case("no node", nx.Graph()),
        case("one node", nx.empty_graph(1)),
        case("two nodes", nx.empty_graph(2)),
        case("one edge", nx.path_graph(2)),
        case("five isolates", nx.empty_graph(5)),
        case("triangle", nx.complete_graph(3)),
        case("path of 4", nx.path_graph(4)),
        case("path of 100", nx.path_graph(100)),
        case("path of 600", nx.path_graph(600)),
        case("star of 6", nx.star_graph(5)),
        case("star of 200", nx.star_graph(199)),
        case("cycle of 5", nx.cycle_graph(5)),
        case("cycle of 131", nx.cycle_graph(131)),
        case("clique of 20", nx.complete_graph(20)),
        case("clique of 65", nx.complete_graph(65)),
        case("two equal cliques", nx.disjoint_union(nx.complete_graph(6), nx.complete_graph(6))),
        case("path beside cycle", nx.disjoint_union(nx.path_graph(7), nx.cycle_graph(7))),
        case("cycle beside path", nx.disjoint_union(nx.cycle_graph(7), nx.path_graph(7))),
        case("isolates and a triangle", nx.disjoint_union(nx.empty_graph(9), nx.complete_graph(3))),
        case("barbell", nx.barbell_graph(15, 6)),
        case("lollipop", nx.lollipop_graph(30, 40)),
        case("wheel", nx.wheel_graph(30)),
        case("grid", nx.grid_2d_graph(12, 15)),
        case("ladder", nx.ladder_graph(40)),
        case("binary tree", nx.balanced_tree(2, 6)),
        case("bipartite", nx.complete_bipartite_graph(9, 14)),
        case("turan", nx.turan_graph(40, 6)),
        case("karate club", nx.karate_club_graph()),
        case("florentine families", nx.florentine_families_graph()),
        case("les miserables", nx.les_miserables_graph()),
        case("small world", nx.watts_strogatz_graph(120, 6, 0.1, seed=1)),
        case("preferential attachment", nx.barabasi_albert_graph(200, 3, seed=2)),
        case("caveman", nx.connected_caveman_graph(12, 8)),
        case("300 nodes, sparse", nx.gnm_random_graph(300, 330, seed=3)),
        case("300 nodes", nx.gnm_random_graph(300, 3000, seed=4)),
        case("600 nodes, sparse", nx.gnm_random_graph(600, 1500, seed=5)),
        case("near clique", nx.gnp_random_graph(50, 0.95, seed=6)),
    ]
    for nodes in (10, 40, 90):
        for permille in (10, 50, 300, 700):
            graph = nx.gnp_random_graph(nodes, permille / 1000, seed=nodes + permille)
            cases.append(case(f"random, {nodes} nodes, {permille} permille", graph))
    for nodes, permille in ((3, 500), (12, 150), (40, 20), (40, 600), (70, 80), (200, 8), (250, 20)):
        graph = nx.gnp_random_graph(nodes, permille / 1000, seed=nodes + permille, directed=True)
        cases.append(case(f"directed, {nodes} nodes, {permille} permille", graph))
    cases.append(case("directed, no arcs", nx.empty_graph(4, create_using=nx.DiGraph)))
    cases.append(case("directed, all mutual", nx.complete_graph(9, create_using=nx.DiGraph)))
    cases.append(case("directed cycle", nx.cycle_graph(9, create_using=nx.DiGraph)))
    lines = (json.dumps(one, separators=(",", ":")) for one in cases)
    target = pathlib.Path(__file__).with_name("graphs.json")
    target.write_text("[\n" + ",\n".join(lines) + "\n]\n")


main(sys.argv[1])
