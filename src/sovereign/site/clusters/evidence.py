"""What works report of one thing, over the records that are shown: clusters by typed key, and what answers found to agree or differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from sovereign.benchmarks import clusters_of, evidence_of, reported_numbers
from sovereign.benchmarks.clusters import wide_key
from sovereign.errors import SovereignError
from sovereign.kernel.inputs import inputs_of
from sovereign.publish.text import one_line
from sovereign.records import (
    Agreement,
    BenchmarkEvidence,
    Cluster,
    ClusterStatus,
    Disagreement,
    Document,
    Model,
    Paper,
    Record,
    ReportedNumber,
    canonical_json,
    sha256_hex,
)

from ..catalog import Filters, RecordRow
from ..context import Site
from ..kept import PerStamp

MOST_RECORDS = 30
"""Newest records of which sources are read for numbers; a page that thousands of records are behind has to come in seconds."""

MOST_CHARACTERS = 3_000_000
"""Characters of sources that are read for numbers, together."""

_MOST_KNOWN = 2_000  # documents of which the numbers are remembered

MEANS: dict[ClusterStatus, str] = {
    "contested": "Works disagree although their protocols are the same as far as they state them.",
    "agreed": "Independent works agree where their protocols are the same.",
    "not_comparable": "The figures are of different protocols: their spread is no disagreement.",
    "unknown": "Whether the figures are of one protocol, or of independent works, is not stated.",
    "single_source": "One source alone: nothing to hold it against.",
}
"""Each status in words, in the order in which a reader wants to see them."""


class RecordRef(Model):
    """A record, as far as a link to it needs."""

    id: str
    short_id: str
    title: str
    stands: bool


class ClusterEntry(Model):
    """A cluster with the records that read one of its sources. ``id`` stays the same when works join it.

    ``scores`` are the values of the entries of ``evidence``, in their order, each on the scale of its protocol's ``unit``;
    ``notes`` says of each whether its quote is from a note: our summary, not the paper's words.
    """

    id: str
    evidence: BenchmarkEvidence
    scores: tuple[float, ...]
    notes: tuple[bool, ...]
    records: tuple[RecordRef, ...]


class SideSaid(Model):
    """One side: what it says, the ids of the claims that say it, and the titles of their works."""

    statement: str
    claim_ids: tuple[str, ...]
    works: tuple[str, ...]


class AnswerFinding(Model):
    """What the answer of a record found of two works or more: that they agree, or that they differ and why."""

    kind: Literal["agreement", "disagreement"]
    type: str | None
    subject: str
    metric: str
    sides: tuple[SideSaid, ...]
    text: str
    record: RecordRef


class Gathered(Model):
    """All of it, and what it was made from: ``read`` of ``shown`` records, and the ``documents`` they had read.

    ``unread`` are records of those whose documents were not kept, or not read any more because there were enough.
    """

    read: int
    shown: int
    unread: int
    documents: int
    numbers: int
    clusters: tuple[ClusterEntry, ...]
    findings: tuple[AnswerFinding, ...]


class _Read(NamedTuple):
    record: Record
    ref: RecordRef
    documents: tuple[Document, ...]


def _gather(site: Site) -> Gathered:
    found = site.catalog.records(Filters(), 1, MOST_RECORDS, drafts=site.options.drafts)
    read = [one for row in found.items if (one := _read(site, row)) is not None]
    documents: dict[tuple[str, str], Document] = {}
    used: dict[str, list[RecordRef]] = {}
    left, unread = MOST_CHARACTERS, len(found.items) - len(read)
    for one in read:
        new = {(d.paper.id, d.text_hash): d for d in one.documents}
        cost = sum(len(d.text) for key, d in new.items() if key not in documents)
        if not new or cost > left:
            unread += 1
            continue
        left -= cost
        documents |= new
        for source in {d.paper.id for d in one.documents}:
            used.setdefault(source, []).append(one.ref)
    numbers = [number for document in documents.values() for number in _numbers(document)]
    papers: dict[str, Paper] = {}
    for one in read:
        papers |= {p.id: p for p in one.record.papers if p.id not in papers}
    for document in documents.values():
        papers.setdefault(document.paper.id, document.paper)
    clusters = [_entry(cluster, papers, used) for cluster in clusters_of(numbers, papers.values())]
    order = list(MEANS)
    return Gathered(
        read=len(found.items) - unread,
        shown=found.total,
        unread=unread,
        documents=len(documents),
        numbers=len(numbers),
        clusters=tuple(
            sorted(clusters, key=lambda c: (order.index(c.evidence.status), -c.evidence.source_count, c.evidence.model))
        ),
        findings=tuple(
            sorted((f for one in read for f in _findings(one)), key=lambda f: f.type != "real_disagreement")
        ),
    )


gathered = PerStamp(_gather)
"""The evidence of a site, made once for each state of its catalogue."""


def _read(site: Site, row: RecordRow) -> _Read | None:
    """A record and the documents that it read; None where it cannot be loaded, which the page of problems tells."""
    ref = RecordRef(id=str(row.id), short_id=row.short_id, title=row.title, stands=row.stands)
    try:
        record = site.store.records.load(row.id)
        inputs = inputs_of(row.id, site.store.ledger.events(str(row.id)), site.store.artifacts.get)
    except SovereignError:
        return None
    return _Read(record, ref, inputs.documents if inputs else ())


_known: dict[tuple[str, str, int], tuple[ReportedNumber, ...]] = {}


def _numbers(document: Document) -> tuple[ReportedNumber, ...]:
    """The numbers of a document. Many records read the same ones, so that a new record costs its new documents only."""
    key = (document.paper.id, document.text_hash, len(document.sentences))
    if key not in _known:
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        _known[key] = reported_numbers(document)
    return _known[key]


def _entry(cluster: Cluster, papers: dict[str, Paper], used: dict[str, list[RecordRef]]) -> ClusterEntry:
    number = cluster.numbers[0].number
    digest = sha256_hex(canonical_json(list(wide_key(number) or (cluster.model, cluster.benchmark))))
    refs = {ref.id: ref for n in cluster.numbers for ref in used.get(n.number.quote.paper_id, ())}
    evidence = evidence_of(cluster, papers)
    numbers = {(part, *_place(n.number)): n for part, p in enumerate(cluster.parts) for n in p.numbers}
    ordered = [
        numbers[e.protocol, e.source_id, e.text_hash, e.start, e.value, e.cell.start if e.cell else None]
        for e in evidence.entries
    ]
    return ClusterEntry(
        id=digest[:12],
        evidence=evidence,
        scores=tuple(n.score for n in ordered),
        notes=tuple(n.number.quote.our_words for n in ordered),
        records=tuple(refs.values()),
    )


def _place(number: ReportedNumber) -> tuple[object, ...]:
    quote, cell = number.quote, number.cell
    return quote.source_id, quote.text_hash, quote.start, number.value.text, cell.start if cell else None


def _findings(one: _Read) -> Iterator[AnswerFinding]:
    found: tuple[Agreement | Disagreement, ...] = (*one.record.answer.disagreements, *one.record.answer.agreements)
    for each in found:
        differs = isinstance(each, Disagreement)
        yield AnswerFinding(
            kind="disagreement" if differs else "agreement",
            type=each.type if isinstance(each, Disagreement) else None,
            subject=one_line(each.subject),
            metric=one_line(each.metric),
            sides=tuple(
                SideSaid(
                    statement=one_line(side.statement),
                    claim_ids=side.claim_ids,
                    works=tuple(_title(one.record, source) for source in side.source_ids),
                )
                for side in each.sides
            ),
            text=one_line(each.why if isinstance(each, Disagreement) else each.text),
            record=one.ref,
        )


def _title(record: Record, source: str) -> str:
    paper = record.paper(source)
    return one_line(paper.title if paper else source)
