"""Twins, scored: how often a changed claim keeps its support, and how often a rewritten one loses it.

Rates are taken over twins whose unaltered claim is called SUPPORT by the same checker: a checker that supports nothing would
otherwise look safe. That share of the pairs is ``coverage``; of the pairs of several sets it is that of the first, because
pairs that were made of sentences are nearer to their evidence than claims that people wrote. The checker never sees the kind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ..metrics import Counts, Figures, intervals, share
from ..pairs import Checker, Pair
from .twins import Expected, Twin, make, plain
from .words import Source

OVERALL = ("false_support_rate", "lost_support_rate", "coverage", "false_support_rate_of_all")


@dataclass(frozen=True)
class _Judged:
    """A twin, whether its unaltered claim is supported, and whether the answer to the twin is wrong."""

    twin: Twin
    covered: bool
    wrong: bool


def sources_of(pairs: Iterable[Pair], name: str = "given") -> list[Source]:
    """The SUPPORT pairs of a set with the sentences of their first rationale."""
    return [
        Source(p.claim, tuple(p.sentences[i] for i in sorted(p.rationales[0])), p.title, p.group, name)
        for p in pairs
        if p.label == "SUPPORT" and p.rationales
    ]


def twins_of(sources: Sequence[Source]) -> list[Twin]:
    """All twins of all pairs, but for pairs whose claim is their evidence."""
    return list(make([s for s in sources if not _same(s)]))


def measure(twins: Sequence[Twin], check: Checker, sources: Sequence[Source] = ()) -> dict[str, Any]:
    """Rates of one checker on twins, with intervals: over all, by kind, by set, and by kind and set.

    ``sources`` are pairs that count for ``coverage`` though no twin could be made of them.
    """
    counted = [t for t in twins if not _one_string(t)]
    pairs = list(dict.fromkeys(s for s in [*sources, *(t.source for t in counted)] if s.claim and not _same(s)))
    asked = [*((s.claim, s) for s in pairs), *((t.claim, t.source) for t in twins)]
    found = check([Pair(claim, s.title, s.evidence, "SUPPORT", s.group) for claim, s in asked])
    supported = {(claim, s): f.label == "SUPPORT" for (claim, s), f in zip(asked, found, strict=True)}
    judged = [
        _Judged(
            t,
            supported[t.source.claim, t.source] if t.source.claim else True,
            supported[t.claim, t.source] == (t.expected == "not_support"),
        )
        for t in counted
    ]
    sets = list(dict.fromkeys(s.set for s in [*sources, *(t.source for t in counted)]))
    parts = {
        name: _rates(
            [j for j in judged if j.twin.source.set == name],
            [(s, supported[s.claim, s]) for s in pairs if s.set == name],
        )
        for name in sets
    }
    whole = _rates(judged, [(s, supported[s.claim, s]) for s in pairs])
    if parts:  # coverage is that of the first set
        first = parts[sets[0]]
        whole["coverage"] = first["coverage"]
        whole["intervals"]["coverage"] = first["intervals"]["coverage"]
    for kind, row in whole["kinds"].items():
        row["sets"] = {name: part["kinds"][kind] for name, part in parts.items() if kind in part["kinds"]}
    by_set = {name: {k: v for k, v in part.items() if k != "kinds"} for name, part in parts.items()}
    return {**whole, "sets": by_set, "same_string": _apart(twins, supported)}


def _same(source: Source) -> bool:
    return plain(source.claim) == plain(source.text)


def _one_string(twin: Twin) -> bool:
    return _same(twin.source) or plain(twin.claim) == plain(twin.source.text)


def _rates(judged: Sequence[_Judged], pairs: Sequence[tuple[Source, bool]]) -> dict[str, Any]:
    """All rates of some twins and of the pairs behind them; a document's counts are drawn together for the intervals.

    ``n`` are the twins that the rates are over, those whose unaltered claim is supported; ``twins`` are all that count.
    """
    kinds = dict(sorted({j.twin.kind: j.twin.expected for j in judged}.items()))
    groups: dict[str, Counts] = {}
    for source, covered in pairs:
        groups.setdefault(source.group, Counter()).update({"pairs": 1, "covered": int(covered)})
    for j in judged:
        group = groups.setdefault(j.twin.source.group, Counter())
        for name in (f"kind {j.twin.kind}", j.twin.expected):
            group.update({f"{name} n": int(j.covered), f"{name} wrong": int(j.covered and j.wrong)})
        group.update({"made": int(j.twin.expected == "not_support")})
        group.update({"made wrong": int(j.twin.expected == "not_support" and j.wrong)})

    def figures(counts: Counts) -> Figures:
        overall: Figures = {
            "false_support_rate": share(counts["not_support wrong"], counts["not_support n"]),
            "lost_support_rate": share(counts["support wrong"], counts["support n"]),
            "coverage": share(counts["covered"], counts["pairs"]),
            "false_support_rate_of_all": share(counts["made wrong"], counts["made"]),
        }
        return overall | {f"kind {k}": share(counts[f"kind {k} wrong"], counts[f"kind {k} n"]) for k in kinds}

    values, spans = figures(sum(groups.values(), Counter[str]())), intervals(groups, figures)
    return {
        **{name: values[name] for name in OVERALL},
        "intervals": {name: spans[name] for name in OVERALL},
        "pairs": len(pairs),
        "documents": len(groups),
        "twins": len(judged),
        "n": sum(j.covered for j in judged),
        "kinds": {
            kind: _kind([j for j in judged if j.twin.kind == kind], expected)
            | {"rate": values[f"kind {kind}"], "interval": spans[f"kind {kind}"]}
            for kind, expected in kinds.items()
        },
    }


def _kind(judged: Sequence[_Judged], expected: Expected) -> dict[str, Any]:
    return {
        "expected": expected,
        "n": sum(j.covered for j in judged),
        "wrong": sum(j.covered and j.wrong for j in judged),
        "made": len(judged),
        "pairs": len({j.twin.source for j in judged}),
        "wrong_of_all_made": sum(j.wrong for j in judged),
    }


def _apart(twins: Sequence[Twin], supported: dict[tuple[str, Source], bool]) -> dict[str, int]:
    """Twins of pairs whose claim is their evidence: they test copying, so they are only listed."""
    apart = [t for t in twins if _one_string(t)]
    return {"twins": len(apart), "called_support": sum(supported[t.claim, t.source] for t in apart)}
