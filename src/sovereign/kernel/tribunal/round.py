"""One round of review: SKEPTIC and VALIDATOR side by side and blind to each other, then SYNTHESIZER, who merges and scores."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from sovereign.records import Finding, ReviewRound, Role

from . import figures, rationales, tabled, told, verbatim, weaknesses, worked, works
from .brief import Brief
from .kinds import finding
from .scores import ROLES, role_score, total


class Tested(NamedTuple):
    """Findings that models proposed, and how many of their objections were discarded, by the reason."""

    findings: tuple[Finding, ...]
    discarded: dict[str, int]


NOBODY = Tested((), {})
Check = Callable[[Brief], Iterator[Finding]]

CHECKS: dict[Role, tuple[Check, ...]] = {
    "VALIDATOR": (
        works.of_citations,
        works.of_quotes,
        works.of_attribution,
        figures.of_claims,
        figures.of_sentences,
        verbatim.of_words,
        tabled.of_comparisons,
        figures.of_the_record,
        tabled.of_sides,
        tabled.of_cells,
        tabled.of_measurements,
        rationales.of_rationales,
        worked.of_groups,
        worked.of_agreements,
        worked.of_sureness,
        worked.of_verdicts,
        worked.of_states,
        worked.of_gates,
        worked.of_counts,
        worked.of_levels,
        weaknesses.validator,
    ),
    "SKEPTIC": (
        works.of_topics,
        works.of_retractions,
        told.of_disagreements,
        told.of_facets,
        told.of_sizes,
        told.of_lists,
        told.of_tables,
        weaknesses.skeptic,
    ),
}
"""What each reviewer goes through. A finding stands under the role of its kind, whichever check came upon it."""


def findings_of(role: Role, brief: Brief) -> tuple[Finding, ...]:
    """What one reviewer finds by checks alone, each finding once."""
    return tuple(dict.fromkeys(f for check in CHECKS[role] for f in check(brief)))


def review(
    number: int,
    brief: Brief,
    changes: Sequence[str] = (),
    proposed: Tested = NOBODY,
) -> ReviewRound:
    """A round. ``proposed`` are the objections of models, tested already."""
    with ThreadPoolExecutor(max_workers=len(CHECKS)) as pool:
        both = list(pool.map(lambda role: findings_of(role, brief), CHECKS))
    found = _numbered(number, dict.fromkeys((*(f for of_role in both for f in of_role), *proposed.findings)))
    scores = tuple(role_score(role, brief, found) for role in ROLES)
    terms, score = total(scores, found)
    strongest = sorted({f.code for f in found if f.severity in ("major", "critical") and f.counts})
    merged = f"score {score:g} of 10; {len(found)} findings" + (
        f", the major ones: {', '.join(strongest)}" if strongest else ", none major"
    )
    last = finding("merged", merged).model_copy(update={"id": f"R{number}-SYNTHESIZER-1"})
    return ReviewRound(
        number=number,
        findings=(*found, last),
        terms=terms,
        score=score,
        changes=tuple(changes),
        scores=scores,
        spread=round(max(s.score for s in scores) - min(s.score for s in scores), 2),
        discarded=proposed.discarded or None,
        withdrawn=tuple(sorted(brief.withdrawn)),
        downgraded=tuple(sorted(brief.downgraded)),
    )


def _numbered(number: int, findings: dict[Finding, None]) -> tuple[Finding, ...]:
    """The findings with ids, such as ``R1-SKEPTIC-3``."""
    counts: dict[str, int] = {}
    rows = []
    for one in findings:
        counts[one.role] = counts.get(one.role, 0) + 1
        rows.append(one.model_copy(update={"id": f"R{number}-{one.role}-{counts[one.role]}"}))
    return tuple(rows)
