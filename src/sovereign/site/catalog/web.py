"""The graph, from the nodes and edges of each record."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, func, or_, select

from .rows import Edge, Graph, Node
from .tables import edge, node, record

_PIECE = 400  # values in one condition


class Size(NamedTuple):
    """Nodes and edges of the whole graph."""

    nodes: int
    edges: int


def size_of(connection: Connection, drafts: bool) -> Size:
    """How large the graph is. This reads all of it."""
    nodes = select(func.count(node.c.id.distinct())).where(*_shown(node, drafts))
    edges = select(func.count()).select_from(edge).where(*_shown(edge, drafts))
    return Size(int(connection.execute(nodes).scalar_one()), int(connection.execute(edges).scalar_one()))


def graph_of(connection: Connection, around: str, most: int, drafts: bool, size: Size) -> Graph:
    """All of the graph, or what lies within two steps of a node.

    Where all is more than ``most`` nodes: that of the newest records, with the claims that their answers cite.
    """
    shown, of_edges = _shown(node, drafts), _shown(edge, drafts)
    around = around.replace("\0", "\ufffd")
    edges = (
        _near(connection, around, most, of_edges) if around else _newest(connection, most, drafts, size.nodes > most)
    )
    ids = dict.fromkeys(i for e in edges for i in (e.source, e.target))
    weights = Counter(i for e in edges for i in (e.source, e.target))
    nodes: dict[str, Node] = {}
    listed = list(ids)[:most]
    for start in range(0, len(listed), _PIECE):
        query = select(node.c.id, node.c.kind, node.c.label, node.c.address).where(
            node.c.id.in_(listed[start : start + _PIECE]), *shown
        )
        for row in connection.execute(query).mappings():
            nodes.setdefault(row["id"], Node(**row, weight=weights[row["id"]]))
    kept = tuple(e for e in edges if e.source in nodes and e.target in nodes)
    ordered = tuple(nodes[i] for i in listed if i in nodes)
    return Graph(nodes=ordered, edges=kept, total_nodes=size.nodes, total_edges=size.edges)


def _shown(table: Table, drafts: bool) -> list[ColumnElement[bool]]:
    return [] if drafts else [table.c.record.in_(select(record.c.number).where(record.c.stands))]


def _near(connection: Connection, around: str, most: int, shown: list[ColumnElement[bool]]) -> list[Edge]:
    found: dict[tuple[str, str, str], Edge] = {}
    border, seen = [around], {around}
    for _ in range(2):
        reached: dict[str, None] = {}
        for start in range(0, len(border), _PIECE):
            piece = border[start : start + _PIECE]
            query = select(edge.c.source, edge.c.target, edge.c.kind).where(
                or_(edge.c.source.in_(piece), edge.c.target.in_(piece)), *shown
            )
            for row in connection.execute(query.limit(4 * most)).mappings():
                one = Edge(**row)
                found[one.source, one.target, one.kind] = one
                reached.update(dict.fromkeys(i for i in (one.source, one.target) if i not in seen))
        border = list(reached)[: max(0, most - len(seen))]
        seen.update(border)
    return [e for e in found.values() if e.source in seen and e.target in seen]


def _newest(connection: Connection, most: int, drafts: bool, cited_only: bool) -> list[Edge]:
    """Edges of the newest records, as long as there is room for their nodes."""
    found: dict[tuple[str, str, str], Edge] = {}
    ids: set[str] = set()
    numbers = select(record.c.number).where(*([] if drafts else [record.c.stands])).order_by(record.c.number.desc())
    for number in list(connection.execute(numbers.limit(most)).scalars()):
        of_it = [edge.c.record == number, *([edge.c.main] if cited_only else [])]
        rows = connection.execute(select(edge.c.source, edge.c.target, edge.c.kind).where(*of_it))
        edges = [Edge(**row) for row in rows.mappings()]
        more = {i for e in edges for i in (e.source, e.target)} - ids
        if ids and len(ids) + len(more) > most:
            break
        ids |= more
        found.update({(e.source, e.target, e.kind): e for e in edges})
    return list(found.values())
