"""Arithmetic over the cells of a sheet: comparison, ranking, best-of, differences; each with its expression written out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sovereign.records import Computation
from sovereign.records.rationale import Operation

from .phrases import Sense
from .sheet import Axis, Entry, Sheet, kind

_MOST_SHOWN = 6
_NEARLY = 0.8  # share of the pairs of two groups of lines that must point one way
_WHOLE = 100.0  # percent
_LIKE = 0.02  # two figures are alike where they differ by less than this share of the larger one


@dataclass(frozen=True)
class Finding:
    """What cells say of one statement: whether it ``holds``, the cells in order, and what was computed."""

    holds: bool
    cells: tuple[Entry, ...]
    computation: Computation
    gap: float = 0.0


def shown(value: float) -> str:
    """A figure as a person writes it."""
    return f"{value:.6g}"


def name_of(entry: Entry) -> str:
    """A cell by its headers."""
    return " / ".join((*entry.cell.row_headers[-2:], *entry.cell.column_headers[-2:])) or entry.cell.text


def sign_of(sheet: Sheet, entry: Entry, sense: Sense, default: int = 1) -> int:
    """1 where the sense asks for more at a cell, -1 where it asks for less, 0 where the table does not say which is better."""
    if sense in ("more", "less"):
        return 1 if sense == "more" else -1
    better = sheet.better(entry) or default
    if sense in ("fast", "slow"):
        return better if sense == "fast" else -better
    return better if sense == "better" else -better


def compared(
    sheet: Sheet, axis: Axis, mine: Iterable[int], theirs: Iterable[int], across: Sequence[int], sense: Sense,
    alike: bool = False, all_others: bool = False,
) -> list[Finding]:  # fmt: skip
    """One finding for each line across: whether all of mine are on the side of all of theirs that the sense asks for.

    Lines of two groups with the same inner headers are compared group by group. With ``all_others`` the best of mine counts.
    """
    found = []
    for line in across:
        a = [e for n in mine if (e := sheet.entry(axis, n, line))]
        b = [e for n in theirs if (e := sheet.entry(axis, n, line))]
        if not a or not b:
            continue
        sign = sign_of(sheet, a[0], sense)
        pairs = _aligned(a, b, axis, sign, all_others)
        held = [_alike(x, y) if alike else (x.value - y.value) * sign > 0 for x, y in pairs]
        share = sum(held) / len(held)
        if not alike and 1 - _NEARLY < share < _NEARLY and (ends := _ends(a, b, sign)):
            pairs, share = ends
        if not 1 - _NEARLY < share < _NEARLY:
            x, y = pairs[0]
            gaps = [abs(p.value - q.value) / max(abs(p.value), abs(q.value), 1e-12) for p, q in pairs]
            mark = "=" if x.value == y.value else ">" if x.value > y.value else "<"
            text = f"{name_of(x)}: {shown(x.value)} {mark} {name_of(y)}: {shown(y.value)}"
            cells = tuple(dict.fromkeys(e for pair in pairs for e in pair))
            found.append(
                Finding(share > 0.5, cells, computed("comparison", text, x.value - y.value, x.unit), min(gaps))
            )
    return found


def _ends(a: list[Entry], b: list[Entry], sign: int) -> tuple[list[tuple[Entry, Entry]], float] | None:
    """Of two groups that overlap, the best of each and the worst of each as pairs; None where these point two ways."""
    pairs = [(pick(a, key=lambda e: e.value * sign), pick(b, key=lambda e: e.value * sign)) for pick in (max, min)]
    held = {(x.value > y.value) - (x.value < y.value) for x, y in pairs}
    side = sign * max(held, key=abs)
    return None if {1, -1} <= held or not side else (pairs, float(side > 0))


def _aligned(a: list[Entry], b: list[Entry], axis: Axis, sign: int, all_others: bool) -> list[tuple[Entry, Entry]]:
    if all_others:
        best = max(a, key=lambda e: e.value * sign)
        return [(best, max(b, key=lambda e: e.value * sign))]

    def keys(entries: list[Entry]) -> list[frozenset[str]]:
        headers = [frozenset(e.cell.row_headers if axis == "row" else e.cell.column_headers) for e in entries]
        common = frozenset.intersection(*headers)
        return [h - common for h in headers]

    if len(a) == len(b) > 1:
        mine, theirs = keys(a), keys(b)
        if len(set(mine)) == len(mine) and set(mine) == set(theirs):
            return [(x, b[theirs.index(k)]) for x, k in zip(a, mine, strict=True)]
    return [(x, y) for x in a for y in b]


def _alike(x: Entry, y: Entry) -> bool:
    return abs(x.value - y.value) <= _LIKE * max(abs(x.value), abs(y.value))


def ranked(
    sheet: Sheet,
    axis: Axis,
    mine: Iterable[int],
    among: Iterable[int],
    across: Sequence[int],
    sense: Sense,
    nth: int = 1,
    top: bool = False,
) -> list[Finding]:
    """One finding for each line across: whether one of mine is the nth from the best of all lines, or bold as the best."""
    found, kept, own = [], tuple(among), frozenset(mine)
    for line in across:
        entries = [(n, e) for n in kept if (e := sheet.entry(axis, n, line))]
        if len(entries) < 2 or not any(n in own for n, _ in entries):
            continue
        sign = sign_of(sheet, entries[0][1], sense)
        ordered = sorted({e.value * sign for _, e in entries}, reverse=True)
        best = max((e for n, e in entries if n in own), key=lambda e: e.value * sign)
        place = ordered.index(best.value * sign) + 1
        first = next(e for _, e in entries if e.value * sign == ordered[min(nth, len(ordered)) - 1])
        order = (
            " > ".join(shown(v * sign) for v in ordered[:_MOST_SHOWN])
            if sign > 0
            else " < ".join(shown(v * sign) for v in ordered[:_MOST_SHOWN])
        )
        text = f"{name_of(best)}: {shown(best.value)} is number {place} of {len(entries)} ({order})"
        gap = abs(best.value - first.value) / max(abs(best.value), abs(first.value), 1e-12)
        operation: Operation = "best" if nth == 1 else "ranking"
        holds = place <= max(2, len(ordered) // 3) if top else place == nth
        marked = [e for _, e in entries if e.cell.bold]
        if nth == 1 and best in marked and len(marked) <= len(entries) / 2:
            holds, text = True, f"{text}, marked bold"
        found.append(Finding(holds, tuple(dict.fromkeys((best, first))), computed(operation, text, float(place)), gap))
    return found


def differences(x: Entry, y: Entry, errors: bool = False) -> list[tuple[Operation, float, str]]:
    """What can be said of two figures as a number: difference, percent of change, ratio; signed as x against y.

    With ``errors``, percent of change of what is missing from 100, too: "an error reduction of 32 %".
    """
    a, b = x.value, y.value
    ratio_units = kind(x) == "ratio" or kind(y) == "ratio"
    step: Operation = "percentage_points" if ratio_units else "difference"
    found: list[tuple[Operation, float, str]] = [(step, a - b, f"{shown(a)} - {shown(b)} = {shown(a - b)}")]
    if b:
        found.append(
            (
                "percent_change",
                100 * (a - b) / abs(b),
                f"({shown(a)} - {shown(b)}) / {shown(b)} = {shown(100 * (a - b) / abs(b))} %",
            )
        )
    if errors and 0 < a < _WHOLE and 0 < b < _WHOLE:
        share = 100 * (a - b) / (_WHOLE - b)
        found.append(("percent_change", share, f"({shown(a)} - {shown(b)}) / (100 - {shown(b)}) = {shown(share)} %"))
    if a and b:
        found.append(("ratio", a / b, f"{shown(a)} / {shown(b)} = {shown(a / b)}"))
    return found


def mean_of(entries: Sequence[Entry]) -> tuple[float, str]:
    """The mean of figures, and how it was computed."""
    value = sum(e.value for e in entries) / len(entries)
    return value, f"({' + '.join(shown(e.value) for e in entries)}) / {len(entries)} = {shown(value)}"


def computed(operation: Operation, expression: str, value: float | None = None, unit: str = "") -> Computation:
    """A computation for a rationale; its value without the last binary digits."""
    return Computation(
        operation=operation, expression=expression, value=None if value is None else float(f"{value:.10g}"), unit=unit
    )
