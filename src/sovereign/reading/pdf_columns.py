"""The order in which a person reads a page: down the left column, then down the right one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from .pdf_parts import Piece


def reading_order(pieces: list[Piece]) -> list[list[Piece]]:
    """The pieces of a page in reading order; a line never goes on from one list to the next."""
    flat = [piece for piece in pieces if piece.size]
    gutter = _gutter([piece for piece in flat if not piece.table])
    if gutter is None:
        return [pieces]
    flows: list[list[Piece]] = [[piece for piece in pieces if not piece.size]]
    columns: tuple[list[Piece], list[Piece]] = ([], [])
    for piece in _by_lines(flat):
        side = _side(piece, gutter)
        if side is None:
            flows += (*columns, [piece])
            columns = ([], [])
        else:
            columns[side].append(piece)
    return [flow for flow in (*flows, *columns) if flow]


def _by_lines(pieces: Sequence[Piece]) -> list[Piece]:
    """Pieces from the top down, those of one line from left to right."""
    lines: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda p: -p.middle):
        if lines and lines[-1][0].middle - piece.middle < 0.4 * lines[-1][0].size:
            lines[-1].append(piece)
        else:
            lines.append([piece])
    return [piece for line in lines for piece in sorted(line, key=lambda p: p.left)]


def _gutter(pieces: Sequence[Piece]) -> float | None:
    """x of the space between two columns that were painted line by line; None if the painted order is to be kept."""
    if len(pieces) < 12:
        return None
    left, right = min(p.left for p in pieces), max(p.right for p in pieces)
    places = [left + (right - left) * percent / 100 for percent in range(35, 66)]
    spans = [(p.left + 1, p.right - 1, len(p.text)) for p in pieces]
    across = {x: sum(size for start, end, size in spans if start < x < end) for x in places}
    fewest = min(across.values())
    best = [x for x in places if across[x] == fewest]
    gutter = best[len(best) // 2]
    sides = [side for p in pieces if (side := _side(p, gutter)) is not None]
    if fewest > 0.5 * sum(len(p.text) for p in pieces) or len(sides) < 12:
        return None
    if sum(one != other for one, other in pairwise(sides)) < 0.4 * len(sides):
        return None  # painted column by column
    for side in (0, 1):
        # Lines of prose fill their column. Cells of a table do not, and stay with their row.
        widths = sorted(p.right - p.left for p in pieces if _side(p, gutter) == side)
        if len(widths) < 5 or widths[len(widths) // 2] < 0.75 * widths[-1] or widths[-1] < 0.25 * (right - left):
            return None
    return gutter


def _side(piece: Piece, gutter: float) -> int | None:
    """0 if a piece stands left of the gutter, 1 if right, None if it lies across."""
    return 0 if piece.right <= gutter + 1 else 1 if piece.left >= gutter - 1 else None
