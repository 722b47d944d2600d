"""The place where outcomes of checks on one sentence become a verdict; ``graded`` weighs what no sentence decides alone.

A pair of claim and evidence sentence gives SUPPORT only if the evidence speaks of the same things, states them, holds
every figure and name of the claim, and neither denies it, nor turns its direction, nor swaps its roles. It gives
CONTRADICT only if it states something of the same things under the same conditions and exactly one kind of disagreement
stands. Everything else is NOT_ENOUGH_INFO: checks that saw nothing never add up to support.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sovereign.records import CheckOutcome, Evidence, Verdict, Verification

from .assertion import check_assertion
from .direction import check_direction
from .figures import check_number, check_unit
from .lexical import check_lexical
from .names import check_names
from .outcome import checked
from .places import check_places
from .polarity import check_polarity
from .roles import check_roles
from .setting import check_setting
from .terms import SAME_STATEMENT, anaphoric, check_terms

# These can contradict; a failure of the others only shows that the two cannot be compared.
_OPPOSING = ("number", "unit", "polarity", "direction")
_LONGEST = 5_000  # characters; what is longer is no sentence, and would take long to read
_NEEDED = ("terms", "number", "unit", "names", "polarity", "direction", "roles", "places", "assertion")


@dataclass(frozen=True)
class Judgement:
    """Verdict on one pair, the checks behind it, and the names of those that decided."""

    verdict: Verdict
    checks: tuple[CheckOutcome, ...]
    deciding: tuple[str, ...]
    reason: str


def judge(claim: str, evidence: str, context: str = "") -> Judgement:
    """Run all pair checks on a claim and one sentence and combine them.

    ``context`` is the title line, then the sentences before; it is looked at where the sentence points back to it.
    """
    if max(len(claim), len(evidence)) > _LONGEST:
        reason = f"longer than {_LONGEST} characters: not one sentence, and so not read"
        return Judgement("NOT_ENOUGH_INFO", (checked("length", "unclear", reason),), ("length",), reason)
    before = context if anaphoric(evidence) else ""
    checks = [
        check_terms(claim, evidence, before),
        check_number(claim, evidence),
        check_unit(claim, evidence),
        check_names(claim, evidence, before),
        check_polarity(claim, evidence),
        check_direction(claim, evidence),
        check_roles(claim, evidence, bool(before)),
        check_places(claim, evidence),
        check_assertion(claim, evidence),
        check_lexical(claim, evidence),
    ]
    if any(c.outcome == "fail" for c in checks if c.check in _OPPOSING):
        # A difference under other conditions is no contradiction.
        checks.append(check_setting(claim, evidence))
    verdict, deciding, reason = _combine({c.check: c for c in checks})
    return Judgement(verdict, tuple(checks), deciding, reason)


def _combine(by: dict[str, CheckOutcome]) -> tuple[Verdict, tuple[str, ...], str]:
    """Verdict, deciding checks and reason, from the outcomes by name."""
    terms, against = by["terms"], [n for n in _OPPOSING if by[n].outcome == "fail"]
    if terms.outcome == "fail" or not terms.value:
        return "NOT_ENOUGH_INFO", ("terms",), f"not about the same thing: {terms.reason}"
    if by["assertion"].outcome == "fail":
        return "NOT_ENOUGH_INFO", ("assertion",), by["assertion"].reason
    if len(against) > 1 and {"polarity", "direction"} & set(against):
        return "NOT_ENOUGH_INFO", tuple(against), "they differ in more than one way, and so may say the same"
    if against:
        return _opposed(by, against)
    blind = [n for n in _NEEDED if by[n].outcome in ("unclear", "fail")]
    if blind:
        return "NOT_ENOUGH_INFO", tuple(blind), "; ".join(by[n].reason for n in blind)
    deciding = tuple(n for n in _NEEDED if by[n].outcome == "pass")
    return "SUPPORT", deciding, "same things, same figures, same direction, not denied"


def _opposed(by: dict[str, CheckOutcome], against: list[str]) -> tuple[Verdict, tuple[str, ...], str]:
    """A disagreement contradicts only if everything else is the same; a figure needs that more than a denial does."""
    terms, reason = by["terms"], "; ".join(by[n].reason for n in against)
    figures = against[0] in ("number", "unit")
    doubt = [n for n in ("names", "roles", "places", "setting") if by[n].outcome in ("unclear", "fail")]
    if against == ["direction"] and by["roles"].outcome == "fail":
        # The comparison turned round is the disagreement itself.
        doubt = [n for n in doubt if n not in ("roles", "places")]
    if (terms.outcome != "pass") if figures else ((terms.value or 0.0) < SAME_STATEMENT):
        doubt.append("terms")
    if doubt:
        return "NOT_ENOUGH_INFO", (*against, *doubt), f"they differ, perhaps about two things: {reason}"
    return "CONTRADICT", tuple(against), reason


def combine_evidence(anchored: bool, evidence: Sequence[Evidence]) -> Verification:
    """The verdict of a claim from all passages held against it.

    A quote is not its own proof: SUPPORT from the claim's own sentence alone is not ``verified``. Contradiction beside
    support is MIXED. ``independent_groups`` counts supporting sources of other groups than the claim's own.
    """
    own = [e for e in evidence if e.relation == "own_quote"]
    other = [e for e in evidence if e.relation != "own_quote"]
    support = [e for e in other if e.verdict == "SUPPORT"]
    against = [e for e in other if e.verdict == "CONTRADICT"]
    verdict, reason, deciding = _weigh(anchored, own, support, against)
    return Verification(
        verdict=verdict,
        reason=reason,
        deciding=deciding,
        anchored=anchored,
        verified=verdict == "SUPPORT" and any(e.relation in ("own_work", "independent") for e in support),
        independent_groups=len({e.quote.source_id for e in support if e.relation == "independent"}),
        evidence=tuple(evidence),
    )


def _weigh(
    anchored: bool, own: list[Evidence], support: list[Evidence], against: list[Evidence]
) -> tuple[Verdict, str, tuple[str, ...]]:
    said = any(e.verdict == "SUPPORT" for e in own)
    if not anchored:
        return "UNCHECKED", "the quote does not stand in the stored text, so nothing rests on it", ("anchor",)
    if against and (support or said):
        return "MIXED", f"stated by its source, contradicted by {len(against)} other passage(s)", ("evidence",)
    if against:
        return "CONTRADICT", f"contradicted by {len(against)} passage(s)", ("evidence",)
    if support:
        where = sorted({e.relation.replace("_", " ") for e in support})
        return "SUPPORT", f"supported by {len(support)} other passage(s): {', '.join(where)}", ("anchor", "evidence")
    if said:
        return "SUPPORT", "its source says so; nothing else was found that bears on it", ("anchor", "own_quote")
    return "NOT_ENOUGH_INFO", own[0].reason if own else "no passage bears on it", ("own_quote",)
