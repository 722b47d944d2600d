"""How records, claims, works and methods hang together, as a picture to walk through and as a table."""

from __future__ import annotations

import json
from collections import Counter
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from sovereign.errors import InputError, NotFound
from sovereign.records import Model

from ..catalog import Edge, EdgeKind, Found, Node, NodeKind
from ..context import Site, SiteOf
from ..data import block
from ..kept import PerStamp
from ..layout import layout
from ..render import page

html = APIRouter()
api = APIRouter(tags=["graph"])

MOST = 2000
SIZE, STATIC_SIZE = 50, 5000
MOST_INLINE = 1_000_000  # bytes of data in the page itself; more is fetched
# The order of the table: what speaks against comes first.
RELATIONS: dict[EdgeKind, str] = {
    "contradicted_by": "is contradicted by",
    "supported_by": "is supported by",
    "corrected": "was corrected by",
    "measured": "was measured in",
    "about": "is about",
    "taken_from": "is taken from",
    "has_claim": "has the claim",
}
KINDS: dict[NodeKind, str] = {"record": "records", "claim": "claims", "work": "works", "method": "methods"}

Around = Annotated[str, Query(max_length=500, description="The id of a node: only what lies within two steps of it.")]


class PlacedNode(Node):
    """A node with its place. A claim is about 14 wide; y grows downwards."""

    x: float
    y: float


class GraphPage(Model):
    """The graph, or what lies around a node. ``total_nodes`` and ``total_edges`` are all that there are, where not all are shown."""

    around: str
    nodes: tuple[PlacedNode, ...]
    edges: tuple[Edge, ...]
    total_nodes: int
    total_edges: int


class EdgeRow(Model):
    """An edge with its ends, for the table."""

    source: Node
    target: Node
    kind: EdgeKind


@html.get("/graph", response_class=HTMLResponse)
def graph(
    request: Request,
    site: SiteOf,
    around: Around = "",
    kind: Annotated[str, Query(max_length=40)] = "",
    page_: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
) -> HTMLResponse:
    """The graph as a page. The table shows every edge, page by page."""
    if kind and kind not in RELATIONS:
        raise InputError(f"no edge of the graph is of the kind {kind[:40]!r}", "Choose one of the list.")
    shown = _shown(site, around)
    size = STATIC_SIZE if site.options.static else SIZE
    data = json.dumps(_compact(shown), ensure_ascii=False, separators=(",", ":"))
    is_inline = len(data.encode()) < MOST_INLINE
    return page(
        request,
        site,
        "graph.html.j2",
        title="Graph",
        description="Records, claims, works and methods, and what supports or contradicts what.",
        shown=shown,
        centre=next((node for node in shown.nodes if node.id == around), None),
        kind=kind,
        rows=_rows(shown, kind, page_, size),
        counts=Counter(edge.kind for edge in shown.edges),
        node_counts=Counter(node.kind for node in shown.nodes),
        relations=RELATIONS,
        kinds=KINDS,
        data=block(data) if is_inline else "",
    )


@api.get("/graph")
def get_graph(
    site: SiteOf,
    around: Around = "",
    most: Annotated[int, Query(ge=1, le=MOST, description="How many nodes at most.")] = MOST,
) -> GraphPage:
    """Records, claims, works and methods with their edges and places in a picture: all, or those near one node."""
    return _shown(site, around, most)


def _shown(site: Site, around: str, most: int = MOST) -> GraphPage:
    """The graph as it is shown.

    Raises:
        NotFound: if there is nothing around the node that was asked for.
    """
    if not around and most == MOST:
        return _whole(site)
    made = _made(site, around, most)
    if around and not made.nodes:
        raise NotFound("the graph has no node of that name, or nothing hangs on it", "Look for it at /graph.")
    return made


def _made(site: Site, around: str, most: int) -> GraphPage:
    found = site.catalog.graph(around, most, drafts=site.options.drafts)
    places = layout(found)
    return GraphPage(
        around=around,
        nodes=tuple(
            PlacedNode(**node.model_dump(), x=places[node.id][0], y=places[node.id][1]) for node in found.nodes
        ),
        edges=found.edges,
        total_nodes=found.total_nodes,
        total_edges=found.total_edges,
    )


_whole = PerStamp(lambda site: _made(site, "", MOST))


def _rows(shown: GraphPage, kind: str, number: int, size: int) -> Found[EdgeRow]:
    nodes = {node.id: node for node in shown.nodes}
    rank = {name: at for at, name in enumerate(RELATIONS)}
    edges = sorted((e for e in shown.edges if kind in ("", e.kind)), key=lambda e: rank[e.kind])
    part = edges[(number - 1) * size : number * size]
    rows = tuple(EdgeRow(source=nodes[e.source], target=nodes[e.target], kind=e.kind) for e in part)
    return Found[EdgeRow](items=rows, total=len(edges), capped=False, page=number, size=size)


def _compact(shown: GraphPage) -> dict[str, Any]:
    """The graph in few bytes: nodes as lists, edges by the places of their nodes and kinds."""
    at = {node.id: n for n, node in enumerate(shown.nodes)}
    kinds, relations = list(get_args(NodeKind)), list(RELATIONS)
    return {
        "around": shown.around,
        "kinds": kinds,
        "relations": relations,
        "nodes": [[n.id, kinds.index(n.kind), n.label, n.address, n.x, n.y] for n in shown.nodes],
        "edges": [[at[e.source], at[e.target], relations.index(e.kind)] for e in shown.edges],
    }
