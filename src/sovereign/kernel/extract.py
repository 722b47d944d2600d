"""Stage *extract*: claims from the sentences of the documents that were read.

A sentence becomes a claim when it speaks to the question: a figure or comparison of a metric that was asked for, or a
statement about one of its subjects. It is kept whole, with the exact place it stands at. Fields hold what the sentence gives.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from sovereign.language.comparisons import parse
from sovereign.language.metrics import phase_of
from sovereign.records import Claim, Document, Result, Sentence, quote_of

from .aspects import Aspects, in_range, measures, speaks_of, speaks_of_itself

PER_DOCUMENT = 12
MAX_SENTENCE = 1000
_PHASE = re.compile(r"\b(?:train|infer|decod|serv|generat)", re.IGNORECASE)
_HEDGED = re.compile(r"\b(?:we (?:will|plan|aim|propose to|would like)|future work|in this (?:paper|section|work),? we|is organized as follows|see (?:section|table|figure))\b|\?\s*$", re.IGNORECASE)  # fmt: skip


def extract(documents: Sequence[Document], aspects: Aspects) -> tuple[Claim, ...]:
    """Claims in order of relevance, numbered C1, C2, …; equal sentences of one work give one claim."""
    found: list[tuple[float, int, int, Claim]] = []
    for rank, document in enumerate(documents):
        claims = [c for s in document.evidence() for c in _claims_of(document, s, aspects)]
        claims.sort(key=lambda c: (-c.relevance, c.quote.start))
        kept = claims if document.depth in ("note", "abstract") else claims[:PER_DOCUMENT]
        found += [(-c.relevance, rank, c.quote.start, c) for c in kept]
    found.sort(key=lambda item: item[:3])
    unique: dict[tuple[str, str, str | None], Claim] = {}
    for *_, claim in found:
        unique.setdefault((claim.quote.source_id, claim.text, claim.metric), claim)
    return tuple(c.model_copy(update={"id": f"C{i}"}) for i, c in enumerate(unique.values(), 1))


def _claims_of(document: Document, sentence: Sentence, aspects: Aspects) -> list[Claim]:
    """The claims of one sentence that speak to the question."""
    text = document.slice(sentence)
    ranked = [(relevance_of(c, aspects), c) for c in claims_in(document, sentence)] if can_claim(text) else []
    return [c.model_copy(update={"relevance": points}) for points, c in ranked if points > 0]


def claims_in(document: Document, sentence: Sentence, text: str = "") -> list[Claim]:
    """The claims of one sentence: one per metric that it gives results for, or one for a plain statement.

    ``text`` is a shorter statement of the same; under which conditions it holds is read from the whole sentence.
    """
    whole = document.slice(sentence)
    parsed, quote = parse(whole), quote_of(document, sentence)
    found = parse(text).results if text else parsed.results
    by_metric: list[tuple[Result, ...]] = [
        tuple(group) for _, group in groupby(sorted(found, key=lambda r: r.metric or ""), key=lambda r: r.metric or "")
    ] or [()]
    claims = []
    for results in by_metric:
        ordered = tuple(sorted(results, key=lambda r: (r.comparator is None, r.ratio is None)))
        setting = parsed.setting
        if (
            setting.phase is None
            and results
            and results[0].metric in ("latency", "throughput")
            and not _PHASE.search(whole)
        ):
            # A rate says nothing of what was running; then the work's title may.
            setting = setting.model_copy(update={"phase": phase_of(document.paper.title)})
        claims.append(Claim(id="", text=text or whole, quote=quote, setting=setting, results=ordered))
    return claims


def can_claim(text: str) -> bool:
    """A statement in words: not a heading, a fragment, a question, a plan, or a run of table cells."""
    letters = sum(c.isalpha() or c.isspace() for c in text)
    words = text.split()
    return (
        len(words) >= 4
        and len(text) <= MAX_SENTENCE
        and letters >= 0.6 * len(text)
        and not _HEDGED.search(text)
        and text.rstrip()[-1:] in ".!)\"'”"
    )


def relevance_of(claim: Claim, aspects: Aspects) -> float:
    """0 when the claim does not speak to the question; else more for each facet it meets, and for figures and comparisons."""
    plan = aspects.plan
    phrases = [p for r in claim.results for p in (r.subject, r.comparator) if p]
    whole = [claim.text, *phrases]
    metric = any(measures(r, claim.setting, f) for f in aspects.measured for r in claim.results)
    subjects = plan.of_kind("subject", "topic")
    subject = any(speaks_of(p, f, aspects) for f in subjects for p in whole) or any(
        speaks_of_itself(claim.text, claim.quote.paper_id, f, aspects) for f in subjects
    )
    comparator = any(speaks_of(p, f, aspects) for f in plan.of_kind("comparator") for p in whole)
    # The same metric in another phase is no answer, but may disagree with one.
    other_phase = any(r.metric == f.metric for f in aspects.measured for r in claim.results)
    if aspects.measured and not metric and not (subject and (comparator or other_phase)):
        return 0.0
    if not aspects.measured and not (subject or comparator):
        return 0.0
    if not (subject or comparator) and claim.quote.depth == "full_text":
        return 0.0
    scale = any(in_range(claim.setting.scale, f) for f in plan.of_kind("scale"))
    figures = any(r.ratio is not None for r in claim.results)
    recalled = claim.quote.seen == "recalled"
    return round(
        2.0 * metric
        + 2.0 * subject
        + 1.5 * comparator
        + 0.5 * scale
        + 0.5 * figures
        + 0.25 * bool(claim.results)
        - 1.0 * recalled
        + 0.01,
        2,
    )
