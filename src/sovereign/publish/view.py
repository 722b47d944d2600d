"""From a record to what its page says, in the page's order. HTML, Markdown and PDF write this, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sovereign.records import (
    Agreement,
    AnswerSentence,
    Comparison,
    Disagreement,
    DisagreementType,
    Facet,
    FacetAnswer,
    LedgerHead,
    MatrixCell,
    OwnerDecision,
    Record,
    Side,
    Sureness,
)

from .assessment import assessment_section
from .claims import claim_view, id_link, places_of, sentence_marks, source
from .measured import Artifact, measured
from .parts import (
    AnswerView,
    Badge,
    DisagreementView,
    FacetView,
    Header,
    Inline,
    Link,
    PartView,
    Run,
    Said,
    SideView,
    Table,
    Tone,
    View,
)
from .references import References, reference_view
from .sections import counters, facet_words, level_words, score_words, sections, state_badge
from .standing import Standing, alone, corrections_section, superseded_words, version_words
from .text import count, day, one_line, ratio, times
from .work import keywords

NOTICE = "Autonomous draft — Owner review required before publication"
POLICY_TONES: dict[str, Tone] = {"AUTO_APPROVE": "good", "HOLD": "mixed", "REJECT": "bad"}


def view_of(
    record: Record,
    head: LedgerHead | None = None,
    owner: OwnerDecision | None = None,
    artifact: Artifact | None = None,
    standing: Standing | None = None,
) -> View:
    """The page of ``record``, with the ledger's head at export and the owner's decision on this version, if there are such.

    ``standing`` says whether a later version supersedes it and what asks for a review; without it, the record speaks for itself.

    ``artifact`` gives the bytes of an artifact by its SHA-256; without it, plots are named and not shown.
    """
    references = References(record)
    places = places_of(record)
    cited = frozenset(record.answer.cited())
    standing = standing or alone(record)
    gone = record.withdrawn.claims
    return View(
        header=header_view(record, owner, standing),
        answer=answer_view(record, references, places, artifact),
        sections=(
            *corrections_section(record, standing),
            *([assessment_section(standing.published)] if standing.published else []),
            *sections(record, places),
        ),
        claims=tuple(claim_view(c, references, c.id in cited, gone.get(c.id)) for c in record.claims),
        references=tuple(reference_view(reference) for reference in references),
        imprint=imprint(record, head or record.ledger_head),
        verify=verify_commands(record),
    )


def verify_commands(record: Record) -> tuple[str, ...]:
    """What to type to write all that a record rests on, and to hold it against itself and a head."""
    return (
        f"sovereign export {record.short_id} --format crate --out x.zip",
        "sovereign verify-record x.zip --head head.json",
    )


def header_view(record: Record, owner: OwnerDecision | None, standing: Standing) -> Header:
    """The head of a record's page."""
    outcome = record.decision.outcome
    # The owner's word, once given, overrides the policy's in both directions.
    stands = owner.outcome == "APPROVED" if owner else outcome == "AUTO_APPROVE"
    facts = [
        ("Review score", score_words(record)),
        ("Level", level_words(record.level)),
        ("Works", f"{record.counters.papers_kept:,} kept of {record.counters.papers_seen:,} seen"),
    ]
    if record.version > 1 or standing.state != "CURRENT":
        facts.append(("Version", version_words(record, standing)))
    if owner:
        facts.append(("Owner", f"{owner.outcome} by {one_line(owner.by)}, {day(owner.at)}: {one_line(owner.reason)}"))
    return Header(
        title=one_line(record.answer.title or record.question),
        short_id=one_line(record.short_id),
        made=day(record.created_at),
        made_iso=one_line(record.created_at),
        state=state_badge(record.answer.state),
        policy=Badge(outcome, POLICY_TONES[outcome], one_line(" ".join(record.decision.reasons))),
        facts=tuple(facts),
        counters=counters(record),
        notice=". ".join(filter(None, (superseded_words(record, standing), "" if stands else NOTICE))),
        question=one_line(record.question) if record.answer.title else "",
        keywords=keywords(record),
    )


def answer_view(
    record: Record, references: References, places: Mapping[str, str], artifact: Artifact | None
) -> AnswerView:
    """What a page says of the answer."""
    answer = record.answer
    facets = {f.id: f for f in record.plan.facets}
    return AnswerView(
        state=state_badge(answer.state),
        summary=() if answer.abstract else _said(answer.summary, record, places),
        abstract=_said(answer.abstract, record, places),
        agreements=tuple(_agreement(a, references, places) for a in answer.agreements),
        measured=measured(record, places, artifact),
        tables=(*_matrices(record, places), *_comparisons(record, references, places)),
        facets=tuple(_facet(f, facets, record, places) for f in answer.facets),
        disagreements=tuple(_disagreement(d, references, places) for d in answer.disagreements),
        open_points=tuple(_open_point(p.text, p.facet_id, p.needs, facets) for p in answer.open_points),
    )


def _said(sentences: Iterable[AnswerSentence], record: Record, places: Mapping[str, str]) -> tuple[Said, ...]:
    return tuple(
        Said(
            one_line(s.text),
            tuple(id_link(i, places) for i in (*s.claim_ids, *s.measurement_ids)),
            sentence_marks(s, record),
        )
        for s in sentences
    )


def _comparisons(record: Record, references: References, places: Mapping[str, str]) -> tuple[Table, ...]:
    groups: dict[str, list[Comparison]] = {}
    for comparison in record.answer.comparisons:
        groups.setdefault(one_line(comparison.metric), []).append(comparison)
    head = ("Subject", "Against", "Its value", "Value against", "Ratio", "Scale", "Setting", "Source", "Claim")
    claims = {c.id: c for c in record.claims}

    def cite(claim_id: str) -> Run:
        return (source(claims[claim_id].quote, references)[0],) if claim_id in claims else ("—",)

    return tuple(
        Table(
            caption=f"{metric.capitalize()}: {count(len(rows), 'comparison')}",
            head=head,
            rows=tuple(
                (
                    (one_line(c.subject),),
                    (one_line(c.comparator),),
                    (one_line(c.subject_value),),
                    (one_line(c.comparator_value),),
                    (ratio(c.ratio),),
                    (one_line(c.scale),),
                    (one_line(c.setting),),
                    cite(c.claim_id),
                    (id_link(c.claim_id, places),),
                )
                for c in rows
            ),
            figures=(2, 3, 4),
        )
        for metric, rows in groups.items()
    )


def _matrices(record: Record, places: Mapping[str, str]) -> tuple[Table, ...]:
    """What the sources say by scale and method; "–" where none gives a figure."""

    def cell(found: MatrixCell | None) -> Run:
        if found is None:
            return ("–",)
        low, high = times(found.low), times(found.high)
        text = low if low == high else f"{low} to {high}"
        links = [part for i in found.claim_ids for part in (" ", id_link(i, places))]
        return (text, *links)

    return tuple(
        Table(
            caption=one_line(f"In the sources: {m.metric} relative to {m.comparator}, by model size and method"),
            head=("Model size", *map(one_line, m.columns)),
            rows=tuple(((one_line(row.scale),), *map(cell, row.cells)) for row in m.rows),
            figures=tuple(range(1, len(m.columns) + 1)),
            short=True,
        )
        for m in record.answer.matrices
    )


def _facet(answer: FacetAnswer, facets: dict[str, Facet], record: Record, places: Mapping[str, str]) -> FacetView:
    facet = facets.get(answer.facet_id)
    return FacetView(
        text=facet_words(answer.facet_id, facets),
        sort=facet.kind if facet else "facet",
        state=state_badge(answer.state),
        reason=one_line(answer.reason),
        parts=tuple(PartView(one_line(p.scope), state_badge(p.state), one_line(p.reason)) for p in answer.parts),
        said=_said(answer.sentences, record, places),
        missing=tuple(one_line(m) for m in answer.missing),
        sure=next((one_line(_why_sure(s)) for s in record.answer.sureness if s.facet_id == answer.facet_id), ""),
    )


def _why_sure(one: Sureness) -> str:
    """ "moderate, because it rests on …", without the facet's own words before it."""
    return one.text.partition(": ")[2]


def _agreement(agreement: Agreement, references: References, places: Mapping[str, str]) -> DisagreementView:
    return DisagreementView(
        heading=f"{one_line(agreement.subject)}: {one_line(agreement.metric)}",
        sides=_sides(agreement.sides, references, places),
        why=one_line(agreement.text),
    )


def _sides(sides: Iterable[Side], references: References, places: Mapping[str, str]) -> tuple[SideView, ...]:
    return tuple(
        SideView(
            one_line(side.statement),
            tuple(id_link(i, places) for i in side.claim_ids),
            tuple(_named(references, i) for i in side.source_ids),
        )
        for side in sides
    )


TYPES: dict[DisagreementType, str] = {
    "different_version": "different versions of one work",
    "different_setting": "different settings",
    "different_baseline": "different baselines",
    "own_work": "within one work",
    "real_disagreement": "a real disagreement",
    "not_comparable": "not comparable",
}


def _disagreement(disagreement: Disagreement, references: References, places: Mapping[str, str]) -> DisagreementView:
    subject, metric = one_line(disagreement.subject), one_line(disagreement.metric)
    kind = TYPES[disagreement.type] if disagreement.type else disagreement.kind
    return DisagreementView(
        heading=f"{subject}: {metric} ({kind})",
        sides=_sides(disagreement.sides, references, places),
        why=one_line(disagreement.why),
    )


def _named(references: References, source_id: str) -> Link:
    link = references.link(source_id)
    return Link(f"{link.text} {references.of(source_id).title}", link.href)


def _open_point(text: str, facet_id: str | None, needs: str, facets: dict[str, Facet]) -> Run:
    run: tuple[Inline, ...] = (one_line(text),)
    if facet_id:
        run += (f" ({facet_words(facet_id, facets)})",)
    return (*run, f" — needs: {one_line(needs)}") if needs else run


def imprint(record: Record, head: LedgerHead | None) -> tuple[tuple[str, str], ...]:
    """By what a record and this form of it are known, each with its name."""
    return (
        ("Record", str(record.id)),
        ("Content hash", record.content_hash or record.computed_hash()),
        ("Ledger head", f"{count(head.count, 'event')}, {head.hash}" if head else "none was exported with this page"),
        ("Schema", f"record {record.schema_version} (urn:sovereign:schema:record:{record.schema_version})"),
        ("Software", f"SOVEREIGN {one_line(record.environment.sovereign)}"),
        ("Made", one_line(record.created_at)),
    )
