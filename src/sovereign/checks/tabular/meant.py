"""Whether a claim of a document means a certain table of it: by its label, or by naming a row and a column."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from sovereign.language.metrics import mentions
from sovereign.language.units import base_factor, dimension, read_unit

from .accounted import unaccounted
from .grid import Grid
from .mentions import find_mentions
from .reading import Statement
from .sheet import Axis, Sheet, sheet_of
from .statements import plain_claim

_LABEL = re.compile(r"\b(?:Tables?|Tabs?\.)[\s\xa0]*(?P<first>[A-Z]?\d{1,2})(?P<more>(?:\s*(?:,|and|&|to|[-–])\s*[A-Z]?\d{1,2}\b)*)")  # fmt: skip
_NUMBER = re.compile(r"(?<![\w.])(?<!\w-)[-+]?\d")  # the 2 of "ROUGE-2" is a name's
_SUPERLATIVE = re.compile(r"\b(?:best|worst|most|least|highest|lowest|state[- ]of[- ]the[- ]art)\b", re.IGNORECASE)
# What is only expected, or holds under a condition that is not met, is stated by no cell.
_SUPPOSED = re.compile(r"\b(?:would|might|could|should|expect(?:s|ed)?|hypothes\w+|hope(?:s|d)?)\b", re.IGNORECASE)
_COMPARING = ("comparison", "ranking", "best", "compare", "equal", "change", "trend")


def labels_of(text: str) -> frozenset[str]:
    """Numbers of the tables that a text names: {"2", "3"} for "Tables 2 and 3"."""
    found: set[str] = set()
    for match in _LABEL.finditer(text):
        found |= {match["first"], *re.findall(r"[A-Z]?\d+", match["more"])}
    return frozenset(found)


def means(claim: str, grid: Grid, statements: tuple[Statement, ...]) -> bool:
    """Whether a claim is about this table of the several that its document has.

    A claim that names tables means these alone. Another means a table of which it names a row and a column by words that not
    every table has, and which is of the metric that it names. Either all its numbers are in the table, or it compares two things
    that it both names: what "existing work" or "the best" are in a table is not said. What is only supposed, a number in another unit than the table's, and what is narrowed by words that the table does
    not know ("a distilled A"), mean none.
    """
    if _SUPPOSED.search(claim) or not all(_same_unit(plain_claim(claim), s) for s in statements):
        return False
    plain, sheet = plain_claim(claim), sheet_of(grid)
    if unaccounted(plain, sheet, statements):
        return False
    if named := labels_of(claim):
        return bool(named & labels_of(grid.label))
    if not all(_names(plain, sheet, axis) for axis in ("row", "column")):
        return False
    asked, given = (
        _metrics(claim),
        _metrics(" ; ".join((grid.caption, *_headers(statements), *_found(plain, sheet, statements)))),
    )
    if asked and not asked & given:
        return False
    numeric = [s for s in statements if s.operation not in _COMPARING]
    if not all(s.holds for s in numeric) or len(_NUMBER.findall(plain)) > len(numeric):
        return False
    return len(numeric) == len(statements) or _names_both(plain, sheet)


def _same_unit(plain: str, statement: Statement) -> bool:
    """Whether a number that is looked up has the unit of its cell, where both have one: "31.2 seconds" is not 31.2 ms."""
    unit = read_unit(plain, statement.end)
    if statement.operation != "lookup" or not unit.name:
        return True
    cells = [e.unit for e in statement.finding.cells if e.unit]
    return all(
        (dimension(u), base_factor(u)) == (dimension(unit.name), base_factor(unit.name) * unit.factor) for u in cells
    )


def _metrics(text: str) -> frozenset[str]:
    return frozenset(mention[-1] for mention in mentions(text))


def _headers(statements: tuple[Statement, ...]) -> Iterator[str]:
    for entry in (e for s in statements for e in s.finding.cells):
        yield from (*entry.cell.column_headers, *entry.cell.row_headers)


def _found(plain: str, sheet: Sheet, statements: tuple[Statement, ...]) -> Iterator[str]:
    """The words of a claim that mean lines of the cells: "accuracy" for a column "Acc."."""
    cells = [e.cell for s in statements for e in s.finding.cells]
    lines = {"row": {c.row for c in cells}, "column": {c.column for c in cells}}
    yield from (plain[m.start : m.end] for m in find_mentions(plain, sheet) if m.share == 1 and m.lines & lines[m.axis])


def _names(plain: str, sheet: Sheet, axis: Axis) -> bool:
    return len(sheet.lines(axis)) < 2 or any(
        (m.specific or m.own) and m.axis == axis for m in find_mentions(plain, sheet)
    )


def _names_both(plain: str, sheet: Sheet) -> bool:
    """Whether two phrases of a claim name different lines of one axis, and nothing is said of a best one."""
    mentions_ = [m for m in find_mentions(plain, sheet) if m.specific or m.own]
    apart = any(a.axis == b.axis and not a.lines & b.lines for a, b in combinations(mentions_, 2))
    return apart and not _SUPERLATIVE.search(plain)
