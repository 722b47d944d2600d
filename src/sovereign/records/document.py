"""A work's text as it was read: one stored string, and offsets into it."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from .base import Model, sha256_hex
from .paper import Paper

Depth = Literal["note", "abstract", "full_text", "table", "measurement"]
Seen = Literal["yes", "recalled"]


class Section(Model):
    """A heading and the span of text under it. ``evidence`` is false where nothing may be taken as evidence."""

    title: str
    level: int
    start: int
    end: int
    evidence: bool = True


class Sentence(Model):
    """The span of one sentence. ``where`` and ``seen`` are a note's marks: the place in the source, how it was read.

    ``source_id`` is the work the sentence speaks for when that is not the document's own
    (a note's bracket that names another paper or tool); ``secondhand`` marks a place read in a third party's text.
    """

    start: int
    end: int
    section: int
    page: int | None = None
    where: str | None = None
    seen: Seen | None = None
    source_id: str | None = None
    secondhand: bool = False


class Cell(Model):
    """One cell of a table: the span of its text, and the rows and columns that it covers, from ``row`` and ``column`` (from 0) on.

    ``header`` is whether the cell says what its row or column is of; ``bold`` whether the paper marks it.
    """

    start: int
    end: int
    row: int
    column: int
    rows: int = 1
    columns: int = 1
    header: bool = False
    bold: bool = False


class Table(Model):
    """A table of a work: the span of its text, its cells in order of row and column, and its caption.

    ``label`` is what the work calls it, such as "Table 2". Cells that are empty are not in it.
    """

    start: int
    end: int
    section: int
    cells: tuple[Cell, ...]
    label: str = ""
    caption: str = ""
    page: int | None = None


class Document(Model):
    """One read document. Every offset counts code points of ``text``; ``text_hash`` is its SHA-256 as UTF-8.

    Raises:
        ValueError: if a section, a sentence, a table or a cell does not lie inside the text.
    """

    paper: Paper
    text: str
    text_hash: str
    depth: Depth
    sections: tuple[Section, ...]
    sentences: tuple[Sentence, ...]
    tables: tuple[Table, ...] = ()
    notices: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _spans_inside(self) -> Document:
        size = len(self.text)
        cells = (cell for table in self.tables for cell in table.cells)
        spans: tuple[Section | Sentence | Table | Cell, ...] = (*self.sections, *self.sentences, *self.tables, *cells)
        for span in spans:
            if not 0 <= span.start <= span.end <= size:
                raise ValueError(f"span {span.start}..{span.end} lies outside a text of {size} characters")
        return self

    def slice(self, span: Sentence | Table | Cell) -> str:
        """The exact text of a sentence, a table or a cell."""
        return self.text[span.start : span.end]

    def evidence(self) -> tuple[Sentence, ...]:
        """The sentences that may serve as evidence."""
        return tuple(s for s in self.sentences if self.sections[s.section].evidence)


def text_hash(text: str) -> str:
    """SHA-256 of a text's UTF-8 bytes, as hex."""
    return sha256_hex(text.encode("utf-8"))
