"""Where the nodes of a graph stand: each record amid its claims, the works that they come from around them, methods outside.

Nothing is tried out and nothing is random, so that the same graph always looks the same, and thousands of nodes take milliseconds.
"""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from .catalog import Graph, Node

GAP = 30.0  # between the middles of two claims
WORK_GAP = 46.0
BETWEEN = 90.0  # between two flowers
MOST_RINGS = 8
SHAPE = 1.5  # width to height of the whole

Place = tuple[float, float]


class _Flower(NamedTuple):
    """One hub with all that stands around it; places are relative to its middle."""

    places: dict[str, Place]
    radius: float


def layout(graph: Graph) -> dict[str, Place]:
    """A place for every node, the middle of all at (0, 0), in the units in which a claim is about 14 wide."""
    if not graph.nodes:
        return {}
    near = _neighbours(graph)
    nodes = {node.id: node for node in graph.nodes}
    homes = _homes(graph.nodes, near)
    members: dict[str, list[Node]] = defaultdict(list)
    for node in graph.nodes:
        members[homes[node.id]].append(node)
    hubs = _akin([node.id for node in graph.nodes if homes[node.id] == node.id], homes, near)
    flowers = [_flower(nodes[hub], members[hub], near) for hub in hubs]
    return _packed(flowers)


def _neighbours(graph: Graph) -> dict[str, list[str]]:
    near: dict[str, list[str]] = {node.id: [] for node in graph.nodes}
    for edge in graph.edges:
        if edge.source in near and edge.target in near and edge.source != edge.target:
            near[edge.source].append(edge.target)
            near[edge.target].append(edge.source)
    return near


def _homes(nodes: Sequence[Node], near: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The hub that each node stands around: the nearest record, or the heaviest node of a part without one."""
    homes = {node.id: node.id for node in nodes if node.kind == "record"}
    _spread(homes, near, list(homes))
    for node in sorted(nodes, key=lambda n: -n.weight):
        if node.id not in homes:
            homes[node.id] = node.id
            _spread(homes, near, [node.id])
    return homes


def _spread(homes: dict[str, str], near: Mapping[str, Sequence[str]], start: Iterable[str]) -> None:
    border = deque(start)
    while border:
        here = border.popleft()
        for other in near[here]:
            if other not in homes:
                homes[other] = homes[here]
                border.append(other)


def _akin(hubs: Sequence[str], homes: Mapping[str, str], near: Mapping[str, Sequence[str]]) -> list[str]:
    """Hubs in an order in which those that share neighbours follow each other."""
    shared: dict[str, dict[str, None]] = {hub: {} for hub in hubs}
    for node, home in homes.items():
        for other in near[node]:
            if homes[other] != home:
                shared[home][homes[other]] = None
    ordered: dict[str, None] = {}
    for hub in hubs:
        border = deque([hub])
        while border:
            here = border.popleft()
            if here not in ordered:
                ordered[here] = None
                border.extend(shared[here])
    return list(ordered)


def _flower(hub: Node, members: Sequence[Node], near: Mapping[str, Sequence[str]]) -> _Flower:
    places: dict[str, Place] = {hub.id: (0.0, 0.0)}
    angles: dict[str, float] = {}
    inner = [node for node in members if node.kind == "claim" and node is not hub]
    # Claims of one work stand side by side, so that its edges do not cross the flower.
    kinds = {node.id: node.kind for node in members}
    inner.sort(key=lambda node: (min((o for o in near[node.id] if kinds.get(o) == "work"), default="~"), node.id))
    radius = _petals([node.id for node in inner], places, angles, 58.0)
    for kind in ("work", "method", "record"):
        outer = [node for node in members if node.kind == kind and node is not hub]
        if outer:
            radius = _around([node.id for node in outer], near, places, angles, radius)
    return _Flower(places, radius + 24.0)


def _petals(ids: Sequence[str], places: dict[str, Place], angles: dict[str, float], start: float) -> float:
    """Places in staggered rings, in order around the middle. Gives the outermost radius."""
    if not ids:
        return start - GAP
    rings = min(MOST_RINGS, max(1, round(math.sqrt(len(ids) / 6))))
    first = max(start, GAP * len(ids) / (2 * math.pi * rings))
    slots = -(-len(ids) // rings) * rings  # whole rounds of rings, so that the last does not stand beside the first
    for at, node_id in enumerate(ids):
        angle = 2 * math.pi * (at + 0.5) / slots
        distance = first + (at % rings) * GAP
        angles[node_id] = angle
        places[node_id] = (distance * math.cos(angle), distance * math.sin(angle))
    return first + (rings - 1) * GAP


def _around(
    ids: Sequence[str],
    near: Mapping[str, Sequence[str]],
    places: dict[str, Place],
    angles: dict[str, float],
    inside: float,
) -> float:
    """Places outside what is there, each towards its neighbours, none on another. Gives the outermost radius."""
    wanted = {node_id: _towards([angles[o] for o in near[node_id] if o in angles]) for node_id in ids}
    ordered = sorted(ids, key=lambda node_id: (wanted[node_id] is None, wanted[node_id] or 0.0, node_id))
    radius = inside + 44.0
    room = max(1, int(2 * math.pi * radius / WORK_GAP))
    rings = -(-len(ordered) // room)
    slots = max(1, -(-len(ordered) // rings))
    step = 2 * math.pi / max(slots, min(room, 3 * slots)) / rings
    turned: list[float] = []
    for node_id in ordered:
        least = turned[-1] + step if turned else 0.0
        aim = wanted[node_id]
        turned.append(least if aim is None else max(aim, least))
    if turned[-1] - turned[0] > 2 * math.pi - step * rings:  # they went once around: even steps instead
        turned = [turned[0] + 2 * math.pi * at / (slots * rings) for at in range(len(ordered))]
    for at, node_id in enumerate(ordered):
        distance = radius + (at % rings) * WORK_GAP
        angles[node_id] = turned[at]
        places[node_id] = (distance * math.cos(turned[at]), distance * math.sin(turned[at]))
    return radius + (rings - 1) * WORK_GAP


def _towards(angles: Sequence[float]) -> float | None:
    """The mean direction, 0 to 2 pi; None where there is none."""
    x, y = sum(map(math.cos, angles)), sum(map(math.sin, angles))
    return math.atan2(y, x) % (2 * math.pi) if abs(x) + abs(y) > 1e-9 else None


def _packed(flowers: Sequence[_Flower]) -> dict[str, Place]:
    """Flowers in rows, as many to a row as make the whole about as wide as a screen."""
    area = sum((2 * one.radius + BETWEEN) ** 2 for one in flowers)
    tried = [_in_rows(flowers, math.sqrt(area * share)) for share in (1.0, 1.5, 2.2, 3.2, 4.5)]
    rows, _, height = min(tried, key=lambda one: abs(math.log(one[1] / one[2] / SHAPE)))
    placed: dict[str, Place] = {}
    top = -height / 2
    for row in rows:
        tall = max(2 * one.radius for one in row)
        left = -sum(2 * one.radius + BETWEEN for one in row) / 2
        for one in row:
            middle_x, middle_y = left + one.radius + BETWEEN / 2, top + tall / 2
            placed |= {i: (round(middle_x + x, 1), round(middle_y + y, 1)) for i, (x, y) in one.places.items()}
            left += 2 * one.radius + BETWEEN
        top += tall + BETWEEN
    return placed


def _in_rows(flowers: Sequence[_Flower], width: float) -> tuple[list[list[_Flower]], float, float]:
    """Rows no wider than ``width`` unless by a single flower, and the width and height of them all."""
    rows: list[list[_Flower]] = []
    used = math.inf
    for one in flowers:
        needs = 2 * one.radius + BETWEEN
        if used + needs > width:
            rows.append([])
            used = 0.0
        rows[-1].append(one)
        used += needs
    widest = max(sum(2 * one.radius + BETWEEN for one in row) for row in rows)
    return rows, widest, sum(max(2 * one.radius for one in row) + BETWEEN for row in rows) - BETWEEN
