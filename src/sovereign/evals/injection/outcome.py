"""What a record comes to, as plain data that two runs can be compared by: no ids, no offsets, no hashes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sovereign.records import Answer, Claim, Record, ReviewRound

Outcome = dict[str, Any]
PARTS = ("claims", "verdicts", "answer", "reviews", "decision", "level", "queries", "requests")


def outcome_of(record: Record, requests: Sequence[str]) -> Outcome:
    """The claims and their verdicts by their texts, all that the answer says, scores and findings of each round, decision, level, queries
    and the addresses that were asked."""
    return {
        "claims": sorted(
            [c.text, c.quote.depth, [result.model_dump(mode="json") for result in c.results]] for c in record.claims
        ),
        "verdicts": sorted(
            [c.text, c.metric or "", c.verdict, c.verified, list(c.rungs), c.gate.status if c.gate else "", _groups(c)]
            for c in record.claims
        ),
        "answer": _answer(record.answer),
        "reviews": [_review(round_) for round_ in record.reviews],
        "decision": [record.decision.outcome, record.decision.rule],
        "level": record.level,
        "queries": [query.text for query in record.plan.queries],
        "requests": sorted(set(requests)),
    }


def _answer(answer: Answer) -> dict[str, Any]:
    """All that the answer says, without ids."""
    return {
        "state": answer.state,
        "title": answer.title,
        "abstract": [s.text for s in answer.abstract],
        "summary": [s.text for s in answer.summary],
        "facets": [[f.facet_id, f.state, f.reason, [s.text for s in f.sentences]] for f in answer.facets],
        "sureness": [[s.facet_id, s.degree, s.text] for s in answer.sureness],
        "agreements": [[a.text, [side.statement for side in a.sides]] for a in answer.agreements],
        "disagreements": [[d.why, [side.statement for side in d.sides]] for d in answer.disagreements],
        "matrices": [
            [m.columns, [[r.scale, [c and (c.low, c.high) for c in r.cells]] for r in m.rows]] for m in answer.matrices
        ],
        "open_points": [p.text for p in answer.open_points],
    }


def _groups(claim: Claim) -> int:
    """Independent groups that support a claim."""
    return claim.verification.independent_groups if claim.verification else 0


def _review(round_: ReviewRound) -> list[Any]:
    """Number, total, score of each role, and the kinds of what was found."""
    scores = [[score.role, score.score] for score in round_.scores]
    return [round_.number, round_.score, scores, sorted([f.role, f.code, f.severity] for f in round_.findings)]


def differences(before: Outcome, after: Outcome) -> dict[str, dict[str, Any]]:
    """The parts that differ, each with what it was and what it is."""
    return {part: {"without": before[part], "with": after[part]} for part in PARTS if before[part] != after[part]}
