"""The numbers of a claim, looked up in cells or computed from them: values, differences, percentages, ratios, means."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations

from .compute import Finding, computed, differences, mean_of, shown
from .mentions import Mention
from .operands import entity_axes, merged, within
from .sheet import Axis, Entry, Sheet, other
from .statements import Clause

_NUMBER = re.compile(
    r"(?<![\w.,@#^-])(?P<sign>[-+]\s?)?(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d*\.\d+|\d+)(?P<unit>\s?(?:%|percent\b|percentage points?\b|absolute\b|points?\b|x\b|times\b|[kKMB]\b)?)(?![\w-]|\.\d)"
)
_STEP_BEFORE = re.compile(
    r"(?:\bby|improvements?(?: of)?|gains?(?: of)?|drops?(?: of)?|increases?(?: of)?|decreases?(?: of)?|reductions?(?: of)?|difference(?: of)?|gap(?: of)?"
    r"|boosts?(?: of)?|margin of|decline of|reduces?|outperform\w*)\s*(?:up to|about|around|approximately|at least|more than|over|nearly|only|an?|absolute|roughly|the F1 score|~|\()*\s*$",
    re.IGNORECASE,
)
_STEP_AFTER = re.compile(
    r"^\s*(?:absolute\s+|relative\s+|overall\s+|[\w-]+\s+){0,2}?(?:points?|improvements?|gains?|increases?|decreases?|reductions?|drops?|higher|lower|better|worse|more|less|faster|slower|boost|relative)\b",
    re.IGNORECASE,
)
_ERRORS = 30  # characters before "32 %" that may make it a share of errors
_BEHIND = 20  # characters
_RANGE_END = re.compile(r"\s?(?:~|∼)\s?\d")
_MEAN = re.compile(r"\b(?:on average|averag(?:e|ed|ing)|mean)\b", re.I)
_COUNT = re.compile(
    r"^\s*(?:out of|/|of the)\s*\d|^\s*(?:datasets|tasks|models|layers|languages|runs|heads|metrics|baselines|epochs|tokens|sentences|layer)\b",
    re.I,
)


@dataclass(frozen=True)
class Said:
    """A number of the claim: how finely it is printed, its ``sign`` if it is printed with one, whether it is a difference."""

    value: float
    decimals: int
    digits: int
    start: int
    end: int
    sign: int
    unit: str
    step: bool
    errors: bool


def numbers_of(claim: str, clause: Clause, mentions: Sequence[Mention]) -> list[Said]:
    """The numbers of a clause that can be values; not those in names, nor counts of things."""
    found = []
    for match in _NUMBER.finditer(claim, clause.start, clause.end):
        start, end = match.span()
        if any(m.start <= match.start("number") < m.end for m in mentions):
            continue
        number, unit = match["number"].replace(",", ""), (match["unit"] or "").strip()
        before, after = claim[max(clause.start, start - 60) : start], claim[end : clause.end]
        if _COUNT.match(after) or re.search(
            r"\b(?:p|alpha|top|RQ|layers?|k|n|m|size(?: of)?|section|version)\s?[-=<>≤]?\s?$", before, re.I
        ):
            continue
        decimals = len(number.partition(".")[2])
        digits = max(len(number.replace(".", "").lstrip("0")), decimals)
        sign = {"+": 1, "-": -1}.get((match["sign"] or "").strip(), 0)
        step = bool(
            _STEP_BEFORE.search(before)
            or _STEP_AFTER.match(after)
            or sign > 0
            or (sign < 0 and before.rstrip().endswith("("))
            or unit in ("x", "times", "points", "point", "absolute")
        )
        step = step or unit.startswith("percentage")
        if (digits < 2 and not step and not unit) or _RANGE_END.match(claim, end):
            continue  # one digit counts things, or names one
        found.append(Said(float(number), decimals, digits, start, end, sign, unit, step, "error" in before[-_ERRORS:]))
    return found


def agrees(said: Said, value: float, signed: bool = False) -> bool:
    """Whether a figure is the number as printed, at its own precision (and, for percent, as a share of 1)."""
    half = 0.5 * 10.0**-said.decimals + 1e-9
    mine = said.value * (said.sign or 1) if signed else said.value
    value = value if signed else abs(value)
    return any(abs(mine - scaled) <= half for scaled in ((value, value * 100) if abs(value) <= 1 else (value,)))


def looked_up(sheet: Sheet, said: Said, near: Sequence[Mention], alone: bool) -> Finding | None:
    """A value among the cells that the claim's words mean; false only where they mean one cell and it says otherwise."""
    rows, columns = (_nearest(said, near, axis) for axis in _AXES)
    if not (rows or columns) or (said.digits < 2 and not said.decimals):
        return None
    cells = [e for (r, c), e in sheet.at.items() if (not rows or r in rows) and (not columns or c in columns)]
    for entry in cells:
        printed = (*entry.reading.values, *filter(None, (entry.reading.upper,)))
        if (value := next((v for v in printed if agrees(said, v, bool(said.sign))), None)) is not None:
            return Finding(True, (entry,), computed("lookup", _as_said(said, value), value, entry.unit))
    if len(cells) == 1 and rows and columns and alone:
        return Finding(
            False,
            (cells[0],),
            computed("lookup", f"{shown(cells[0].value)}, not {shown(said.value)}", cells[0].value, cells[0].unit),
        )
    return None


def _as_said(said: Said, value: float) -> str:
    """A figure of a cell as the number that a claim makes of it: "100 * 0.715 = 71.5", "-(-1.15) = 1.15"."""
    mine = said.value * (said.sign or 1)
    left = shown(value) if said.sign or value >= 0 else f"-({shown(value)})"
    near = abs(abs(value) - said.value) <= abs(abs(value * 100) - said.value)
    return f"{left if near else f'100 * {left}'} = {shown(mine)}"


def _nearest(said: Said, near: Sequence[Mention], axis: Axis) -> frozenset[int]:
    """The lines of the mention nearest to a number, narrowed by what else is said beside it."""

    def distance(mention: Mention) -> int:
        # "an F1 of 77.5 and AUC of 0.866": what a number is of stands before it, or right behind.
        after = mention.start - said.end
        return said.start - mention.end if after < 0 else after if after <= 2 else after + _BEHIND

    ordered = sorted((m for m in near if m.axis == axis), key=distance)
    if not ordered:
        return frozenset()
    lines = ordered[0].lines
    for mention in ordered[1:]:
        lines = lines & mention.lines or lines
    return lines


def averaged(sheet: Sheet, said: Said, near: Sequence[Mention]) -> Finding | None:
    """The mean over a line, or over the lines across that are named."""
    for axis in _AXES:
        mine, across = merged([m for m in near if m.axis == axis]), merged([m for m in near if m.axis == other(axis)])
        for line in mine:
            entries = [
                e for n in sheet.lines(other(axis)) if (not across or n in across) and (e := sheet.entry(axis, line, n))
            ]
            if len(entries) > 1:
                value, text = mean_of(entries)
                if agrees(said, value):
                    return Finding(True, tuple(entries), computed("mean", text, value, entries[0].unit))
    return None


_AXES: tuple[Axis, Axis] = ("row", "column")


def stepped(sheet: Sheet, said: Said, near: Sequence[Mention]) -> Finding | None:
    """A difference, percent, ratio or step in points between two cells that share a line and are of lines that the claim means."""
    for axis in entity_axes(sheet):
        mine = [m for m in near if m.axis == axis]
        if not mine:
            continue
        across = merged([m for m in near if m.axis == other(axis)]) or frozenset(sheet.lines(other(axis)))
        lines = frozenset().union(*(m.lines for m in mine))
        two = _apart(mine)
        if said.digits < 2 and not two:
            continue  # one digit is soon found among all pairs
        for x, y in _pairs(sheet, axis, lines, two, across):
            for operation, value, text in differences(x, y, said.errors):
                if operation == "percent_change" and said.unit.startswith("percentage"):
                    continue
                if operation == "ratio" and said.unit not in ("x", "times"):
                    continue
                if agrees(said, value):
                    return Finding(
                        True,
                        (x, y),
                        computed(operation, text, value, "%" if operation == "percent_change" else x.unit),
                        abs(value),
                    )
    return None


def _one_thing(mentions: Sequence[Mention]) -> bool:
    """Whether mentions say one thing together: "the F1 on the test set"."""
    return bool(mentions) and bool(frozenset.intersection(*(m.lines for m in mentions)))


def _apart(mine: Sequence[Mention]) -> bool:
    """Whether mentions mean different lines."""
    lines = {m.lines for m in mine}
    return len(lines) > 1 and not frozenset.intersection(*lines)


def _pairs(
    sheet: Sheet, axis: Axis, lines: frozenset[int], two: bool, across: frozenset[int]
) -> Iterator[tuple[Entry, Entry]]:
    """Pairs of cells at a line across: of two mentions where there are two, else of a mentioned line and any other."""
    partners = lines if two else frozenset(sheet.lines(axis))
    for n in sorted(across):
        for a, b in permutations(sorted(partners | lines), 2):
            if a not in lines or b not in partners:
                continue
            x, y = sheet.entry(axis, a, n), sheet.entry(axis, b, n)
            if x and y:
                yield x, y


def of_clause(
    claim: str, sheet: Sheet, clause: Clause, mentions: Sequence[Mention], earlier: Sequence[Mention]
) -> list[tuple[Said, Finding | None]]:
    """Every number of a clause with what the table says of it; None where it says nothing."""
    here = within(mentions, clause.start, clause.end)
    near = here or list(earlier)
    found: list[tuple[Said, Finding | None]] = []
    numbers = numbers_of(claim, clause, mentions)
    # Of several numbers, or several names, which is whose is not sure enough to say that one is wrong.
    alone = len(numbers) == 1 and all(_one_thing([m for m in near if m.axis == axis]) for axis in _AXES)
    for said in numbers:
        if not any(m.specific for m in near):
            found.append((said, None))
        elif said.step:
            found.append(
                (
                    said,
                    stepped(sheet, said, near)
                    or stepped(sheet, said, [*near, *earlier])
                    or (looked_up(sheet, said, near, alone) if said.digits > 2 else None),
                )
            )
        elif _MEAN.search(clause.text) and (mean := averaged(sheet, said, near)):
            found.append((said, mean))
        else:
            found.append((said, looked_up(sheet, said, near, alone)))
    return [(said, f) for said, f in found]
