"""A quote where it stands: the sentence with some of its text before and after it."""

from __future__ import annotations

import re
from collections.abc import Callable

from sovereign.errors import SovereignError
from sovereign.records import Model, Quote

ROOM = 200
"""About how many characters are shown before a quote, and after it."""

Texts = Callable[[str], str | None]
"""Gives a stored text by its SHA-256, None where it is not there."""

_SENTENCE_ENDS = re.compile(r"(?:[.!?…]['\"”’)\]]*\s+|[}\]]\s*\n|\n\s*\n)")
_MARGIN = 80  # so much longer or shorter than ROOM a side may be to end with a sentence


class Passage(Model):
    """``quote`` with what stands ``before`` and ``after`` it; both are empty where the text is not stored.

    ``cut_before`` and ``cut_after``: the text goes on there. ``at`` is the quote's first code point in the text.
    """

    before: str
    quote: str
    after: str
    cut_before: bool
    cut_after: bool
    at: int


def stored_texts(artifact: Callable[[str], bytes]) -> Texts:
    """Texts from a store, each read once. One that is missing, changed or no text is None: the quote stands for itself."""
    read: dict[str, str | None] = {}

    def text(sha: str) -> str | None:
        if sha not in read:
            try:
                read[sha] = artifact(sha).decode("utf-8")
            except (SovereignError, UnicodeDecodeError):
                read[sha] = None
        return read[sha]

    return text


def passage(quote: Quote, texts: Texts, room: int = ROOM) -> Passage:
    """The quote in its text, with about ``room`` characters on each side, ended at a sentence or, failing that, at a word.

    A quote that does not stand at its offsets is shown alone: then nothing is known of what is around it.
    """
    text = texts(quote.text_hash)
    if text is None or not quote.text or text[quote.start : quote.end] != quote.text:
        return Passage(before="", quote=quote.text, after="", cut_before=False, cut_after=False, at=quote.start)
    first = _begin(text, quote.start, room)
    last = _end(text, quote.end, room)
    return Passage(
        before=_lines(text[first : quote.start]),
        quote=_lines(quote.text),
        after=_lines(text[quote.end : last]),
        cut_before=bool(text[:first].strip()),
        cut_after=bool(text[last:].strip()),
        at=quote.start,
    )


def _begin(text: str, start: int, room: int) -> int:
    """Where to begin before ``start``: after the end of a sentence, as near to ``room`` as there is one, else at a word."""
    if start <= room + _MARGIN // 2:
        return 0
    low = max(0, start - room - _MARGIN)
    ends = [m.end() for m in _SENTENCE_ENDS.finditer(text, low, start) if start - m.end() > room // 3]
    if ends:
        return min(ends, key=lambda end: abs(start - room - end))
    space = re.compile(r"\s+").search(text, start - room, start)
    return space.end() if space and space.end() < start else start - room


def _end(text: str, end: int, room: int) -> int:
    """As ``_begin``, for the other side."""
    if len(text) - end <= room + _MARGIN // 2:
        return len(text)
    high = min(len(text), end + room + _MARGIN)
    ends = [m.end() for m in _SENTENCE_ENDS.finditer(text, end, high) if m.end() - end > room // 3]
    if ends:
        return min(ends, key=lambda at: abs(end + room - at))
    spaces = [m.start() for m in re.finditer(r"\s+", text[end : end + room])]
    return end + spaces[-1] if spaces and spaces[-1] else end + room


def _lines(text: str) -> str:
    """White space as single blanks, and where a line was left empty one line end. Blanks at the ends stay, as one."""
    return "\n".join(re.sub(r"\s+", " ", part) for part in re.split(r"\s*\n\s*\n\s*", text))
