"""A table of a document as a grid: each cell with the headers that say what it is of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sovereign.records import Cell, Document, Table, UsedCell

_FIGURE = re.compile(r"\d")


@dataclass(frozen=True)
class GridCell:
    """A cell that is no header. ``row_headers`` and ``column_headers`` are the texts that say what its row and its column
    are of, the outermost first; a group's heading over the rows below it is the first of ``row_headers``."""

    text: str
    start: int
    end: int
    row: int
    column: int
    row_headers: tuple[str, ...]
    column_headers: tuple[str, ...]
    bold: bool = False

    def used(self) -> UsedCell:
        """The cell as a rationale names it."""
        return UsedCell(
            text=self.text, start=self.start, end=self.end, row=self.row, column=self.column,
            row_headers=self.row_headers, column_headers=self.column_headers, bold=self.bold,
        )  # fmt: skip


@dataclass(frozen=True)
class Grid:
    """A table: its label ("Table 2"), caption, the cells that are no headers, and its span in the document's text."""

    label: str
    caption: str
    cells: tuple[GridCell, ...]
    start: int
    end: int
    page: int | None = None


def grids_of(document: Document) -> tuple[Grid, ...]:
    """All tables of a document that may serve as evidence."""
    return tuple(grid_of(document, t) for t in document.tables if document.sections[t.section].evidence)


def grid_of(document: Document, table: Table) -> Grid:
    """One table with its headers resolved.

    Where the table marks no header, those are taken to be the rows from the top without a figure outside the first column,
    at least the first, and the first column.
    """
    marked = any(c.header for c in table.cells)
    top = _top(table.cells, document)
    over = [c for c in table.cells if (c.header if marked else c.row < top)]
    if marked and not any(c.header and c.row == min(x.row for x in table.cells) for c in table.cells):
        over += [c for c in table.cells if c.row < top and not c.header]
    first = min((c.column for c in table.cells), default=0)
    heads = {(c.row, c.column): c for c in over}
    lines = [c for c in table.cells if c.column == first and (c.row, c.column) not in heads]
    body = [c for c in table.cells if (c.row, c.column) not in heads and c.column != first]
    width = max((c.column + c.columns for c in table.cells), default=0)
    # A header that fills its row alone heads the rows below it, not a column.
    groups = [c for c in over if c.columns > 1 and c.column == first and c.columns >= width - first]
    columns = [c for c in over if c not in groups]
    begins = min((c.row for c in body), default=0)
    found = []
    for cell in body:
        above = [
            h for h in columns
            if h.row < cell.row and h.column <= cell.column < h.column + h.columns and (h.column != first or h.columns > 1)
        ]  # fmt: skip
        beside = [
            h for h in columns if h.row <= cell.row < h.row + h.rows and h.column < cell.column and h.row >= begins
        ]
        own = [c for c in lines if c.row <= cell.row < c.row + c.rows]
        group = [g for g in groups if begins <= g.row < cell.row or (g.row < begins and g.row > 0)][-1:]
        found.append(
            GridCell(
                document.slice(cell), cell.start, cell.end, cell.row, cell.column,
                _texts(document, [*group, *own, *beside]), _texts(document, above), cell.bold,
            )
        )  # fmt: skip
    return Grid(table.label, table.caption, tuple(found), table.start, table.end, table.page)


def _top(cells: Sequence[Cell], document: Document) -> int:
    """The number of rows from the top that hold no figure outside the first column, at least one."""
    first = min((c.column for c in cells), default=0)
    figures = [c.row for c in cells if c.column != first and _FIGURE.search(document.slice(c)) and not c.header]
    top = min((c.row for c in cells), default=0)
    return max(top + 1, min(figures, default=top + 1))


def _texts(document: Document, cells: Sequence[Cell]) -> tuple[str, ...]:
    ordered = sorted(cells, key=lambda c: (c.row, c.column))
    return tuple(dict.fromkeys(document.slice(c) for c in ordered))
