"""Two plots of the results: accuracy against coverage, and reliability. Each says in words, too, what is to be seen in it.

Our checks are drawn with their band, the others as lines with the interval at their end: four bands on each other show
nothing. Colours differ in lightness and lines in pattern and marker, so that a print in grey can be read.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sovereign.lab.overhead.drawing import BLACK, BLUE, DOTS_PER_INCH, GREY, ORANGE, SKY, Drawing, grid_of, style

from .results import Result, put

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Results = Mapping[str, Result]

# Name in print, colour, marker and line of each checker.
_CHECKERS = {
    "rules": ("our checks", BLUE, "o", "-"),
    "words": ("words", SKY, "D", "--"),
    "features": ("features", BLACK, "s", "--"),
    "lexical": ("lexical", ORANGE, "^", ":"),
    "claim_only": ("claim only", GREY, "v", "-."),
}


def coverage(results: Results) -> Drawing:
    """Accuracy of the decisions against the share decided, on SciFact, PubMedQA and its balanced part."""
    pubmedqa = results["pubmedqa"]
    sets = {
        "SciFact": _checkers(results["scifact"]),
        "PubMedQA": _checkers(pubmedqa),
        "PubMedQA, balanced": pubmedqa["parts"]["balanced"]["checkers"],
    }
    figure, axes = grid_of(1, len(sets), 2.75, sharex=True, sharey=True)
    for axis, (name, checkers) in zip(axes, sets.items(), strict=True):
        axis.set_title(name)
        for checker, row in checkers.items():
            _curve(axis, checker, row["curve"])
        axis.set(xlim=(0, 1.03), xlabel="coverage: share decided")
    axes[0].set_ylabel("accuracy: share right of those")
    axes[0].set_ylim(top=1)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=len(_CHECKERS))
    ends = "; ".join(f"{name}: {_ends(checkers)}" for name, checkers in sets.items())
    return Drawing(
        figure,
        "Accuracy against coverage",
        "Share of the decisions (SUPPORT or CONTRADICT) that are right, as the threshold on their score falls and more claims are "
        "decided. The last point of each line is the checker as it is. Band and bars: 95 % bootstrap by document, at each "
        "threshold.",
        f"Line plots of accuracy against coverage; first and last point of each line. {ends}.",
    )


def _checkers(result: Result) -> dict[str, Result]:
    return {"rules": result, **result["baselines"]}


def _curve(axis: Axes, checker: str, points: Sequence[Result]) -> None:
    if not points:
        return
    label, colour, marker, line = _CHECKERS[checker]
    x, y = [p["coverage"] for p in points], [p["accuracy"] for p in points]
    axis.plot(x, y, color=colour, marker=marker, linestyle=line, label=label, markersize=3.2)
    around = [p["interval"] or (p["accuracy"], p["accuracy"]) for p in points]
    if checker == "rules":
        axis.fill_between(
            x, [low for low, _ in around], [high for _, high in around], color=SKY, alpha=0.3, linewidth=0
        )
    else:
        axis.vlines(x[-1], *around[-1], color=colour, linewidth=0.9)


def _ends(checkers: Mapping[str, Result]) -> str:
    def end(point: Result) -> str:
        return f"{point['accuracy']:.2f} at {point['coverage']:.2f}"

    drawn = {_CHECKERS[checker][0]: row["curve"] for checker, row in checkers.items() if row["curve"]}
    return ", ".join(f"{label} {end(points[0])} to {end(points[-1])}" for label, points in drawn.items())


def reliability(results: Results) -> Drawing:
    """Share right against the probability given, in ten bins, on data that took no part in fitting it."""
    transfer = results["transfer"]
    sets = {
        "SciFact, other documents": results["scifact"]["calibration"],
        "PubMedQA, map from SciFact": transfer["pubmedqa"],
        "balanced, map from SciFact": transfer["balanced"],
    }
    measured = {name: found for name, found in sets.items() if found}
    figure, axes = grid_of(1, len(measured), 2.6, sharex=True, sharey=True)
    for axis, (name, found) in zip(axes, measured.items(), strict=True):
        _bins(axis, found["bins"])
        low, high = found["interval"]
        axis.set_title(f"{name}\nECE {found['expected_calibration_error']:.2f} ({low:.2f}–{high:.2f})")
        axis.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="probability given")
    axes[0].set_ylabel("share of decisions right")
    each = "; ".join(f"{name}: {_told(found['bins'])}" for name, found in measured.items())
    return Drawing(
        figure,
        "Reliability",
        "Share of the decisions that are right against the probability that Platt's map gives them, in ten bins of equal count, with "
        "95 % bootstrap intervals by document. On the dashed line a probability means what it says. Left: each fold of documents by "
        "the map of the others. Middle and right: another set, by the map of all of SciFact.",
        f"Reliability diagrams; probability and share right of each bin. {each}.",
    )


def _bins(axis: Axes, bins: Sequence[Result]) -> None:
    axis.plot([0, 1], [0, 1], color=GREY, linestyle="--", linewidth=0.8)
    for member in bins:
        axis.vlines(member["probability"], *member["interval"], color=BLUE, linewidth=0.9)
    axis.plot(
        [b["probability"] for b in bins],
        [b["right"] for b in bins],
        color=BLUE,
        marker="o",
        linestyle="",
        markersize=3.5,
    )


def _told(bins: Sequence[Result]) -> str:
    return ", ".join(f"{b['probability']:.2f} {b['right']:.2f}" for b in bins)


DRAWINGS: dict[str, Callable[[Results], Drawing]] = {"coverage": coverage, "reliability": reliability}
USED = ("scifact", "pubmedqa", "transfer")  # results that are drawn


def write(results: Results, folder: Path) -> dict[str, Drawing]:
    """Every plot in ``folder`` as SVG and PNG. SVG is the same byte for byte from the same results, and holds its own words.

    Raises:
        OutputError: if a file cannot be written.
    """
    drawings = {}
    for name, draw in DRAWINGS.items():
        with style():
            drawings[name] = draw(results)
            for kind in ("svg", "png"):
                put(_bytes_of(drawings[name], kind), folder / f"{name}.{kind}")
    return drawings


def _bytes_of(drawing: Drawing, kind: str) -> bytes:
    file = io.BytesIO()
    known = {"Title": drawing.title, "Description": drawing.alt}
    fixed = {"Date": None, "Creator": None} if kind == "svg" else {"Software": None}
    drawing.figure.savefig(file, format=kind, dpi=DOTS_PER_INCH, metadata={**known, **fixed})
    return file.getvalue()
