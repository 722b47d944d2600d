"""When a plant counts as found: a new finding of its kind that points at a planted place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sovereign.errors import InputError
from sovereign.records import Finding

from .plant import KINDS, Json, Plant

Reviewers = Callable[[Json], Sequence[Finding]]
"""Takes the public JSON of a record, good or planted, and gives findings."""


OF_A_MODEL = "objection"
"""The code of what a model objected to, if a check upheld it: of none of the ten kinds, so that it counts for any kind only."""


@dataclass(frozen=True)
class Objection:
    """A finding that counts: its kind, its words, and the JSON Pointers of all that it points at."""

    code: str
    text: str
    spots: frozenset[str]


@dataclass(frozen=True)
class Judged:
    """What reviewers made of a plant. ``found``: by a finding of its own kind; ``any``: by one of any kind.

    ``raised`` are the new objections, and ``right`` those of them that point at a planted place.
    """

    plant: Plant
    found: bool
    any: bool
    raised: int
    right: int


def objections(review: Reviewers, data: Json) -> tuple[Objection, ...]:
    """The findings of the ten kinds, or of a model, that count: above ``note``, and not of a model alone. None if the JSON is refused."""
    try:
        findings = review(data)
    except InputError:
        return ()
    return tuple(
        Objection(f.code, f.text, _spots(f, data))
        for f in findings
        if f.code in (*KINDS, OF_A_MODEL) and f.severity != "note" and f.counts
    )


def judged(plant: Plant, review: Reviewers, clean: Sequence[Objection]) -> Judged:
    """The plant, reviewed. What was said of the clean record already is not new: neither the same words nor the same place."""
    texts = {(o.code, o.text) for o in clean}
    before = {(o.code, spot) for o in clean for spot in o.spots}
    places = [*plant.places, *_of_claims(plant.claim_ids, plant.data)]
    fresh: list[tuple[str, bool]] = []
    for o in objections(review, plant.data):
        new = {spot for spot in o.spots if (o.code, spot) not in before}
        if (o.code, o.text) not in texts and (new or not o.spots):
            fresh.append((o.code, any(_within(spot, place) for spot in new for place in places)))
    right = [code for code, hits in fresh if hits]
    return Judged(plant, plant.variant.kind in right, bool(right), len(fresh), len(right))


def _within(spot: str, place: str) -> bool:
    """Whether a pointer is to a place or into it. A finding on the whole answer points at nothing."""
    return spot == place or spot.startswith(f"{place}/")


def _spots(finding: Finding, data: Json) -> frozenset[str]:
    return frozenset((*finding.at, *_of_claims(finding.claim_ids, data), *_of_facets(finding.facet_ids, data)))


def _of_claims(ids: Sequence[str], data: Json) -> list[str]:
    """Pointers of claims; an id that the record does not have stands for itself."""
    known = {c["id"]: n for n, c in enumerate(data["claims"])}
    return [f"/claims/{known[i]}" if i in known else f"claim {i}" for i in ids]


def _of_facets(ids: Sequence[str], data: Json) -> list[str]:
    planned = [f"/plan/facets/{n}" for n, f in enumerate(data["plan"]["facets"]) if f["id"] in ids]
    return planned + [f"/answer/facets/{n}" for n, f in enumerate(data["answer"]["facets"]) if f["facet_id"] in ids]
