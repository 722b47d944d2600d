"""The graph, from the nodes and edges of each record."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import Connection, func, or_, select

from .rows import Edge, Graph, Node
from .tables import edge, node, record

_PIECE = 400  # values in one condition


def graph_of(connection: Connection, around: str, most: int, drafts: bool) -> Graph:
    """All of the graph, that of the newest records where it is too much, or what lies within two steps of a node."""
    shown = [] if drafts else [node.c.record.in_(select(record.c.number).where(record.c.stands))]
    total_nodes = connection.execute(select(func.count(node.c.id.distinct())).where(*shown)).scalar_one()
    of_edges = [] if drafts else [edge.c.record.in_(select(record.c.number).where(record.c.stands))]
    total_edges = connection.execute(select(func.count()).select_from(edge).where(*of_edges)).scalar_one()
    edges = _near(connection, around, most, of_edges) if around else _newest(connection, most, drafts)
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
    return Graph(nodes=ordered, edges=kept, total_nodes=int(total_nodes), total_edges=int(total_edges))


def _near(connection: Connection, around: str, most: int, shown: list[Any]) -> list[Edge]:
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


def _newest(connection: Connection, most: int, drafts: bool) -> list[Edge]:
    """Edges of the newest records, as long as there is room for their nodes."""
    found: dict[tuple[str, str, str], Edge] = {}
    ids: set[str] = set()
    numbers = select(record.c.number).where(*([] if drafts else [record.c.stands])).order_by(record.c.number.desc())
    for number in list(connection.execute(numbers.limit(most)).scalars()):
        rows = connection.execute(select(edge.c.source, edge.c.target, edge.c.kind).where(edge.c.record == number))
        edges = [Edge(**row) for row in rows.mappings()]
        more = {i for e in edges for i in (e.source, e.target)} - ids
        if ids and len(ids) + len(more) > most:
            break
        ids |= more
        found.update({(e.source, e.target, e.kind): e for e in edges})
    return list(found.values())
