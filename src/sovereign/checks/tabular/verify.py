"""A claim against one table: a verdict only where cells decide a statement and enough of the claim is accounted for."""

from __future__ import annotations

from dataclasses import dataclass

from sovereign.records import CheckOutcome, Rationale, Verdict

from .grid import Grid
from .mentions import Mention, find_mentions
from .reading import Read, Statement, read_claim
from .sheet import Sheet, sheet_of
from .statements import plain_claim
from .unknown import unknown_names

_COMPARING = ("compare", "equal", "best", "change")
_SHOWN = 12  # cells of a rationale at most
LONGEST = 2000  # characters of a claim; what is longer is no claim


@dataclass(frozen=True)
class Ruling:
    """What a table says of a claim: verdict, reason in words, the cells and the computation, and the checks that it passed."""

    verdict: Verdict
    reason: str
    rationale: Rationale | None
    checks: tuple[CheckOutcome, ...]
    statements: tuple[Statement, ...] = ()


def verify_in_grid(claim: str, grid: Grid) -> Ruling:
    """A claim against one table.

    SUPPORT where cells bear out every statement that they decide, CONTRADICT where they go against one; NOT_ENOUGH_INFO where
    no statement finds its operands, a name of the claim is not of this table, or what is left open may turn the verdict.
    """
    if len(claim) > LONGEST or not any(c.isalnum() for c in claim):
        return _abstained("operands", "the claim is empty or too long to be one", ())
    sheet, plain = sheet_of(grid), plain_claim(claim)
    if not sheet.at:
        return _abstained("operands", "the table holds no figure", ())
    mentions = find_mentions(plain, sheet)
    if not any(m.specific or m.own for m in mentions):
        return _abstained("operands", "the claim names no row and no column of the table", ())
    read = read_claim(plain, sheet, mentions)
    if not read.statements:
        return _abstained("operands", "no statement of the claim is about cells that were found", ())
    named = CheckOutcome(check="operands", outcome="pass", reason=_named(plain, mentions, sheet))
    if strange := unknown_names(plain, grid):
        return _abstained("names", f"the table does not know {', '.join(strange[:4])}", (named,), read.statements)
    against = [s for s in read.statements if not s.holds]
    if open_ := _left_open(read, bool(against)):
        return _abstained("accounted", open_, (named,), read.statements)
    deciding = (against or list(read.statements))[0]
    verdict: Verdict = "CONTRADICT" if against else "SUPPORT"
    computation = deciding.finding.computation
    said = plain[deciding.start : deciding.end]
    reason = f'the table {"bears out" if verdict == "SUPPORT" else "goes against"} "{said}": {computation.expression}'
    checks = (
        named,
        CheckOutcome(check="accounted", outcome="pass", reason="what the table does not decide does not turn the verdict"),
        CheckOutcome(
            check=f"cells_{deciding.operation}", outcome="pass" if verdict == "SUPPORT" else "fail", reason=computation.expression,
            value=computation.value,
        ),
    )  # fmt: skip
    rationale = Rationale(
        label=grid.label,
        caption=grid.caption,
        cells=tuple(e.cell.used() for e in deciding.finding.cells[:_SHOWN]),
        computation=computation,
    )
    return Ruling(verdict, reason, rationale, checks, read.statements)


def _left_open(read: Read, against: bool) -> str:
    """Why what the table leaves open may turn the verdict; empty where it may not."""
    if against:
        return ""
    if read.open_numbers:
        return f"{read.open_numbers} of the claim's numbers are not found in the table"
    if read.denials:
        return "the claim denies something that the table does not decide"
    if not any(s.operation in _COMPARING for s in read.statements) and read.open_cues:
        return "numbers of the claim agree, but what it says of them is not decided"
    return ""


def _named(plain: str, mentions: list[Mention], sheet: Sheet) -> str:
    said = dict.fromkeys(plain[m.start : m.end] for m in mentions if m.specific or m.own)
    return f"found in headers: {', '.join(list(said)[:6])}"


def _abstained(
    check: str, reason: str, before: tuple[CheckOutcome, ...], statements: tuple[Statement, ...] = ()
) -> Ruling:
    outcome = CheckOutcome(check=check, outcome="unclear", reason=reason)
    return Ruling("NOT_ENOUGH_INFO", reason, None, (*before, outcome), statements)
