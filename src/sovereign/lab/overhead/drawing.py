"""How plots look, and the axes that they share.

Colours are those of Okabe and Ito (2008), which colour-blind readers tell apart; each method has a marker and a line of
its own besides. SVG is the same byte for byte from the same results: no date, ids from a fixed salt, letters as outlines.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from .words import count_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 7.0  # inches: two columns of a paper
DOTS_PER_INCH = 300
BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, VERMILION, PURPLE, GREY = (
    "#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7", "#777777",
)  # fmt: skip
# Colour, marker and line of each method.
STYLES: dict[str, tuple[str, str, str]] = {
    "base": (BLACK, "", "-"),
    "full_fine_tuning": (BLACK, "s", "-"),
    "mixlora": (BLUE, "o", "-"),
    "mixlora_reference": (SKY, "^", "--"),
    "mixlora_naive": (VERMILION, "v", "-."),
    "lora": (GREEN, "D", "-"),
    "adapters": (ORANGE, "P", "--"),
    "upcycling": (PURPLE, "X", ":"),
    "mixtral": (GREY, "*", ":"),
}
OPEN: Any = {"markerfacecolor": "white", "markersize": 3.8, "markeredgewidth": 0.8}
_SETTINGS: Any = {
    "font.size": 8,
    "axes.titlesize": 8.5,
    "axes.labelsize": 8.5,
    "legend.fontsize": 8,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.5,
    "lines.linewidth": 1.1,
    "lines.markersize": 4.5,
    "legend.frameon": False,
    "hatch.linewidth": 0.4,
    "svg.fonttype": "path",
    "svg.hashsalt": "sovereign",
    "figure.facecolor": "white",
}


class Drawing(NamedTuple):
    """A figure, and the words around it: ``alt`` says in words what is to be seen."""

    figure: Figure
    title: str
    caption: str
    alt: str


@contextmanager
def style() -> Iterator[None]:
    """The look of all plots. Over the defaults, so that settings of the person who draws change nothing."""
    from matplotlib.style import context

    with context(["default", _SETTINGS]):
        yield


def grid_of(rows: int, columns: int, height: float, **sharing: Any) -> tuple[Figure, list[Axes]]:
    """A figure with a grid of axes, in reading order. It belongs to no window system, and to no global state."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    return figure, list(figure.subplots(rows, columns, squeeze=False, **sharing).flat)


def bytes_of(drawing: Drawing, kind: str) -> bytes:
    """The drawing as ``svg`` or ``png``."""
    file = io.BytesIO()
    known = {"Title": drawing.title, "Date": None, "Creator": None} if kind == "svg" else {"Software": None}
    drawing.figure.savefig(file, format=kind, dpi=DOTS_PER_INCH, metadata=known)
    return file.getvalue()


def style_of(method: str) -> tuple[str, str, str]:
    """Colour, marker and line of a method."""
    return STYLES.get(method, (GREY, "h", "--"))


def scale_axis(axis: Axes, shapes: list[str]) -> None:
    """Parameters on a logarithmic axis, with ticks at round sizes."""
    axis.set_xscale("log")
    ticks = {1e8: "100M", 1e9: "1B", 1e10: "10B", 1e11: "100B"}
    axis.set_xticks(list(ticks), labels=list(ticks.values()))
    counts = [count_of(shape) for shape in shapes]
    axis.set_xlim(min([*counts, 1e8]) * 0.75, max([*counts, 1e11]) * 1.4)
    axis.minorticks_off()
    axis.set_xlabel("parameters")
