"""The policy: what happens to a record, from its counts, state and score. Pure, so that a reader works the decision out again."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from importlib import resources
from typing import Any

from ..records import Answer, Claim, Counters, Decision, Measurement, Record, Retrieval, ReviewRound


@cache
def policy() -> dict[str, Any]:
    """The policy as data, from ``policy.toml`` beside this file."""
    return tomllib.loads(resources.files(__package__).joinpath("policy.toml").read_text("utf-8"))


def count(
    retrieval: Retrieval, claims: Sequence[Claim], measurements: Sequence[Measurement], answer: Answer
) -> Counters:
    """The counters, each kept apart from the others."""
    verdicts = Counter(c.verdict for c in claims)
    return Counters(
        papers_seen=len(retrieval.candidates),
        papers_kept=sum(c.kept for c in retrieval.candidates),
        extracted=len(claims),
        anchored=sum(bool(c.verification and c.verification.anchored) for c in claims),
        supported=verdicts["SUPPORT"],
        contradicted=verdicts["CONTRADICT"],
        mixed=verdicts["MIXED"],
        not_enough_info=verdicts["NOT_ENOUGH_INFO"],
        unchecked=verdicts["UNCHECKED"],
        verified=sum(c.verified for c in claims),
        measured=len(measurements),
        cited=len(answer.cited()),
    )


def cited_against(claims: Sequence[Claim], answer: Answer) -> tuple[int, int]:
    """Contradicted claims that the answer cites anywhere, and mixed ones that a sentence of it rests on."""
    said = {i for f in answer.facets for s in f.sentences for i in s.claim_ids}
    cited = set(answer.cited())
    contradicted = sum(c.verdict == "CONTRADICT" for c in claims if c.id in cited)
    return contradicted, sum(c.verdict == "MIXED" for c in claims if c.id in said)


def decide(
    counters: Counters, answer: Answer, last: ReviewRound, cited_contradicted: int, cited_mixed: int = 0
) -> Decision:
    """The first rule of the policy whose conditions all hold.

    Raises:
        ValueError: if no rule holds; the shipped policy ends with one that always does.
    """
    inputs: dict[str, float | int | str | bool] = {
        "score": last.score,
        "verified": counters.verified,
        "supported": counters.supported,
        "anchored": counters.anchored,
        "extracted": counters.extracted,
        "contradicted": counters.contradicted,
        "cited_contradicted": cited_contradicted,
        "cited_mixed": cited_mixed,
        "state": answer.state,
    }
    for rule in policy()["rules"]:
        if all(_holds(inputs[name], condition) for name, condition in rule["when"].items()):
            return Decision(
                outcome=rule["outcome"],
                rule=rule["id"],
                policy=policy()["name"],
                inputs=inputs,
                reasons=(rule["reason"],),
            )
    raise ValueError("no rule of the policy holds")


def _holds(value: Any, condition: dict[str, Any]) -> bool:
    tests: dict[str, Callable[[Any], bool]] = {
        "min": lambda limit: value >= limit,
        "max": lambda limit: value <= limit,
        "below": lambda limit: value < limit,
        "is": lambda wanted: value == wanted,
        "not": lambda unwanted: value != unwanted,
    }
    return all(tests[name](limit) for name, limit in condition.items())


def counters_of(record: Record) -> Counters:
    """The counters that a record's own parts give; what was withdrawn is not counted."""
    gone = record.withdrawn.measurements
    made = [m for m in record.measurements if m.id not in gone]
    return count(record.retrieval, record.standing, made, record.answer)


def counters_follow(record: Record) -> list[str]:
    """Counters that are not those of the record's own parts, each with its place."""
    right, told = counters_of(record).model_dump(), record.counters.model_dump()
    return [
        f"/counters/{name}: {told[name]} stands there, the record's parts give {value}"
        for name, value in right.items()
        if told[name] != value
    ]


def decision_follows(record: Record) -> list[str]:
    """What in the record's decision does not follow from its claims, answer and last review by the policy; empty if all does."""
    if not record.reviews:
        return ["/reviews: there is no review, so the policy has no score to decide by"]
    if record.decision.policy != policy()["name"]:
        known = f"this version knows {policy()['name']}"
        return [f"/decision/policy: {record.decision.policy[:80]!r} is another policy; {known}"]
    right = decide(
        counters_of(record), record.answer, record.reviews[-1], *cited_against(record.standing, record.answer)
    )
    wrong = [
        f"/decision/{name}: {repr(told)[:200]} stands there, the policy gives {wanted!r}"
        for name in ("outcome", "rule", "reasons")
        if (told := getattr(record.decision, name)) != (wanted := getattr(right, name))
    ]
    names = sorted({*right.inputs, *record.decision.inputs})
    return wrong + [
        f"/decision/inputs/{name[:80]}: {repr(record.decision.inputs.get(name))[:200]} stands there, the record gives "
        f"{right.inputs.get(name)!r}"
        for name in names
        if record.decision.inputs.get(name) != right.inputs.get(name)
    ]
