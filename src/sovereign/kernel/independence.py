"""Versions of one work among what retrieval found. The pairwise rules are in :mod:`sovereign.checks.independence`."""

from __future__ import annotations

from collections.abc import Sequence

from sovereign.checks.independence import papers_by_id, relation_of, same_title, title_key
from sovereign.records import Candidate

__all__ = ["papers_by_id", "relation_of", "same_title", "versions_named"]


def versions_named(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """The candidates, with it said of those that have the title of another that they are versions of one work."""
    titled: dict[str, list[str]] = {}
    for candidate in candidates:
        titled.setdefault(title_key(candidate), []).append(candidate.paper_id)
    found = []
    for c in candidates:
        others = [other for other in titled[title_key(c)] if other != c.paper_id]
        said = f"; by its title a version of {', '.join(others)}: they count as one" if others else ""
        found.append(c.model_copy(update={"reason": c.reason + said}) if said else c)
    return tuple(found)
