"""NLP-TDMS (Hou et al. 2019, ACL P19-1513): result tables of NLP papers with the leaderboard tuples that they are the source of.

Reads ``papers.jsonl``: one paper a line with its tables as a PDF parser gave them. Each cell carries its own headers, which need not
form a rectangle: a table is laid out with one row for each list of row headers and one column for each list of column headers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sovereign.errors import InputError
from sovereign.reading.document import Box, Builder
from sovereign.reading.limits import Limits
from sovereign.records import Document, Paper

from . import own_paper
from .files import Row, digest, find, missing, objects, record
from .pairs import Progress
from .tdms_measure import scores

_LABEL = re.compile(r"\b(Table\s?\d+)\s*(?:[:.]|(?=[A-Z]))\s*", re.IGNORECASE)


class _Cell(Row):
    value: str
    bold: bool = False
    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    merged: tuple[str, ...] = ()


class _Table(Row):
    caption: str = ""
    cells: tuple[_Cell, ...] = ()


class _Section(Row):
    title: str = ""
    text: str = ""


class _Result(Row):
    task: str
    dataset: str
    metric: str
    score: str


class _Paper(Row):
    paper_id: str
    url: str | None = None
    results: tuple[_Result, ...] = ()
    tables: tuple[_Table, ...] | None = None
    sections: tuple[_Section, ...] | None = None


class Tuple(NamedTuple):
    """One leaderboard tuple of a paper; ``score`` as the leaderboard prints it."""

    task: str
    dataset: str
    metric: str
    score: str


def files(data: Path) -> list[Path]:
    """The file of the set.

    Raises:
        InputError: if it is not there.
    """
    found = find(data, "tdms_tables", ("papers.jsonl",))
    if not found:
        raise missing(data, "NLP-TDMS", "papers.jsonl")
    return list(found.values())


def documents(data: Path) -> list[tuple[Document, tuple[Tuple, ...]]]:
    """Every paper as a document with its tables, and its leaderboard tuples.

    Raises:
        InputError: if the file is missing, broken or cut short.
    """
    rows = [record(_Paper, value, place) for path in files(data) for place, value in objects(path)]
    return [(_document(row), tuple(Tuple(r.task, r.dataset, r.metric, r.score) for r in row.results)) for row in rows]


def measure(data: Path | None, limit: int | None, progress: Progress) -> dict[str, Any]:
    """The figures of the bench, with baselines and by halves; ``limit`` takes the first so many papers.

    Raises:
        InputError: without data, or as :func:`documents`.
    """
    if data is None:
        raise InputError("tdms needs its data.", "Give the folder with --data; docs/evals.md says where to get it.")
    paths = files(data)
    progress("reading papers")
    papers = documents(data)[:limit]
    progress("counting")
    found = scores(papers)
    progress("holding papers against their own tables")
    return {**found, "own_paper": own_paper.measure([d for d, _ in papers]), "data_sha256": digest(paths)}


def _document(row: _Paper) -> Document:
    title, sections = row.paper_id, list(row.sections or ())
    if sections and sections[0].title == "title":
        title = sections.pop(0).text or title
    builder = Builder(Limits())
    for section in sections:
        builder.heading(section.title, 1)
        builder.paragraph(section.text)
    if row.tables:
        builder.heading("Tables", 1)
    for table in row.tables or ():
        builder.table(list(_boxes(table.cells)), *_caption(table.caption))
    return builder.document(Paper(id=f"title:{row.paper_id}", title=title, url=row.url, source="tdms"), "full_text")


def _caption(text: str) -> tuple[str, str]:
    """Label and caption; what the parser took from the table into the caption before the label comes after it."""
    label = _LABEL.search(text)
    return (label[1], f"{text[label.end() :]}\n{text[: label.start()]}") if label else ("", text)


def _boxes(cells: Sequence[_Cell]) -> Iterator[Box]:
    """Cells with their headers as a grid: column headers above, row headers (merged ones first) to the left."""
    beside = [(*c.merged, *c.rows) for c in cells]
    above = [tuple(c.columns) for c in cells]
    left, top = (max(map(len, headers), default=0) for headers in (beside, above))
    lines: dict[tuple[tuple[str, ...], int], int] = {}
    columns: dict[tuple[str, ...], int] = {}
    taken: set[tuple[int, int]] = set()
    for cell, row_headers, column_headers in zip(cells, beside, above, strict=True):
        at = columns.setdefault(column_headers, left + len(columns))
        again = 0  # cells with the same headers stand below each other
        while (line := lines.setdefault((row_headers, again), top + len(lines)), at) in taken:
            again += 1
        taken.add((line, at))
        yield Box(cell.value, line, at, bold=cell.bold)
    for (headers, _), line in lines.items():
        for n, text in enumerate(headers):
            yield Box(text, line, n, header=True)
    for headers, at in columns.items():
        for n, text in enumerate(headers):
            yield Box(text, n, at, header=True)
