"""SciTab (Lu et al. 2023, arXiv:2305.13186): claims about result tables of computer-science papers.

Reads the published ``sci_tab.json`` and one record a line (``claims.jsonl``). Two ways: the checks of sentences are given a table
as one sentence a row, "column: cell, column: cell", with the caption as title (:func:`load`); the check of tables is given
the table (:func:`cases`, measured in :mod:`.table_claims`).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from .files import Row, find, missing, objects, record
from .pairs import Label, Pair
from .table_claims import Case, table_document

_LABELS: dict[str, Label] = {
    "supports": "SUPPORT",
    "refutes": "CONTRADICT",
    "not enough info": "NOT_ENOUGH_INFO",
}
_MARK = re.compile(r"\[(?:BOLD|ITALIC|EMPTY|CONTINUE|UNDERLINE)\]")


class _Claim(Row):
    paper_id: str
    table_caption: str
    table_column_names: list[str]
    table_content_values: list[list[str]]
    claim: str
    label: Literal["supports", "refutes", "not enough info"]


def files(data: Path) -> list[Path]:
    """The file of the set.

    Raises:
        InputError: if it is not there.
    """
    found = find(data, "scitab", ("sci_tab.json", "claims.jsonl"))
    if not found:
        raise missing(data, "SciTab", "sci_tab.json or claims.jsonl")
    return [next(iter(found.values()))]


def load(data: Path, split: str | None = None) -> list[Pair]:
    """Every claim with its table; documents are papers. The set has no split.

    Raises:
        InputError: if the file is missing, broken or cut short.
    """
    return [_pair(record(_Claim, value, place)) for path in files(data) for place, value in objects(path)]


def cases(data: Path) -> list[Case]:
    """Every claim with its table as a document, in the order of :func:`load`.

    Raises:
        InputError: as :func:`load`.
    """
    return [_case(record(_Claim, value, place)) for path in files(data) for place, value in objects(path)]


def _case(row: _Claim) -> Case:
    rows = [
        [(_plain(cell), "[BOLD]" in cell) for cell in cells]
        for cells in (row.table_column_names, *row.table_content_values)
    ]
    return Case(_plain(row.claim), table_document(_plain(row.table_caption), rows), _LABELS[row.label], row.paper_id)


def _pair(row: _Claim) -> Pair:
    return Pair(
        claim=_plain(row.claim),
        title=_plain(row.table_caption),
        sentences=tuple(_sentence(row.table_column_names, cells) for cells in row.table_content_values),
        label=_LABELS[row.label],
        group=row.paper_id,
    )


def _sentence(names: list[str], cells: list[str]) -> str:
    """One row; a row that is longer or shorter than the head keeps what it has."""
    names = [*map(_plain, names), *[""] * (len(cells) - len(names))]
    given = [(n, c) for n, c in zip(names, map(_plain, cells), strict=False) if c]
    return ", ".join(f"{n}: {c}" if n else c for n, c in given) + "."


def _plain(text: str) -> str:
    return " ".join(_MARK.sub(" ", text).split())
