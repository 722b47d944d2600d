"""Small tables as documents, written as a person would: rows of cells, ``None`` for what a merged cell covers or leaves empty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sovereign.checks.tabular import Grid, grids_of
from sovereign.records import Cell, Document, Paper, Section, Table, text_hash

Rows = Sequence[Sequence[str | None]]


def document_of(
    *tables: tuple[str, Rows], spans: Mapping[tuple[int, int], tuple[int, int]] | None = None, heads: int = 1
) -> Document:
    """A document of tables (caption, rows); ``spans`` gives rows and columns that a cell covers, ``heads`` how many rows are marked."""
    text, found = "A sentence before.\n", []
    for number, (caption, rows) in enumerate(tables, 1):
        start, cells = len(text), []
        for r, row in enumerate(rows):
            for c, said in enumerate(row):
                if said:
                    height, width = (spans or {}).get((r, c), (1, 1))
                    cells.append(
                        Cell(
                            start=len(text),
                            end=len(text) + len(said),
                            row=r,
                            column=c,
                            rows=height,
                            columns=width,
                            header=r < heads,
                        )
                    )
                    text += f"{said}\t"
            text += "\n"
        found.append(
            Table(start=start, end=len(text), section=0, cells=tuple(cells), label=f"Table {number}", caption=caption)
        )
        text += "A sentence after.\n"
    return Document(
        paper=Paper(id="title:tables", title="tables"),
        text=text,
        text_hash=text_hash(text),
        depth="full_text",
        sections=(Section(title="Results", level=1, start=0, end=len(text)),),
        sentences=(),
        tables=tuple(found),
    )


def grid(rows: Rows, caption: str = "Results on three data sets.", heads: int = 1) -> Grid:
    """One table's grid."""
    return grids_of(document_of((caption, rows), heads=heads))[0]


SCORES: Rows = (
    ("Model", "Alpha F1", "Beta F1", "Time (ms)"),
    ("Raven", "71.2", "64.0", "12.5"),
    ("Falcon", "68.1", "66.3", "10.0"),
    ("Osprey", "65.0", "60.1", "20.0"),
)
