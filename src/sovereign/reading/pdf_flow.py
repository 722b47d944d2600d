"""Paragraphs from the lines of a PDF: what stands between the parts of a sentence does not cut it.

A footnote, a caption or a table at the foot or head of a column comes between two lines of one sentence. Such lines
are known by their smaller letters or by their cells; they wait until the paragraph is done.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from statistics import median

from .document import Builder
from .pdf_parts import HYPHEN, Line
from .text import one_line

_CAPTION = re.compile(r"(?:Figure|Fig\.|Table|Algorithm)\s+\d+\s*(?P<end>[:.])")
_BULLET = re.compile(r"[•▪‣◦*]\s+")
_LETTERED = re.compile(r"\(\w{1,3}\)\s+")
_NUMBERED = re.compile(r"\d{1,2}[.)]\s+(?=[A-Z])")
_FOOTNOTE = re.compile(r"(?:\d{1,2}|[*∗†‡§])\s?(?=[A-Z“\"(]|https?:)")
_LETTER = re.compile(r"[^\W\d_]")
_THREE_FIGURES = re.compile(r"\d\D+\d+\D+\d")
_SPLIT = re.compile(r"\w-$")
_LABEL_END = re.compile(r"^\s*[:.|]?\s*")
_ENDS = (".", "!", "?", ":")
_SMALLER = 0.93  # of the letters of the paragraph


class Flow:
    """Collects the lines of one section and adds them to ``builder`` as paragraphs and blocks."""

    def __init__(self, builder: Builder, lines: Sequence[Line]) -> None:
        self._builder = builder
        self._width = median([len(line.text) for line in lines] or [0])
        # Words of the document, without the halves of those that a line's end splits.
        whole = re.sub(
            rf"[\w-]*{HYPHEN} \w*", "", " ".join(part.text for line in lines for part in (line, *line.caption))
        )
        self._words = Counter(re.findall(r"\w+(?:-\w+)*", whole))
        self._compounds = Counter(
            part
            for word in self._words
            if "-" in word
            for part in (word[: word.find("-") + 4], word[word.rfind("-") :])
        )
        ends = Counter(found["end"] for line in lines if (found := _CAPTION.match(line.text)))
        self._caption_end = ends.most_common(1)[0][0] if ends else ""  # "Table 4. On average" may begin a sentence
        self._open: list[Line] = []
        self._aside: list[list[Line]] = []
        self._waiting = False  # whether the line before was put aside

    def add(self, line: Line) -> None:
        """Take the next line."""
        caption = _CAPTION.match(line.text)
        starts = bool(caption and caption["end"] == self._caption_end)
        if line.cells and self._open and self._is_done():
            self.close()
        if self._open and (self._is_aside(line) or (starts and not self._is_done())):
            self._put_aside(line, starts)
            return
        self._waiting = False
        if self._open and (
            starts or self._is_item(line) or line.size * _SMALLER > self._open[0].size or self._new_part(line)
        ):
            self.close()
        if _is_row(line):
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

    def _is_item(self, line: Line) -> bool:
        """Whether a line begins an item of a list. "(i)" within a sentence may come to stand at a line's start."""
        if _LETTERED.match(line.text):
            return self._is_done(";")
        return bool(_BULLET.match(line.text) or (_NUMBERED.match(line.text) and self._is_done(";", ",", "and", "or")))

    def _is_done(self, *more: str) -> bool:
        return self._open[-1].text.endswith((*_ENDS, *more))

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
        letters = len(_LETTER.findall(whole))
        ragged = len(lines) >= 3 and median(len(line.text) for line in lines) < 0.5 * self._width
        if _is_row(lines[0]):
            self._builder.block("\n".join(line.text for line in lines).replace(HYPHEN, "-"))
        elif ragged and any(runs := self._prose(lines)):
            for prose, run in groupby(zip(runs, lines, strict=True), key=itemgetter(0)):
                part, part_pages = self._joined([line for _, line in run])
                if prose:
                    self._builder.paragraph(part, part_pages)
                else:
                    self._builder.block(part)
        elif ragged or letters < 0.5 * len(whole.replace(" ", "")):
            self._builder.block(whole)
        else:
            self._builder.paragraph(whole, pages)

    def _prose(self, lines: Sequence[Line]) -> list[bool]:
        """Which lines are prose, three at least that fill the column, between those of formulas and labels."""
        prose: list[bool] = []
        for full, run in groupby(lines, key=lambda line: len(line.text) >= 0.7 * self._width):
            count = len(list(run))
            prose += [full and count >= 3] * count
        for k in range(1, len(lines)):
            prose[k] = prose[k] or (prose[k - 1] and not lines[k].gap and lines[k].text.endswith(_ENDS))
        return prose

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
                parts.append(self._between(parts[-1], rest) + rest + " ")
                size += len(parts[-1])
            pages.append((size, line.page))
            # At the end of a column PDFium does not look whether the word goes on.
            split = line.text.endswith(HYPHEN) or bool(_SPLIT.search(text))
            text = text[:-1] if split and text.endswith("-") else text
            parts.append(one_line(text) + ("" if split else " "))
            size += len(parts[-1])
        return "".join(parts), pages

    def _between(self, head: str, rest: str) -> str:
        """What stands between ``head``, which ends a line within a word, and ``rest``: a hyphen if it belongs there.

        It does between figures. Else the document itself is asked: if it has "machine-readable" or "machinereadable"
        elsewhere, that form is taken; if not, the hyphen goes, unless a capital or figure is beside it, two long words of
        the document meet, or a word meets a half of compounds ("span-level" beside "token-level", "fine-tuned" beside
        "fine-tuning").
        """
        if rest in ("and", "or"):
            return "- "  # "token- and sentence-level"
        left, right = re.findall(r"[\w-]*\Z", head)[0], re.findall(r"\A[\w-]*", rest)[0]
        if left[-1:].isdigit() and right[:1].isdigit():
            return "-"
        hyphened, plain = self._words[f"{left}-{right}"], self._words[left + right]
        if hyphened != plain:
            return "-" if hyphened > plain else ""
        two_words = min(len(left), len(right)) >= 5 and self._words[left] and self._words[right]
        half = len(right) >= 4 and (
            (self._words[left] and self._compounds[f"-{right}"])
            or (len(left) >= 3 and self._compounds[f"{left}-{right[:3]}"])
        )
        return "-" if two_words or half or any(c.isupper() or c.isdigit() for c in left[-1:] + right[:1]) else ""


def _is_row(line: Line) -> bool:
    """Whether a line is a row of a table: set in cells, or mostly figures."""
    if line.row or not _THREE_FIGURES.search(line.text):
        return line.row
    cells = line.text.split()
    figures = sum(cell.strip("%±()[],*").replace(".", "").isdigit() for cell in cells)
    return figures >= 3 and figures >= 0.4 * len(cells)
