"""Stage *answer*: the answer object, from what the laboratory measured and claims that their sources support.

No sentence stands without the id of a claim or of a measurement.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from sovereign.lab.overhead.evidence import Evidence
from sovereign.records import (
    Answer,
    AnswerSentence,
    AnswerState,
    Claim,
    Document,
    Facet,
    FacetAnswer,
    OpenPoint,
    Quantity,
    Retrieval,
)

from .abstract import abstract
from .agreements import agreements
from .aspects import Aspects, measures, speaks_of
from .coverage import gaps, involving, sizes, span_text, unsized
from .disagreements import disagreements
from .evidence import STATES, joined, measured_at
from .heading import title
from .matrix import matrices
from .of_record import Told
from .originality import sources_of
from .ranking import both, by_weight, varied
from .rows import USABLE, Row, near, rows_of
from .sureness import sureness
from .tables import comparisons, groups_of
from .wording import capital, counted, group_sentence, series, statement

STATEMENTS_PER_TOPIC = 7
SUMMARY_PER_FACET = 5
MEASURED_IN_SUMMARY = 4  # of one facet, before the sentences of the sources, of which at least two stay
STATEMENTS_PER_FACET = 3


def answer(
    claims: Sequence[Claim],
    aspects: Aspects,
    downgraded: frozenset[str] = frozenset(),
    found: Evidence = Evidence(),  # noqa: B008 - it cannot be changed
    retrieval: Retrieval | None = None,
    documents: Sequence[Document] = (),
    struck: AbstractSet[str] = frozenset(),
) -> Answer:
    """Answer each facet from what was ``found`` in the laboratory and from the usable claims, then the whole.

    The whole is as good as its weakest facet. ``downgraded`` claims stand in the table and the disagreements, but no
    sentence of the answer rests on them. ``retrieval`` is what came into view, ``documents`` what was read, ``struck`` texts
    that no sentence may have.
    """
    papers = tuple(d.paper for d in documents)
    usable = [c for c in claims if c.verdict in USABLE and not c.falsified]
    sound = [c for c in usable if c.id not in downgraded]
    rows = near(rows_of(usable, aspects), aspects)
    own = [r for r in rows if r.claim.id not in downgraded]
    facets = []
    for f in aspects.measured:
        missing = _missing(f, usable, [r for r in rows if r.facet.id == f.id], aspects)
        mine = _metric_facet(f, sound, [r for r in own if r.facet.id == f.id], missing, aspects)
        facets.append(joined(mine, found, aspects))
    if not aspects.measured:
        facets = [_topic_facet(f, sound, aspects) for f in aspects.sides]
    facets += [_scale_facet(f, sound, usable, aspects, found) for f in aspects.plan.of_kind("scale")]
    names = {f.id: f.text for f in aspects.plan.facets}
    facets = [_without(f, names[f.facet_id], struck) for f in facets]
    known = {point.text for point in found.open_points}
    points = [
        OpenPoint(text=t, facet_id=f.facet_id, needs=_need(t)) for f in facets for t in f.missing if t not in known
    ]
    groups = {f.id: groups_of([r for r in rows if r.facet.id == f.id], aspects) for f in aspects.measured}
    every = [group for mine in groups.values() for group in mine]
    sources = sources_of(documents, retrieval)
    body = Answer(
        state=min((f.state for f in facets), key=STATES.index, default="NOT_ANSWERABLE"),
        summary=tuple(s for f in facets for s in _summary(f)),
        facets=tuple(facets),
        measured=found.tables,
        figures=found.figures,
        comparisons=comparisons(rows, aspects),
        disagreements=disagreements(usable, rows, aspects, papers),
        agreements=agreements(every, papers),
        matrices=matrices(every),
        open_points=tuple(dict.fromkeys([*found.open_points, *points])),
        title=title(aspects.plan, sources),
    )
    sure = sureness(body, aspects.plan.facets, claims, found.measurements, papers)
    body = body.model_copy(update={"sureness": sure})
    told = Told(body, aspects.plan, claims, papers, len(retrieval.candidates) if retrieval else 0)
    own_groups = {name: _of(own, mine) for name, mine in groups.items()}
    return body.model_copy(update={"abstract": abstract(told, aspects, own_groups, sound, found, sources, struck)})


def _without(facet: FacetAnswer, name: str, struck: AbstractSet[str]) -> FacetAnswer:
    """A facet without the struck sentences. One that has lost them all is not answered, and says so."""
    left = tuple(s for s in facet.sentences if s.text not in struck)
    if left or not facet.sentences:
        return facet.model_copy(update={"sentences": left})
    why = f"what was found on {name} did not stand up to review"
    return facet.model_copy(
        update={
            "sentences": (),
            "state": "NOT_ANSWERABLE",
            "reason": why,
            "missing": (*facet.missing, f"{capital(why)}."),
        }
    )


def _of(own: Sequence[Row], groups: Sequence[list[Row]]) -> list[list[Row]]:
    """The groups without the rows that no sentence may rest on."""
    return [mine for group in groups if (mine := [row for row in group if row in own])]


def _summary(facet: FacetAnswer) -> tuple[AnswerSentence, ...]:
    """The first sentences of a facet: what was measured, then what the sources say."""
    own = [s for s in facet.sentences if s.measurement_ids][:MEASURED_IN_SUMMARY]
    rest = [s for s in facet.sentences if not s.measurement_ids]
    return (*own, *rest[: max(2, SUMMARY_PER_FACET - len(own))])


def _need(text: str) -> str:
    return "a measurement" if "figure" in text or "directly" in text else "further sources"


def _metric_facet(
    facet: Facet, claims: list[Claim], rows: list[Row], missing: tuple[str, ...], aspects: Aspects
) -> FacetAnswer:
    """The comparisons of one metric, those of the question's own subjects and comparators first."""
    relevant = [c for c in claims if any(measures(r, c.setting, facet) for r in c.results)]
    if not relevant:
        reason = f"no evidence on {facet.text} was found in what was read"
        return FacetAnswer(facet_id=facet.id, state="NOT_ANSWERABLE", reason=reason, missing=(f"{capital(reason)}.",))
    subjects, comparators = aspects.plan.of_kind("subject", "topic"), aspects.plan.of_kind("comparator")
    groups = by_weight(rows, subjects, comparators, aspects)
    sentences = _nearest(facet, groups, subjects, comparators, aspects) + [
        group_sentence(g) for g in varied(groups, subjects, comparators, aspects)
    ]
    said = {i for s in sentences for i in s.claim_ids}
    sentences += [
        statement(c) for c in _ranked(relevant, facet, aspects) if c.id not in said and _worth_saying(c, facet)
    ][:STATEMENTS_PER_FACET]
    direct = [r for r in rows if both(r, subjects, comparators, aspects)]
    state: AnswerState = "ANSWERED" if (direct or not comparators) and not missing else "PARTLY_ANSWERED"
    reason = _reason(facet, relevant, direct, subjects, comparators)
    return FacetAnswer(facet_id=facet.id, state=state, reason=reason, sentences=tuple(sentences), missing=missing)


def _nearest(
    facet: Facet, groups: list[list[Row]], subjects: Sequence[Facet], comparators: Sequence[Facet], aspects: Aspects
) -> list[AnswerSentence]:
    """The direct answer where there is none: with what the subject was compared instead."""
    if not comparators or any(both(r, subjects, comparators, aspects) for g in groups for r in g):
        return []
    near = [g for g in groups if any(speaks_of(g[0].subject, f, aspects) for f in subjects)]
    rivals = list(dict.fromkeys(min((r.comparator for r in g), key=len) for g in near))[:4]
    if not rivals:
        return []
    ids = tuple(dict.fromkeys(r.claim.id for g in near for r in g))
    sides = f"{subjects[0].text} with {comparators[0].text}"
    text = (
        f"No comparison of {sides} in {facet.text} was found in what was read; "
        f"the nearest comparisons are with {series(rivals)}."
    )
    return [AnswerSentence(text=text, claim_ids=ids, inferred=True)]


def _ranked(claims: Sequence[Claim], facet: Facet, aspects: Aspects) -> list[Claim]:
    def key(claim: Claim) -> tuple[bool, bool, float]:
        about = any(speaks_of(r.subject, f, aspects) for r in claim.results for f in aspects.sides)
        own = any(measures(r, claim.setting, facet) and r.value is not None for r in claim.results)
        return not about, not own, -claim.relevance

    return sorted(claims, key=key)


def _worth_saying(claim: Claim, facet: Facet) -> bool:
    return claim.main.metric is not None and measures(claim.main, claim.setting, facet)


def _missing(facet: Facet, claims: list[Claim], rows: list[Row], aspects: Aspects) -> tuple[str, ...]:
    """What the evidence leaves open for one metric: a direct comparison, one of the sides, ends of the range of sizes. What no
    sentence may rest on was found all the same."""
    found = []
    claims = [c for c in claims if any(measures(r, c.setting, facet) for r in c.results)]
    subjects, comparators = aspects.plan.of_kind("subject", "topic"), aspects.plan.of_kind("comparator")
    for one in subjects:
        for other in comparators:
            if not any(both(r, [one], [other], aspects) for r in rows):
                found.append(
                    f"No comparison of {one.text} with {other.text} in {facet.text} was found in what was read."
                )
    for side in [*subjects, *comparators]:
        about = involving(claims, side, aspects)
        if not about:
            found.append(f"No figure on {facet.text} of {side.text} was found in what was read.")
            continue
        for scale in aspects.plan.of_kind("scale"):
            found += [
                f"{capital(facet.text)} of {side.text}: {gap}; figures stand at {_found_at(about)}."
                for gap in gaps(sizes(about), scale)
            ]
    return tuple(found)


def _found_at(claims: Sequence[Claim]) -> str:
    """The sizes of claims, and the models that they name without one."""
    named, sized = unsized(claims), span_text(sizes(claims))
    parts = [sized, f"models without a stated size ({named})" if named else ""]
    return " and ".join(p for p in parts if p) or "no named model"


def _reason(
    facet: Facet, claims: list[Claim], direct: list[Row], subjects: Sequence[Facet], comparators: Sequence[Facet]
) -> str:
    works = len({c.quote.source_id for c in claims})
    base = f"{counted(len(claims), 'claim')} of {counted(works, 'work')} {'gives' if len(claims) == 1 else 'give'} {facet.text}"
    if direct:
        near = len({r.claim.id for r in direct})
        return f"{base}; {near} {'compares' if near == 1 else 'compare'} {subjects[0].text} with {comparators[0].text} directly"
    return f"{base}; none compares the two sides of the question directly" if comparators else base


def _scale_facet(
    facet: Facet, claims: list[Claim], usable: list[Claim], aspects: Aspects, found: Evidence
) -> FacetAnswer:
    """At which sizes each asked metric has figures that a sentence may rest on, and at which it has none at all."""
    sentences, missing = [], []
    for metric in aspects.measured or (None,):
        relevant = [c for c in claims if metric is None or any(measures(r, c.setting, metric) for r in c.results)]
        scales = sizes(relevant)
        inside = [q for q in scales if facet.low and facet.high and facet.low.value <= q.value <= facet.high.value]
        name = metric.text if metric else "the question"
        if metric and (own := measured_at(found, metric, facet)):
            sentences.append(own)
        if inside:
            # The most relevant claim for each size is enough to follow it up.
            first = {
                c.setting.scale.value: c.id for c in reversed(relevant) if c.setting.scale in inside and c.setting.scale
            }
            ids = tuple(first[q.value] for q in inside)
            sentences.append(
                AnswerSentence(text=f"Figures on {name} stand at {_listed(inside)}.", claim_ids=ids, inferred=True)
            )
        mine = found.of(metric.id) if metric else None
        missing += gaps_of(metric, facet, usable, mine.sizes if mine else ())
    state: AnswerState = "NOT_ANSWERABLE" if not sentences else "PARTLY_ANSWERED" if missing else "ANSWERED"
    own_too = " and by the laboratory" if any(s.measurement_ids for s in sentences) else ""
    reason = f"sizes named by the sources{own_too}, held against {facet.text}"
    return FacetAnswer(
        facet_id=facet.id, state=state, reason=reason, sentences=tuple(sentences), missing=tuple(missing)
    )


def gaps_of(metric: Facet | None, scale: Facet, claims: Sequence[Claim], measured: Sequence[Quantity]) -> list[str]:
    """At which sizes of a range neither the claims nor what was measured have figures of a metric, in words."""
    relevant = [c for c in claims if metric is None or any(measures(r, c.setting, metric) for r in c.results)]
    also = f"; models without a stated size: {unsized(relevant)}" if unsized(relevant) else ""
    every = sorted((*sizes(relevant), *measured), key=lambda size: size.value)
    return [f"Figures on {metric.text if metric else 'the question'}: {gap}{also}." for gap in gaps(every, scale)]


def _listed(scales: list[Quantity]) -> str:
    return span_text(scales) if len(scales) <= 5 else ", ".join(q.text for q in scales)


def _topic_facet(facet: Facet, claims: list[Claim], aspects: Aspects) -> FacetAnswer:
    """A question without a metric: what the sources state of the subject, most relevant first."""
    about = involving(claims, facet, aspects)
    if not about:
        reason = f"nothing on {facet.text} was found in what was read"
        return FacetAnswer(facet_id=facet.id, state="NOT_ANSWERABLE", reason=reason, missing=(f"{capital(reason)}.",))
    sentences = tuple(statement(c) for c in about[:STATEMENTS_PER_TOPIC])
    missing = (
        "The question names no metric that is known here, so the statements are not weighed against each other.",
    )
    return FacetAnswer(
        facet_id=facet.id,
        state="PARTLY_ANSWERED",
        reason=f"{counted(len(about), 'claim')} {'speaks' if len(about) == 1 else 'speak'} of {facet.text}",
        sentences=sentences,
        missing=missing,
    )
