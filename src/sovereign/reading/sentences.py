"""Sentence spans of a paragraph: syntok's boundaries, corrected for the habits of scientific prose."""

from __future__ import annotations

import re
from collections.abc import Iterator

from syntok import segmenter

Span = tuple[int, int]

# Never the end of a sentence.
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\[])(?:cf|figs?|eqs?|eqns?|secs?|sects?|tabs?|chaps?|apps?|algs?|thms?|refs?|ca|approx|resp|viz"
    r"|e\.\s?g|i\.\s?e|vs|et\s+al|w\.r\.t|vol|pp|dr|prof)\.$",
    re.IGNORECASE,
)
# The end of a sentence unless a number follows.
_NUMBERED = re.compile(r"(?:^|[\s(\[])(?:nos?|p|art|ver|v)\.$", re.IGNORECASE)
# Ends that syntok misses: after a closing bracket, before a name such as "vLLM", before a LaTeX key that is the subject of its
# sentence ("[Moor2020Routing] show"), after a decimal or a version (not after the
# number of a theorem or section, whose word has a capital), and in Chinese and Japanese.
_MISSED = re.compile(
    r"(?<=[)\]]\.)\s+(?=[A-Z])|(?<=\w{3}\.)\s+(?=[a-z]+[A-Z])|(?:\b[a-z]+ \d|\bv\d)[\d.]{0,20}\.\d{1,20}\.\s+(?=[A-Z][a-z])"
    r"|(?<=[\w)\]]\.)\s+(?=\[[^\W\d][\w:.-]{0,80}\] [a-z])|(?<=[\u3002\uff01\uff1f])(?=[^\s\u3002\uff01\uff1f”’」』）)])"
)
# A figure with a unit before a capital: syntok takes most units for abbreviations of a name. Years stand before initials.
_AFTER_UNIT = re.compile(
    r"(?<![\w.])(?!(?:19|20)\d\d\s)\d[\d.,]{0,20}\s?(?:\w{1,20}/)?"
    r"(?:[mnuµμ]?s|msec|secs?|mins?|hrs?|h|d|[kKMGTP]i?B|B|[kKMG]?bits?|[mkM]?W|[mkM]?Wh|[mkMG]?J|[KMG]?Hz|m?V|dB|k|M|K"
    r"|[kcmnµμ]?m|[kmµμ]?g|tok|px|pp|pts?|fps|x|×|%|\$|°C)\.\s+(?=[\"“(\[]?(?:[A-Z]|[a-z]+[A-Z]))"
)
_STOP_WITHOUT_SPACE = "\u3002\uff01\uff1f"  # full stop, exclamation and question mark of Chinese and Japanese
_LONGEST_PIECE = 20_000


def sentence_spans(text: str) -> tuple[Span, ...]:
    """Spans of the sentences of one paragraph, in order, without surrounding white space.

    Spans do not overlap, and each holds at least one letter or digit. Offsets count code points of ``text``.
    """
    after_units = (found.end() for found in _AFTER_UNIT.finditer(text))
    starts = sorted({0, *after_units, *(start for start in _boundaries(text) if _is_boundary(text, start))})
    spans: list[Span] = []
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        piece = text[start:end]
        left = start + len(piece) - len(piece.lstrip())
        right = start + len(piece.rstrip())
        if any(c.isalnum() for c in text[left:right]):
            spans.append((left, right))
        elif spans and right > left:
            spans[-1] = (spans[-1][0], right)  # a stray mark belongs to the sentence before it
    return tuple(spans)


def _boundaries(text: str) -> Iterator[int]:
    """Offsets where a sentence may start."""
    for offset, piece in _pieces(text):
        for paragraph in segmenter.analyze(piece):
            for sentence in paragraph:
                yield offset + sentence[0].offset
    for missed in _MISSED.finditer(text):
        yield missed.end()


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """``text`` in pieces of bounded length, cut at spaces, so that time stays linear."""
    start = 0
    while len(text) - start > _LONGEST_PIECE:
        cut = text.rfind(" ", start, start + _LONGEST_PIECE)
        end = cut + 1 if cut > start else start + _LONGEST_PIECE
        yield start, text[start:end]
        start = end
    yield start, text[start:]


def _is_boundary(text: str, start: int) -> bool:
    """Whether a sentence really ends before ``start``."""
    if not 0 < start < len(text):
        return False
    before = text[max(0, start - 40) : start]
    if before[-1] in _STOP_WITHOUT_SPACE:
        return True
    if not before[-1].isspace():
        return False  # inside a number, an address or a name with dots
    before = before.rstrip()
    if _ABBREVIATION.search(before):
        return False
    return not (_NUMBERED.search(before) and text[start].isdigit())
