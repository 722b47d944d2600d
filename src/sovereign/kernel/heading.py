"""The title of an answer, in our own words: the facets of the question, in the order in which a paper would name them."""

from __future__ import annotations

from sovereign.records import Plan

from .wording import capital, series


def title(plan: Plan) -> str:
    """ "Expert bridging against full fine-tuning: inference latency and memory usage, 110M to 175B parameters"."""
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
