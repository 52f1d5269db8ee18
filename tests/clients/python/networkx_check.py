"""Imports attendance lists into a running server and compares its figures with networkx.

Usage: python3 networkx_check.py URL OPERATOR_TOKEN WEFT_BINARY SOUTHERN_WOMEN_CSV [SEED]

Every list becomes a network; the figures of several dates, the edge list and the GraphML are those
that `weft structure` prints. SEED makes the random lists; it is printed.
"""

import csv
import io
import json
import os
import random
import subprocess
import sys
import tempfile

import networkx as nx

from checks import equal, run

url, token, weft, southern_women = sys.argv[1:5]
seed = int(sys.argv[5]) if len(sys.argv) > 5 else 1936
# How far apart two figures may be.
TOLERANCE = 1e-9
# How long one command may take, in seconds: the longest list goes through a debug build.
TIMEOUT = 300


def cli(*arguments):
    """What a command prints."""
    environment = os.environ | {"WEFT_TOKEN": token, "WEFT_SERVER": url}
    done = subprocess.run(
        [weft, *arguments], env=environment, capture_output=True, text=True, timeout=TIMEOUT
    )
    if done.returncode != 0:
        raise AssertionError(f"weft {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout


def structure(network, date):
    arguments = ["--network", network, "--as-of", date, "--layer", "co-attendance"]
    return json.loads(cli("structure", *arguments, "--format", "json"))


def written(rows, newline="\n", opening=""):
    """The list as a CSV file: (date, gathering, mode, person) each."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=newline)
    writer.writerow(["date", "gathering", "mode", "person"])
    writer.writerows(rows)
    return (opening + text.getvalue()).encode()


def imported(network, content):
    """What `weft import attendance` says about a list."""
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        file.write(content)
        file.flush()
        return cli("import", "attendance", file.name, "--network", network)


def met(rows, date):
    """Who met whom up to a date, in either mode."""
    graph, rooms = nx.Graph(), {}
    for day, gathering, _, person in rows:
        if day <= date:
            rooms.setdefault((day, gathering), set()).add(person)
    for room in rooms.values():
        graph.add_nodes_from(room)
        people = sorted(room)
        graph.add_edges_from(
            (one, other) for index, one in enumerate(people) for other in people[index + 1:]
        )
    return graph


def paths(component):
    """Average path length and diameter of a connected graph."""
    total = longest = 0
    for _, lengths in nx.all_pairs_shortest_path_length(component):
        total += sum(lengths.values())
        longest = max(longest, max(lengths.values()))
    n = len(component)
    return (total / (n * (n - 1)) if n > 1 else 0.0), longest


def figures(graph):
    """The figures that have one value, as networkx computes them; None where undefined."""
    n = len(graph)
    degrees = [degree for _, degree in graph.degree]
    sizes = [len(component) for component in nx.connected_components(graph)]
    return {
        "nodes": n,
        "edges": graph.number_of_edges(),
        "density": nx.density(graph) if n > 1 else None,
        "components": len(sizes),
        "isolates": nx.number_of_isolates(graph),
        "largest_component_share": max(sizes) / n if n else None,
        "average_degree": sum(degrees) / n if n else None,
        "degree_centralisation": sum(max(degrees) - degree for degree in degrees)
        / ((n - 1) * (n - 2)) if n > 2 else None,
        "transitivity": nx.transitivity(graph) if n else None,
        "mean_local_clustering": nx.average_clustering(graph) if n else None,
    }


def same(found, expected):
    if found is None or expected is None:
        return found is expected
    return abs(found - expected) <= TOLERANCE


def compare(found, graph, where):
    """Fails unless every figure is networkx's."""
    for name, expected in figures(graph).items():
        if not same(found[name], expected):
            raise AssertionError(f"{where}: {name} is {found[name]}, networkx says {expected}")
    pair = (found["average_path_length"], found["diameter"])
    components = sorted(nx.connected_components(graph), key=len, reverse=True)
    if not components:
        equal(pair, (None, None), f"{where}: path length and diameter")
        return
    # Among equally large components any may be taken for the largest.
    largest = [nodes for nodes in components if len(nodes) == len(components[0])]
    candidates = []
    for nodes in largest:
        candidate = paths(graph.subgraph(nodes))
        if same(pair[0], candidate[0]) and same(pair[1], candidate[1]):
            return
        candidates.append(candidate)
    raise AssertionError(
        f"{where}: path length and diameter are {pair}, networkx says {candidates[:5]}"
    )


def check(network, rows, dates, **form):
    """Imports a list, and compares the figures of every date, the edge list and the GraphML."""
    network = f"{network} {seed} {random.getrandbits(32)}"
    imported(network, written(rows, **form))
    for date in dates:
        compare(structure(network, date), met(rows, date), f"{network}, {date}")
    last = met(rows, dates[-1])
    export = ["structure", "--network", network, "--as-of", dates[-1], "--format"]
    drawn = nx.parse_graphml(cli(*export, "graphml"))
    equal(drawn.is_directed(), False, "directed")
    equal(len(drawn), len(last), "nodes in GraphML")
    # Ids are random, so the shape is compared by what names cannot change.
    equal(
        sorted(degree for _, degree in drawn.degree),
        sorted(degree for _, degree in last.degree),
        "degrees in GraphML",
    )
    lines = cli(*export, "csv").splitlines()
    equal(lines[0], "source,target", "first line of CSV")
    pairs = {frozenset(line.split(",")) for line in lines[1:]}
    equal(len(pairs), last.number_of_edges(), "different edges in CSV")
    equal(len(lines) - 1, last.number_of_edges(), "edges in CSV")
    equal(pairs, {frozenset(edge) for edge in drawn.edges}, "edges in CSV and GraphML")
    return f"{len(rows)} rows, {len(last)} people, {last.number_of_edges()} edges"


def random_list(people, gatherings, room, gregarious=0.0):
    """A list of `gatherings` of up to `room` people each, out of `people`.

    `gregarious` is the share of places that go to the first tenth of the people.
    """
    names, rows = [f"Person {number}" for number in range(people)], []
    regulars = names[: max(1, people // 10)]
    for number in range(gatherings):
        day = f"{random.randint(1930, 1939)}-{random.randint(1, 12):02}-{random.randint(1, 28):02}"
        room_now = {
            random.choice(regulars if random.random() < gregarious else names)
            for _ in range(random.randint(1, room))
        }
        mode = random.choice(["in_person", "online"])
        rows += [(day, f"Gathering {number}", mode, name) for name in sorted(room_now)]
    random.shuffle(rows)
    return rows


def southern_women_agree_on_every_day():
    with open(southern_women, newline="") as file:
        rows = [tuple(row.values()) for row in csv.DictReader(file)]
    equal((len(rows), len({row[3] for row in rows})), (89, 18), "rows and people")
    days = sorted({row[0] for row in rows})
    return check("Southern women", rows, ["1936-01-01", *days, "1936-12-31"])


def an_empty_list_agrees():
    return check("Empty", [], ["1936-05-01"])


def one_person_agrees():
    return check("Alone", [("1936-05-01", "Tea", "online", "Anna")], ["1936-04-30", "1936-05-01"])


def two_people_agree():
    rows = [("1936-05-01", "Tea", "online", "Anna"), ("1936-05-01", "Tea", "in_person", "Ben")]
    return check("Two", rows, ["1936-04-30", "1936-05-01"])


def names_with_commas_quotes_and_a_byte_order_mark_agree():
    people = ['O\'Hara, "Kit"', "Zoë", "李小龍", "a&b <c>", "  Spaced   Out "]
    rows = [("1936-05-01", 'Tea, "late"', "in_person", name) for name in people]
    rows += [("1936-06-01", "Walk", "online", name) for name in people[:2] + ["Anna"]]
    return check("Quoted", rows, ["1936-05-01", "1936-06-01"], newline="\r\n", opening="\ufeff")


def one_gathering_under_one_name_on_two_dates_is_two():
    rows = [("1936-05-01", "Tea", "online", "Anna"), ("1936-05-02", "Tea", "online", "Ben")]
    rows += [("1936-05-02", "Tea", "online", "Chloe")]
    return check("Twice", rows, ["1936-05-01", "1936-05-02"])


def twenty_small_lists_agree():
    for number in range(20):
        rows = random_list(random.randint(1, 12), random.randint(1, 8), 4)
        days = sorted({row[0] for row in rows})
        check(f"Small {number}", rows, [days[0], days[len(days) // 2], days[-1]])
    return "20 lists"


def three_hundred_people_agree():
    rows = random_list(300, 120, 9, gregarious=0.2)
    return check("Three hundred", rows, ["1931-12-31", "1934-06-30", "1937-01-01", "1939-12-31"])


def many_pieces_agree():
    rows = random_list(400, 150, 3)
    return check("Pieces", rows, ["1932-12-31", "1935-12-31", "1939-12-31"])


def two_thousand_people_agree():
    rows = random_list(2_000, 900, 7, gregarious=0.1)
    return check("Two thousand", rows, ["1933-06-30", "1939-12-31"])


def one_gathering_of_five_hundred_agrees():
    rows = [("1936-05-01", "Assembly", "in_person", f"Person {n}") for n in range(500)]
    rows += [("1936-06-01", "Committee", "online", f"Person {n}") for n in range(490, 510)]
    return check("Assembly", rows, ["1936-04-30", "1936-06-01"])


def the_same_list_again_records_nothing():
    rows = random_list(30, 12, 6)
    network = f"Again {seed} {random.getrandbits(32)}"
    imported(network, written(rows))
    before = structure(network, "1939-12-31")
    said = imported(network, written(rows))
    assert "nothing new was recorded" in said, said
    assert structure(network, "1939-12-31") == before, "the structure is another"


random.seed(seed)
print(f"seed {seed}, networkx {nx.__version__}", flush=True)
run(
    "networkx",
    [
        southern_women_agree_on_every_day,
        an_empty_list_agrees,
        one_person_agrees,
        two_people_agree,
        names_with_commas_quotes_and_a_byte_order_mark_agree,
        one_gathering_under_one_name_on_two_dates_is_two,
        twenty_small_lists_agree,
        three_hundred_people_agree,
        many_pieces_agree,
        two_thousand_people_agree,
        one_gathering_of_five_hundred_agrees,
        the_same_list_again_records_nothing,
    ],
)
