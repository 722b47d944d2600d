"""Results as plots that a paper can print: latency against scale, memory by component, time by part."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from sovereign.store.files import write_atomic

from .drawing import Drawing, bytes_of, style
from .latency_plots import breakdown, latency
from .memory_plot import memory
from .results import Results
from .words import where

_PLOTS: dict[str, Callable[[Results], Drawing | None]] = {
    "latency": latency,
    "memory": memory,
    "breakdown": breakdown,
}
NAMES = tuple(_PLOTS)


class Plot(NamedTuple):
    """A plot as SVG, and what stands around it. ``alt`` says in words what is to be seen."""

    svg: bytes
    title: str
    caption: str
    alt: str


def svg(results: Results, name: str) -> Plot | None:
    """The plot ``latency``, ``memory`` or ``breakdown``; None where the results have nothing to draw in it.

    Raises:
        KeyError: for another name.
    """
    with style():
        drawing = _PLOTS[name](results)
        return drawing and Plot(bytes_of(drawing, "svg"), drawing.title, drawing.caption, drawing.alt)


def write(results: Results, folder: Path) -> list[Path]:
    """Every plot in ``folder`` as SVG and PNG, and ``plots.md``, which shows them with caption and alternative text.

    Raises:
        StoreError: if a file cannot be written.
    """
    paths, shown = [], ["# Plots", f"Measured on {where(results.environment)}, by `{results.command}`."]
    for name, draw in _PLOTS.items():
        with style():
            if (drawing := draw(results)) is None:
                continue
            for kind in ("svg", "png"):
                paths.append(folder / f"{name}.{kind}")
                write_atomic(paths[-1], bytes_of(drawing, kind))
        shown.append(f"![{drawing.alt}]({name}.svg)\n\n**{drawing.title}.** {drawing.caption}")
    paths.append(folder / "plots.md")
    write_atomic(paths[-1], ("\n\n".join(shown) + "\n").encode("utf-8"))
    return paths
