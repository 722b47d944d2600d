"""When a reported number counts as the one that a leaderboard lists: rules for the score and for each name, by normalised tokens.

A name matches if the vocabulary of :mod:`sovereign.benchmarks` knows both and gives them one canonical name, or if it does not
know both and the content words of one are all among those of the other. A score matches if it is the same number, or the
same as percent and as a fraction. What a leaderboard adds in brackets ("(anonymized version)") need not be said. A part (dev, test) that both name must be the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from sovereign.benchmarks.keys import said
from sovereign.benchmarks.names import Kind
from sovereign.checks.tabular.cells import read_cell
from sovereign.records import ProtocolKey

ROLES: tuple[Kind, ...] = ("dataset", "metric", "task")
_GENERIC = frozenset(
    [
        "the",
        "a",
        "of",
        "on",
        "in",
        "for",
        "and",
        "with",
        "dataset",
        "data",
        "set",
        "sets",
        "corpus",
        "shared",
        "task",
        "test",
        "benchmark",
        "language",
        "model",
        "score",
    ]
)
_BRACKETS = re.compile(r"\([^()]*\)")
_FIRST = re.compile(r"[-+]?(?:\d[\d,]*\.?\d*|\.\d+)\s?(?:%|[MBKk]\b)?")


def number_of(score: str) -> float | None:
    """The number of a leaderboard's score: the first figure of "70.14 (measured by others)"; None of "-" and ""."""
    match = _FIRST.search(score)
    read = read_cell(match[0]) if match else None
    return read.value if read else None


def same_number(a: float, b: float) -> bool:
    """Whether two scores are one number, also as percent and fraction: 0.8648 and 86.48."""
    near = 1e-9 * max(abs(a), abs(b), 1e-9)
    return any(abs(x - y) <= near * 100 for x, y in ((a, b), (a * 100, b), (a, b * 100)))


@lru_cache(maxsize=65536)
def same_name(kind: Kind, ours: str | None, gold: str) -> bool:
    """Whether a name of ours is the leaderboard's, by the rule of this module."""
    if not ours:
        return False
    gold = gold.replace("_", " ")
    return any(_same(kind, ours, g) for g in dict.fromkeys((gold, _BRACKETS.sub(" ", gold))))


def _same(kind: Kind, ours: str, gold: str) -> bool:
    kinds: tuple[Kind, ...] = ("metric", "count") if kind == "metric" else (kind,)
    mine, theirs = ({n for k in kinds for n in said(text).of(k)} for text in (ours, gold))
    if mine and theirs:
        pairs = said(ours).pair, said(gold).pair
        return bool(mine & theirs) and pairs[1] in (None, pairs[0])
    words, others = content(ours), content(gold)
    return bool(words and others) and (words <= others or others <= words)


def content(name: str) -> frozenset[str]:
    """The words of a name that tell it from others."""
    return frozenset(re.findall(r"[a-z]+|\d+(?:\.\d+)?", name.lower())) - _GENERIC


def matches(key: ProtocolKey, gold: dict[str, str]) -> dict[str, bool]:
    """For each role whether a key has the gold name; a split that both name must agree."""
    found = {
        "dataset": same_name("dataset", key.dataset, gold["dataset"]),
        "metric": same_name("metric", key.metric, gold["metric"]),
        "task": same_name("task", key.task, gold["task"]),
    }
    splits = {s for text in (gold["metric"], gold["dataset"]) for s in said(text).of("split")}
    if key.split and splits and key.split not in splits:
        found["metric"] = False
    return found


def best(keys: Iterable[ProtocolKey], gold: dict[str, str]) -> dict[str, bool]:
    """What is right of the key, among those of cells with one number, that has most right."""
    return max((matches(key, gold) for key in keys), key=lambda m: sum(m.values()), default=dict.fromkeys(ROLES, False))
