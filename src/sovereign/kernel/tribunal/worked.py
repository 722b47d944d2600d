"""Verdicts, groups and levels, worked out again from the evidence that the record shows."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from sovereign.checks import combine_evidence
from sovereign.contracts import claim_level, record_level, rungs_by_claim
from sovereign.records import Claim, Finding, Relation

from ..corroborate import agreement, independent_groups
from ..events import claim_events
from ..independence import relation_of, same_title
from ..rows import grouped, rows_of
from ..sureness import sureness
from .brief import Brief
from .kinds import finding

_APART: tuple[Relation, ...] = ("independent",)
_STRENGTH = {"CONTRADICT": 0, "UNCHECKED": 0, "NOT_ENOUGH_INFO": 1, "MIXED": 2, "SUPPORT": 3}


def of_groups(brief: Brief) -> Iterator[Finding]:
    """Evidence that is called independent and is not, and counts of groups that the evidence does not give."""
    for claim in brief.claims:
        if claim.verification is None:
            continue
        place = f"{brief.place(claim.id)}/verification"
        for n, evidence in enumerate(claim.verification.evidence):
            if evidence.relation == "own_quote":
                continue
            now = relation_of(claim.quote, evidence.quote, brief.paper)
            if evidence.relation == "independent" and now != "independent":
                text = (
                    f"{evidence.quote.source_id} is called independent of {claim.quote.source_id}; by their authors and titles "
                    f"the relation is: {now.replace('_', ' ')}"
                )
                yield finding(
                    "group-counted-twice",
                    text,
                    at=[f"{place}/evidence/{n}"],
                    claims=[claim.id],
                    evidence=evidence.quote.text,
                )
            elif now != evidence.relation:
                text = (
                    f"the passage of {evidence.quote.source_id} is called {evidence.relation.replace('_', ' ')} of "
                    f"{claim.quote.source_id}; by the works that they are of it is: {now.replace('_', ' ')}"
                )
                yield finding(
                    "wrong-paper", text, at=[f"{place}/evidence/{n}"], claims=[claim.id], evidence=evidence.quote.text
                )
        groups = _groups(claim, brief)
        if claim.verification.independent_groups > groups:
            text = (
                f"{claim.verification.independent_groups} independent groups are counted; the evidence shows {groups}"
            )
            yield finding("group-counted-twice", text, at=[f"{place}/independent_groups"], claims=[claim.id])


def _groups(claim: Claim, brief: Brief) -> int:
    """Supporting works that are independent of the claim's and of each other. Those that are only called so do not count."""
    there = claim.verification.evidence if claim.verification else ()
    supporting = [e.quote for e in there if e.verdict == "SUPPORT" and e.relation == "independent"]
    apart = [q for q in supporting if relation_of(claim.quote, q, brief.paper) in _APART]
    return independent_groups(apart, brief.paper)


def of_agreements(brief: Brief) -> Iterator[Finding]:
    """Works that are said to agree, and are one work."""
    for n, item in enumerate(brief.answer.agreements):
        quotes = [brief.claim[i].quote for side in item.sides for i in side.claim_ids if i in brief.claim]
        for a, b in combinations(quotes, 2):
            first, second = brief.paper.get(a.source_id), brief.paper.get(b.source_id)
            if a.source_id == b.source_id or (first and second and same_title(first, second)):
                text = f"{a.source_id} and {b.source_id} are one work, and are counted as two that agree"
                yield finding("group-counted-twice", text, at=[f"/answer/agreements/{n}"], evidence=item.text)


def of_sureness(brief: Brief) -> Iterator[Finding]:
    """Confidence that the levels, groups and depth of the evidence do not give."""
    answer = brief.answer
    again = sureness(answer, brief.plan.facets, brief.answering, brief.measurements, brief.papers)
    for n, (mine, right) in enumerate(zip(answer.sureness, again, strict=False)):
        if mine != right:
            text = f"how sure the answer is: “{mine.text}”; its evidence gives: “{right.text}”"
            yield finding("overclaimed-level", text, at=[f"/answer/sureness/{n}"], facets=[mine.facet_id])


def of_verdicts(brief: Brief) -> Iterator[Finding]:
    """Verdicts that the evidence does not give, and contradictions between claims that neither of them shows."""
    for claim in brief.claims:
        if claim.verification is None or claim.verdict == "UNCHECKED":
            continue
        stated, place = claim.verification, f"{brief.place(claim.id)}/verification"
        again = combine_evidence(stated.anchored, stated.evidence)
        if _STRENGTH[stated.verdict] > _STRENGTH[again.verdict]:
            code = "dropped-contradiction" if again.verdict in ("MIXED", "CONTRADICT") else "overclaimed-level"
            text = f"the verdict is {stated.verdict}; its evidence gives {again.verdict}"
            yield finding(code, text, at=[f"{place}/verdict"], claims=[claim.id], evidence=again.reason)
        elif stated.verified and not again.verified:
            text = "it is called verified, and no other evidence than its own sentence supports it"
            yield finding("overclaimed-level", text, at=[f"{place}/verified"], claims=[claim.id], evidence=again.reason)
        elif stated.verdict in ("MIXED", "CONTRADICT") and again.verdict in ("SUPPORT", "NOT_ENOUGH_INFO"):
            text = f"the verdict is {stated.verdict}; the evidence against the claim that it came from is not shown as such"
            yield finding(
                "dropped-contradiction", text, at=[f"{place}/evidence"], claims=[claim.id], evidence=again.reason
            )
        if stated.reason != again.reason and again.verdict == stated.verdict:
            text = f"the reason of the verdict is {stated.reason!r}; its evidence gives {again.reason!r}"
            code = "dropped-contradiction" if "contradicted" in stated.reason else "overclaimed-level"
            yield finding(code, text, at=[f"{place}/evidence"], claims=[claim.id], evidence=again.reason)
    yield from _contradictions(brief)


def _contradictions(brief: Brief) -> Iterator[Finding]:
    """Pairs of claims whose figures contradict each other, of which a claim's evidence does not tell."""
    good = [c for c in brief.claims if c.verification is not None]
    for rows in grouped(rows_of(good, brief.aspects)).values():
        for a, b in combinations(rows, 2):
            if (a.claim.quote.text_hash, a.claim.quote.start) == (b.claim.quote.text_hash, b.claim.quote.start):
                continue
            verdict, _, reason = agreement(a, b)
            for mine, other in ((a.claim, b.claim), (b.claim, a.claim)):
                known = {e.claim_id for e in mine.verification.evidence} if mine.verification else set()
                if verdict == "CONTRADICT" and other.id not in known and not _full(mine):
                    yield finding(
                        "dropped-contradiction",
                        f"{other.id} contradicts {mine.id} ({reason}), and the evidence of {mine.id} does not show it",
                        at=[f"{brief.place(mine.id)}/verification/evidence"], claims=[mine.id, other.id],
                        evidence=other.quote.text,
                    )  # fmt: skip


def _full(claim: Claim) -> bool:
    """Whether a claim's evidence had no room for more contradictions."""
    against = [e for e in claim.verification.evidence if e.verdict == "CONTRADICT"] if claim.verification else []
    return len(against) >= 8


def of_states(brief: Brief) -> Iterator[Finding]:
    """A state of the whole answer that is better than that of its weakest facet."""
    order = ("NOT_ANSWERABLE", "PARTLY_ANSWERED", "ANSWERED")
    weakest = min((f.state for f in brief.answer.facets), key=order.index, default="NOT_ANSWERABLE")
    if order.index(brief.answer.state) > order.index(weakest):
        text = f"the answer is called {brief.answer.state}; its weakest facet is {weakest}"
        low = [f.facet_id for f in brief.answer.facets if f.state == weakest]
        yield finding("overclaimed-level", text, at=["/answer/state"], facets=low)


def of_gates(brief: Brief) -> Iterator[Finding]:
    """Gate verdicts that no exact protocol and no measurement of the record gives."""
    for claim in brief.claims:
        gate = claim.gate
        if gate is None or gate.status == "UNVERIFIED":
            continue
        lacks = (
            [] if gate.protocol_match == "exact" else [f"a protocol that matches exactly (it is {gate.protocol_match})"]
        )
        lacks += [] if any(i in brief.measurement for i in gate.measurement_ids) else ["a measurement"]
        lacks += [] if gate.code in (None, "passed", "failed") else [f"another reason than “{gate.code}”"]
        if lacks:
            text = f"the gate says {gate.status}, which would need {', and '.join(lacks)}"
            yield finding("overclaimed-level", text, at=[f"{brief.place(claim.id)}/gate"], claims=[claim.id])


def of_counts(brief: Brief) -> Iterator[Finding]:
    """Counters of the record that its claims do not give. The policy decides by them."""
    if brief.counters is None:
        return
    claims = brief.claims
    right = {
        "extracted": len(claims),
        "anchored": sum(bool(c.verification and c.verification.anchored) for c in claims),
        "supported": sum(c.verdict == "SUPPORT" for c in claims),
        "verified": sum(c.verified for c in claims),
        "cited": len(brief.answer.cited()),
    }
    stated = brief.counters.model_dump()
    for name, number in right.items():
        if stated[name] > number:
            text = f"{stated[name]} claims are counted as {name}; there are {number}"
            yield finding("overclaimed-level", text, at=[f"/counters/{name}"])


def of_levels(brief: Brief) -> Iterator[Finding]:
    """Levels that the claims' own evidence, gate verdicts and measurements do not earn."""
    if brief.level is None:
        return
    cited = set(brief.answer.cited())
    events = [e for c in brief.claims for e in claim_events("record", c, c.id in cited, brief.measurements)]
    earned = rungs_by_claim("record", events)
    for claim in brief.claims:
        more = sorted(set(claim.rungs) - earned.get(claim.id, frozenset()))
        if more:
            levels = ", ".join(f"L{n}" for n in more)
            text = f"{claim.id} is said to have earned {levels}; its evidence does not give that"
            yield finding("overclaimed-level", text, at=[f"{brief.place(claim.id)}/rungs"], claims=[claim.id])
    level = record_level(earned, brief.answer.cited())
    if brief.level > level:
        low = [i for i in brief.answer.cited() if claim_level(earned.get(i, ())) == level]
        text = f"the record is called L{brief.level}; the lowest of the cited claims gives L{level}"
        yield finding("overclaimed-level", text, at=["/level"], claims=low[:8])
