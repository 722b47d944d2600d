"""The words of a table's cells, line by line: what stands together, as far as the spaces between words tell."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from .pdf_lines import text_of
from .pdf_parts import HYPHEN, LOWERED, RAISED, Piece
from .text import one_line

Bold = Callable[[int], bool]

_TIGHT = 0.45  # of the size of the letters: more space than between a figure and other words of its cell
_FIGURE = re.compile(r"[-−–+±<>≤≥~∼≈$€£(\[]*\d[\d.,:/]*(?:[%kKMBGTxX×sh]|ms|GB|MB)?[)\]*†‡]*")


class Words(NamedTuple):
    """Words of a cell, in a line or joined from several, and the columns and rows that they stand over.

    ``parts`` are the single words, as long as it is open whether they are those of one cell."""

    text: str
    left: float
    right: float
    bottom: float
    size: float
    bold: bool
    first: int = 0
    last: int = 0
    rows: int = 1
    parts: tuple[Words, ...] = ()


def is_figure(text: str) -> bool:
    """Whether text is a number, with its unit or sign."""
    return bool(_FIGURE.fullmatch(text.strip().split(" ± ")[0]))


def visual_lines(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Pieces that stand on one line, from the top down, those of a line from left to right."""
    lines: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda p: -p.bottom):
        if lines and _beside(lines[-1][0], piece):
            lines[-1].append(piece)
        else:
            lines.append([piece])
    return [sorted(line, key=lambda p: p.left) for line in lines]


def _beside(first: Piece, piece: Piece) -> bool:
    """Whether a piece stands on the line of the one with the highest foot. That may be a small mark on the line."""
    step = first.bottom - piece.bottom
    return step < 0.35 * piece.size or (first.size < 0.8 * piece.size and step < 0.6 * piece.size)


def words_of(line: Sequence[Piece], bold: Bold) -> list[Words]:
    """The words of a line in cells, as far as the spaces between them tell. A deviation belongs to its mean."""
    made: list[Words] = []
    for words in (words for piece in line for words in _cells(piece, bold)):
        if made and (words.text.startswith("±") or made[-1].text.endswith("±")):
            made[-1] = together([made[-1], words])
        else:
            made.append(words)
    return made


def _cells(piece: Piece, bold: Bold) -> Iterator[Words]:
    """Words of a piece, cut where a figure stands apart from the words beside it: columns may be close together."""
    parts = [_words(part, bold) for part in _parted(piece)]
    open_parts = parts[:1]
    for one, other in pairwise(parts):
        figures = is_figure(one.text) + is_figure(other.text)
        if (figures == 2 and not other.text.startswith(("(", "["))) or (
            figures and other.left - one.right > _TIGHT * piece.size
        ):
            yield together(open_parts)
            open_parts = []
        open_parts.append(other)
    yield together(open_parts)


def _parted(piece: Piece) -> Iterator[Piece]:
    """The words of a piece, or the piece if a raised run goes over a space."""
    starts = [(0, piece.left, piece.char), *((space.offset, space.right, space.char) for space in piece.spaces)]
    ends = [*((space.offset, space.left) for space in piece.spaces), (len(piece.text), piece.right)]
    parts = [
        piece._replace(text=piece.text[start:end], left=left, right=right, char=char)
        for (start, left, char), (end, right) in zip(starts, ends, strict=True)
    ]
    whole = all(part.text.count(RAISED) == part.text.count(LOWERED) for part in parts)
    yield from parts if whole else [piece]


def _words(piece: Piece, bold: Bold) -> Words:
    text = one_line(text_of([piece])) + HYPHEN * piece.text.rstrip().endswith(HYPHEN)
    return Words(text, piece.left, piece.right, piece.bottom, piece.size, bold(piece.char))


def together(parts: Sequence[Words]) -> Words:
    whole = parts[0]._replace(
        text=" ".join(part.text for part in parts), right=parts[-1].right, bold=all(part.bold for part in parts)
    )
    return whole._replace(parts=tuple(parts))


def joined(one: Words, other: Words) -> Words:
    """Words with the words after them, in the same line or the next."""
    start, rest = one.text.removesuffix(HYPHEN), other.text
    if one.text.endswith(HYPHEN):
        between = "-" if any(c.isupper() or c.isdigit() for c in start[-1:] + rest[:1]) else ""
    else:
        mark = one.bottom - other.bottom < 0.5 * one.size and -1 < other.left - one.right < 0.12 * one.size
        between = "" if mark or re.search(r"\w-$", start) else " "
    return one._replace(text=start + between + rest, bottom=other.bottom, bold=one.bold and other.bold)
