"""The one revision: what the reviewers attacked is dropped or downgraded, and empty facets are searched for again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sovereign.reading import normal_title
from sovereign.records import Answer, Candidate, Facet, Plan, Query, ReviewRound
from sovereign.sources import RETRACTED

UNSUPPORTED, MIXED = "unsupported-in-answer", "mixed-in-answer"
WEAK = ("second-hand", "number-without-setting")
# Defects of a claim itself: whatever made them, the answer is better off without it.
DEFECTIVE = (
    "altered-number",
    "altered-text",
    "wrong-paper",
    "off-topic-source",
    "retracted-source",
    "overclaimed-level",
)


@dataclass(frozen=True)
class Revision:
    """Claims that the answer must no longer use, claims that no sentence may rest on, sentences to strike, and all in words."""

    withdrawn: frozenset[str]
    downgraded: frozenset[str]
    struck: frozenset[str]
    changes: tuple[str, ...]


def revise(first: ReviewRound, answered: Answer) -> Revision:
    """What follows from the first round: unsupported and defective claims go; contradicted ones and those weak in two ways are downgraded.

    A contradicted claim carries no sentence any more, but that its sources disagree stays said: one that stands in no
    disagreement and no table of the answer keeps its sentences. Where a facet has nothing but claims that contradict each
    other, or nothing else with figures, its sentences stay too: that is then what the sources say.
    """
    named = {
        code: frozenset(i for f in first.findings if f.code == code for i in f.claim_ids)
        for code in (UNSUPPORTED, MIXED, *WEAK)
    }
    own = [f for f in first.findings if f.code in DEFECTIVE and any(place.startswith("/claims/") for place in f.at)]
    defective = frozenset(i for f in own for i in f.claim_ids) - named[UNSUPPORTED]
    gone = named[UNSUPPORTED] | defective
    bad = {place for f in first.findings if f.severity == "critical" and f.counts for place in f.at}
    shown = {i for d in answered.disagreements for side in d.sides for i in side.claim_ids}
    shown |= {row.claim_id for row in answered.comparisons}
    mixed = (named[MIXED] & shown) - gone
    by_facet = [frozenset(i for s in f.sentences for i in s.claim_ids) for f in answered.facets]
    # The same of its figures: else one vague sentence without any would take the place of all that was compared.
    by_facet += [
        frozenset(c.claim_id for c in answered.comparisons if c.facet_id == f.facet_id) for f in answered.facets
    ]
    mixed -= {i for ids in by_facet if ids <= mixed for i in ids}
    twice = named[WEAK[0]] & named[WEAK[1]] - gone - mixed
    changes = []
    if unsupported := gone - defective:
        changes.append(f"withdrawn from the answer as unsupported: {_listed(unsupported)}")
    if defective:
        changes.append(f"withdrawn from the answer as defective: {_listed(defective)}")
    if mixed:
        changes.append(
            f"downgraded as contradicted by other evidence, so that no sentence rests on them: {_listed(mixed)}"
        )
    if twice:
        changes.append(
            f"downgraded as second-hand figures without a setting, so that no sentence rests on them: {_listed(twice)}"
        )
    if struck := frozenset(s.text for place, s in answered.places() if place in bad):
        changes.append(f"struck {len(struck)} sentence(s) that what they name does not carry")
    return Revision(gone, mixed | twice, struck, tuple(changes))


def _listed(ids: frozenset[str]) -> str:
    return ", ".join(sorted(ids, key=lambda i: (len(i), i)))


def second_search(plan: Plan, empty: Sequence[str]) -> Plan | None:
    """A plan with new queries for the facets that had no evidence; None when there is nothing to search for."""
    facets: list[Facet] = [f for f in plan.facets if f.id in empty]
    queries = [Query(text=" ".join([f.text, *f.synonyms]), facet_ids=(f.id,)) for f in facets]
    queries += [Query(text=word, facet_ids=(f.id,)) for f in facets for word in f.synonyms[:3]]
    return plan.model_copy(update={"queries": tuple(queries)}) if queries else None


def taken_back(candidates: Sequence[Candidate]) -> Callable[[Candidate], str | None]:
    """What tells why a candidate is retracted, None if it is not. What one search calls so is so for the other, which may
    have met nobody who knows. Candidates of two searches are one work if they agree in any id, or in title.
    """
    gone = {name: c.reason for c in candidates if c.reason.startswith(RETRACTED) for name in _names(c)}
    return lambda candidate: next((gone[name] for name in _names(candidate) if name in gone), None)


def _names(candidate: Candidate) -> tuple[str, ...]:
    return *candidate.ids, normal_title(candidate.title)
