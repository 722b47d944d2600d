"""A small record with its events, from which the examples of the contracts are made. Its works and figures are invented."""

from __future__ import annotations

from functools import cache
from typing import Any
from uuid import UUID

from ..checks import check_anchor, combine_evidence, judge
from ..records import (
    GENESIS,
    Answer,
    AnswerSentence,
    BenchmarkEvidence,
    Candidate,
    CheckOutcome,
    Claim,
    ClusterStatus,
    Environment,
    Event,
    Evidence,
    EvidenceEntry,
    Facet,
    FacetAnswer,
    Finding,
    GateVerdict,
    LedgerHead,
    Measurement,
    Mixed,
    OpenPoint,
    Paper,
    Plan,
    ProtocolEvidence,
    ProtocolKey,
    Quantity,
    Query,
    Quote,
    Record,
    Relation,
    ReportedRange,
    Result,
    Retrieval,
    ReviewRound,
    Setting,
    SourceCoverage,
    SourceProfile,
    Sureness,
    short_id,
    text_hash,
)
from .decision import cited_against, count, decide
from .envelope import envelope
from .levels import record_level, rungs_by_claim
from .published import Published

_AT = "2026-11-20T10:00:00+00:00"
_QUESTION = "How many parameters does Alpha train, and how much faster than Beta is it?"
_A = Paper(
    id="arxiv:2601.00001",
    title="Alpha: an invented method",
    authors=("A. One",),
    year=2026,
    arxiv_id="2601.00001",
    location="alpha.md",
)
_B = Paper(id="doi:10.5555/beta", title="Beta measured again", authors=("B. Two",), year=2026, doi="10.5555/beta", location="beta.md")  # fmt: skip
_COUNT = "Alpha trains 2% of the parameters of the dense model."
_FAST = "On the 1B model at inference, Alpha takes 4 ms per token against 8 ms for Beta."
_AGAIN = "On the 1B model at inference, Alpha takes 4 ms per token against 8 ms for Beta in our runs."
_TEXTS = {_A.id: f"{_COUNT} {_FAST}", _B.id: _AGAIN}


@cache
def example() -> Published:
    """The record as it is published: the same bytes each time."""
    claims = _claims()
    measurement = Measurement(
        id="G1",
        protocol="parameter_share",
        key=ProtocolKey(metric="parameters", method="Alpha", comparator="dense"),
        quantity=Quantity(value=2.0, unit="%", text="2.0 %"),
        artifact="5e" * 32,
        how="counted",
        ratio=0.02,
    )
    answer = _answer()
    retrieval = Retrieval(
        sources=("library",),
        candidates=(
            _candidate(_A, True, "rank 1"),
            _candidate(_B, True, "rank 2"),
            Candidate(paper_id="title:gamma", title="Gamma", location="gamma.md", score=0.001, ranks=(9,), kept=False, reason="no facet of the question"),
        ),
    )  # fmt: skip
    last = ReviewRound(
        number=1,
        findings=(Finding(role="SKEPTIC", code="few-works", severity="minor", text="two works", claim_ids=("C2",)),),
        terms=(),
        score=7.6,
    )
    counters = count(retrieval, claims, (measurement,), answer)
    record_id = UUID("00000000-0000-4000-8000-000000000001")
    events = _events(record_id, claims, answer)
    rungs = rungs_by_claim(record_id, events)
    record = Record(
        id=record_id,
        short_id=short_id(record_id),
        created_at=_AT,
        question=_QUESTION,
        plan=Plan(
            question=_QUESTION,
            facets=(
                Facet(id="F1", kind="metric", text="parameters", metric="parameters"),
                Facet(id="F2", kind="metric", text="latency", metric="latency"),
            ),
            queries=(Query(text="Alpha Beta latency parameters", facet_ids=("F1", "F2")),),
        ),
        retrieval=retrieval,
        papers=(_A, _B),
        claims=tuple(c.model_copy(update={"rungs": tuple(sorted(rungs[c.id]))}) for c in claims),
        measurements=(measurement,),
        answer=answer,
        reviews=(last,),
        decision=decide(counters, answer, last, *cited_against(claims, answer)),
        counters=counters,
        level=record_level(rungs, answer.cited()),
        limits=("Of 2 cited claims, each is verified by other evidence than its own sentence.",),
        environment=Environment(
            sovereign="0.1.0", python="3.11.7", platform="linux x86_64", seed=0, settings={}, files_read=3,
            files_unchanged=0, seconds={"plan": 0.01, "retrieve": 0.2, "verify": 0.1},
        ),
    )  # fmt: skip
    record = record.model_copy(update={"content_hash": record.computed_hash()})
    saved = {"artifact": "ab" * 32, "content_hash": record.content_hash, "short_id": record.short_id}
    events = _chained([*events, ("record.saved", str(record_id), saved)])
    return Published(record, events, LedgerHead(count=len(events), hash=events[-1].hash))


def _claims() -> tuple[Claim, ...]:
    count_, fast = _quote(_A, _COUNT), _quote(_A, _FAST)
    again = _quote(_B, _AGAIN)
    gate = GateVerdict(
        status="VERIFIED",
        reason="counted: 2.0 % of the parameters are trained, as the claim says",
        code="passed",
        protocol="parameter_share",
        protocol_match="exact",
        measurement_ids=("G1",),
        isolation="namespaces",
    )
    percent = Result(
        subject="Alpha",
        comparator="dense",
        metric="parameters",
        value=Quantity(value=2.0, unit="%", text="2%"),
        ratio=0.02,
    )
    faster = Result(
        subject="Alpha", comparator="Beta", metric="latency", direction="decrease", ratio=0.5,
        value=Quantity(value=4.0, unit="ms", text="4 ms"), comparator_value=Quantity(value=8.0, unit="ms", text="8 ms"),
    )  # fmt: skip
    setting = Setting(scale=Quantity(value=1e9, unit="parameters", text="1B"), phase="inference")
    comparison = CheckOutcome(
        check="comparison", outcome="pass", reason="the same comparison within 10%: 0.5 against 0.5 times", value=0.5
    )
    checks = (*judge(_FAST, _AGAIN).checks, comparison)
    others = Evidence(quote=again, relation="independent", verdict="SUPPORT", scope="same", checks=checks, reason=comparison.reason)  # fmt: skip
    return (
        Claim(
            id="C1", text=_COUNT, quote=count_, setting=Setting(), results=(percent,),
            verification=combine_evidence(True, [_own(count_)]), gate=gate,
        ),
        Claim(
            id="C2", text=_FAST, quote=fast, setting=setting, results=(faster,),
            verification=combine_evidence(True, [_own(fast), others]),
        ),
    )  # fmt: skip


def _own(quote: Quote) -> Evidence:
    relation: Relation = "own_quote"
    anchor = check_anchor(quote, _TEXTS[quote.paper_id])
    return Evidence(
        quote=quote, relation=relation, verdict="SUPPORT", scope="same", checks=(anchor,), reason="its own sentence"
    )


def _quote(paper: Paper, text: str) -> Quote:
    stored = _TEXTS[paper.id]
    start = stored.index(text)
    return Quote(
        text=text, text_hash=text_hash(stored), start=start, end=start + len(text), paper_id=paper.id,
        source_id=paper.id, section="Results", depth="full_text", seen="yes",
    )  # fmt: skip


def _candidate(paper: Paper, kept: bool, reason: str) -> Candidate:
    return Candidate(
        paper_id=paper.id, title=paper.title, location=paper.location, score=0.03, ranks=(1,), kept=kept, reason=reason
    )


def _answer() -> Answer:
    trains = AnswerSentence(
        text="Alpha trains 2% of the parameters of the dense model.", claim_ids=("C1",), measurement_ids=("G1",)
    )
    faster = AnswerSentence(text="At 1B, Alpha takes half the time of Beta per token.", claim_ids=("C2",))
    sure = {
        "degree": "moderate",
        "rule": "verified",
        "text": "one claim, verified",
        "claims": 1,
        "works": 1,
        "groups": 1,
        "verified": 1,
    }
    return Answer(
        state="PARTLY_ANSWERED",
        title="Alpha trains 2% and takes half the time of Beta",
        abstract=(trains, faster),
        summary=(trains, faster),
        facets=(
            FacetAnswer(facet_id="F1", state="ANSWERED", reason="counted and stated", sentences=(trains,)),
            FacetAnswer(
                facet_id="F2",
                state="PARTLY_ANSWERED",
                reason="at 1B only",
                sentences=(faster,),
                missing=("other scales",),
            ),
        ),
        open_points=(OpenPoint(text="No figure above 1B.", facet_id="F2", needs="a run at 7B"),),
        sureness=tuple(Sureness.model_validate({"facet_id": f, **sure}) for f in ("F1", "F2")),
    )


def _events(record_id: UUID, claims: tuple[Claim, ...], answer: Answer) -> tuple[Event, ...]:
    rows: list[tuple[str, str, dict[str, Any]]] = [("record.asked", str(record_id), {"question": _QUESTION})]
    for claim in claims:
        subject = f"{record_id}/{claim.id}"
        place = {"text_hash": claim.quote.text_hash, "start": claim.quote.start, "end": claim.quote.end}
        rows += [("claim.extracted", subject, place), ("claim.anchored", subject, {"source": claim.quote.source_id})]
        rows.append(("claim.supported", subject, {"verified": claim.verified}))
        if claim.gate:
            said = {
                "protocol": claim.gate.protocol,
                "protocol_match": "exact",
                "code": "passed",
                "artifacts": ["5e" * 32],
            }
            rows.append(("claim.executed", subject, said))
        rows.append(("claim.cited", subject, {}))
    rows.append(("record.reviewed", str(record_id), {"round": 1, "score": 7.6, "changes": []}))
    return _chained(rows)


def _chained(rows: Any) -> tuple[Event, ...]:
    """Events in a hash chain; what is an event already keeps its place."""
    found: list[Event] = []
    for row in rows:
        kind, subject, payload = (row.kind, row.subject, row.payload) if isinstance(row, Event) else row
        before = found[-1].hash if found else GENESIS
        event = Event(
            seq=len(found) + 1, at=_AT, kind=kind, subject=subject, payload=payload, prev_hash=before, hash=""
        )
        found.append(event.model_copy(update={"hash": event.computed_hash()}))
    return tuple(found)


def benchmark_example() -> BenchmarkEvidence:
    """What one work reports of Alpha on one data set: a single source, which is neither agreed nor contested."""
    key = ProtocolKey(metric="accuracy", method="Alpha", unit="%", dataset="Toy", split="test")
    text = "Alpha reaches 81.5% on the test split of Toy."
    status: ClusterStatus = "single_source"
    entry = EvidenceEntry(
        model="Alpha", benchmark="Toy", score_pct=81.5, source_title=_A.title, source_url=None, source_domain=None, year=2026,
        source_id=_A.id, value="81.5%", unit="%", key=key, quote=text, start=0, end=len(text), text_hash=text_hash(text), cell=None,
        group="G1", origin=_A.id, credited=None, protocol=0,
    )  # fmt: skip
    head = envelope("benchmark-evidence", "", "One work: nothing can be compared.")
    return BenchmarkEvidence(
        **{k: v for k, v in head.items() if k != "generated_from"},
        contract_updated="2026-06-01",
        html_url=None,
        json_url=None,
        model="Alpha",
        benchmark="Toy",
        source_count=1,
        source_coverage=SourceCoverage(record_count=1, distinct_source_count=1, coverage_level="SINGLE", basis="1 number from 1 work"),
        source_profile=SourceProfile(source_url_count=0, missing_source_url_count=1, domains=(), year_min=2026, year_max=2026, basis="1 work"),
        reported_range=ReportedRange(min_score_pct=81.5, max_score_pct=81.5),
        spread_pp=0.0,
        severity=None,
        status=status,
        differs=(),
        unstated=(),
        protocols=(
            ProtocolEvidence(
                protocol_key=key, status=status, record_count=1, groups=1, independence="known", low=81.5, high=81.5, spread=0.0,
                unit="%", severity=None, interpretation="one work reports it",
            ),
        ),
        entries=(entry,),
        mixed=Mixed(sources=1, low=81.5, high=81.5, spread=0.0, contested=False, contested_with_metric=False),
        interpretation="One work reports one number.",
    )  # fmt: skip
