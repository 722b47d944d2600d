"""At which model sizes there is evidence, and at which there is none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sovereign.records import Claim, Facet, Quantity

from .aspects import Aspects, in_range, speaks_of, speaks_of_itself

# A range of sizes counts as reached if figures stand within this factor of its end.
NEAR_END = 2.0


def sizes(claims: Iterable[Claim]) -> tuple[Quantity, ...]:
    """Distinct model sizes of claims, smallest first."""
    found = {c.setting.scale.value: c.setting.scale for c in claims if c.setting.scale}
    return tuple(found[value] for value in sorted(found))


def span_text(scales: Sequence[Quantity]) -> str:
    """Sizes in words: "2B, 7B and 13B"; many become "2B to 70B (9 sizes)"."""
    names = [q.text for q in scales]
    if len(names) > 5:
        return f"{names[0]} to {names[-1]} ({len(names)} sizes)"
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def gaps(scales: Sequence[Quantity], facet: Facet) -> tuple[str, ...]:
    """What of a scale facet's range no figure reaches whose source states a size, in words."""
    if facet.low is None or facet.high is None:
        return ()
    inside = [q for q in scales if in_range(q, facet)]
    if not inside:
        single = facet.low == facet.high
        return (
            f"no figure with a stated size at {facet.low.text}"
            if single
            else f"no figure with a stated size between {facet.low.text} and {facet.high.text}",
        )
    found = []
    if inside[0].value > facet.low.value * NEAR_END:
        found.append(f"no stated size below {inside[0].text} (asked from {facet.low.text})")
    if inside[-1].value * NEAR_END < facet.high.value:
        found.append(f"no stated size above {inside[-1].text} (asked up to {facet.high.text})")
    return tuple(found)


def involving(claims: Sequence[Claim], facet: Facet, aspects: Aspects) -> list[Claim]:
    """Claims in which a subject or comparator of the question is one of the things compared or named."""
    found = []
    for claim in claims:
        phrases = [claim.text, *(p for r in claim.results for p in (r.subject, r.comparator))]
        if any(speaks_of(p, facet, aspects) for p in phrases) or speaks_of_itself(
            claim.text, claim.quote.paper_id, facet, aspects
        ):
            found.append(claim)
    return found


def unsized(claims: Iterable[Claim]) -> str:
    """Models that claims name without a size, for a reader who knows it: "GPT-2 medium"."""
    names = dict.fromkeys(c.setting.model for c in claims if c.setting.model and not c.setting.scale)
    return ", ".join(names)
