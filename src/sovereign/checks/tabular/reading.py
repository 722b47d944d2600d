"""What a table says of each statement of a claim, and what it leaves open."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from . import figures
from .compute import Finding, compared, computed, ranked
from .contest import fails
from .mentions import Mention
from .operands import Operands, within
from .sheet import Sheet
from .sides import of_change, of_comparison, of_superlative
from .statements import DENIED, Clause, Cue, clauses_of, counted, cues_of, every, mostly

_EXCEPT = re.compile(r"\b(?:except|apart from|with the exception|other than|aside from)\b", re.I)
_EFFECT = re.compile(
    r"\s+(?:[\w-]+\s+){0,2}?(?:impacts?|effects?|influences?|roles?|attention|capacity|complex\w*|challeng\w*|difficult\w*|complement)\b",
    re.I,
)
_SHOWN = 4  # lines of a table whose figures a reason writes out
_MUCH = re.compile(r"\b(?:significantly|substantially|considerably|dramatically|greatly|largely|far|much)\s+$", re.I)
_NOTHING = 0.005  # a step of less than this share of a figure is not "much"
_SPEED = re.compile(r"\b(?:fast\w*|slow\w*|speed\w*|efficien\w*|latency|runtime|memory|cheap\w*|time|cost\w*)\b", re.I)
_PERFORMANCE = re.compile(r"\b(?:performances?|results?|scores?|quality|effectiveness)\b", re.I)


@dataclass(frozen=True)
class Statement:
    """A statement of the claim that cells decide. ``denied`` is already in ``holds``."""

    holds: bool
    operation: str
    finding: Finding
    specific: int
    start: int
    end: int


@dataclass(frozen=True)
class Read:
    """What a table says of a claim: ``statements`` that cells decide; how many comparisons and numbers they do not decide."""

    statements: tuple[Statement, ...]
    open_cues: int
    open_numbers: int
    denials: int


def read_claim(claim: str, sheet: Sheet, mentions: Sequence[Mention]) -> Read:
    """Every statement of a plain claim that the table decides."""
    found: list[Statement] = []
    earlier: list[Mention] = []
    cues_left = numbers_left = denials = 0
    for clause in clauses_of(claim):
        here = within(mentions, clause.start, clause.end)
        cues, compared_here = cues_of(clause), False
        for cue in cues:
            one = _decided(claim, sheet, clause, cue, mentions, earlier)
            if one is not None:
                found.append(one)
                compared_here = True
            elif not clause.tail:
                cues_left += 1
        for said, finding in figures.of_clause(claim, sheet, clause, mentions, earlier):
            if finding is None:
                numbers_left += 1
                continue
            denied = any(c.denied for c in cues if c.end <= said.start and "," not in claim[c.end : said.start])
            specific = sum(m.specific for m in (here or earlier))
            operation = finding.computation.operation
            found.append(Statement(finding.holds != denied, operation, finding, specific, said.start, said.end))
        denials += not compared_here and DENIED.search(clause.text) is not None
        earlier = here or earlier
    return Read(tuple(found), cues_left, numbers_left, denials)


def _decided(
    claim: str, sheet: Sheet, clause: Clause, cue: Cue, mentions: Sequence[Mention], earlier: Sequence[Mention]
) -> Statement | None:
    reader = {"compare": of_comparison, "equal": of_comparison, "best": of_superlative, "change": of_change}[cue.kind]
    if cue.sense in ("more", "less") and cue.kind != "change" and _PERFORMANCE.search(clause.text):
        cue = replace(cue, sense="better" if cue.sense == "more" else "worse")
    if _unsure(claim, clause, cue):
        return None
    operands = reader(claim, sheet, clause, cue, mentions, earlier)
    if operands is None:
        return None
    if cue.sense in ("better", "worse") and not operands.named and _SPEED.search(claim[: clause.end]):
        return None
    if cue.kind == "best":
        found = ranked(
            sheet,
            operands.axis,
            operands.mine,
            operands.mine | operands.theirs,
            operands.across,
            cue.sense,
            cue.nth,
            cue.among,
        )
    else:
        found = compared(
            sheet,
            operands.axis,
            operands.mine,
            operands.theirs,
            operands.across,
            cue.sense,
            cue.kind == "equal",
            operands.others,
        )
    if operands.unsaid and not _unanimous(sheet, operands):
        return None
    vote = _vote(found, clause, cue, operands.named)
    if vote is None:
        return None
    holds, finding = vote
    if not holds and not operands.sure:
        return None  # another line may be meant
    if cue.kind == "best" and not holds and not fails(claim, sheet, operands, cue, found):
        return None
    if holds and finding.gap < _NOTHING and _MUCH.search(claim[clause.start : cue.start]):
        holds = False
    return Statement(holds != cue.denied, cue.kind, finding, operands.specific + operands.named, cue.start, cue.end)


def _unanimous(sheet: Sheet, operands: Operands) -> bool:
    """Whether the subject is on one side of every line that may be meant, wherever they have figures."""
    mine, theirs = operands.mine, operands.theirs
    pairs = (
        (sheet.entry(operands.axis, a, line), sheet.entry(operands.axis, b, line))
        for line in operands.across
        for a in mine
        for b in theirs
    )
    return {(x.value > y.value) - (x.value < y.value) for x, y in pairs if x and y} in ({1}, {-1})


def _unsure(claim: str, clause: Clause, cue: Cue) -> bool:
    """Whether the words around a comparison make it one that cells do not hold: of effects, with exceptions, only supposed."""
    return cue.hedged or bool(_EXCEPT.search(clause.text)) or bool(_EFFECT.match(claim, cue.end))


def _vote(found: Sequence[Finding], clause: Clause, cue: Cue, named: bool) -> tuple[bool, Finding] | None:
    """What the lines across say together; None where they differ and the claim does not say of how many it speaks.

    Where it does not say of which lines it speaks, either, one line that bears it out is enough that it is not refuted.
    """
    held, failed = [f for f in found if f.holds], [f for f in found if not f.holds]
    if not held and not failed:
        return None
    if count := counted(clause.text):
        if count[1] != len(found):
            return None  # it counts other things than these lines
        text = f"{len(held)} of {len(found)}: " + "; ".join(f.computation.expression for f in found[:_SHOWN])
        computation = computed("count", text, float(len(held)))
        cells = tuple(dict.fromkeys(e for f in found for e in f.cells))
        return count[0] == len(held), Finding(True, cells, computation, 1.0)
    if held and failed:
        if every(clause.text) or cue.not_all:
            return False, _joined(failed)
        share = len(held) / len(found)
        if mostly(clause.text):
            return share > 0.5, _joined(held if share > 0.5 else failed)
        if 0.25 < share < 0.75 or (share < 0.5 and not named):
            return None
        return share > 0.5, _joined(held if share > 0.5 else failed)
    return bool(held), _joined(held or failed)


def _joined(found: Sequence[Finding]) -> Finding:
    """Several findings as one: all their cells, and their expressions after one another."""
    first = found[0]
    text = "; ".join(f.computation.expression for f in found[:_SHOWN])
    cells = tuple(dict.fromkeys(e for f in found[:_SHOWN] for e in f.cells))
    return Finding(
        first.holds, cells, first.computation.model_copy(update={"expression": text}), min(f.gap for f in found)
    )
