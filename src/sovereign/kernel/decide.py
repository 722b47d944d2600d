"""Stage *decide*: a written policy over counts, state and score. The rule that fired and its inputs are in the record."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import Any

from sovereign.records import Answer, Counters, Decision, ReviewRound


@cache
def policy() -> dict[str, Any]:
    """The policy as data, from ``policy.toml`` beside this file."""
    return tomllib.loads(resources.files(__package__).joinpath("policy.toml").read_text("utf-8"))


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
