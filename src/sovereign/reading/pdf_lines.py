"""Printed lines from the pieces of a page: pieces at one height are one line, and raised figures are marks or exponents."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate, pairwise
from statistics import median

from .pdf_parts import HYPHEN, LOWERED, RAISED, Line, Piece
from .text import clean

_RAISED_RUN = re.compile(
    rf"(?P<before>[^\W\d_]+|[.,;:!?”’\"'])?(?P<space>\s*){RAISED}(?P<raised>[^{LOWERED}]*){LOWERED}(?P<after>\s*)"
)
_MARK = re.compile(r"[\d,\s]+")
_LENGTH = re.compile(r".|[kcmnµμ]m")
_CELL = 1.5  # of the size of the letters: more space than in a stretched line, or after a heading's number


def lines_of(flow: Sequence[Piece], page: int) -> list[Line]:
    """Lines of a flow: pieces at one height are one line."""
    lines: list[list[Piece]] = []
    for piece in flow:
        if lines and not piece.table and not lines[-1][0].table and _continues(lines[-1][-1], piece):
            lines[-1].append(piece)
        else:
            lines.append([piece])
    celled = [any(space > _CELL * line[0].size for space in _spaces(line)) for line in lines]
    steps = [one[0].bottom - other[0].bottom for one, other in pairwise(lines)]
    usual = median([step for step in steps if step > 0] or [0.0])
    made: list[Line] = []
    for index, line in enumerate(lines):
        if line[0].table:
            made.append(line[0].table)
            continue
        text = clean(text_of(line)).strip() + (HYPHEN if line[-1].text.rstrip().endswith(HYPHEN) else "")
        beside = celled[max(0, index - 1) : index] + celled[index + 1 : index + 2]
        gap = index > 0 and not -0.1 < steps[index - 1] <= 1.4 * usual
        size = max(line, key=lambda p: len(p.text)).size
        if text:
            made.append(Line(text, page, size, gap, celled[index] and any(beside)))
    return made


def _continues(piece: Piece, following: Piece) -> bool:
    """Whether ``following`` stands on the line of ``piece``, to its right."""
    if not piece.size or not following.size:
        return False
    shared = min(piece.top, following.top) - max(piece.bottom, following.bottom)
    heights = (piece.top - piece.bottom, following.top - following.bottom)
    return shared >= 0.5 * min(heights) and following.left >= piece.left


def _spaces(line: Sequence[Piece]) -> list[float]:
    """Width of the space before each piece but the first. An accent that was painted later stands within the line."""
    reached = accumulate((piece.right for piece in line), max)
    return [piece.left - right for piece, right in zip(line[1:], reached, strict=False)]


def text_of(line: Sequence[Piece]) -> str:
    """The words of a line. Raised figures are written as exponents after a figure or a symbol; the mark of a footnote
    is left out after a word or punctuation, where it would read as a figure, and set apart where the footnote begins.
    """
    text = line[0].text
    for (one, other), space in zip(pairwise(line), _spaces(line), strict=True):
        close = space < 0.12 * other.size and one.size > 0.8 * other.size
        text += ("" if close or text.endswith(" ") else " ") + other.text
    text = text.replace(HYPHEN, "")
    return _RAISED_RUN.sub(_written, text) if RAISED in text else text


def _written(found: re.Match[str]) -> str:
    before, raised, after = found["before"] or "", found["raised"].strip(), found["after"]
    if before and _MARK.fullmatch(raised) and not _LENGTH.fullmatch(before.removeprefix("^")):
        return before + ("" if found.string[found.end() : found.end() + 1] in (",", ".", ";", ":", ")") else after)
    if before and not before[0].isalpha():
        return before + after if _MARK.fullmatch(raised) else f"{before}{found['space']}{raised}{after}"
    exponent = re.fullmatch(r"[-−+–]?[\d.]+", raised) and found.start() > 0
    return f"{before}{'^' if exponent else found['space']}{raised}{after}"
