"""Stage *corroborate*: every claim against the claims of other works.

Support or contradiction needs the same two things, the same metric and no named difference in setting. Another setting gives a
mark of scope and no verdict: a figure at 7B neither proves nor refutes one at 70B.
"""

from __future__ import annotations

from collections.abc import Sequence

from sovereign.checks import combine_evidence, judge, topic
from sovereign.records import CheckOutcome, Claim, Evidence, Paper, Quote, Scope, Verdict

from .aspects import Aspects
from .independence import papers_by_id, relation_of
from .rows import Row, differences, grouped, rows_of

TOLERANCE = 0.10
NEAR = 0.75
MOST = 8


def corroborate(claims: Sequence[Claim], papers: Sequence[Paper], aspects: Aspects) -> tuple[Claim, ...]:
    """The claims with evidence from other works added and their verdicts combined anew."""
    known = papers_by_id(papers)
    found: dict[str, list[Evidence]] = {c.id: [] for c in claims}
    for rows in grouped(rows_of(claims, aspects)).values():
        for a in rows:
            for b in rows:
                if _stands(a.claim) != _stands(b.claim):
                    found[a.claim.id].append(_of_row(a, b, known))
    for claim in claims:
        if claim.verification and claim.verdict != "UNCHECKED" and not claim.results:
            found[claim.id] += _of_words(claim, claims, known)
    return tuple(_combined(c, found[c.id], known) for c in claims)


def _stands(claim: Claim) -> tuple[str, int]:
    """Where a claim's sentence stands: a sentence does not speak for itself."""
    return claim.quote.text_hash, claim.quote.start


def _combined(claim: Claim, more: list[Evidence], known: dict[str, Paper]) -> Claim:
    if claim.verification is None or claim.verdict == "UNCHECKED" or not more:
        return claim
    distinct = {(e.claim_id, e.verdict, e.scope): e for e in more}.values()
    order = {"CONTRADICT": 0, "SUPPORT": 1}
    ranked = sorted(
        distinct, key=lambda e: (order.get(e.verdict, 2), e.relation != "independent", e.quote.source_id, e.quote.start)
    )
    evidence = (*claim.verification.evidence, *ranked[:MOST])
    verification = combine_evidence(claim.verification.anchored, evidence)
    groups = independent_groups(
        [e.quote for e in evidence if e.verdict == "SUPPORT" and e.relation == "independent"], known
    )
    return claim.model_copy(update={"verification": verification.model_copy(update={"independent_groups": groups})})


def independent_groups(quotes: Sequence[Quote], known: dict[str, Paper]) -> int:
    """How many of the supporting works are independent of each other too: two papers of one group count once."""
    apart: list[Quote] = []
    for quote in quotes:
        if all(relation_of(quote, other, known) == "independent" for other in apart):
            apart.append(quote)
    return len(apart)


def _of_row(a: Row, b: Row, known: dict[str, Paper]) -> Evidence:
    verdict, scope, reason = agreement(a, b)
    check = CheckOutcome(
        check="comparison",
        outcome="pass" if verdict == "SUPPORT" else "fail" if verdict == "CONTRADICT" else "unclear",
        reason=reason,
        value=b.ratio,
    )
    relation = relation_of(a.claim.quote, b.claim.quote, known)
    return Evidence(
        quote=b.claim.quote,
        relation=relation,
        verdict=verdict,
        scope=scope,
        checks=(check,),
        reason=reason,
        claim_id=b.claim.id,
    )


def agreement(a: Row, b: Row) -> tuple[Verdict, Scope, str]:
    """What row ``b`` says of row ``a``: verdict, scope, and the reason in words."""
    apart = differences(a, b)
    opposed = {a.direction, b.direction} == {"increase", "decrease"} and not (_near_one(a) and _near_one(b))
    if apart:
        word = (
            "the opposite direction"
            if opposed
            else "the same direction"
            if a.direction == b.direction
            else "another outcome"
        )
        return "NOT_ENOUGH_INFO", "not_comparable", f"{word} in another setting: {'; '.join(apart)}"
    if opposed:
        return "CONTRADICT", "same", f"opposite direction with no named difference in setting{_ratios(a, b)}"
    if a.ratio is not None and b.ratio is not None:
        if abs(a.ratio - b.ratio) <= TOLERANCE * max(a.ratio, b.ratio):
            return "SUPPORT", "same", f"the same comparison within {TOLERANCE:.0%}{_ratios(a, b)}"
        return (
            "NOT_ENOUGH_INFO",
            "not_comparable",
            f"the same direction, another size, and no setting named that explains it{_ratios(a, b)}",
        )
    if a.ratio is None and a.direction == b.direction:
        return "SUPPORT", "same" if b.ratio is None else "narrower", "the same direction"
    return (
        "NOT_ENOUGH_INFO",
        "broader",
        "the same direction, without a figure" if a.direction == b.direction else "no figure to compare",
    )


def _near_one(row: Row) -> bool:
    return row.ratio is not None and abs(row.ratio - 1) < 0.02


def _ratios(a: Row, b: Row) -> str:
    return f": {a.ratio:g} against {b.ratio:g} times" if a.ratio is not None and b.ratio is not None else ""


def _of_words(claim: Claim, claims: Sequence[Claim], known: dict[str, Paper]) -> list[Evidence]:
    """Statements without a figure: held against near sentences of other works by the pair checks."""
    found = []
    for other in claims:
        if (
            other.quote.source_id == claim.quote.source_id
            or other.quote.seen == "recalled"
            or topic(claim.text, other.text) < NEAR
        ):
            continue
        judgement = judge(claim.text, other.quote.text)
        if judgement.verdict in ("SUPPORT", "CONTRADICT"):
            relation = relation_of(claim.quote, other.quote, known)
            found.append(
                Evidence(
                    quote=other.quote,
                    relation=relation,
                    verdict=judgement.verdict,
                    scope="same",
                    checks=judgement.checks,
                    reason=judgement.reason,
                    claim_id=other.id,
                )
            )
    return found
