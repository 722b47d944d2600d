"""The title of an answer, in our own words: the facets of the question, in the order in which a paper would name them."""

from __future__ import annotations

from sovereign.records import FacetKind, Plan

from .originality import Sources, near_title
from .wording import capital, series


def title(plan: Plan, sources: Sources = Sources()) -> str:  # noqa: B008 - it cannot be changed
    """ "Expert bridging against full fine-tuning: inference latency and memory usage, 110M to 175B parameters".

    A question may be asked in the words of a work's title; then ours says only what was asked for.
    """
    own = _of_facets(plan)
    if near_title(own, sources) is None:
        return own
    kinds = series([name for kind, name in _KINDS.items() if plan.of_kind(kind)])
    return f"What was found on the {kinds} that the question names"


_KINDS: dict[FacetKind, str] = {
    "subject": "subject",
    "topic": "topic",
    "comparator": "comparison",
    "metric": "metric",
    "scale": "range of sizes",
}


def _of_facets(plan: Plan) -> str:
    things, against, metrics, scales = (
        [facet.text for facet in plan.of_kind(*kinds)]
        for kinds in (("subject", "topic"), ("comparator",), ("metric",), ("scale",))
    )
    if not things:
        things, metrics = metrics, []
    if not things:
        return "A question that names nothing to look for"
    named = series(things) + (f" against {series(against)}" if against else "")
    asked = ", ".join([*([series(metrics)] if metrics else ["what the works that were read state"]), *scales])
    return capital(f"{named}: {asked}")
