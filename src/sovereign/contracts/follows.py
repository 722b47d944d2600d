"""Whether what a record states of itself follows from its parts and its events by the published functions, all at once."""

from __future__ import annotations

from .decision import counters_follow, decision_follows
from .gates import gates_follow
from .published import Published
from .tiers import quality_tiers, tier_follows, vectors_follow
from .verification_levels import level_follows


def record_follows(published: Published) -> list[str]:
    """Every problem in words, each with its place; empty if counters, decision, levels, gates and tier follow.

    The public documents need no check of their own: they are made anew from the same parts and compared.
    """
    record = published.record
    return [
        *counters_follow(record),
        *decision_follows(record),
        *level_follows(published),
        *gates_follow(published),
        *tier_follows(quality_tiers(published)),
        *(f"tier vectors: {problem}" for problem in vectors_follow()),
    ]
