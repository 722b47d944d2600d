"""Which comparisons say most to a question, and which of them are told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import zip_longest

from sovereign.language.words import content_stems
from sovereign.records import Facet

from .aspects import Aspects, speaks_of
from .rows import Row, grouped

GROUPS_PER_FACET = 7
PER_SUBJECT = 2
# A comparison that has no side of the question and no known baseline says too little for a sentence.
MIN_WEIGHT = 30.0


def both(row: Row, subjects: Sequence[Facet], comparators: Sequence[Facet], aspects: Aspects) -> bool:
    """Whether a row compares a subject of the question with a comparator of it."""
    mine = any(speaks_of(row.subject, f, aspects) for f in subjects)
    return mine and any(speaks_of(row.comparator, f, aspects) for f in comparators)


def by_weight(
    rows: Sequence[Row], subjects: Sequence[Facet], comparators: Sequence[Facet], aspects: Aspects
) -> list[list[Row]]:
    """Groups of rows, those that say most to the question first; what many are compared with is a yardstick and counts more."""
    groups = list(grouped(rows).values())
    often = Counter(key for g in groups for key in {g[0].subject_key, g[0].comparator_key})

    def key(group: list[Row]) -> tuple[float, str]:
        return -_weight(group, subjects, comparators, aspects) - 4.0 * min(often[group[0].comparator_key], 6), group[
            0
        ].claim.id

    return sorted(groups, key=key)


_BASELINE = frozenset({"base", "dens", "vanilla", "baselin", "origin", "unmodifi"})


def _weight(group: list[Row], subjects: Sequence[Facet], comparators: Sequence[Facet], aspects: Aspects) -> float:
    """How much a comparison says to the question: both sides, then one, then a known baseline, then how often it was made."""
    row = group[0]
    mine = any(speaks_of(row.subject, f, aspects) for f in subjects)
    theirs = any(row.comparator_key == f.id for f in comparators)
    baseline = bool(_BASELINE & content_stems(row.comparator))
    figures = sum(r.ratio is not None for r in group)
    works = len({r.claim.quote.source_id for r in group})
    plain = row.direction == "equal" and row.ratio is None
    return (
        100.0 * (mine and theirs)
        + 50.0 * mine
        + 40.0 * theirs
        + 10.0 * baseline
        + 5.0 * min(figures, 6)
        + 6.0 * min(works, 5)
        + 25.0 * (plain and theirs)
    )


def varied(
    groups: list[list[Row]], subjects: Sequence[Facet], comparators: Sequence[Facet], aspects: Aspects
) -> list[list[Row]]:
    """The best groups, those of the question's subjects and the others in turn, few of them about one and the same thing."""
    kept: list[list[Row]] = []
    of_subject = [g for g in groups if any(speaks_of(g[0].subject, f, aspects) for f in subjects)]
    others = [g for g in groups if g not in of_subject]
    for pair in zip_longest(of_subject, others):
        for group in pair:
            if (
                group
                and _weight(group, subjects, comparators, aspects) >= MIN_WEIGHT
                and sum(group[0].subject_key == k[0].subject_key for k in kept) < PER_SUBJECT
            ):
                kept.append(group)
    return kept[:GROUPS_PER_FACET]
