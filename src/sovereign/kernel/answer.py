"""Stage *answer*: the answer object, from claims that their sources support. No sentence stands without a claim id."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest

from sovereign.language.words import content_stems
from sovereign.records import (
    Answer,
    AnswerSentence,
    AnswerState,
    Claim,
    Comparison,
    Facet,
    FacetAnswer,
    OpenPoint,
    Quantity,
)

from .aspects import Aspects, measures, speaks_of
from .coverage import gaps, involving, sizes, span_text
from .disagreements import disagreements
from .rows import USABLE, Row, grouped, metric_name, near, rows_of, setting_text

STATES: tuple[AnswerState, ...] = ("NOT_ANSWERABLE", "PARTLY_ANSWERED", "ANSWERED")
GROUPS_PER_FACET = 7
PER_SUBJECT = 2
SUMMARY_PER_FACET = 5
STATEMENTS_PER_FACET = 3


def answer(claims: Sequence[Claim], aspects: Aspects) -> Answer:
    """Answer each facet from the usable claims, then the whole; the whole is as good as its weakest facet."""
    usable = [c for c in claims if c.verdict in USABLE]
    rows = near(rows_of(usable, aspects), aspects)
    facets = [_metric_facet(f, usable, [r for r in rows if r.facet.id == f.id], aspects) for f in aspects.measured]
    if not aspects.measured:
        facets = [_topic_facet(f, usable, aspects) for f in aspects.sides]
    facets += [_scale_facet(f, usable, aspects) for f in aspects.plan.of_kind("scale")]
    points = [OpenPoint(text=text, facet_id=f.facet_id, needs=_need(text)) for f in facets for text in f.missing]
    return Answer(
        state=min((f.state for f in facets), key=STATES.index, default="NOT_ANSWERABLE"),
        summary=tuple(s for f in facets for s in f.sentences[:SUMMARY_PER_FACET]),
        facets=tuple(facets),
        comparisons=_table(rows, aspects),
        disagreements=disagreements(usable, rows, aspects),
        open_points=tuple(dict.fromkeys(points)),
    )


def _need(text: str) -> str:
    return "a measurement" if "figure" in text or "directly" in text else "further sources"


def _metric_facet(facet: Facet, claims: list[Claim], rows: list[Row], aspects: Aspects) -> FacetAnswer:
    """The comparisons of one metric, those of the question's own subjects and comparators first."""
    relevant = [c for c in claims if any(measures(r, c.setting, facet) for r in c.results)]
    if not relevant:
        reason = f"no source that was read gives evidence on {facet.text}"
        return FacetAnswer(facet_id=facet.id, state="NOT_ANSWERABLE", reason=reason, missing=(f"{reason}.",))
    subjects, comparators = aspects.plan.of_kind("subject", "topic"), aspects.plan.of_kind("comparator")
    groups = sorted(grouped(rows).values(), key=lambda g: (-_weight(g, subjects, comparators, aspects), g[0].claim.id))
    sentences = _nearest(facet, groups, subjects, comparators, aspects) + [_group_sentence(g) for g in _varied(groups, subjects, aspects)]
    said = {i for s in sentences for i in s.claim_ids}
    sentences += [_statement(c) for c in _ranked(relevant, facet, aspects) if c.id not in said and _worth_saying(c, facet)][:STATEMENTS_PER_FACET]
    direct = [r for r in rows if _both(r, subjects, comparators, aspects)]
    missing = _missing(facet, relevant, direct, aspects)
    state: AnswerState = "ANSWERED" if (direct or not comparators) and not missing else "PARTLY_ANSWERED"
    reason = _reason(facet, relevant, direct, subjects, comparators)
    return FacetAnswer(facet_id=facet.id, state=state, reason=reason, sentences=tuple(sentences), missing=missing)


def _nearest(
    facet: Facet, groups: list[list[Row]], subjects: Sequence[Facet], comparators: Sequence[Facet], aspects: Aspects
) -> list[AnswerSentence]:
    """The direct answer where there is none: with what the subject was compared instead."""
    if not comparators or any(_both(r, subjects, comparators, aspects) for g in groups for r in g):
        return []
    near = [g for g in groups if any(speaks_of(g[0].subject, f, aspects) for f in subjects)]
    rivals = list(dict.fromkeys(min((r.comparator for r in g), key=len) for g in near))[:4]
    if not rivals:
        return []
    ids = tuple(dict.fromkeys(r.claim.id for g in near for r in g))
    both = f"{subjects[0].text} with {comparators[0].text}"
    text = f"No source read compares {both} directly in {facet.text}; the nearest comparisons are with {_series(rivals)}."
    return [AnswerSentence(text=text, claim_ids=ids, inferred=True)]


def _series(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


def _both(row: Row, subjects: Sequence[Facet], comparators: Sequence[Facet], aspects: Aspects) -> bool:
    mine = any(speaks_of(row.subject, f, aspects) for f in subjects)
    return mine and any(speaks_of(row.comparator, f, aspects) for f in comparators)


_BASELINE = frozenset({"base", "dens", "vanilla", "baselin", "origin", "unmodifi"})


def _weight(group: list[Row], subjects: Sequence[Facet], comparators: Sequence[Facet], aspects: Aspects) -> float:
    """How much a comparison says to the question: both sides, then one, then a known baseline, then how often it was made."""
    row = group[0]
    mine = any(speaks_of(row.subject, f, aspects) for f in subjects)
    theirs = any(speaks_of(row.comparator, f, aspects) for f in comparators)
    baseline = bool(_BASELINE & content_stems(row.comparator))
    figures = sum(r.ratio is not None for r in group)
    works = len({r.claim.quote.source_id for r in group})
    plain = row.direction == "equal" and row.ratio is None
    return 100.0 * (mine and theirs) + 50.0 * mine + 40.0 * theirs + 10.0 * baseline + 5.0 * min(figures, 6) + 6.0 * min(works, 5) + 25.0 * (plain and theirs)


def _varied(groups: list[list[Row]], subjects: Sequence[Facet], aspects: Aspects) -> list[list[Row]]:
    """The best groups, those of the question's subjects and the others in turn, few of them about one and the same thing."""
    kept: list[list[Row]] = []
    of_subject = [g for g in groups if any(speaks_of(g[0].subject, f, aspects) for f in subjects)]
    others = [g for g in groups if g not in of_subject]
    for pair in zip_longest(of_subject, others):
        for group in pair:
            if group and sum(group[0].subject_key == k[0].subject_key for k in kept) < PER_SUBJECT:
                kept.append(group)
    return kept[:GROUPS_PER_FACET]


def _group_sentence(group: list[Row]) -> AnswerSentence:
    """One sentence for all rows of one comparison: the ratio or its range, and where it was seen."""
    ids = tuple(dict.fromkeys(r.claim.id for r in group))
    name = metric_name(group[0].metric, group[0].phase)
    ratios = sorted(r.ratio for r in group if r.ratio is not None)
    if not ratios:
        return _statement(group[0].claim)
    subject, comparator = _names(r.subject for r in group), min((r.comparator for r in group), key=len)
    low, high = ratios[0], ratios[-1]
    if len(ratios) == 1 or high - low < 0.005 * high:
        row = next(r for r in group if r.ratio is not None)
        amount = f"the same {name}" if abs(low - 1) < 0.005 else f"{_times(low)} times the {name}"
        figures = f"{_value(row.value)} against {_value(row.comparator_value)}" if row.value and row.comparator_value else ""
        where = "; ".join(t for t in (figures, _where(group)) if t)
        return AnswerSentence(text=f"{subject} against {comparator}: {amount}" + (f" ({where})." if where else "."), claim_ids=ids, inferred=not figures)
    where = "; ".join(t for t in (f"{len(ratios)} comparisons", _where(group)) if t)
    text = f"{subject} against {comparator}: {_times(low)} to {_times(high)} times the {name} ({where})."
    return AnswerSentence(text=text, claim_ids=ids, inferred=True)


def _names(names: Iterable[str]) -> str:
    """Variants of one thing: "Adapter-H and Adapter-L"; of many, the shortest."""
    distinct = sorted({n.lower(): n for n in names}.values(), key=lambda n: (len(n), n))
    short = [n for n in distinct if not any(other != n and other.lower() in n.lower() for other in distinct)]
    return _capital(" and ".join(short) if len(short) <= 2 else short[0])


def _times(ratio: float) -> str:
    return f"{ratio:.2f}" if ratio >= 0.1 else f"{ratio:.2g}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _where(group: list[Row]) -> str:
    """Settings of a group: each in words when there are few, else the span of model sizes."""
    settings = list(dict.fromkeys(t for r in group if (t := setting_text(r))))
    if not settings:
        return ""
    if len(settings) <= 3:
        return "; ".join(settings)
    models = list(dict.fromkeys(r.claim.setting.model for r in group if r.claim.setting.model))
    scales = sizes(r.claim for r in group)
    batches = sorted({r.claim.setting.batch_size for r in group if r.claim.setting.batch_size is not None})
    parts = [span_text(scales)] if scales else models[:3]
    parts += [f"batch size {batches[0]} to {batches[-1]}"] if len(batches) > 1 else []
    return ", ".join(parts) or f"{len(settings)} settings"


def _ranked(claims: Sequence[Claim], facet: Facet, aspects: Aspects) -> list[Claim]:
    def key(claim: Claim) -> tuple[bool, bool, float]:
        about = any(speaks_of(r.subject, f, aspects) for r in claim.results for f in aspects.sides)
        own = any(measures(r, claim.setting, facet) and r.value is not None for r in claim.results)
        return not about, not own, -claim.relevance

    return sorted(claims, key=key)


def _worth_saying(claim: Claim, facet: Facet) -> bool:
    return claim.main.metric is not None and measures(claim.main, claim.setting, facet)


def _statement(claim: Claim) -> AnswerSentence:
    return AnswerSentence(text=claim.text, claim_ids=(claim.id,))


def _missing(facet: Facet, claims: list[Claim], direct: list[Row], aspects: Aspects) -> tuple[str, ...]:
    """What the evidence leaves open for one metric: a direct comparison, one of the sides, ends of the range of sizes."""
    found = []
    subjects, comparators = aspects.plan.of_kind("subject", "topic"), aspects.plan.of_kind("comparator")
    if comparators and not direct:
        names = " and ".join([*(f.text for f in subjects), *(f.text for f in comparators)])
        found.append(f"No source that was read compares {names} directly in {facet.text}.")
    for side in [*subjects, *comparators]:
        about = involving(claims, side, aspects)
        if not about:
            found.append(f"No figure on {facet.text} speaks of {side.text}.")
            continue
        for scale in aspects.plan.of_kind("scale"):
            found += [f"{_capital(facet.text)} of {side.text}: {gap}; figures stand at {span_text(sizes(about)) or 'no named size'}." for gap in gaps(sizes(about), scale)]
    return tuple(found)


def _reason(facet: Facet, claims: list[Claim], direct: list[Row], subjects: Sequence[Facet], comparators: Sequence[Facet]) -> str:
    works = len({c.quote.source_id for c in claims})
    base = f"{len(claims)} claims of {works} works give {facet.text}"
    if direct:
        return f"{base}; {len({r.claim.id for r in direct})} compare {subjects[0].text} with {comparators[0].text} directly"
    return f"{base}; none compares the two sides of the question directly" if comparators else base


def _scale_facet(facet: Facet, claims: list[Claim], aspects: Aspects) -> FacetAnswer:
    """At which sizes each asked metric has figures, and at which it has none."""
    sentences, missing = [], []
    for metric in aspects.measured or (None,):
        relevant = [c for c in claims if metric is None or any(measures(r, c.setting, metric) for r in c.results)]
        scales = sizes(relevant)
        inside = [q for q in scales if facet.low and facet.high and facet.low.value <= q.value <= facet.high.value]
        name = metric.text if metric else "the question"
        if inside:
            ids = tuple(c.id for c in relevant if c.setting.scale in inside)
            sentences.append(AnswerSentence(text=f"Figures on {name} stand at {_listed(inside)}.", claim_ids=ids, inferred=True))
        missing += [f"Figures on {name}: {gap}." for gap in gaps(scales, facet)]
    state: AnswerState = "NOT_ANSWERABLE" if not sentences else "PARTLY_ANSWERED" if missing else "ANSWERED"
    reason = f"sizes named by the sources, held against {facet.text}"
    return FacetAnswer(facet_id=facet.id, state=state, reason=reason, sentences=tuple(sentences), missing=tuple(missing))


def _listed(scales: list[Quantity]) -> str:
    return span_text(scales) if len(scales) <= 5 else ", ".join(q.text for q in scales)


def _topic_facet(facet: Facet, claims: list[Claim], aspects: Aspects) -> FacetAnswer:
    """A question without a metric: what the sources state of the subject, most relevant first."""
    about = involving(claims, facet, aspects)
    if not about:
        reason = f"no source that was read speaks of {facet.text}"
        return FacetAnswer(facet_id=facet.id, state="NOT_ANSWERABLE", reason=reason, missing=(f"{_capital(reason)}.",))
    sentences = tuple(_statement(c) for c in about[:GROUPS_PER_FACET])
    missing = ("The question names no metric, so the statements are not weighed against each other.",)
    return FacetAnswer(facet_id=facet.id, state="PARTLY_ANSWERED", reason=f"{len(about)} claims speak of {facet.text}", sentences=sentences, missing=missing)


def _table(rows: Sequence[Row], aspects: Aspects) -> tuple[Comparison, ...]:
    """Rows with a ratio, once for each claim and pair; comparisons that say most to the question first."""
    subjects, comparators = aspects.plan.of_kind("subject", "topic"), aspects.plan.of_kind("comparator")
    groups = sorted(grouped(rows).values(), key=lambda g: (g[0].facet.id, -_weight(g, subjects, comparators, aspects), g[0].key[2:]))
    table: dict[tuple[str, str, str, str | None], Comparison] = {}
    for row in (r for g in groups for r in sorted(g, key=lambda r: -(r.ratio or 0))):
        if row.ratio is not None:
            table.setdefault((row.claim.id, row.subject, row.comparator, row.condition), _comparison(row))
    return tuple(table.values())


def _comparison(row: Row) -> Comparison:
    assert row.ratio is not None
    return Comparison(
        facet_id=row.facet.id,
        metric=metric_name(row.metric, row.phase),
        subject=row.subject,
        comparator=row.comparator,
        subject_value=_value(row.value),
        comparator_value=_value(row.comparator_value),
        ratio=row.ratio,
        scale=row.claim.setting.scale.text if row.claim.setting.scale else "",
        setting=setting_text(row),
        claim_id=row.claim.id,
    )


def _value(quantity: Quantity | None) -> str:
    """A figure with its unit, also where the sentence gave the unit to another figure."""
    if quantity is None:
        return ""
    bare = quantity.text.replace(",", "").replace(".", "").isdigit()
    return f"{quantity.text} {quantity.unit}".strip() if bare else quantity.text
