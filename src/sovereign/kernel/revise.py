"""The one revision: what the reviewers attacked is dropped or downgraded, and empty facets are searched for again."""

from __future__ import annotations

from collections.abc import Sequence

from sovereign.records import Claim, Facet, Plan, Query, ReviewRound

ATTACKED = ("unsupported-in-answer", "mixed-in-answer")
WEAK = ("second-hand", "number-without-setting")


def withdrawn(claims: Sequence[Claim], first: ReviewRound) -> tuple[frozenset[str], tuple[str, ...]]:
    """Ids of claims that the answer must no longer use, and what is done about them in words.

    Withdrawn are claims that were attacked as unsupported or contradicted, and those with two weaknesses at once.
    """
    attacked = {i for f in first.findings if f.code in ATTACKED for i in f.claim_ids}
    weak = [frozenset(f.claim_ids) for f in first.findings if f.code in WEAK]
    twice = frozenset.intersection(*weak) if len(weak) == len(WEAK) else frozenset()
    changes = []
    if attacked:
        changes.append(f"withdrawn from the answer as unsupported or contradicted: {_listed(attacked)}")
    if twice - attacked:
        changes.append(f"withdrawn from the answer as second-hand figures without a setting: {_listed(twice - attacked)}")
    return frozenset(attacked | twice), tuple(changes)


def _listed(ids: frozenset[str] | set[str]) -> str:
    return ", ".join(sorted(ids, key=lambda i: (len(i), i)))


def second_search(plan: Plan, empty: Sequence[str]) -> Plan | None:
    """A plan with new queries for the facets that had no evidence; None when there is nothing to search for."""
    facets: list[Facet] = [f for f in plan.facets if f.id in empty]
    queries = [Query(text=" ".join([f.text, *f.synonyms]), facet_ids=(f.id,)) for f in facets]
    queries += [Query(text=word, facet_ids=(f.id,)) for f in facets for word in f.synonyms[:3]]
    return plan.model_copy(update={"queries": tuple(queries)}) if queries else None
