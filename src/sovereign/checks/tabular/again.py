"""Figures of a claim found again in the cells of one table: each as it is printed, under headers that the claim speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sovereign.language.metrics import mentions
from sovereign.language.words import content_stems, normalize
from sovereign.records import CheckOutcome, Computation, Rationale

from .grid import Grid
from .sheet import Entry, Sheet, sheet_of
from .verify import LONGEST, Ruling

_FIGURE = re.compile(
    r"(?<![\w.,-])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\w.]*\d)|(?<![\w.,-])\d+\.\d+(?![\w.]*\d)|(?<![\w.,-])\d{3,}(?![\w.]*\d)"
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_LEAST_DIGITS = 3  # of a figure; a shorter one may stand in any table
_MOST = 8  # figures of one claim


def found_again(claim: str, grid: Grid) -> Ruling | None:
    """A look-up where every figure of a claim stands in a table, in a cell of what the claim speaks of; else None.

    The verdict is NOT_ENOUGH_INFO: a figure that stands in a table may be of another row than the claim says, and the reader sees
    whose it is. Figures of fewer than three digits are too common to be looked for, and years are none. A cell counts if the claim
    names its row or its column, and its metric where the table names one; cells of one claim are of one row or of one column.
    """
    text = normalize(claim)[:LONGEST]
    figures = [
        m[0] for m in _FIGURE.finditer(text) if not _YEAR.fullmatch(m[0]) and len(_digits(m[0])) >= _LEAST_DIGITS
    ]
    figures = list(dict.fromkeys(figures))
    if not figures or len(figures) > _MOST:
        return None
    sheet = sheet_of(grid)
    said, asked = content_stems(text), _metrics(text)
    found = _on_one_line([list(_cells(figure, sheet, said, asked)) for figure in figures])
    if not found:
        return None
    expression = "; ".join(f"{' / '.join((*e.cell.row_headers, *e.cell.column_headers))}: {e.cell.text}" for e in found)
    reason = (
        f"{', '.join(figures)}: found again in {grid.label or 'a table'}; what is said of this is not decided by that"
    )
    return Ruling(
        "NOT_ENOUGH_INFO", reason,
        Rationale(
            label=grid.label, caption=grid.caption, cells=tuple(e.cell.used() for e in found),
            computation=Computation(operation="lookup", expression=expression, value=found[0].value),
        ),
        (CheckOutcome(check="found_again", outcome="pass", reason=reason, value=float(len(figures))),),
    )  # fmt: skip


def _on_one_line(cells: Sequence[Sequence[Entry]]) -> list[Entry]:
    """One cell for each figure, all of one row, else all of one column; empty where no line has them all."""
    for axis in ("row", "column"):
        lines = [{getattr(e.cell, axis): e for e in reversed(entries)} for entries in cells]
        if common := set(lines[0]).intersection(*lines[1:]):
            return [held[min(common)] for held in lines]
    return []


def _cells(figure: str, sheet: Sheet, said: frozenset[str], asked: frozenset[str]) -> Iterator[Entry]:
    digits = _digits(figure)
    for entry in sheet.at.values():
        if digits != _digits(entry.cell.text) or abs(float(figure.replace(",", "")) - entry.value) > 1e-6 * abs(
            entry.value
        ):
            continue
        rows, columns = (content_stems(" ".join(h)) for h in (entry.cell.row_headers, entry.cell.column_headers))
        metrics = _metrics(" ; ".join((*entry.cell.column_headers, *entry.cell.row_headers, sheet.grid.caption)))
        if (rows & said or columns & said) and (not asked or not metrics or asked & metrics):
            yield entry


def _digits(figure: str) -> str:
    """The digits that a figure prints, the first of a cell: "1,234.50" gives "123450"."""
    match = re.search(r"\d[\d,]*(?:\.\d+)?", figure)
    return match[0].replace(",", "").replace(".", "").lstrip("0") if match else ""


def _metrics(text: str) -> frozenset[str]:
    return frozenset(mention[-1] for mention in mentions(text))
