"""Tables of LaTeX: marks in the captured text of a tabular made into cells, and floats with their captions and numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from .document import Box
from .grid import MOST_COLUMNS, Slot, place
from .leftovers import tidy
from .parts import Part
from .text import one_line

# Marks inside captured text; no cleaned text holds them. SPANS and RISES have a number and a full stop after them.
CELL, ROW = "\x1f", "\x1e"
RULE, HEAD_END, BOLD, SPANS, RISES = "\x04", "\x05", "\x06", "\x07", "\x08"

_MARKS = re.compile(f"[{RULE}{HEAD_END}{BOLD}]|[{SPANS}{RISES}]-?[0-9]+\\.")
_NUMBER = re.compile(r"-?[0-9]{1,9}")
_DEEPEST = 3  # floats in floats: parts in a row of a float
_MOST_HEAD_ROWS = 5  # above the first rule; more rows than this are no head


def spans(mark: str, written: str) -> str:
    """The mark for a cell over several columns (SPANS) or rows (RISES); none if ``written`` is no number."""
    return f"{mark}{written.strip()}." if _NUMBER.fullmatch(written.strip()) else ""


def unmarked(text: str) -> str:
    """Captured text as words of a line, whatever rows and cells it has."""
    return _MARKS.sub("", text).replace(CELL, " ").replace(ROW, " ")


def boxes(text: str) -> tuple[Box, ...]:
    """The cells of a table's captured text.

    The rows above the first rule that is not the table's top are its head, if the table goes on below that rule: LaTeX
    has no other sign for what names columns.
    """
    rows = [(row, CELL in row or bool(tidy(unmarked(row)))) for row in text.split(ROW)]
    kept: list[list[Slot]] = []
    head = 0
    ruled = [0]  # rows that stand below a rule
    for row, printed in rows:
        if RULE in row.split(CELL)[0]:
            ruled.append(len(kept))
        if not head and len(kept) <= _MOST_HEAD_ROWS and (RULE in row.split(CELL)[0] or HEAD_END in row):
            head = len(kept)
        if printed:
            kept.append([_slot(cell) for cell in row.split(CELL, MOST_COLUMNS)[:MOST_COLUMNS]])
    head = head if head < len(kept) else 0
    for start, end in pairwise([*ruled, len(kept)]):
        if start >= head:
            _spread(kept, start, end)
    return place(([slot._replace(header=row < head) for slot in slots] for row, slots in enumerate(kept)), pushed=False)


def _spread(rows: list[list[Slot]], start: int, end: int) -> None:
    """Let the only cell of the first column between two rules cover all rows there, if it stands in the middle of them.

    Authors set the name of a group of rows so, by hand; at the edge it would be the name of its own row.
    """
    named = [row for row in range(start, end) if rows[row][0].text]
    if end - start < 3 or len(named) != 1 or named[0] not in ((start + end - 1) // 2, (start + end) // 2):
        return
    name = rows[named[0]][0]
    if name.rows == name.columns == 1 and all(len(row) > 1 for row in rows[start:end]):
        rows[named[0]][0] = Slot("")
        rows[start][0] = name._replace(rows=end - start)


def _slot(cell: str) -> Slot:
    before_bold, bold, _ = cell.partition(BOLD)
    return Slot(
        tidy(unmarked(cell)),
        _counted(RISES, cell),
        _counted(SPANS, cell),
        # The first letter or digit counts: what follows it is often a mark or a deviation.
        bold=bool(bold) and not any(map(str.isalnum, _MARKS.sub("", before_bold))),
    )


def _counted(mark: str, cell: str) -> int:
    found = re.search(f"{mark}(-?[0-9]+)\\.", cell)
    return int(found[1]) if found else 1


def end_long_part(words: list[str], command: str) -> None:
    """What a longtable prints on its first page stays; its heads for later pages and its feet are dropped."""
    at = next((place for place in range(len(words) - 1, -1, -1) if words[place] == HEAD_END), -1)
    if at >= 0 or command.endswith("foot"):
        del words[at + 1 :]
    if at < 0:
        words.append(HEAD_END)


class _Float(NamedTuple):
    """An open float: its kind, where its parts begin, and the captions that it has had."""

    kind: str
    start: int
    captions: list[tuple[str, str]]


class Floats:
    """Counts captions as LaTeX does, and gives the tables of each float its label and caption."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Forget all."""
        self._counts = {"table": 0, "figure": 0}
        self._renamed: set[str] = set()
        self._open: list[_Float] = []
        self._labels: list[str] = []  # of the captions that are open

    def begin(self, name: str, start: int) -> None:
        """A float begins. ``start`` is how many parts wait at that point."""
        kind = next((kind for kind in self._counts if kind in name), "") if not name.startswith("sub") else ""
        self._open.append(_Float(kind, start, []))

    def set_counter(self, name: str, written: str) -> None:
        """``\\setcounter{table}{0}``, as before an appendix."""
        if name in self._counts and written.isdecimal() and len(written) < 5:
            self._counts[name] = int(written)

    def rename(self, name: str) -> None:
        """The numbers of a kind of float are no longer plain ones. No label is better than a wrong one."""
        self._renamed.add(name)

    def begin_caption(self, command: str, kind: str) -> None:
        """A caption begins. ``kind`` is what ``\\captionof`` says, else empty. Captions of parts have no number."""
        kind = kind or ("" if command == "\\subcaption" or not self._open else self._open[-1].kind)
        label = ""
        if kind in self._counts and not command.endswith("*"):
            self._counts[kind] += 1
            label = f"{kind.capitalize()} {self._counts[kind]}" if kind not in self._renamed else ""
        self._labels.append(label)

    def end_caption(self, text: str) -> None:
        """A caption ends, and this is its text."""
        label = self._labels.pop() if self._labels else ""
        if self._open:
            self._open[-1].captions.append((label, one_line(text)))

    def end(self, parts: list[Part]) -> None:
        """A float ends: each of its tables has the caption of its own place if there are as many, else the last.

        A part's caption stays its own, under the label of the float around it.
        """
        if not self._open:
            return
        closing = self._open.pop()
        if len(self._open) > _DEEPEST:
            return
        tables = [at for at in range(closing.start, len(parts)) if parts[at].kind == "table" and not parts[at].label]
        main = [one for one in closing.captions if one[0]] or closing.captions
        for chosen, at in zip(_shared(main, len(tables)), tables, strict=False):
            parts[at] = parts[at]._replace(label=chosen[0], caption=parts[at].caption or chosen[1])


def _shared(captions: Sequence[tuple[str, str]], tables: int) -> Sequence[tuple[str, str]]:
    return captions if len(captions) == tables else [*captions[-1:]] * tables
