"""The numbers of a cluster on a line, one line for each typed key: what a template needs to draw them in SVG.

Places are percent of the width, so that a chart is as wide as its page and its letters stay as they are. Works are told apart by
shape, not by colour.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import ceil, floor, log10

from sovereign.records import Model, ProtocolEvidence, ProtocolKey

from .evidence import ClusterEntry

SHAPES = ("circle", "square", "triangle", "diamond", "cross", "plus", "ring", "box")
_MARGIN = 3.0  # percent that stay free on each side, so that no mark is cut
_MOST_ROWS = 24
_At = Callable[[float], float]


class Mark(Model):
    """One number: where it stands, in percent of the width, and the index of its entry in the table."""

    at: float
    shape: str
    label: str
    entry: int


class Row(Model):
    """The numbers of one typed key; ``low`` and ``high`` are the places of their ends."""

    name: str
    status: str
    low: float
    high: float
    marks: tuple[Mark, ...]


class Tick(Model):
    """A place of the axis."""

    at: float
    label: str


class Strip(Model):
    """A chart: all keys whose numbers are of one unit."""

    unit: str
    ticks: tuple[Tick, ...]
    rows: tuple[Row, ...]
    left_out: int


class Legend(Model):
    """The shape of a work."""

    shape: str
    work: str


def strips_of(entry: ClusterEntry) -> tuple[tuple[Strip, ...], tuple[Legend, ...]]:
    """A chart for each unit, and which shape is which work. Works beyond the shapes share the last one."""
    works = list(dict.fromkeys(e.source_id for e in entry.evidence.entries))
    shape_of = {work: SHAPES[min(n, len(SHAPES) - 1)] for n, work in enumerate(works)}
    titles = {e.source_id: _named(e.source_title, e.year) for e in entry.evidence.entries}
    units = dict.fromkeys(p.unit for p in entry.evidence.protocols)
    legend = tuple(Legend(shape=shape_of[work], work=titles[work]) for work in works)
    return tuple(_strip(entry, unit, shape_of) for unit in units), legend


def key_words(key: ProtocolKey) -> str:
    """What a key states beside method and benchmark, in one line."""
    said = [key.metric, key.dataset, key.split, key.task, key.model]
    said += [f"{key.size:.3g} parameters"] if key.size else []
    said += [f"against {key.comparator}"] if key.comparator else []
    said += [f"{name} {value}" for name, value in key.setting]
    return ", ".join(dict.fromkeys(part for part in said if part))


def _strip(entry: ClusterEntry, unit: str, shape_of: dict[str, str]) -> Strip:
    protocols = [(n, p) for n, p in enumerate(entry.evidence.protocols) if p.unit == unit]
    low, high = min(p.low for _, p in protocols), max(p.high for _, p in protocols)
    ticks = tuple(_ticks(low, high))
    first, last = ticks[0], ticks[-1]

    def at(value: float) -> float:
        return round(_MARGIN + (100 - 2 * _MARGIN) * (value - first) / (last - first), 2)

    rows = [_row(entry, n, p, shape_of, at) for n, p in protocols[:_MOST_ROWS]]
    return Strip(
        unit=unit,
        ticks=tuple(Tick(at=at(value), label=f"{value:g}") for value in ticks),
        rows=tuple(rows),
        left_out=len(protocols) - len(rows),
    )


def _row(entry: ClusterEntry, place: int, protocol: ProtocolEvidence, shape_of: dict[str, str], at: _At) -> Row:
    marks = tuple(
        Mark(at=at(score), shape=shape_of[e.source_id], label=f"{e.value}: {_named(e.source_title, e.year)}", entry=n)
        for n, (e, score) in enumerate(zip(entry.evidence.entries, entry.scores, strict=True))
        if e.protocol == place
    )
    return Row(
        name=key_words(protocol.protocol_key),
        status=protocol.status,
        low=at(protocol.low),
        high=at(protocol.high),
        marks=marks,
    )


def _ticks(low: float, high: float, most: int = 6) -> Iterator[float]:
    """Round numbers from below ``low`` to above ``high``, at most ``most`` steps, at least one."""
    width = (high - low) or abs(high) or 1.0
    raw = width / most
    power = 10.0 ** floor(log10(raw))
    step = next(power * n for n in (1, 2, 5, 10) if power * n >= raw)
    start, end = floor(low / step), max(ceil(high / step), floor(low / step) + 1)
    for n in range(start, end + 1):
        yield round(n * step, 12)


def _named(title: str, year: int | None) -> str:
    return f"{title} ({year})" if year else title
