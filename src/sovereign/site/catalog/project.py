"""From a published record to its rows in the catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sovereign.contracts.gates import Status, standing
from sovereign.contracts.levels import claim_level, rungs_by_claim
from sovereign.contracts.monitor import active_triggers
from sovereign.contracts.published import EXPORTED, Published
from sovereign.contracts.tiers import quality_tiers
from sovereign.publish.text import one_line
from sovereign.publish.work import keywords
from sovereign.reading import work_keys
from sovereign.records import Claim, GateVerdict, Paper, Record

from .rows import ClaimRow, Edge, Node, RecordRow

_SUMMARY = 320  # characters after which no further sentence begins
_LABEL = 90  # of a node


class Projected(NamedTuple):
    """What the catalogue keeps of a record. ``text`` is what its search looks through beside title and question."""

    record: RecordRow
    text: str
    claims: tuple[ClaimRow, ...]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def project(published: Published) -> Projected:
    """The rows of the newest version of a record."""
    record = published.record
    gates = {claim_id: verdict.gate for claim_id, verdict in standing(record, published.events).items()}
    claims = tuple(_claim_rows(published, gates))
    sentences = record.answer.abstract or record.answer.summary
    return Projected(
        _record_row(published, gates, claims),
        " ".join(one_line(s.text) for s in sentences),
        claims,
        *_graph(record, claims),
    )


def _record_row(
    published: Published, gates: Mapping[str, GateVerdict | None], claims: tuple[ClaimRow, ...]
) -> RecordRow:
    record, counters = published.record, published.record.counters
    owner = published.decisions[-1].outcome if published.decisions else None
    return RecordRow(
        id=record.id,
        short_id=record.short_id,
        version=record.version,
        state=published.state,
        title=one_line(record.answer.title or record.question),
        question=one_line(record.question),
        summary=_summary(record),
        answer_state=record.answer.state,
        outcome=record.decision.outcome,
        owner=owner,
        stands=owner == "APPROVED" if owner else record.decision.outcome == "AUTO_APPROVE",
        tier=quality_tiers(published).tier,
        level=record.level,
        gate=_gate_of_record(record, gates),
        score=record.reviews[-1].score if record.reviews else None,
        doi=published.doi,
        created_at=record.created_at,
        updated_at=next((e.at for e in reversed(published.events) if e.kind != EXPORTED), record.created_at),
        topics=_topics(record),
        triggers=tuple(dict.fromkeys(t.trigger for t in active_triggers(published.events, record.id))),
        works=counters.papers_kept,
        extracted=counters.extracted,
        anchored=counters.anchored,
        supported=counters.supported,
        contradicted=counters.contradicted,
        verified=sum(c.verified and not c.withdrawn for c in claims),
        measured=len(record.measurements),
    )


def _summary(record: Record) -> str:
    """The first sentences of the answer, whole ones."""
    said = ""
    for sentence in record.answer.abstract or record.answer.summary:
        if said and len(said) + len(sentence.text) > _SUMMARY:
            break
        said = f"{said} {one_line(sentence.text)}".strip()
    return said


def _topics(record: Record) -> tuple[str, ...]:
    """What the question is about; a topic has a letter that is no unit of a figure ("110M" has none)."""
    return tuple(k for k in keywords(record) if any(len(w) > 1 and w.isalpha() for w in k.split()))


def _gate_of_record(record: Record, gates: Mapping[str, GateVerdict | None]) -> Status:
    """As ``contracts.gates`` says it of a whole record."""
    cited = [gates[i] for i in record.answer.cited() if i in gates]
    statuses = [gate.status for gate in cited if gate]
    if "FALSIFIED" in statuses:
        return "FALSIFIED"
    return "VERIFIED" if cited and statuses.count("VERIFIED") == len(record.answer.cited()) else "UNVERIFIED"


def _claim_rows(published: Published, gates: Mapping[str, GateVerdict | None]) -> Iterator[ClaimRow]:
    record = published.record
    cited, gone = set(record.answer.cited()), record.withdrawn.claims
    earned = rungs_by_claim(record.id, published.events)
    papers = {p.id: p for p in record.papers}
    for claim in record.claims:
        gate = gates[claim.id]
        stands = claim.model_copy(update={"gate": gate})
        source = papers.get(claim.quote.source_id)
        yield ClaimRow(
            id=f"{record.id}.{claim.id}",
            record_id=record.id,
            short_id=record.short_id,
            claim_id=claim.id,
            text=one_line(claim.text),
            quote=one_line(claim.quote.text),
            verdict=claim.verdict,
            verified=stands.verified,
            falsified=stands.falsified,
            level=claim_level(earned.get(claim.id, ())),
            gate=gate.status if gate else "UNVERIFIED",
            depth=claim.quote.depth,
            cited=claim.id in cited,
            withdrawn=claim.id in gone,
            source_id=claim.quote.source_id,
            source_title=one_line(source.title if source else claim.quote.source_id),
            source_year=source.year if source else None,
            subject=claim.subject,
            comparator=claim.comparator,
            metric=claim.metric,
        )


def _graph(record: Record, rows: tuple[ClaimRow, ...]) -> tuple[tuple[Node, ...], tuple[Edge, ...]]:
    """Nodes and edges of one record. Works and methods have ids that are the same in every record."""
    papers = {p.id: p for p in record.papers}
    gone = record.withdrawn.claims
    me = str(record.id)
    nodes = {me: Node(id=me, kind="record", label=_short(record.answer.title or record.question), address=f"/paper/{me}", weight=0)}  # fmt: skip
    edges: dict[tuple[str, str, str], Edge] = {}

    def add(source: str, target: str, kind: str) -> None:
        edges[source, target, kind] = Edge.model_validate({"source": source, "target": target, "kind": kind})

    def work(source_id: str) -> str:
        paper = papers.get(source_id)
        node_id = _work_id(paper) if paper else f"work:{source_id}"
        label = _short(paper.title if paper else source_id)
        nodes.setdefault(node_id, Node(id=node_id, kind="work", label=label, address="", weight=0))
        return node_id

    for claim, row in zip(record.claims, rows, strict=True):
        nodes[row.id] = Node(id=row.id, kind="claim", label=_short(row.text), address=f"/claim/{row.id}", weight=0)
        if claim.id in gone:
            add(me, row.id, "corrected")
            continue
        add(me, row.id, "has_claim")
        add(row.id, work(claim.quote.source_id), "taken_from")
        for name in dict.fromkeys(one_line(r.subject) for r in claim.results if r.subject):
            method = f"method:{name.casefold()}"
            nodes.setdefault(method, Node(id=method, kind="method", label=_short(name), address="", weight=0))
            add(row.id, method, "about")
        for other, kind in _speaks(claim):
            add(row.id, work(other), kind)
    return tuple(nodes.values()), tuple(edges.values())


def _speaks(claim: Claim) -> Iterator[tuple[str, str]]:
    """Works whose passages speak for or against a claim, other than by its own sentence."""
    for evidence in claim.verification.evidence if claim.verification else ():
        if evidence.relation == "own_quote" or evidence.scope == "not_comparable":
            continue
        if evidence.verdict == "SUPPORT":
            yield evidence.quote.source_id, "supported_by"
        elif evidence.verdict == "CONTRADICT":
            yield evidence.quote.source_id, "contradicted_by"


def _work_id(paper: Paper) -> str:
    """The same for one work wherever it is met: by its title, which every description has."""
    return f"work:{work_keys(paper)[-1]}"


def _short(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= _LABEL else f"{line[: _LABEL - 1].rstrip()}…"
