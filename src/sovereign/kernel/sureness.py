"""How sure the answer to a facet is, and why, by a written rule over what stands behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from sovereign.records import Answer, Claim, Facet, FacetAnswer, Measurement, Paper, Sureness

from .corroborate import independent_groups
from .independence import papers_by_id
from .wording import counted, series

Degree = Literal["none", "very low", "low", "moderate", "high"]
_DEPTHS = {
    "full_text": "in full",
    "table": "in their tables",
    "abstract": "in their abstracts alone",
    "note": "in secondary notes alone, not in the original",
    "measurement": "as measurements",
}


class Basis(NamedTuple):
    """What stands behind a facet. ``whole``: its state is that it is answered."""

    claims: int
    works: int
    groups: int
    verified: int
    depths: tuple[str, ...]
    measured: int
    modelled: int
    whole: bool
    disputed: bool


class Rule(NamedTuple):
    """The first rule that holds gives the degree; ``why`` is its condition in words."""

    why: str
    degree: Degree
    holds: Callable[[Basis], bool]


# In this order. A work that is known from a note alone was not read.
RULES: tuple[Rule, ...] = (
    Rule("nothing was found", "none", lambda b: not b.claims and not b.measured and not b.modelled),
    Rule(
        "measured here, and confirmed by works of two independent groups",
        "high",
        lambda b: b.measured > 0 and b.whole and b.groups >= 2 and b.verified >= 1,
    ),
    Rule(
        "read in full in works of two independent groups that confirm and do not dispute it",
        "high",
        lambda b: "full_text" in b.depths and b.verified >= 2 and b.groups >= 2 and b.whole and not b.disputed,
    ),
    Rule(
        "measured here and in part computed by a cost model, and confirmed by nobody else",
        "moderate",
        lambda b: b.measured > 0 and b.modelled > 0,
    ),
    Rule("measured here, and confirmed by nobody else", "moderate", lambda b: b.measured > 0),
    Rule("confirmed between independent works", "moderate", lambda b: b.verified >= 1 and b.groups >= 2),
    Rule("computed by a cost model and not measured", "low", lambda b: b.modelled > 0),
    Rule("read in the works themselves, and not confirmed", "low", lambda b: bool(set(b.depths) - {"note"})),
    Rule("told by independent works, of which only secondary notes were read", "low", lambda b: b.groups >= 2),
    Rule("told by one group, of which only secondary notes were read", "very low", lambda b: True),
)


def sureness(
    answer: Answer,
    facets: Sequence[Facet],
    claims: Sequence[Claim],
    measurements: Sequence[Measurement],
    papers: Sequence[Paper],
) -> tuple[Sureness, ...]:
    """How sure each facet of an answer is; what any two of these hold can be computed again from the record."""
    names = {f.id: f.text for f in facets}
    return tuple(
        _of(one, names.get(one.facet_id, one.facet_id), basis(one, answer, claims, measurements, papers))
        for one in answer.facets
    )


def basis(
    facet: FacetAnswer,
    answer: Answer,
    claims: Sequence[Claim],
    measurements: Sequence[Measurement],
    papers: Sequence[Paper],
) -> Basis:
    """Counts over the claims and measurements that the sentences and comparisons of a facet rest on."""
    ids = {i for s in facet.sentences for i in s.claim_ids}
    ids |= {c.claim_id for c in answer.comparisons if c.facet_id == facet.facet_id}
    mine = [c for c in claims if c.id in ids]
    own = {i for s in facet.sentences for i in s.measurement_ids}
    hows = [m.how for m in measurements if m.id in own]
    disputed = any(ids & {i for side in d.sides for i in side.claim_ids} for d in answer.disagreements)
    return Basis(
        claims=len(mine),
        works=len({c.quote.source_id for c in mine}),
        groups=independent_groups([*{c.quote.source_id: c.quote for c in mine}.values()], papers_by_id(papers)),
        verified=sum(c.verified for c in mine),
        depths=tuple(sorted({c.quote.depth for c in mine})),
        measured=sum(how != "modelled" for how in hows),
        modelled=hows.count("modelled"),
        whole=facet.state == "ANSWERED",
        disputed=disputed,
    )


def _of(facet: FacetAnswer, name: str, found: Basis) -> Sureness:
    rule = next(rule for rule in RULES if rule.holds(found))
    return Sureness(
        facet_id=facet.facet_id,
        degree=rule.degree,
        rule=rule.why,
        text=f"{name}: {rule.degree}, because {because(found)}",
        claims=found.claims,
        works=found.works,
        groups=found.groups,
        verified=found.verified,
        depths=found.depths,
        measured=found.measured,
        modelled=found.modelled,
    )


def because(found: Basis) -> str:
    """The basis in words: "90 figures were measured here …, and 30 statements of 9 works … were read in secondary notes"."""
    parts = []
    if found.measured or found.modelled:
        hows = [f"{counted(found.measured, 'figure')} measured here"] * bool(found.measured)
        hows += [f"{counted(found.modelled, 'figure')} computed by a cost model"] * bool(found.modelled)
        parts.append(f"it rests on {series(hows)}")
    if found.claims:
        groups = (
            f"{found.groups} of them independent of each other"
            if found.groups > 1
            else "no two known to be independent"
        )
        works = counted(found.works, "work") + (f" ({groups})" if found.works > 1 else "")
        were = "was" if found.claims == 1 else "were"
        parts.append(
            f"{counted(found.claims, 'statement')} of {works} {were} read {series([_DEPTHS[d] for d in found.depths])}"
        )
        parts.append(
            f"{found.verified} of these {'is' if found.verified == 1 else 'are'} confirmed by evidence beyond the own sentence"
            if found.verified
            else "no evidence beyond the own sentence confirms any of these"
        )
    return "; ".join(parts) if parts else "nothing was found that speaks to it"
