"""Horizontal rules of a page, which tables of papers have above, below and under their header."""

from __future__ import annotations

from collections.abc import Iterator
from ctypes import byref, c_float
from itertools import islice
from typing import Any, NamedTuple

from pypdfium2 import raw

_MOST_PATHS = 20_000  # of a page that are looked at; a plot has thousands
_MOST_RULES = 500
_DEEPEST = 3  # forms within forms
_THICK = 3.0  # points; a higher bar is no rule
_SHORTEST = 10.0  # points
_JOIN = 0.6  # points; rules drawn cell by cell touch, dots do not

_Shift = tuple[float, float, float, float]  # scale and offset in x, then in y


class Rule(NamedTuple):
    """A horizontal line, in points."""

    left: float
    right: float
    y: float


def rules_of(page: Any) -> list[Rule]:
    """The rules of a page from the top down; none if there are too many for a page that is read."""
    bars = []
    for found, shift in islice(_paths(page, (1.0, 0.0, 1.0, 0.0), 0), _MOST_PATHS):
        left, bottom, right, top = (c_float() for _ in range(4))
        if not raw.FPDFPageObj_GetBounds(found, byref(left), byref(bottom), byref(right), byref(top)):
            continue
        xs = sorted(shift[0] * x.value + shift[1] for x in (left, right))
        ys = sorted(shift[2] * y.value + shift[3] for y in (bottom, top))
        if ys[1] - ys[0] <= _THICK:
            bars.append(Rule(xs[0], xs[1], (ys[0] + ys[1]) / 2))
    rules: list[Rule] = []
    for bar in sorted(bars, key=lambda bar: (-round(bar.y), bar.left)):
        last = rules[-1] if rules else None
        if last and abs(last.y - bar.y) < 1 and bar.left <= last.right + _JOIN:
            rules[-1] = last._replace(right=max(last.right, bar.right))
        else:
            rules.append(bar)
    rules = [rule for rule in rules if rule.right - rule.left >= _SHORTEST]
    return sorted(rules, key=lambda rule: -rule.y) if len(rules) <= _MOST_RULES else []


def _paths(holder: Any, shift: _Shift, depth: int) -> Iterator[tuple[Any, _Shift]]:
    """The paths of a page or, below the first depth, of a form, and how their coordinates become the page's."""
    number, member = (
        (raw.FPDFFormObj_CountObjects, raw.FPDFFormObj_GetObject)
        if depth
        else (raw.FPDFPage_CountObjects, raw.FPDFPage_GetObject)
    )
    for k in range(number(holder)):
        found = member(holder, k)
        kind = raw.FPDFPageObj_GetType(found)
        if kind == raw.FPDF_PAGEOBJ_PATH:
            yield found, shift
        elif kind == raw.FPDF_PAGEOBJ_FORM and depth < _DEEPEST:
            matrix = raw.FS_MATRIX()
            if raw.FPDFPageObj_GetMatrix(found, matrix) and not (matrix.b or matrix.c):
                across = (shift[0] * matrix.a, shift[0] * matrix.e + shift[1])
                yield from _paths(found, (*across, shift[2] * matrix.d, shift[2] * matrix.f + shift[3]), depth + 1)
