"""Assembly of a document: blocks are appended to one string, and every offset points into that string."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from sovereign.language.instructions import is_instruction
from sovereign.records import Cell, Depth, Document, Paper, Section, Seen, Sentence, Table, text_hash

from .headings import ends_references, is_abstract, is_references
from .limits import Limits
from .metadata import tidy
from .orders import said_of, without_orders
from .sentences import sentence_spans
from .text import clean, one_line
from .unread_tables import unread_tables

_SHORT = 4_000  # characters; one or two blocks of this length under a title are an abstract
_PREAMBLE = 600  # characters that may stand before an abstract (authors, addresses)


class Box(NamedTuple):
    """A cell as a reader found it; as `Cell`, with its text in place of a span."""

    text: str
    row: int
    column: int
    rows: int = 1
    columns: int = 1
    header: bool = False
    bold: bool = False


class Builder:
    """Collects the parts of one document. Text that does not fit the cap is left out, with a notice.

    Labels and captions of tables stand beside the text and count towards the cap too: one caption may be that of many.
    """

    def __init__(self, limits: Limits) -> None:
        self.notices: list[str] = []
        self._limit = limits.max_document_chars
        self._parts: list[str] = []
        self._size = self._beside = 0
        self._full = False
        self._blocks = 0
        self._orders = self._other_orders = 0  # sentences, and other texts, that speak to a machine
        self._hidden = 0  # characters
        self._sections: list[Section] = []
        self._sentences: list[Sentence] = []
        self._tables: list[Table] = []
        self._open = Section(title="", level=0, start=0, end=0)
        self._closed_below: int | None = None  # level of the reference list that is open

    def heading(self, title: str, level: int, evidence: bool = True) -> None:
        """Open a section. Reference lists, and what lies under them, are no evidence."""
        title = one_line(title)
        if not title or not self._fits(title):
            return
        if is_instruction(title):
            self._other_orders += 1
            self.block(title)
            return
        self._close()
        if self._closed_below is not None and (level <= self._closed_below or ends_references(title)):
            self._closed_below = None
        if self._closed_below is None and is_references(title):
            self._closed_below = level
        evidence = evidence and self._closed_below is None
        start = self._append(title, "\n")
        self._open = Section(title=title, level=level, start=start, end=start, evidence=evidence)

    def paragraph(self, text: str, pages: Sequence[tuple[int, int]] = ()) -> None:
        """Append prose and the spans of its sentences.

        ``pages`` are pairs (offset in ``text``, page number) in order; a sentence has the page that it starts on.
        """
        text = one_line(text)
        if not text:
            return
        if self._full:
            return
        found = sentence_spans(text) if self._open.evidence else ()
        spans = without_orders(text, found)
        if not self._fits(text):
            room = self._limit - self._size - self._beside - 2
            spans = found = tuple(span for span in spans if span[1] <= room)
            if not spans:
                return
            text = text[: spans[-1][1]]
        self._orders += len(found) - len(spans)
        offset = self._size
        offsets = [at for at, _ in pages]
        for start, end in spans:
            page = pages[max(0, bisect_right(offsets, start) - 1)][1] if pages else None
            self._sentences.append(
                Sentence(start=offset + start, end=offset + end, section=len(self._sections), page=page)
            )
        self._append(text, "\n\n")
        self._blocks += 1

    def block(self, text: str) -> None:
        """Append text that gives no sentences: code, a table, a list of numbers."""
        text = clean(text).strip("\n")
        if text.strip() and self._fits(text):
            self._append(text, "\n\n")

    def table(self, boxes: Sequence[Box], label: str = "", caption: str = "", page: int | None = None) -> None:
        """Append a table: a line for each row, bars between the columns. It gives no sentences."""
        if self._full:
            return
        filled = sorted((b._replace(text=one_line(b.text)) for b in boxes), key=lambda b: (b.row, b.column))
        filled = [box for box in filled if box.text]
        parts: list[str] = []
        cells: list[Cell] = []
        size, row, column = 0, filled[0].row if filled else 0, 0
        for box in filled:
            if box.row > row:
                between, row, column = "\n" + " | " * box.column, box.row, box.column
            else:
                between, column = " | " * (box.column - column), box.column
            parts += (between, box.text)
            size += len(between) + len(box.text)
            at = self._size + size - len(box.text)
            spot = {name: value for name, value in box._asdict().items() if name != "text"}
            cells.append(Cell(start=at, end=at + len(box.text), **spot))
        text, label, caption = "".join(parts), one_line(label), one_line(caption)
        cells, caption = self._without_orders(cells, "".join(parts), caption)
        if not text or not self._fits(text, label, caption):
            return
        self._beside += len(label) + len(caption)
        self._tables.append(
            Table(
                start=self._size,
                end=self._size + size,
                section=len(self._sections),
                cells=tuple(cells),
                label=label,
                caption=caption,
                page=page,
            )
        )
        self._append(text, "\n\n")

    def finding(
        self, text: str, marks: str, where: str | None, seen: Seen | None, source_id: str | None, secondhand: bool
    ) -> None:
        """Append one finding of a note: its sentence, which the span covers, and the marks behind it."""
        text, marks = one_line(text), one_line(marks)
        line = f"{text} {marks}".strip()
        if not text or not self._fits(line):
            return
        if is_instruction(text):
            self._orders += 1
            self._append(line, "\n")
            return
        self._sentences.append(
            Sentence(
                start=self._size,
                end=self._size + len(text),
                section=len(self._sections),
                where=where,
                seen=seen,
                source_id=source_id,
                secondhand=secondhand,
            )
        )
        self._append(line, "\n")

    def hidden(self, text: str) -> None:
        """Count text that nobody who looks at the document sees. It is not kept."""
        self._hidden += len(one_line(text))

    def _without_orders(self, cells: Sequence[Cell], text: str, caption: str) -> tuple[list[Cell], str]:
        """The cells of the rows that give no order, and the caption if it gives none. ``text`` is that of the table."""
        rows: dict[int, list[str]] = {}
        for cell in cells:
            rows.setdefault(cell.row, []).append(text[cell.start - self._size : cell.end - self._size])
        wrong = {row for row, texts in rows.items() if is_instruction(" ".join(texts))}
        if caption and is_instruction(caption):
            self._other_orders, caption = self._other_orders + 1, ""
        self._other_orders += sum(cell.row in wrong for cell in cells)
        return [cell for cell in cells if cell.row not in wrong], caption

    def depth(self) -> Depth:
        """``abstract`` if there is nothing but an abstract, else ``full_text``."""
        sections = [s for s in (*self._sections, self._open.model_copy(update={"end": self._size})) if s.end > s.start]
        others = sum(s.end - s.start for s in sections if not is_abstract(s.title))
        if any(is_abstract(s.title) for s in sections) and len(sections) <= 2 and others <= _PREAMBLE:
            return "abstract"
        headings = sum(bool(s.title) for s in (*self._sections, self._open))
        return "abstract" if headings <= 1 and self._blocks <= 2 and self._size <= _SHORT else "full_text"

    @property
    def empty(self) -> bool:
        """Whether no text came in, headings aside."""
        return (
            not self._sentences and not any(s.end > s.start for s in self._sections) and self._size == self._open.start
        )

    def document(self, paper: Paper, depth: Depth | None = None) -> Document:
        """The document of all that was added. The builder is not to be used after this."""
        depth = depth or self.depth()
        self._close()
        text = "".join(self._parts)
        self.notices += said_of(self._orders, self._other_orders)
        if self._hidden:
            self.notices.append(f"{self._hidden} characters that nobody who looks at it sees were left out")
        if depth == "full_text" and (notice := unread_tables(text, (t.label for t in self._tables))):
            self.notices.append(notice)
        return Document(
            paper=tidy(paper),
            text=text,
            text_hash=text_hash(text),
            depth=depth,
            sections=tuple(self._sections),
            sentences=tuple(self._sentences),
            tables=tuple(self._tables),
            notices=tuple(dict.fromkeys(self.notices)),
        )

    def _fits(self, *texts: str) -> bool:
        if self._full:
            return False
        if self._size + self._beside + sum(map(len, texts)) + 2 > self._limit:
            self._full = True
            self.notices.append(f"the text is longer than {self._limit} characters; what comes after was left out")
        return not self._full

    def _append(self, text: str, end: str) -> int:
        self._parts += (text, end)
        self._size += len(text) + len(end)
        return self._size

    def _close(self) -> None:
        """End the open section. The nameless one before the first heading stays only if it holds text."""
        if self._open.title or self._size > self._open.start:
            self._sections.append(self._open.model_copy(update={"end": self._size}))
