"""A table of a document as a grid: each cell with the headers that say what it is of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sovereign.records import Cell, Document, Table, UsedCell

from .cells import missing, read_cell


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
    """A table: its label ("Table 2"), caption, the cells that are no headers, and its span in the document's text.

    ``corners`` are the headers over the columns of row headers ("Model", "# of heads").
    """

    label: str
    caption: str
    cells: tuple[GridCell, ...]
    start: int
    end: int
    page: int | None = None
    corners: tuple[str, ...] = ()


_Place = tuple[int, int]
_Rows = Mapping[int, Mapping[int, Cell]]


def grids_of(document: Document) -> tuple[Grid, ...]:
    """All tables of a document that may serve as evidence."""
    return tuple(grid_of(document, t) for t in document.tables if document.sections[t.section].evidence)


def grid_of(document: Document, table: Table) -> Grid:
    """One table with its headers resolved: rows of headers above, columns of them to the left, headings of groups between.

    What the table does not mark is taken from where its figures stand: rows from the top without a figure outside the first
    column are headers (at least the first row, unless it is figures only), and so are the columns from the left without one.
    """
    rows: dict[int, dict[int, Cell]] = defaultdict(dict)
    for cell in table.cells:
        rows[cell.row][cell.column] = cell
    text = {(c.row, c.column): " ".join(document.slice(c).split()) for c in table.cells}
    first = min((c.column for c in table.cells), default=0)
    width = max((c.column + c.columns for c in table.cells), default=0)
    head = _head_rows(rows, text, first)
    groups = {r for r in rows if r not in head and _is_group(rows[r], text, first, width)}
    body = [r for r in sorted(rows) if r not in head and r not in groups]
    stubs = _stub_columns(rows, body, text, first, width)
    above = _columns_above(rows, head, text, width)
    beside = _covered(rows, body, stubs, text)
    found: list[GridCell] = []
    group: tuple[str, ...] = ()
    for r in sorted(rows):
        if r in groups:
            group = (text[r, min(rows[r])],)
        if r not in body:
            continue
        headers = tuple(dict.fromkeys((*group, *(beside[r, c] for c in stubs if (r, c) in beside))))
        found += [
            GridCell(document.slice(c), c.start, c.end, r, c.column, headers, above.get(c.column, ()), c.bold)
            for column, c in sorted(rows[r].items())
            if column not in stubs
        ]
    corners = tuple(dict.fromkeys(h for c in stubs for h in above.get(c, ())))
    return Grid(table.label, table.caption, tuple(found), table.start, table.end, table.page, corners)


def _figure(text: str) -> bool:
    return _has_figure(text) or missing(text)


def _has_figure(text: str) -> bool:
    """Whether a cell holds a figure, with a decimal point or a decimal comma."""
    return read_cell(text) is not None or read_cell(text, True) is not None


def _head_rows(rows: _Rows, text: Mapping[_Place, str], first: int) -> set[int]:
    """The rows from the top that say what the columns are of."""
    head: set[int] = set()
    for n, r in enumerate(sorted(rows)):
        cells = rows[r]
        others = [c for column, c in cells.items() if column != first] or list(cells.values())
        marked = all(c.header for c in others)
        figures = sum(_figure(text[c.row, c.column]) and not c.header for c in others)
        over = n > 0 and len({text[c.row, c.column] for c in cells.values()}) == 1 and len(head) > 0
        if over and not (len(cells) == 1 and min(cells) != first):
            break
        if not marked and figures and (n > 0 or figures > len(others) / 2):
            break
        head.add(r)
    return head


def _is_group(cells: Mapping[int, Cell], text: Mapping[_Place, str], first: int, width: int) -> bool:
    """Whether a row only heads the rows below it: one text in the first column, or the same text all over."""
    texts = {text[c.row, c.column] for c in cells.values()}
    only = next(iter(cells.values()))
    said = next(iter(texts))
    return len(texts) == 1 and only.column == first and width - first > 1 and bool(said) and not _figure(said)


def _stub_columns(rows: _Rows, body: list[int], text: Mapping[_Place, str], first: int, width: int) -> list[int]:
    """The columns from the left that name the rows: the first, and those after it that hold no figure."""
    stubs = [first]
    for column in range(first + 1, width):
        cells = [rows[r][column] for r in body if column in rows[r]]
        figures = sum(_has_figure(text[c.row, c.column]) for c in cells)
        # A column of dashes and marks says nothing of what its row is; the last column is always of values.
        words = sum(any(ch.isalpha() for ch in text[c.row, c.column]) for c in cells)
        marked = cells and all(c.header for c in cells)
        if not marked and (figures or not words or column == width - 1):
            break
        stubs.append(column)
    return stubs


def _columns_above(rows: _Rows, head: set[int], text: Mapping[_Place, str], width: int) -> dict[int, tuple[str, ...]]:
    """The headers over each column, the outermost first; one that spans several columns is over each of them."""
    above: dict[int, dict[str, None]] = defaultdict(dict)
    for r in sorted(head):
        for cell in rows[r].values():
            for column in range(cell.column, min(cell.column + cell.columns, width)):
                if said := text[cell.row, cell.column]:
                    above[column][said] = None
    return {column: tuple(headers) for column, headers in above.items()}


def _covered(rows: _Rows, body: list[int], stubs: list[int], text: Mapping[_Place, str]) -> dict[_Place, str]:
    """The row header of each place: of a cell that spans rows, or of the last one above where an outer column is left empty."""
    found: dict[_Place, str] = {}
    for column in stubs:
        last, until = "", -1
        for r in body:
            if column in rows[r]:
                last, until = text[r, column], r + rows[r][column].rows
            if last and (r < until or column != stubs[-1] or column not in rows[r]):
                found[r, column] = last
    return found
