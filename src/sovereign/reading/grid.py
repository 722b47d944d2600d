"""Rows of cells as a page or a source gives them, made into a grid: which row and column each cell stands in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import accumulate, groupby, islice
from typing import NamedTuple

from .document import Box

# Caps against spans and rows that no table has. What stands beyond them is left out, with a notice.
MOST_COLUMNS = 200
MOST_ROWS = 5_000
MOST_CELLS = 20_000
_LONGEST_CELL = 2_000  # characters; what is longer is a page laid out with a table

_LABEL = re.compile(
    r"\s*(?P<label>(?:(?:Supplementary|Supplemental|Supp?l?\.|Appendix|Extended Data)\s+)?(?:Table|Tab\.|Figure|Fig\.)"
    r"(?:\s*\d{1,3}|\s+(?:[A-Z]{1,2}[.-]?\d{1,3}|[IVXL]{1,6}|[A-Z](?=[.:\s])))(?:[.-]\d{1,3})*[a-z]?)\s*(?:[.:|—–]+(?:\s+|\Z)|\Z)",
    re.IGNORECASE,
)


class Slot(NamedTuple):
    """A cell as its row gives it. ``rows`` below 0 counts upwards, as ``\\multirow{-2}`` does."""

    text: str
    rows: int = 1
    columns: int = 1
    header: bool = False
    bold: bool = False


def place(rows: Iterable[Iterable[Slot]], pushed: bool = True) -> tuple[Box, ...]:
    """The cells with text of a table, in their rows and columns.

    ``pushed`` is whether a cell that spans rows pushes the cells of the rows below to the right, as in HTML (the standard's
    "forming a table"), or whether these rows leave an empty cell for it, as in LaTeX.
    """
    found: list[Box] = []
    taken_to = [0] * MOST_COLUMNS  # for each column the row from which on it is free
    filled_to = [0] * MOST_COLUMNS  # and the row after the last one with text in it
    kept = list(islice(rows, MOST_ROWS))
    for row, slots in enumerate(kept):
        column = 0
        for slot in slots:
            while pushed and column < MOST_COLUMNS and taken_to[column] > row:
                column += 1
            if column == MOST_COLUMNS or len(found) == MOST_CELLS:
                break
            columns = max(1, min(slot.columns, MOST_COLUMNS - column))
            up = max(0, min(-slot.rows - 1, row - filled_to[column]))
            down = max(1, min(slot.rows, len(kept) - row))
            for covered in range(column, column + columns):
                taken_to[covered] = max(taken_to[covered], row + down)
            if slot.text.strip():
                filled_to[column] = row + down
                found.append(Box(slot.text, row - up, column, up + down, columns, slot.header, slot.bold))
            column += columns
    return tuple(found)


def fills_cap(boxes: Sequence[Box]) -> bool:
    """Whether a table has as many rows, columns or cells as are read, so that there may have been more."""
    last = any(box.row + box.rows == MOST_ROWS or box.column + box.columns == MOST_COLUMNS for box in boxes)
    return last or len(boxes) == MOST_CELLS


def is_table(boxes: Iterable[Box]) -> bool:
    """Whether cells make a table. One row or one column holds no relation of row and column: it is an example set in a
    frame, or pictures side by side, and it stays text. So does a page laid out with a table, which long cells betray."""
    boxes = tuple(boxes)
    several = all(
        len({box[place] for box in boxes}) > 1 for place in (Box._fields.index("row"), Box._fields.index("column"))
    )
    return several and all(len(box.text) <= _LONGEST_CELL for box in boxes)


def with_group_headers(boxes: Iterable[Box]) -> tuple[Box, ...]:
    """The cells, those marked as headers that fill a row alone over several columns: they say what the rows below are of.
    In the last row such a cell is a note."""
    boxes = tuple(boxes)
    first, end = min(box.column for box in boxes), max(box.column + box.columns for box in boxes)
    last = max(box.row for box in boxes)
    begin, over = Counter(box.row for box in boxes), Counter(box.row + box.rows for box in boxes)
    filled = list(accumulate(begin[row] - over[row] for row in range(last + 1)))

    def alone(box: Box) -> bool:
        whole = box.column == first and box.column + box.columns == end and box.columns > 1
        return whole and box.rows == 1 and filled[box.row] == 1 and box.row < last

    return tuple(box._replace(header=box.header or alone(box)) for box in boxes)


def plain(boxes: Iterable[Box]) -> str:
    """The words of the cells: a line for each row, bars between."""
    in_order = sorted(boxes, key=lambda box: (box.row, box.column))
    return "\n".join(" | ".join(box.text for box in row) for _, row in groupby(in_order, key=lambda box: box.row))


def split_label(caption: str) -> tuple[str, str]:
    """The label that a caption begins with, such as "Table 2", and what comes after it. The label may be missing."""
    found = _LABEL.match(caption)
    return (found["label"], caption[found.end() :]) if found else ("", caption)


def span(written: str | None) -> int:
    """The number of rows or columns that an attribute says; 1 if it says none."""
    return int(written) if written and re.fullmatch(r"[0-9]{1,9}", written) else 1
