"""Rows of a table from its lines: which lines are one row, which are the header, and which cells span rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from .document import Box
from .pdf_grid import Edges, columns_of, placed, widened
from .pdf_parts import HYPHEN, Piece
from .pdf_rules import Rule
from .pdf_words import Bold, Words, is_figure, joined, visual_lines, words_of

Row = list[Words]

_LEADING = 1.5  # of the size of the letters: the step between lines of one cell, at most
_COUNT = re.compile(r"\d{1,4}")  # a header may say how many of something, or which year
_MOST_HEADER_LINES = 3  # where no rule ends the header


def cells_of(pieces: Sequence[Piece], rules: Sequence[Rule], bold: Bold) -> tuple[Box, ...]:
    """The cells of a table; none if it has less than two columns or two rows.

    ``rules`` are those in and around the table, ``bold`` tells whether a character of the page is so.
    """
    lines = [words_of(line, bold) for line in visual_lines(pieces)]
    columns = columns_of(lines)
    if len(columns) < 2:
        return ()
    widest = max((rule.right - rule.left for rule in rules), default=0.0)
    full = [rule.y for rule in rules if rule.right - rule.left > 0.9 * widest]
    short = [rule for rule in rules if rule.right - rule.left <= 0.9 * widest]
    top = _header_lines(lines, full)
    header = _header_rows([placed(line, columns, short) for line in lines[:top]], [] if short else columns)
    body = _body_rows([placed(line, columns, None) for line in lines[top:]], full, len(columns))
    if len(header) + len(body) < 2:
        return ()
    return tuple(_boxes(header, body, len(columns)))


def _boxes(header: Sequence[Row], body: Sequence[Row], columns: int) -> Iterator[Box]:
    """Cells of the rows. A label that has a row for itself is the header of the rows below."""
    rows = [*header, *body]
    for at, row in enumerate(rows):
        heads = at < len(header)
        group = not heads and len(row) == 1 and row[0].first == 0 and at + 1 < len(rows) and not is_figure(row[0].text)
        for words in row:
            span = columns if group else words.last - words.first + 1
            text = words.text.replace(HYPHEN, "-")
            yield Box(text, at, words.first, words.rows, span, heads or group, words.bold)


def _header_lines(lines: Sequence[Row], rules: Sequence[float]) -> int:
    """How many lines are the header: those above the first rule, or those without figures if others have them."""
    inner = [y for y in rules if lines[-1][0].bottom < y < lines[0][0].bottom]
    if inner:
        above = sum(line[0].bottom > inner[0] for line in lines)
        return next((k for k, line in enumerate(lines[:above]) if _share(line, _is_value) >= 0.5), above)
    first = next((k for k, line in enumerate(lines) if _share(line, is_figure) >= 0.5), 0)
    if not first:
        first = int(all(words.bold for words in lines[0]))
    return first if first <= _MOST_HEADER_LINES else 0


def _is_value(text: str) -> bool:
    return is_figure(text) and not _COUNT.fullmatch(text)


def _share(line: Row, holds: Callable[[str], bool]) -> float:
    """The share of the words after the first that something holds of."""
    rest = line[1:] or line
    return sum(holds(words.text) for words in rest) / len(rest)


def _header_rows(lines: list[Row], columns: Sequence[Edges]) -> list[Row]:
    """Rows of the header. Lines are levels of it where words span columns or labels stand below each other; else all
    are one row, of cells with several lines. Where ``columns`` are given, no rules tell which are spanned."""
    if not lines:
        return []
    lines = [_grouped(line, below) for line, below in zip(lines, [*lines[1:], []], strict=True)]
    labels = [line for line in lines if line[0].first == 0 and len(line) > 1]
    if len(labels) < 2 and all(words.first == words.last for line in lines for words in line):
        row = lines[0]
        for line in lines[1:]:
            row = _stacked(row, line)
        return [row]
    levels = [line for k, line in enumerate(lines) if not _floats(line, lines[:k] + lines[k + 1 :])]
    rows: list[Row] = []
    for line in levels:
        if rows and _goes_on(rows[-1], line, ()):
            rows[-1] = _stacked(rows[-1], line)
        else:
            rows.append(list(line))
    if columns:
        rows[:-1] = [widened(row, columns) for row in rows[:-1]]
    for line in lines:
        if line not in levels:
            for words in line:
                _between_rows(rows, words)
    return rows


def _grouped(line: Row, below: Row) -> Row:
    """A line of the header whose words stand over equal groups of the columns below, each over two at least."""
    count = len(line)
    inner = [words for words in below if words.first >= 1]
    step = len(inner) // max(1, count)
    equal = (
        count >= 2 and step >= 2 and len(inner) == step * count and inner[-1].last - inner[0].first + 1 == len(inner)
    )
    if not equal:
        return line
    starts = range(inner[0].first, inner[-1].last + 1, step)
    if any(words.first < start or words.last >= start + step for words, start in zip(line, starts, strict=True)):
        return line
    return [words._replace(first=k, last=k + step - 1) for words, k in zip(line, starts, strict=True)]


def _floats(line: Row, others: Sequence[Row]) -> bool:
    """Whether words stand at half the height between lines that leave their columns free: they span these rows."""
    near = min(others, key=lambda other: abs(other[0].bottom - line[0].bottom), default=line)
    if len(near) <= len(line) or abs(near[0].bottom - line[0].bottom) > 0.9 * line[0].size:
        return False
    return all(not _in_columns(near, words) for words in line)


def _between_rows(rows: list[Row], words: Words) -> None:
    """Put words into the rows about them that leave their columns free."""
    at = min(range(len(rows)), key=lambda k: abs(rows[k][0].bottom - words.bottom))
    first = last = at
    while first > 0 and not _in_columns(rows[first - 1], words):
        first -= 1
    while last + 1 < len(rows) and not _in_columns(rows[last + 1], words):
        last += 1
    rows[first] = sorted((*rows[first], words._replace(rows=last - first + 1)), key=lambda w: w.first)


def _in_columns(row: Row, words: Words) -> list[Words]:
    return [w for w in row if w.first <= words.last and words.first <= w.last]


def _body_rows(lines: Sequence[Row], rules: Sequence[float], columns: int) -> list[Row]:
    rows: list[Row] = []
    bands: list[int] = []  # how many rules stand above each row
    for line in lines:
        if rows and _goes_on(rows[-1], line, rules):
            rows[-1] = _stacked(rows[-1], line)
        else:
            rows.append(list(line))
            bands.append(sum(y > line[0].bottom for y in rules))
    if len(set(bands)) > 1:
        for _, band in groupby(range(len(rows)), key=lambda k: bands[k]):
            _label_band([rows[k] for k in band], columns)
    return rows


def _label_band(rows: Sequence[Row], columns: int) -> None:
    """If one of the rows between two rules has a label, it is the label of all of them."""
    labelled = [row for row in rows if row[0].first == 0]
    if len(rows) > 1 and len(labelled) == 1 and all(len(row) >= max(2, columns // 2) for row in rows):
        label = labelled[0].pop(0)
        rows[0].insert(0, label._replace(rows=len(rows)))


def _goes_on(row: Row, line: Row, rules: Sequence[float]) -> bool:
    """Whether a line goes on with the cells of the row above: close to it, with words and no figures below words, and
    without a label of its own."""
    bottom = min(words.bottom for words in row)
    if bottom - line[0].bottom > _LEADING * line[0].size or any(line[0].bottom < y < bottom for y in rules):
        return False
    if not all(_in_columns(row, words) for words in line) or any(is_figure(words.text) for words in line):
        return False
    if any(words.first < words.last for words in (*row, *line)):
        return False
    text = line[0].text
    if line[0].first == 0:
        above = row[0].text
        return text.startswith("(") or above.endswith(HYPHEN) or (len(line) == 1 and text[:1].islower())
    return row[0].first == 0 and len(line) <= max(1, len(row) // 2)


def _stacked(row: Row, line: Row) -> Row:
    """A row with the words of a further line of its cells."""
    made = list(row)
    for words in line:
        at = next((k for k, w in enumerate(made) if w.first <= words.last and words.first <= w.last), None)
        if at is None:
            made.append(words)
        else:
            made[at] = joined(made[at], words)
    return sorted(made, key=lambda w: w.first)
