"""Small documents with tables."""

from __future__ import annotations

from collections.abc import Sequence

from sovereign.reading.document import Box, Builder
from sovereign.reading.limits import Limits
from sovereign.records import Document, Paper

Rows = Sequence[Sequence[str]]


def boxes(rows: Rows, bold: str = "", heads: int = 1) -> list[Box]:
    """Boxes of a plain table: the first rows and the first column are headers."""
    return [
        Box(text, y, x, header=y < heads or x == 0, bold=bool(bold) and text == bold)
        for y, row in enumerate(rows)
        for x, text in enumerate(row)
    ]


def document(
    rows: Rows = (),
    caption: str = "",
    text: str = "",
    title: str = "A paper",
    bold: str = "",
    abstract: str = "",
    heads: int = 1,
) -> Document:
    """A paper with an abstract, a section of text, and tables after it."""
    builder = Builder(Limits())
    builder.heading("Abstract", 1)
    builder.paragraph(abstract)
    builder.heading("Results", 1)
    builder.paragraph(text)
    builder.table(boxes(rows, bold, heads), "Table 1", caption)
    return builder.document(Paper(id="title:a-paper", title=title))
