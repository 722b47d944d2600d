"""The plot of a panel as SVG: read in black and white, too, since each method has a marker and a dash of its own.

What the script of the page needs to draw it otherwise (absolute, linear, narrower) comes from here as well, so that both agree.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

from markupsafe import Markup

from sovereign.lab.overhead.drawing import style_of
from sovereign.lab.overhead.words import digits, times
from sovereign.records import Model

from .panels import Line, Panel, Point

WIDTH, HEIGHT = 780, 440
LEFT, RIGHT, TOP, BOTTOM = 66, 16, 14, 54
SCALES = ((1e8, "100M"), (1e9, "1B"), (1e10, "10B"), (1e11, "100B"))
MULTIPLES = (1.0, 2.0, 5.0)
FINE = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)
# The markers and dashes of the published plots, as SVG.
MARKERS = {
    "o": "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z",
    "s": "M-4.4 -4.4h8.8v8.8h-8.8z",
    "^": "M0 -5.6l5.4 9.6h-10.8z",
    "v": "M0 5.6l5.4 -9.6h-10.8z",
    "D": "M0 -6l6 6l-6 6l-6 -6z",
    "P": "M-1.8 -5.5h3.6v3.7h3.7v3.6h-3.7v3.7h-3.6v-3.7h-3.7v-3.6h3.7z",
    "X": "M-5.2 -2.8l2.4 -2.4l2.8 2.8l2.8 -2.8l2.4 2.4l-2.8 2.8l2.8 2.8l-2.4 2.4l-2.8 -2.8l-2.8 2.8l-2.4 -2.4l2.8 -2.8z",
    "h": "M0 -5.6l4.9 2.8v5.6l-4.9 2.8l-4.9 -2.8v-5.6z",
}
DASHES = {"-": "", "--": "7 4", "-.": "9 3 2 3", ":": "2 4"}


class DrawnPoint(Model):
    """A point with its words; ``x`` is its number of parameters."""

    x: int
    value: float
    low: float | None
    high: float | None
    ratio: float
    how: str
    main: bool
    predicted: float | None
    said: str


class DrawnLine(Model):
    """A line with its looks: ``marker`` is the path of an SVG, ``dash`` the pattern of its stroke."""

    method: str
    label: str
    marker: str
    dash: str
    points: tuple[DrawnPoint, ...]


class Drawn(Model):
    """All that a script needs to draw a panel."""

    id: str
    title: str
    quantity: str
    unit: str
    lines: tuple[DrawnLine, ...]


class Axis(NamedTuple):
    """A logarithmic axis of values onto places, with labelled ticks."""

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[tuple[float, str], ...]

    def at(self, value: float) -> float:
        """The place of a value, in units of the drawing."""
        share = math.log(value / self.low) / math.log(self.high / self.low)
        return round(self.start + share * (self.end - self.start), 1)


def drawn(panel: Panel) -> Drawn:
    """A panel with looks and words."""
    return Drawn(
        id=panel.id, title=panel.title, quantity=panel.quantity, unit=panel.unit,
        lines=tuple(_line(line) for line in panel.lines),
    )  # fmt: skip


def svg(panel: Panel) -> Markup:
    """The ratios of a panel over the scales, both axes logarithmic."""
    shown = drawn(panel)
    every = [point for line in shown.lines for point in line.points]
    if not every:
        return Markup("")
    x = _axis([p.x for p in every] + [1e8, 1e11], LEFT, WIDTH - RIGHT, SCALES, 0.75, 1.4)
    y = _axis([p.ratio for p in every], HEIGHT - BOTTOM, TOP, _ticks(p.ratio for p in every), 0.92, 1.09)
    parts = [_frame(x, y, f"{panel.quantity}, relative to full fine-tuning")]
    parts += [_series(line, x, y) for line in reversed(shown.lines)]
    head = Markup('<svg class="plot" id="plot" viewBox="0 0 {} {}" role="img" aria-label="{}. {}">').format(
        WIDTH, HEIGHT, panel.title, alt(panel)
    )
    return head + Markup("").join(parts) + Markup("</svg>")


def alt(panel: Panel) -> str:
    """What the plot shows, in words: the ends of each line."""
    said = []
    for line in panel.lines:
        main = [point for point in line.points if point.main]
        if main:
            first, last = main[0], main[-1]
            said.append(f"{line.label}: {times(first.ratio)} at {first.model}, {times(last.ratio)} at {last.model}")
    return f"Relative to full fine-tuning. {'; '.join(said)}."


def amount(point: Point) -> str:
    """The figure with its unit and, where something was repeated, its quartiles."""
    interval = (
        f" ({digits(point.low)} to {digits(point.high)})" if point.low is not None and point.high is not None else ""
    )
    return f"{digits(point.value)} {point.unit}{interval}"


def _line(line: Line) -> DrawnLine:
    _, marker, dash = style_of(line.method)
    return DrawnLine(
        method=line.method,
        label=line.label,
        marker=MARKERS.get(marker, MARKERS["h"]),
        dash=DASHES[dash],
        points=tuple(
            DrawnPoint(
                x=point.parameters, value=_short(point.value), low=_short(point.low), high=_short(point.high), ratio=_short(point.ratio),
                how=point.how, main=point.main, predicted=_short(point.predicted),
                said=f"{line.label}, {point.model}: {times(point.ratio)} of full fine-tuning, {amount(point)}, {point.how}",
            )
            for point in line.points
        ),
    )  # fmt: skip


def _short(value: float | None) -> float:
    return value and float(f"{value:.5g}")  # type: ignore[return-value]


def _axis(
    values: Iterable[float], start: float, end: float, ticks: tuple[tuple[float, str], ...], under: float, over: float
) -> Axis:
    there = list(values)
    low, high = min(there) * under, max(there) * over
    return Axis(low, high, start, end, tuple(tick for tick in ticks if low <= tick[0] <= high))


def _ticks(values: Iterable[float]) -> tuple[tuple[float, str], ...]:
    """Round numbers over the range of values: finer ones where it is short."""
    there = list(values)
    low, high = min(there), max(there)
    steps = FINE if high / low < 30 else MULTIPLES
    powers = range(math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 1)
    return tuple((step * 10**power, f"{step * 10**power:g}") for power in powers for step in steps)


def _frame(x: Axis, y: Axis, said: str) -> Markup:
    floor = HEIGHT - BOTTOM
    parts = [
        Markup('<path class="grid" d="M{} {}H{}"/><text class="tick" x="{}" y="{}" text-anchor="end">{}</text>').format(
            LEFT, y.at(value), WIDTH - RIGHT, LEFT - 8, y.at(value) + 4, name
        )
        for value, name in y.ticks
    ]
    parts += [
        Markup(
            '<path class="grid" d="M{} {}V{}"/><text class="tick" x="{}" y="{}" text-anchor="middle">{}</text>'
        ).format(x.at(value), TOP, floor, x.at(value), floor + 20, name)
        for value, name in x.ticks
    ]
    middle = (TOP + floor) / 2
    parts += [
        Markup('<path class="axis" d="M{} {}V{}H{}"/>').format(LEFT, TOP, floor, WIDTH - RIGHT),
        Markup('<text class="name" x="{}" y="{}" text-anchor="middle">Parameters of the model</text>').format(
            (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10
        ),
        Markup('<text class="name" x="16" y="{}" text-anchor="middle" transform="rotate(-90 16 {})">{}</text>').format(
            middle, middle, said
        ),
    ]
    return Markup('<g class="frame" aria-hidden="true">') + Markup("").join(parts) + Markup("</g>")


def _series(line: DrawnLine, x: Axis, y: Axis) -> Markup:
    main = [f"{x.at(p.x)} {y.at(p.ratio)}" for p in line.points if p.main]
    join = Markup('<path class="join" d="M{}" stroke-dasharray="{}"/>').format("L".join(main), line.dash or "none")
    points = [
        Markup('<g class="point {}" transform="translate({} {})"><title>{}</title><path class="mark" d="{}"/>{}</g>').format(
            f"how-{p.how}", x.at(p.x), y.at(p.ratio), p.said, line.marker, Markup('<path class="bar" d="M-8 0H8"/>') if p.how == "tiled" else ""
        )
        for p in line.points
    ]  # fmt: skip
    body = (join if len(main) > 1 else Markup("")) + Markup("").join(points)
    return Markup('<g class="series m-{}">{}</g>').format(line.method, body)


def swatch(line: DrawnLine) -> Markup:
    """The sample of a line in a legend."""
    return Markup(
        '<svg class="swatch m-{}" viewBox="0 0 44 14" width="44" height="14" aria-hidden="true" focusable="false">'
        '<path class="join" d="M1 7H43" stroke-dasharray="{}"/><path class="mark" transform="translate(22 7)" d="{}"/></svg>'
    ).format(line.method, line.dash or "none", line.marker)


def sample(how: str) -> Markup:
    """The sample of a way to find a figure: filled, pale, pale with a bar, open."""
    bar = Markup('<path class="bar" transform="translate(9 7)" d="M-8 0H8"/>') if how == "tiled" else ""
    return Markup(
        '<svg class="swatch point how-{}" viewBox="0 0 18 14" width="18" height="14" aria-hidden="true" focusable="false">'
        '<path class="mark" transform="translate(9 7)" d="{}"/>{}</svg>'
    ).format(how, MARKERS["o"], bar)
