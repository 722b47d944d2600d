"""The graph: where its nodes stand, its table, its data in the page, its JSON."""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from sovereign.records import Record
from sovereign.site.app import make_app
from sovereign.site.catalog import Edge, Graph, Node
from sovereign.site.context import Options, Site
from sovereign.site.data import block
from sovereign.site.layout import layout
from tests.site.made_site import example_record, made_site

HTML = {"accept": "text/html"}
HOSTILE = "Alpha </script><script>alert(1)</script> trains 2% <!-- of the parameters."


@pytest.fixture(scope="module")
def records() -> tuple[Record, ...]:
    return example_record(1), example_record(2, contradicted=True), example_record(3, text=HOSTILE)


@pytest.fixture(scope="module")
def graph_site(records: tuple[Record, ...], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with made_site(tmp_path_factory.mktemp("graph") / "home", records) as site:
        yield site


@pytest.fixture(scope="module")
def asked(graph_site: Site) -> TestClient:
    return TestClient(make_app(graph_site), base_url="http://127.0.0.1")


def large(records: int, claims: int, works: int) -> Graph:
    """A graph of so many records, each with claims from works that all records share, and methods."""
    nodes: dict[str, Node] = {}
    edges: list[Edge] = []

    def node(kind: Any, name: str) -> str:
        nodes.setdefault(name, Node(id=name, kind=kind, label=f"{kind} {name}", address="", weight=1))
        return name

    for r in range(records):
        hub = node("record", f"r{r}")
        for c in range(claims):
            claim, work = node("claim", f"r{r}.C{c}"), node("work", f"w{(7 * r + c) % works}")
            method = node("method", f"m{c % 9}")
            edges += [
                Edge(source=hub, target=claim, kind="has_claim"),
                Edge(source=claim, target=work, kind="taken_from"),
                Edge(source=claim, target=method, kind="about"),
            ]
            if c % 5 == 0:
                edges.append(Edge(source=claim, target=node("work", f"w{(r + 3 * c) % works}"), kind="contradicted_by"))
    return Graph(nodes=tuple(nodes.values()), edges=tuple(edges), total_nodes=len(nodes), total_edges=len(edges))


def test_every_node_has_a_place_of_its_own_and_always_the_same() -> None:
    found = large(records=12, claims=40, works=60)
    places = layout(found)
    assert places.keys() == {node.id for node in found.nodes}
    assert places == layout(found)
    ordered = sorted(places.values())
    nearest = min(
        math.dist(a, b) for i, a in enumerate(ordered) for b in ordered[i + 1 :] if b[0] - a[0] < 30
    )  # fmt: skip
    assert nearest > 12  # a claim is 14 wide
    for r in range(12):
        claims = [places[f"r{r}.C{c}"] for c in range(40)]
        middle = (sum(x for x, _ in claims) / 40, sum(y for _, y in claims) / 40)
        assert math.dist(middle, places[f"r{r}"]) < 15  # a record is amid its claims


def test_two_thousand_nodes_are_placed_at_once() -> None:
    found = large(records=40, claims=47, works=70)
    assert len(found.nodes) >= 1990
    times = []
    for _ in range(3):
        start = time.process_time()
        layout(found)
        times.append(time.process_time() - start)
    assert min(times) < 0.2


@pytest.mark.parametrize("found", [large(1, 0, 1), large(1, 1, 1), large(300, 1, 1), large(1, 900, 500)])
def test_odd_shapes_are_placed_too(found: Graph) -> None:
    places = layout(found)
    assert len(set(places.values())) == len(found.nodes)
    assert all(math.isfinite(x) and math.isfinite(y) for x, y in places.values())


def test_a_part_without_a_record_stands_around_its_heaviest_node() -> None:
    nodes = tuple(Node(id=str(n), kind="claim", label="", address="", weight=9 if n == 3 else 1) for n in range(6))
    edges = tuple(Edge(source=str(n), target="3", kind="about") for n in (0, 1, 2))
    places = layout(Graph(nodes=nodes, edges=edges, total_nodes=6, total_edges=3))
    around = [math.dist(places["3"], places[str(n)]) for n in (0, 1, 2)]
    assert max(around) - min(around) < 1
    assert layout(Graph(nodes=(), edges=(), total_nodes=0, total_edges=0)) == {}


def test_the_json_has_nodes_with_places_and_all_edges(asked: TestClient, records: tuple[Record, ...]) -> None:
    shown = asked.get("/api/v1/graph").json()
    nodes = {node["id"]: node for node in shown["nodes"]}
    assert {str(r.id) for r in records} <= nodes.keys()
    assert all(e["source"] in nodes and e["target"] in nodes for e in shown["edges"])
    kinds = {e["kind"] for e in shown["edges"]}
    assert {"has_claim", "taken_from", "supported_by", "contradicted_by"} <= kinds
    assert len(shown["nodes"]) == shown["total_nodes"] and len(shown["edges"]) == shown["total_edges"]
    few = asked.get("/api/v1/graph", params={"most": 5}).json()
    assert len(few["nodes"]) <= 5


def test_the_neighbourhood_of_a_node(asked: TestClient, records: tuple[Record, ...]) -> None:
    name = f"{records[1].id}.C2"
    shown = asked.get("/api/v1/graph", params={"around": name}).json()
    assert name in {node["id"] for node in shown["nodes"]}
    page = asked.get("/graph", params={"around": name}, headers=HTML).text
    assert "is contradicted by" in page and "Around “" in page
    missing = asked.get("/graph", params={"around": "no such node"}, headers=HTML)
    assert missing.status_code == 404 and "no node of that name" in missing.text


def test_the_table_has_every_edge_contradictions_first(asked: TestClient) -> None:
    total = asked.get("/api/v1/graph").json()["total_edges"]
    page = asked.get("/graph", headers=HTML).text
    rows = re.findall(r'<td class="relation">.*?</svg> (.*?)</td>', page)
    assert len(rows) == total and rows[0] == "is contradicted by"
    one_kind = asked.get("/graph", params={"kind": "contradicted_by"}, headers=HTML).text
    assert set(re.findall(r'<td class="relation">.*?</svg> (.*?)</td>', one_kind)) == {"is contradicted by"}
    assert asked.get("/graph", params={"kind": "loves"}, headers=HTML).status_code == 400


def test_the_page_holds_its_data_and_no_text_can_end_it(asked: TestClient, records: tuple[Record, ...]) -> None:
    page = asked.get("/graph", headers=HTML).text
    inside = re.search(r'id="graph-data">(.*?)</script>', page)
    assert inside is not None
    data = json.loads(inside[1])
    assert HOSTILE in {label for _, _, label, *_ in data["nodes"]}
    assert "alert(1)</script>" not in page and "<!-- of" not in page
    assert len(data["edges"]) == asked.get("/api/v1/graph").json()["total_edges"]
    assert json.loads(str(block(json.dumps("</script>\u2028&<!--")))) == "</script>\u2028&<!--"


def test_a_static_page_asks_no_server(graph_site: Site) -> None:
    site = Site(graph_site.store, graph_site.catalog, Options(static=True))
    page = TestClient(make_app(site), base_url="http://127.0.0.1").get("/graph", headers=HTML).text
    assert "around=" not in page.replace('data-from="/api/v1/graph"', "")


def test_an_empty_graph_says_so(tmp_path: Any) -> None:
    with made_site(tmp_path / "home", []) as site:
        page = TestClient(make_app(site), base_url="http://127.0.0.1").get("/graph", headers=HTML)
    assert page.status_code == 200 and "Nothing is in the graph yet" in page.text
    assert "cytoscape.min.js" not in page.text


def test_the_library_is_loaded_on_this_page_alone_and_has_its_licence(asked: TestClient) -> None:
    assert "cytoscape.min.js" in asked.get("/graph", headers=HTML).text
    assert "cytoscape" not in asked.get("/", headers=HTML).text
    assert asked.get("/assets/cytoscape.min.js").status_code == 200
    assert "Permission is hereby granted" in asked.get("/assets/cytoscape.LICENSE.txt").text
