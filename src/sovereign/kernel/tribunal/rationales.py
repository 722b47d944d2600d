"""Cells and computations that evidence from tables rests on, worked out again."""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Iterator

from sovereign.records import Evidence, Finding

from .brief import Brief
from .kinds import finding
from .trace import values

_SUM = re.compile(r"(?P<left>[\d\s.()+*/e-]+)=\s*(?P<right>-?\d[\d.]*(?:e[+-]?\d+)?)\s*%?")
_DOES: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_PRINTED = 1e-5  # share by which a result printed with six figures may be off
_LONGEST = 400  # characters of a sum


def of_rationales(brief: Brief) -> Iterator[Finding]:
    """Cells that do not stand in the quoted part of their table, and sums over them that do not come out."""
    for n, claim in enumerate(brief.claims):
        for m, evidence in enumerate(claim.verification.evidence if claim.verification else ()):
            for text in _wrong(evidence):
                at = [f"/claims/{n}/verification/evidence/{m}/rationale"]
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
    strange = values([found["left"]]) - values(c.text for c in rationale.cells) - {float(len(rationale.cells)), 100.0}
    if strange:
        yield f"{', '.join(f'{v:g}' for v in sorted(strange))} in {rationale.computation.expression} is of no cell that is named"


def _scale(expression: str) -> float:
    return 100.0 if expression.rstrip().endswith("%") else 1.0


def _prints_as(value: float, printed: str) -> bool:
    """Whether a value, rounded to the places or to the six figures that are printed, is what is printed."""
    half = 0.5001 * 10.0 ** -len(printed.partition("e")[0].partition(".")[2])
    return abs(value - float(printed)) <= half or math.isclose(value, float(printed), rel_tol=_PRINTED)


def _value(text: str) -> float | None:
    """The value of a sum of plain numbers; None where it is none."""
    if len(text) > _LONGEST:
        return None
    try:
        return _evaluated(ast.parse(text.strip(), mode="eval").body)
    except (SyntaxError, ValueError, ZeroDivisionError, OverflowError, RecursionError, MemoryError):
        return None


def _evaluated(node: ast.expr) -> float:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_evaluated(node.operand)
    if isinstance(node, ast.BinOp) and type(node.op) in _DOES:
        return _DOES[type(node.op)](_evaluated(node.left), _evaluated(node.right))
    raise ValueError(ast.dump(node))
