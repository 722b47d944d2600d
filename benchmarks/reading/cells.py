"""How far two readings of one paper hold the same cells of its tables, and in the same rows and columns."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from sovereign.records import Cell, Document, Table

from .forms import CITATION, words
from .prose import overlap

LEAST_LIKE = 0.5  # of the words of two captions, or of the cells of two tables
_KEPT = re.compile(r"[^\w.%±+-]|_")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))

Relation = tuple[str, str, str]


class Score(NamedTuple):
    """One table of the structured form: its cells with a letter or digit, how many of them the PDF's table has, and how
    many of them under the same header of a column and beside the same header of a row."""

    label: str
    matched_by: str
    cells: int
    found: int
    related: int


def text_of(document: Document, cell: Cell) -> str:
    """A cell's text without case, blanks, citations and the marks of notes."""
    text = unicodedata.normalize("NFKC", CITATION.sub("", document.slice(cell))).translate(_DASHES)
    return _KEPT.sub("", text).casefold().strip("-.")


def relations(document: Document, table: Table) -> Counter[Relation]:
    """For each cell with a letter or digit: header of its row, header of its column, text.

    The header of a row is the first cell of it; that of a column the lowest header cell above, or where none is marked
    as header the topmost cell. A cell has no header that is the cell itself.
    """
    texts = {cell: text_of(document, cell) for cell in table.cells}
    marked = any(cell.header for cell in table.cells)
    found: Counter[Relation] = Counter()
    for cell, text in texts.items():
        if not any(map(str.isalnum, text)):
            continue
        beside = [one for one in table.cells if one.row <= cell.row < one.row + one.rows and one.column < cell.column]
        above = [
            one
            for one in table.cells
            if one.column <= cell.column < one.column + one.columns
            and one.row < cell.row
            and (one.header or not marked)
        ]
        row = texts[min(beside, key=lambda one: one.column)] if beside else ""
        pick = max if marked else min
        column = texts[pick(above, key=lambda one: one.row)] if above else ""
        found[row, column, text] += 1
    return found


def compare(structured: Document, pdf: Document) -> list[Score]:
    """A score for each label of the structured form's tables; parts of one table under one label count together."""
    groups: dict[str, list[Table]] = {}
    for number, table in enumerate(structured.tables):
        groups.setdefault(_key(table.label) or f"without label, {number + 1}. in the text", []).append(table)
    return [_score(label, structured, tables, pdf) for label, tables in groups.items()]


def _score(label: str, structured: Document, tables: Sequence[Table], pdf: Document) -> Score:
    wanted = _all_relations(structured, tables)
    how, others = _match(label, wanted, tables, pdf)
    given = _all_relations(pdf, others)
    return Score(
        label,
        how,
        wanted.total(),
        (_texts(wanted) & _texts(given)).total(),
        (wanted & given).total(),
    )


def _match(label: str, wanted: Counter[Relation], tables: Sequence[Table], pdf: Document) -> tuple[str, list[Table]]:
    """The PDF's tables of the same label; else the one of the likest caption; else the one with the most of the cells."""
    if named := [table for table in pdf.tables if _key(table.label) == label]:
        return "label", named
    captions = [words(table.caption) for table in tables if table.caption]
    for other in pdf.tables:
        if any(overlap(caption, words(other.caption)) >= LEAST_LIKE for caption in captions):
            return "caption", [other]
    texts = _texts(wanted)
    shares = [((texts & _texts(relations(pdf, table))).total() / max(1, texts.total()), table) for table in pdf.tables]
    best = max(shares, key=lambda share: share[0], default=None)
    return ("cells", [best[1]]) if best and best[0] >= LEAST_LIKE else ("none", [])


def _all_relations(document: Document, tables: Sequence[Table]) -> Counter[Relation]:
    return sum((relations(document, table) for table in tables), Counter())


def _texts(found: Counter[Relation]) -> Counter[str]:
    texts: Counter[str] = Counter()
    for (_, _, text), count in found.items():
        texts[text] += count
    return texts


def _key(label: str) -> str:
    return " ".join(re.findall(r"[a-z]+|[0-9.]+", label.lower())).rstrip(".")
