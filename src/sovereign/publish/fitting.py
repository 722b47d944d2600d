"""Text that has to fit on a page: where it may break, how much of it is set, how wide columns of a table are."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence

# A text beyond this is cut, and says by how much.
MOST_SIGNS = 3_000
WHOLE = "in record.json"
TABLE_SIGNS = 132  # on one line of a table
_PADDING = 2  # of a column, in signs


def fit(text: str, limit: int = 24, most: int = MOST_SIGNS) -> str:
    """``text`` that breaks over lines: words longer than ``limit`` may be broken, and what is beyond ``most`` is counted."""
    if len(text) > most:
        text = f"{text[:most]} … [{len(text) - most:,} more characters {WHOLE}]"
    return re.sub(rf"\S{{{max(limit, 4)},}}", lambda m: _breakable(m.group(), max(limit, 4)), text)


def _breakable(word: str, limit: int) -> str:
    """A long word with places to break: after a sign that parts it, or else each ``limit - 2`` signs."""
    pieces = re.findall(r"[^/.,:;_?&=#–—-]*[/.,:;_?&=#–—-]|[^/.,:;_?&=#–—-]+", word)
    step = limit - 2
    return "\u200b".join(piece[i : i + step] for piece in pieces for i in range(0, len(piece), step))


def column_widths(rows: Iterable[Sequence[str]], columns: int, figures: Sequence[int] = ()) -> list[int]:
    """How many signs of a line each column gets, of ``rows`` of which the first is the head: all it wants where there is room.

    A column wants its longest cell and half its head, and needs its longest word, or its longest cell where that is short or
    the column one of ``figures``; beyond that, width goes by a root of what more is wanted, so that one long text does not
    starve the others.
    """
    wants, needs, heads = [3] * columns, [3] * columns, [0] * columns
    for number, row in enumerate(rows):
        for at, text in enumerate(row[:columns]):
            longest, word = _signs(text), max(map(_signs, text.split()), default=0)
            whole = number and (longest <= 16 or at in figures)
            wants[at] = max(wants[at], min(longest if number else max(longest // 2 + 1, word), 120))
            needs[at] = max(needs[at], min(longest if whole else word, 22 if whole else 14))
            heads[at] = heads[at] if number else longest
    line = TABLE_SIGNS - _PADDING * columns
    for enough in (list(map(max, wants, heads)), wants):
        if sum(enough) <= line:
            return [want + _PADDING for want in enough]
    room = max(line - sum(needs), 0)
    pulls = [(want - need) ** 0.8 for want, need in zip(wants, needs, strict=True)]
    total = sum(pulls) or 1.0
    return [need + int(room * pull / total) + _PADDING for need, pull in zip(needs, pulls, strict=True)]


def _signs(text: str) -> int:
    """How wide a text is, in small letters."""
    return math.ceil(len(text) + 0.4 * sum(sign.isupper() or not sign.isascii() for sign in text))
