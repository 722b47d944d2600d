"""A grid as figures: the value at each row and column, and which way is better there."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from sovereign.language.metrics import metrics, naming
from sovereign.language.units import dimension
from sovereign.language.words import stem, word_set

from .cells import Reading, decimal_commas, read_cell, unit_in
from .grid import Grid, GridCell

Axis = Literal["row", "column"]

# Words of a header that say which way is better, as stems; the general vocabulary of metrics knows others.
_LOWER = word_set(
    """error err wer cer ter ser perplex ppl loss latenc second sec ms millisecond time hour rmse mae mse mape fid distanc
    invalid wrong miss hallucin disflu cost nll bpc bpb eer mr delay runtim overhead violat repetit rep flop collis regret
    toxic bias param paramet memori size lower"""
)
_HIGHER = word_set(
    """acc accuraci f f1 f2 precis prec p recal recall rec r bleu rouge meteor auc auroc map mrr ndcg hit score em exact uas las
    success throughput speed fps correl pearson spearman kappa cider spice nist iou dice psnr ssim agreement reward win
    divers correct relev fluenc coverag mcc gleu chrf comet spearmanr rho tau good informa inform combin measur roc"""
)
_SPEEDS = word_set(
    "latenc second sec ms millisecond time hour delay runtim throughput speed fps latency throughput training_time"
)
_COSTS = _SPEEDS | word_set(
    "param paramet memori size flop cost parameters memory storage trainable_parameters compute"
)
_QUALITY = re.compile(r"^(?:p|r|h|hits?|recall|precision|ndcg|f|bleu|rouge|b|r)[@-]?\d*(?:[.-]?\w)?$", re.IGNORECASE)
_ARROW_UP, _ARROW_DOWN = re.compile(r"↑|⇑|\\uparrow"), re.compile(r"↓|⇓|\\downarrow")
_SAID_LOWER = re.compile(
    r"\b(?:lower|smaller|less|fewer)(?: values?| scores?| numbers?)? (?:is|are|being)(?: the)? better", re.I
)
_SAID_HIGHER = re.compile(
    r"\b(?:higher|larger|greater)(?: values?| scores?| numbers?)? (?:is|are|being)(?: the)? better", re.I
)
_FEWEST = 3  # figures of a line whose bold marks can say which way is better
_WORD = re.compile(r"[^\W_]+(?:@\d+)?")


@dataclass(frozen=True)
class Entry:
    """A cell with a figure: ``value`` in the base of its column's factor, and the unit that the cell or a header gives."""

    cell: GridCell
    reading: Reading
    unit: str

    @property
    def value(self) -> float:
        """Its first figure."""
        return self.reading.value


@dataclass(frozen=True)
class Sheet:
    """The figures of a grid by row and column, and the headers of each row and column that has one.

    ``marked`` is which way is better along a line, where bold marks say so; ``measures`` the axis whose headers name several
    measures, None where one measure holds for all, or none is named.
    """

    grid: Grid
    at: Mapping[tuple[int, int], Entry]
    headers: Mapping[Axis, Mapping[int, tuple[str, ...]]]
    marked: Mapping[tuple[Axis, int], int]
    measures: Axis | None

    def entry(self, axis: Axis, line: int, across: int) -> Entry | None:
        """The figure of a line of one axis at a line of the other."""
        return self.at.get((line, across) if axis == "row" else (across, line))

    def lines(self, axis: Axis) -> tuple[int, ...]:
        """All rows, or all columns, with a figure."""
        return tuple(self.headers[axis])

    def better(self, entry: Entry) -> int:
        """1 where more is better, -1 where less is, 0 where nothing says so: by an arrow, bold marks, the measure, the caption."""
        for headers in (entry.cell.column_headers, entry.cell.row_headers):
            if arrow := arrow_of(headers):
                return arrow
        lines: dict[Axis, int] = {"column": entry.cell.column, "row": entry.cell.row}
        for axis in (self.measures or "column",):
            if marked := self.marked.get((axis, lines[axis]), 0):
                return marked
        own = better_of(entry.cell.column_headers) or better_of(entry.cell.row_headers)
        return own or better_of((self.grid.caption,), whole=False)

    def directed(self, axis: Axis) -> frozenset[int]:
        """The lines of an axis whose headers name a measure."""
        return frozenset(line for line, headers in self.headers[axis].items() if better_of(headers))

    def costs(self, axis: Axis) -> frozenset[int]:
        """The lines of an axis that count what something costs: time, memory, parameters."""
        return frozenset(n for n, h in self.headers[axis].items() if measure_of(h)[0] in _COSTS)

    def speeds(self, axis: Axis) -> frozenset[int]:
        """The lines of an axis that measure time or speed."""
        return frozenset(n for n, h in self.headers[axis].items() if measure_of(h)[0] in _SPEEDS)


_AXES: tuple[Axis, Axis] = ("row", "column")


def other(axis: Axis) -> Axis:
    """The axis across."""
    return "column" if axis == "row" else "row"


@lru_cache(maxsize=32)
def sheet_of(grid: Grid) -> Sheet:
    """The figures of a grid; a column of decimal commas is read as one, and a unit may stand in a header or the caption alone."""
    columns: dict[int, list[GridCell]] = defaultdict(list)
    for cell in grid.cells:
        columns[cell.column].append(cell)
    said = unit_in(grid.caption)[0]
    at: dict[tuple[int, int], Entry] = {}
    for cells in columns.values():
        comma = decimal_commas(c.text for c in cells)
        for cell in cells:
            reading = read_cell(cell.text, comma)
            if reading is None:
                continue
            unit, factor = _unit_of((*cell.column_headers, *cell.row_headers))
            scaled = tuple(v * factor for v in reading.values) if factor != 1.0 else reading.values
            read = Reading(scaled, reading.unit, reading.spread, reading.upper, reading.decimals, reading.rank)
            at[cell.row, cell.column] = Entry(cell, read, reading.unit or unit or said)
    headers: dict[Axis, dict[int, tuple[str, ...]]] = {"row": {}, "column": {}}
    for entry in at.values():
        headers["row"].setdefault(entry.cell.row, entry.cell.row_headers)
        headers["column"].setdefault(entry.cell.column, entry.cell.column_headers)
    ordered: dict[Axis, dict[int, tuple[str, ...]]] = {
        "row": headers["row"],
        "column": dict(sorted(headers["column"].items())),
    }
    return Sheet(grid, at, ordered, _marked(at.values()), _measures(ordered))


def _measures(headers: Mapping[Axis, Mapping[int, tuple[str, ...]]]) -> Axis | None:
    """The axis whose headers name several measures; None where one measure holds for all, or none is named."""
    names = {axis: {measure_of(h)[0] for h in headers[axis].values()} - {""} for axis in _AXES}
    best: Axis = "column" if len(names["column"]) >= len(names["row"]) else "row"
    return best if len(names[best]) > 1 else None


def _marked(entries: Iterable[Entry]) -> dict[tuple[Axis, int], int]:
    """Which way is better along a line, where bold marks say so: few cells are bold, the largest or the smallest among them."""
    lines: dict[tuple[Axis, int], list[Entry]] = defaultdict(list)
    for entry in entries:
        lines["column", entry.cell.column].append(entry)
        lines["row", entry.cell.row].append(entry)
    found: dict[tuple[Axis, int], int] = {}
    for line, held in lines.items():
        bold = {e.value for e in held if e.cell.bold}
        values = [e.value for e in held]
        if bold and len(values) >= _FEWEST and sum(e.cell.bold for e in held) <= len(held) / 2:
            high, low = max(values) in bold, min(values) in bold
            if high != low:
                found[line] = 1 if high else -1
    return found


def _unit_of(headers: Iterable[str]) -> tuple[str, float]:
    return next((found for h in headers if (found := unit_in(h)) != ("", 1.0)), ("", 1.0))


def better_of(headers: tuple[str, ...], whole: bool = True) -> int:
    """Which way is better under these headers, or in a caption (``whole`` is False): 1, -1, or 0 where nothing says so."""
    return measure_of(headers, whole)[1]


@lru_cache(maxsize=8192)
def arrow_of(headers: tuple[str, ...]) -> int:
    """Which way an arrow in the headers points: 1, -1, or 0 without one."""
    text = " ".join(headers)
    return 1 if _ARROW_UP.search(text) else -1 if _ARROW_DOWN.search(text) else 0


@lru_cache(maxsize=8192)
def measure_of(headers: tuple[str, ...], whole: bool = True) -> tuple[str, int]:
    """The measure that headers name, and which way headers say is better: an arrow, "lower is better", else the measure that the innermost of them names.

    ``whole`` is False for running text, where only what it says outright and the first measure that it names count.
    """
    text = " ".join(headers)
    if whole and (_ARROW_UP.search(text) or _ARROW_DOWN.search(text)):
        return text, 1 if _ARROW_UP.search(text) else -1
    if whole and (_SAID_LOWER.search(text) or _SAID_HIGHER.search(text)):
        return text, -1 if _SAID_LOWER.search(text) else 1
    for header in reversed(headers):
        for word in _WORD.findall(header) if not whole else reversed(_WORD.findall(header)):
            root = stem(word.lower())
            if root in _LOWER or word.lower() in _LOWER:
                return root, -1
            if root in _HIGHER or (whole and _QUALITY.match(word)):
                return root, 1
        if whole and (found := naming(header)):
            return found.metric, -metrics()[found.metric].cost * (-1 if found.turned else 1)
    return "", 0


def kind(entry: Entry) -> str:
    """The dimension of a figure's unit: "time", "bytes", "ratio", or "" where it has none."""
    return dimension(entry.unit) if entry.unit else ""
