"""Captions of tables on a page, by the labels that they begin with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from .pdf_parts import Piece
from .pdf_words import Bold
from .text import one_line

_NUMBER = r"(?:\d{1,3}|[A-Z]{1,2}\.?\d{1,2}|[IVXL]{1,7})"
_LABEL = re.compile(rf"(?P<label>(?:Table|TABLE|Tab\.)\s+{_NUMBER})(?P<end>\s*[:.|](?:\s|$)|\s*$|\s+(?=[A-Z]))")
ANY_CAPTION = re.compile(rf"(?:Table|TABLE|Tab\.|Figure|FIGURE|Fig\.|Algorithm)\s+{_NUMBER}\s*(?:[:.|]|$)")
_MOST_CAPTIONS = 20  # of a page


class Caption(NamedTuple):
    """A caption: its label, its pieces in order, and the edges of all of them, in points."""

    label: str
    pieces: tuple[Piece, ...]
    left: float
    bottom: float
    right: float
    top: float


def has_caption(pieces: Sequence[Piece]) -> bool:
    """Whether the page may have a table with a caption."""
    return any(piece.text.startswith(("Tab", "TAB")) and _LABEL.match(piece.text) for piece in pieces)


def starts_of(pieces: Sequence[Piece], bold: Bold) -> dict[int, re.Match[str]]:
    """The labels that begin captions of tables, by the place of their piece. A sentence may begin a line with "Table 2 shows";
    bold letters tell "Table 2" as a label."""
    starts: dict[int, re.Match[str]] = {}
    for index, piece in enumerate(pieces):
        found = _LABEL.match(piece.text) if piece.text.startswith(("Tab", "TAB")) else None
        if not found or (not found["end"].strip(" ") and found.end() < len(piece.text) and not bold(piece.char)):
            continue
        if index and abs(pieces[index - 1].bottom - piece.bottom) < 2 and 0 <= piece.left - pieces[index - 1].right < 9:
            continue  # words stand before it in its line
        starts[index] = found
        if len(starts) == _MOST_CAPTIONS:
            break
    return starts


def captions_of(pieces: Sequence[Piece], starts: Mapping[int, re.Match[str]]) -> Iterator[Caption]:
    """Captions of tables: a label with the words beside and below it."""
    for index, found in starts.items():
        piece = pieces[index]
        own = [piece]
        step = 1.7 * piece.size
        for place, following in enumerate(pieces[index + 1 : index + 200], index + 1):
            drop = own[-1].bottom - following.bottom
            beside = abs(drop) < 0.3 * piece.size and 0 <= following.left - own[-1].right < 3 * piece.size
            below = 0.3 * piece.size < drop <= step and overlap(following, own[0]) > 0
            alone = len(own) == 1 and found.end() == len(piece.text)  # the label has a line for itself
            if not (beside or (below and (alone or _same_size(own, following)))):
                break
            if place in starts or ANY_CAPTION.match(following.text):
                break
            if below and not alone:
                step = min(step, 1.25 * drop)
            own.append(following)
        yield Caption(one_line(found["label"]), tuple(own), *bounds(own))


def _same_size(own: Sequence[Piece], following: Piece) -> bool:
    return abs(own[-1].size - following.size) <= 0.05 * following.size


def overlap(one: Piece, other: Piece | Caption) -> float:
    """Points of width that two things share; below 0 if they stand apart."""
    return min(one.right, other.right) - max(one.left, other.left)


def bounds(pieces: Sequence[Piece]) -> tuple[float, float, float, float]:
    """Left, bottom, right and top of all the pieces."""
    lefts, bottoms, rights, tops = zip(*(piece[1:5] for piece in pieces), strict=True)
    return min(lefts), min(bottoms), max(rights), max(tops)
