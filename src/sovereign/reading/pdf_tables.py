"""Tables of a page: where they are, and their captions. `pdf_rows` makes rows and columns of what is inside.

Tables of papers have horizontal rules and no vertical ones. A table is what stands between rules of one width beside a
caption ("Table 3: ..."); where nothing is ruled, it is the rows set in cells that follow the caption or lead to it.
pdfplumber finds cells by ruled lines, which these tables lack, or by the alignment of words, which joins and splits
them; of the 16 tables of three papers it put 28 in 100 cells where they belong, with their areas given.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import NamedTuple

from .pdf_captions import ANY_CAPTION, Caption, bounds, captions_of, overlap, starts_of
from .pdf_lines import lines_of
from .pdf_parts import Line, Piece
from .pdf_rows import cells_of
from .pdf_rules import Rule
from .pdf_words import Bold, visual_lines

_MOST_PIECES = 4_000  # of a table
_FAR = 45.0  # points between a table and its caption
_SAME = 4.0  # points by which the rules of one table differ in width
_LONG = 35  # characters; pieces of prose are longer on average, cells are shorter


class _Area(NamedTuple):
    """Where a table may be, and the rules in it; without rules, nothing but the words tells its rows."""

    left: float
    bottom: float
    right: float
    top: float
    rules: tuple[Rule, ...]


def with_tables(pieces: Sequence[Piece], rules: Sequence[Rule], page: int, bold: Bold) -> list[Piece]:
    """The pieces of a page, with one piece in place of those of each table and its caption."""
    flat = [piece for piece in pieces if piece.size]
    captions = list(captions_of(flat, starts_of(flat, bold)))
    starts = frozenset(id(caption.pieces[0]) for caption in captions)
    placed: dict[int, Piece] = {}  # by the id of the piece whose place it takes
    gone: set[int] = set()
    areas = _areas(flat, rules, starts)
    ruled = _matched(captions, areas, flat)
    for c, caption in enumerate(captions):
        area = areas[ruled[c]] if c in ruled else _rows_beside(caption, flat, starts)
        own = set(map(id, caption.pieces))
        if area is None or own & gone:
            continue
        inside = [p for p in flat if _is_inside(p, area) and id(p) not in gone and id(p) not in own]
        cells = cells_of(inside, area.rules, bold) if 2 <= len(inside) <= _MOST_PIECES else ()
        if not cells:
            continue
        text = " ".join(cell.text for cell in cells)
        lines = tuple(lines_of(caption.pieces, page))
        size = max(piece.size for piece in inside)
        line = Line(text, page, size, row=True, cells=cells, label=caption.label, caption=lines)
        gone |= own | set(map(id, inside))
        edges = (min(area.left, caption.left), min(area.bottom, caption.bottom),
                 max(area.right, caption.right), max(area.top, caption.top))  # fmt: skip
        placed[id(inside[0])] = Piece(text, *edges, size, table=line)
    return [placed.get(id(p), p) for p in pieces if id(p) in placed or id(p) not in gone]


def _areas(pieces: Sequence[Piece], rules: Sequence[Rule], starts: Collection[int]) -> list[_Area]:
    """Where rules of one width follow each other with nothing but cells between them.

    ``starts`` are the ids of the pieces that begin captions."""
    groups: list[list[Rule]] = []
    for rule in rules:
        group = next((g for g in groups if _same_width(g[-1], rule) and g[-1].y > rule.y), None)
        if group is None:
            groups.append([rule])
        else:
            group.append(rule)
    made: list[_Area] = []
    for group in groups:
        run = group[:1]
        for upper, lower in pairwise(group):
            if _may_be_cells(pieces, upper, lower, starts):
                run.append(lower)
                continue
            made += _area(run, rules)
            run = [lower]
        made += _area(run, rules)
    return made


def _area(run: Sequence[Rule], rules: Sequence[Rule]) -> list[_Area]:
    if len(run) < 2 or run[0].y - run[-1].y < 8:
        return []
    left, right = min(rule.left for rule in run), max(rule.right for rule in run)
    within = [r for r in rules if run[-1].y <= r.y <= run[0].y and r.left >= left - _SAME and r.right <= right + _SAME]
    return [_Area(left, run[-1].y, right, run[0].y, tuple(within))]


def _same_width(one: Rule, other: Rule) -> bool:
    return abs(one.left - other.left) <= _SAME and abs(one.right - other.right) <= _SAME


def _may_be_cells(pieces: Sequence[Piece], upper: Rule, lower: Rule, starts: Collection[int]) -> bool:
    """Whether what stands between two rules may be rows of a table: no caption, no prose, nothing across the edge."""
    between = [p for p in pieces if lower.y < p.middle < upper.y and p.left < upper.right and p.right > upper.left]
    for piece in between:
        if piece.left < upper.left - _SAME or piece.right > upper.right + _SAME:
            return False
        if id(piece) in starts or ANY_CAPTION.match(piece.text):
            return False
    return len(between) < 8 or sum(len(p.text) for p in between) < _LONG * len(between)


def _matched(captions: Sequence[Caption], areas: Sequence[_Area], pieces: Sequence[Piece]) -> dict[int, int]:
    """For captions, by their places, the place of the nearest area.

    A table may be nearer to the next caption than to its own, so that all above and all below are tried too: whichever gives
    most captions a table."""
    near = sorted((distance, c, a) for c, caption in enumerate(captions) for a, area in enumerate(areas)
                  if (distance := _distance(caption, area, pieces)) is not None)  # fmt: skip
    above = [pair for pair in near if captions[pair[1]].bottom > areas[pair[2]].bottom]
    below = [pair for pair in near if captions[pair[1]].bottom <= areas[pair[2]].bottom]
    tried: list[dict[int, int]] = []
    for pairs in (near, above, below):
        tried.append({})
        for _, c, a in pairs:
            if c not in tried[-1] and a not in tried[-1].values():
                tried[-1][c] = a
    return max(tried, key=len)  # the first of equals


def _distance(caption: Caption, area: _Area, pieces: Sequence[Piece]) -> float | None:
    """Points between a caption and an area above or below it; None if they are far apart or text stands between."""
    if min(caption.right, area.right) <= max(caption.left, area.left):
        return None
    above = area.bottom >= caption.top - 3
    upper, lower = (area.bottom, caption.top) if above else (caption.bottom, area.top)
    if not (above or area.top <= caption.bottom + 3) or upper - lower > _FAR:
        return None
    own = set(map(id, caption.pieces))
    for piece in pieces:
        if lower + 1 < piece.middle < upper - 1 and id(piece) not in own and overlap(piece, caption) > 0:
            return None
    return upper - lower


def _rows_beside(caption: Caption, pieces: Sequence[Piece], starts: Collection[int]) -> _Area | None:
    """The rows set in cells that follow a caption or lead to it, where no rule shows them."""
    own = set(map(id, caption.pieces))
    left, right = _column(caption, pieces)
    others = [p for p in pieces if left <= p.left and p.right <= right and id(p) not in own]
    best: list[list[Piece]] = []
    for below in (True, False):
        side = [p for p in others if (p.top <= caption.bottom + 2 if below else p.bottom >= caption.top - 2)]
        lines = visual_lines(side)
        edge = caption.bottom if below else caption.top
        found = _run(lines if below else lines[::-1], edge, right - left, starts)
        best = max(best, found, key=len)
    inside = [piece for line in best for piece in line]
    return _Area(*bounds(inside), ()) if inside else None


def _run(lines: Sequence[Sequence[Piece]], edge: float, width: float, starts: Collection[int]) -> list[list[Piece]]:
    """Lines from ``edge`` on as far as they are set in cells; none if that is not so for three of them."""
    taken: list[list[Piece]] = []
    cells = 0
    for line in lines:
        size = line[0].size
        if abs(line[0].middle - edge) > (2.6 if taken else 4.0) * size:
            break
        wide = max(piece.right - piece.left for piece in line)
        celled = len(line) >= 2 and any(b.left - a.right > size for a, b in pairwise(line))
        if (
            id(line[0]) in starts
            or ANY_CAPTION.match(line[0].text)
            or wide > 0.7 * width
            or (not celled and wide > 0.35 * width)
        ):
            break
        taken.append(list(line))
        cells = len(taken) if celled else cells
        edge = line[0].middle
    taken = taken[:cells]
    return taken if sum(len(line) >= 2 for line in taken) >= 3 else []


def _column(caption: Caption, pieces: Sequence[Piece]) -> tuple[float, float]:
    """Left and right edge of the column of text in which a caption stands."""
    left, _, right, _ = bounds(pieces)
    middle = (left + right) / 2
    across = sum(len(p.text) for p in pieces if p.left < middle - 5 and p.right > middle + 5)
    if across > 0.2 * sum(len(p.text) for p in pieces) or caption.left < middle - 5 < middle + 5 < caption.right:
        return left, right
    return (left, middle + 5) if caption.right <= middle + 5 else (middle - 5, right)


def _is_inside(piece: Piece, area: _Area) -> bool:
    across = area.left - _SAME <= piece.left and piece.right <= area.right + _SAME
    return across and area.bottom <= piece.middle <= area.top
