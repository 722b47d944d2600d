"""Cells and computations that evidence from tables rests on, worked out again."""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Iterator

from sovereign.checks.tabular.cells import read_cell, unit_in
from sovereign.records import Evidence, Finding, UsedCell

from .brief import Brief
from .kinds import finding

_SUM = re.compile(r"(?P<left>[\d\s.()+*/e-]+)=\s*(?P<right>-?\d[\d.]*(?:e[+-]?\d+)?)\s*%?")
_DOES: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_PRINTED = 1e-5  # share by which a result printed with six figures may be off
_WHOLE = 100.0  # percent
_LONGEST = 400  # characters of a sum


def of_rationales(brief: Brief) -> Iterator[Finding]:
    """Cells that do not stand in the quoted part of their table, and sums over them that do not come out."""
    for claim in brief.claims:
        for m, evidence in enumerate(claim.verification.evidence if claim.verification else ()):
            for text in _wrong(evidence):
                at = [f"{brief.place(claim.id)}/verification/evidence/{m}/rationale"]
                yield finding("altered-number", text, at=at, claims=[claim.id], evidence=evidence.quote.text)


def _wrong(evidence: Evidence) -> Iterator[str]:
    rationale, quote = evidence.rationale, evidence.quote
    if rationale is None:
        return
    for cell in rationale.cells:
        if quote.text[max(0, cell.start - quote.start) : cell.end - quote.start] != cell.text:
            yield f"the cell “{cell.text}” of {rationale.label or 'a table'} does not stand where it is said to"
    found = _SUM.fullmatch(rationale.computation.expression)
    if not found:
        return
    result = _value(found["left"])
    if result is not None and not _prints_as(result * _scale(rationale.computation.expression), found["right"]):
        yield f"the computation does not come out: {rationale.computation.expression}"
    known = {float(len(rationale.cells)), _WHOLE, *(v for c in rationale.cells for v in _read(c))}
    strange = [v for v in _constants(found["left"]) if not any(math.isclose(v, k, rel_tol=_PRINTED) for k in known)]
    if strange:
        yield f"{', '.join(f'{v:g}' for v in strange)} in {rationale.computation.expression} is of no cell that is named"


def _read(cell: UsedCell) -> Iterator[float]:
    """The sizes of a cell's figures as tables read them: with the factor of a header, and with a decimal comma.

    Whether a comma is a decimal one, a whole column says; a record holds only the cells used, so either reading counts.
    """
    factors = {1.0, *(unit_in(h)[1] for h in (*cell.row_headers, *cell.column_headers))}
    for comma in (False, True):
        if reading := read_cell(cell.text, comma):
            for value in (*reading.values, *filter(None, (reading.upper,))):
                yield from (abs(value * factor) for factor in factors)


def _constants(text: str) -> list[float]:
    """The numbers of a sum, without signs; none of what is no sum."""
    tree = _tree(text)
    nodes = ast.walk(tree) if tree else ()
    return [float(n.value) for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, int | float)]


def _scale(expression: str) -> float:
    return _WHOLE if expression.rstrip().endswith("%") else 1.0


def _prints_as(value: float, printed: str) -> bool:
    """Whether a value, rounded to the places or to the six figures that are printed, is what is printed."""
    half = 0.5001 * 10.0 ** -len(printed.partition("e")[0].partition(".")[2])
    return abs(value - float(printed)) <= half or math.isclose(value, float(printed), rel_tol=_PRINTED)


def _tree(text: str) -> ast.expr | None:
    """A sum as a tree; None where it is none."""
    if len(text) > _LONGEST:
        return None
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _value(text: str) -> float | None:
    """The value of a sum of plain numbers; None where it is none."""
    tree = _tree(text)
    try:
        return None if tree is None else _evaluated(tree)
    except (ValueError, ZeroDivisionError, OverflowError, RecursionError):
        return None


def _evaluated(node: ast.expr) -> float:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_evaluated(node.operand)
    if isinstance(node, ast.BinOp) and type(node.op) in _DOES:
        return _DOES[type(node.op)](_evaluated(node.left), _evaluated(node.right))
    raise ValueError(ast.dump(node))
