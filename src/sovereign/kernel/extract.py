"""Stage *extract*: claims from the sentences of the documents that were read.

A sentence becomes a claim when it speaks to the question: a figure or comparison of a metric that was asked for, or a
statement about one of its subjects. It is kept whole, with the exact place it stands at. Fields hold what the sentence gives.
What a sentence credits to others is no claim of its work: an answer cites a work for what was found there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import groupby

from sovereign.language.attribution import whose
from sovereign.language.comparisons import parse
from sovereign.language.metrics import phase_of
from sovereign.records import Claim, Document, Result, Sentence, quote_of

from .aspects import Aspects, in_range, measures, speaks_of, speaks_of_itself
from .main_claim import main_claims

PER_DOCUMENT = 12
MAX_SENTENCE = 1000
_PHASE = re.compile(r"\b(?:train|infer|decod|serv|generat)", re.IGNORECASE)
_HEDGED = re.compile(r"\b(?:we (?:will|plan|aim|would like)|future work|in this section,? we|in this (?:paper|work),? we (?:will|describe|discuss|review|aim|plan)|is organized as follows|see (?:section|table|figure))\b|\?\s*$", re.IGNORECASE)  # fmt: skip


def extract(documents: Sequence[Document], aspects: Aspects, own_only: bool = True) -> tuple[Claim, ...]:
    """Claims in order of relevance, numbered C1, C2, …; equal sentences of one work give one claim.

    Without ``own_only`` those are kept too that a work credits to others: for measuring what would go wrong.
    """
    found: list[tuple[float, int, int, Claim]] = []
    for rank, document in enumerate(documents):
        claims = [c for c in _claims_of(document, aspects) if c.credited is None or not own_only]
        claims.sort(key=lambda c: (-c.relevance, c.quote.start))
        kept = claims if document.depth in ("note", "abstract") else claims[:PER_DOCUMENT]
        found += [(-c.relevance, rank, c.quote.start, c) for c in kept]
    found.sort(key=lambda item: item[:3])
    unique: dict[tuple[str, str, str | None], Claim] = {}
    for *_, claim in found:
        unique.setdefault((claim.quote.source_id, claim.text, claim.metric), claim)
    return tuple(c.model_copy(update={"id": f"C{i}"}) for i, c in enumerate(unique.values(), 1))


def _claims_of(document: Document, aspects: Aspects) -> list[Claim]:
    """The claims of one document that speak to the question."""
    places = _headlines(document)
    stated = [c for s in document.evidence() for c in _stated(document, s, places)]
    ranked = [(relevance_of(c, aspects), c) for c in stated]
    return [c.model_copy(update={"relevance": points}) for points, c in ranked if points > 0]


def _headlines(document: Document) -> dict[int, int]:
    """For each sentence that says what its work mainly claims, by where it starts, its place among them."""
    return {found.sentence.start: place for place, found in enumerate(main_claims(document), 1)}


def _stated(document: Document, sentence: Sentence, places: Mapping[int, int]) -> list[Claim]:
    """The claims of one sentence, with its place among the main ones."""
    if not can_claim(document.slice(sentence)):
        return []
    place = places.get(sentence.start)
    return [c.model_copy(update={"headline": place}) for c in claims_in(document, sentence)]


def claims_in(document: Document, sentence: Sentence, text: str = "") -> list[Claim]:
    """The claims of one sentence: one per metric that it gives results for, or one for a plain statement.

    ``text`` is a shorter statement of the same; under which conditions it holds is read from the whole sentence.
    """
    whole = document.slice(sentence)
    parsed, quote = parse(whole), quote_of(document, sentence)
    credited = whose(document, sentence).credited
    found = parse(text).results if text else parsed.results
    by_metric: list[tuple[Result, ...]] = [
        tuple(group) for _, group in groupby(sorted(found, key=lambda r: r.metric or ""), key=lambda r: r.metric or "")
    ] or [()]
    claims = []
    for results in by_metric:
        ordered = tuple(
            sorted(
                (one for r in results for one in _apart(r, whole)),
                key=lambda r: (r.comparator is None, r.ratio is None),
            )
        )
        setting = parsed.setting
        if (
            setting.phase is None
            and results
            and results[0].metric in ("latency", "throughput")
            and not _PHASE.search(whole)
        ):
            # A rate says nothing of what was running; then the work's title may.
            setting = setting.model_copy(update={"phase": phase_of(document.paper.title)})
        claims.append(
            Claim(id="", text=text or whole, quote=quote, setting=setting, results=ordered, credited=credited)
        )
    return claims


_BOTH = re.compile(r"^(?P<first>\S*[A-Z]\S*(?:\s\S+)?) and (?P<second>\S*[A-Z]\S*(?:\s\S+)?)$")


def _apart(result: Result, sentence: str) -> tuple[Result, ...]:
    """ "A and B both beat C" says one thing of A and one of B; without "both" or "each", it may be of the two together."""
    pair = _BOTH.match(result.subject or "")
    if not pair or not re.search(rf"{re.escape(pair[0])}\s+(?:both|each)\b|\bboth {re.escape(pair[0])}", sentence):
        return (result,)
    return tuple(result.model_copy(update={"subject": pair[name]}) for name in ("first", "second"))


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
    # What a work about the subject mainly claims is about it, whatever the work calls it there.
    about = claim.headline is not None and any(claim.quote.paper_id in aspects.works.get(f.id, ()) for f in subjects)
    if not aspects.measured and not (subject or comparator or about):
        return 0.0
    if not (subject or comparator or about) and claim.quote.depth == "full_text":
        return 0.0
    scale = any(in_range(claim.setting.scale, f) for f in plan.of_kind("scale"))
    figures = any(r.ratio is not None for r in claim.results)
    recalled = claim.quote.seen == "recalled"
    return round(
        2.0 * metric
        + 2.0 * (subject or about)
        + 1.5 * comparator
        + 0.5 * scale
        + 0.5 * figures
        + 0.25 * bool(claim.results)
        + (1.0 / claim.headline if claim.headline and not aspects.measured else 0.0)
        - 1.0 * recalled
        + 0.01,
        2,
    )
