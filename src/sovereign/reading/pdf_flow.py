"""Paragraphs from the lines of a PDF: what stands between the parts of a sentence does not cut it.

A footnote, a caption or a table at the foot or head of a column comes between two lines of one sentence. Such lines
are known by their smaller letters or by their cells; they wait until the paragraph is done.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from statistics import median

from .document import Builder
from .pdf_parts import HYPHEN, Line
from .text import one_line

_CAPTION = re.compile(r"(?:Figure|Fig\.|Table|Algorithm)\s+\d+\s*[:.]")
_BULLET = re.compile(r"[•▪‣◦*]\s+|\(\w\)\s+")
_FOOTNOTE = re.compile(r"(?:\d{1,2}|[*∗†‡§])\s?(?=[A-Z“\"(]|https?:)")
_LABEL_END = re.compile(r"^\s*[:.|]?\s*")
_ENDS = (".", "!", "?", ":")
_SMALLER = 0.93  # of the letters of the paragraph


class Flow:
    """Collects the lines of one section and adds them to ``builder`` as paragraphs and blocks."""

    def __init__(self, builder: Builder, lines: Sequence[Line]) -> None:
        self._builder = builder
        self._width = median([len(line.text) for line in lines] or [0])
        # Words of the document, without the halves of those that a line's end splits.
        whole = re.sub(rf"[\w-]*{HYPHEN} \w*", "", " ".join(line.text for line in lines))
        self._words = Counter(re.findall(r"\w+(?:-\w+)*", whole))
        self._open: list[Line] = []
        self._aside: list[list[Line]] = []
        self._waiting = False  # whether the line before was put aside

    def add(self, line: Line) -> None:
        """Take the next line."""
        starts = bool(_CAPTION.match(line.text))
        if self._open and (self._is_aside(line) or (starts and not self._is_done())):
            self._put_aside(line, starts)
            return
        self._waiting = False
        if self._open and (
            starts or _BULLET.match(line.text) or line.size * _SMALLER > self._open[0].size or self._new_part(line)
        ):
            self.close()
        if line.row or _is_row(line):
            self._write([line])
            return
        self._open.append(line)
        if len(line.text) < 0.75 * self._width and line.text.endswith(_ENDS):
            self.close()

    def close(self) -> None:
        """End the open paragraph, and add what waits behind it."""
        for part in (self._open, *self._aside):
            self._write(part)
        self._open, self._aside, self._waiting = [], [], False

    def _is_done(self) -> bool:
        return self._open[-1].text.endswith(_ENDS)

    def _new_part(self, line: Line) -> bool:
        return line.gap and self._is_done() and line.page == self._open[-1].page

    def _is_aside(self, line: Line) -> bool:
        """Whether a line is no part of the open paragraph, which may go on after it."""
        return _is_row(line) or line.size < _SMALLER * self._open[0].size or self._goes_on(line)

    def _goes_on(self, line: Line) -> bool:
        """Whether a line belongs to a caption in letters as large as the text's."""
        return self._waiting and bool(_CAPTION.match(self._aside[-1][0].text)) and not line.gap

    def _put_aside(self, line: Line, starts: bool) -> None:
        self._waiting = True
        last = self._aside[-1] if self._aside else None
        if (
            last is None
            or starts
            or line.cells
            or last[-1].cells
            or _FOOTNOTE.match(line.text)
            or _is_row(line) != _is_row(last[-1])
            or abs(line.size - last[-1].size) > (1 - _SMALLER) * line.size
        ):
            self._aside.append([line])
        else:
            last.append(line)

    def _write(self, lines: Sequence[Line]) -> None:
        """Add a paragraph; rows of a table or labels of a figure are stored without sentences."""
        if not lines:
            return
        if lines[0].cells:
            self._table(lines[0])
            return
        whole, pages = self._joined(lines)
        letters = sum(c.isalpha() for c in whole)
        ragged = len(lines) >= 3 and median(len(line.text) for line in lines) < 0.5 * self._width
        if _is_row(lines[0]):
            self._builder.block("\n".join(line.text for line in lines).replace(HYPHEN, "-"))
        elif ragged or letters < 0.5 * len(whole.replace(" ", "")):
            self._builder.block(whole)
        else:
            self._builder.paragraph(whole, pages)

    def _table(self, line: Line) -> None:
        """Add a table, and its caption, which gives sentences."""
        caption, pages = self._joined(line.caption)
        self._builder.table(line.cells, line.label, _LABEL_END.sub("", caption[len(line.label) :]), line.page)
        self._builder.paragraph(caption, pages)

    def _joined(self, lines: Sequence[Line]) -> tuple[str, list[tuple[int, int]]]:
        """The text of lines, with the words that their ends split made whole, and where in it each page begins."""
        parts: list[str] = []
        pages: list[tuple[int, int]] = []
        size = 0
        split = False  # the last part ends within a word
        for line in lines:
            text = line.text.removesuffix(HYPHEN)
            if split:
                # The rest of the word moves up, so that both lines keep their pages.
                rest, _, text = text.partition(" ")
                parts.append(("-" if _keeps_hyphen(parts[-1], rest, self._words) else "") + rest + " ")
                size += len(parts[-1])
            pages.append((size, line.page))
            split = line.text.endswith(HYPHEN)
            parts.append(one_line(text) + ("" if split else " "))
            size += len(parts[-1])
        return "".join(parts), pages


def _keeps_hyphen(head: str, rest: str, words: Counter[str]) -> bool:
    """Whether the hyphen between ``head``, which ends a line, and ``rest`` belongs to the word.

    It is asked of the document itself: if it has "machine-readable" or "machinereadable" elsewhere, that form is taken;
    else the hyphen goes, unless two long words of the document meet, or a capital or figure is beside it.
    """
    left, right = re.findall(r"[\w-]*\Z", head)[0], re.findall(r"\A[\w-]*", rest)[0]
    hyphened, plain = words[f"{left}-{right}"], words[left + right]
    if hyphened != plain:
        return hyphened > plain
    two_words = min(len(left), len(right)) >= 5 and words[left] and words[right]
    return bool(two_words) or any(c.isupper() or c.isdigit() for c in left[-1:] + right[:1])


def _is_row(line: Line) -> bool:
    """Whether a line is a row of a table: set in cells, or mostly figures."""
    cells = line.text.split()
    figures = sum(cell.strip("%±()[],*").replace(".", "").isdigit() for cell in cells)
    return line.row or (figures >= 3 and figures >= 0.4 * len(cells))
