"""``claim-record``: one document for each claim, with all that its verdict rests on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal

from ..records import (
    CheckOutcome,
    Claim,
    Depth,
    Event,
    GateVerdict,
    Model,
    Paper,
    Quote,
    Relation,
    Result,
    Scope,
    Seen,
    Setting,
    Verdict,
)
from .envelope import Envelope, envelope
from .gates import standing
from .levels import LEVELS, claim_level, rungs_by_claim
from .published import Published

ClaimKind = Literal["comparison", "figure", "statement"]
_LIMITATIONS = (
    "Support by its own sentence shows what the source says and proves nothing; verified needs other evidence.",
    "Checks compare words, figures, units, negation and direction; they do not understand a sentence as a reader does.",
)


class ClaimSource(Model):
    """The work that a claim's sentence speaks for, and the stored text that it was read in, by hash."""

    source_id: str
    title: str | None
    year: int | None
    doi: str | None
    arxiv_id: str | None
    url: str | None
    retracted: str | None
    read_in: str
    text_sha256: str


class ClaimQuote(Model):
    """The sentence: ``text`` is ``stored_text[start:end]``, in code points.

    ``our_words``: it is a summary of ours, not the paper's words. ``secondhand``: a third party's text told of it.
    """

    text: str
    start: int
    end: int
    section: str
    page: int | None
    where: str | None
    depth: Depth
    our_words: bool
    secondhand: bool
    seen: Seen | None


class ClaimEvidence(Model):
    """One passage that was held against the claim, with the outcome of each check.

    ``text`` is null where the passage is the claim's own quote, or the sentence of the claim ``claim_id``, whose record has it. ``computation`` is what
    was computed over cells of a table, written out.
    """

    relation: Relation
    verdict: Verdict
    scope: Scope
    source_id: str
    text_sha256: str
    start: int
    end: int
    depth: Depth
    claim_id: str | None
    text: str | None
    computation: str | None
    reason: str
    checks: tuple[CheckOutcome, ...]


class Corroboration(Model):
    """Sources other than the claim's own that speak for or against it. ``independent_groups`` counts works of which no two share an
    author or take figures from each other."""

    independent_groups: int
    supporting_sources: tuple[str, ...]
    contradicting_sources: tuple[str, ...]


class ClaimVerdict(Model):
    """The verdict, why, and the checks that set it."""

    verdict: Verdict
    reason: str
    deciding_checks: tuple[str, ...]
    anchored: bool
    verified: bool
    falsified: bool


class ClaimLevel(Model):
    """The highest rung that the claim has earned by the ledger, and all of them."""

    level: int
    key: str
    label: str
    rungs: tuple[int, ...]


class ClaimEvent(Model):
    """One event of the ledger on the claim."""

    seq: int
    at: str
    kind: str
    hash: str


class ClaimRecord(Envelope):
    """One claim of a record, whole. ``depth`` is that of its quote; ``withdrawn_by`` is the correction that took it back, if one did."""

    model_config = Envelope.model_config | {
        "json_schema_extra": {
            "x-levels": [level.model_dump(mode="json") for level in LEVELS],
            "x-verdicts": [
                {"verdict": "SUPPORT", "definition": "Evidence says the same; verified says whether any but its own sentence does."},
                {"verdict": "CONTRADICT", "definition": "Other evidence says the opposite of the same thing."},
                {"verdict": "MIXED", "definition": "Evidence speaks for it and against it."},
                {"verdict": "NOT_ENOUGH_INFO", "definition": "Checked, and nothing decides it."},
                {"verdict": "UNCHECKED", "definition": "Not checked; the reason says why."},
            ],
        }
    }  # fmt: skip

    record_id: str
    record_version: int
    claim_id: str
    text: str
    kind: ClaimKind
    results: tuple[Result, ...]
    setting: Setting
    source: ClaimSource
    quote: ClaimQuote
    depth: Depth
    evidence: tuple[ClaimEvidence, ...]
    verdict: ClaimVerdict
    level: ClaimLevel
    corroboration: Corroboration
    gate: GateVerdict | None
    cited_by_the_answer: bool
    withdrawn_by: str | None
    history: tuple[ClaimEvent, ...]


def claim_records(published: Published, only: Collection[str] | None = None) -> tuple[ClaimRecord, ...]:
    """The record of each claim, in their order; ``only``: of those with these ids."""
    record = published.record
    cited = set(record.answer.cited())
    earned = rungs_by_claim(record.id, published.events)
    gates = standing(record, published.events)
    made_by = {c.number: c.event_id for c in record.corrections}
    withdrawn = {i: made_by[number] for i, number in record.withdrawn.claims.items()}
    told: dict[str, list[Event]] = {}
    for event in published.events:
        told.setdefault(event.subject, []).append(event)
    papers = {p.id: p for p in record.papers}
    head = envelope("claim-record", "the record's claim and the ledger's events on it", *_LIMITATIONS)
    return tuple(
        ClaimRecord(
            **head,
            record_id=published.subject,
            record_version=record.version,
            claim_id=claim.id,
            text=claim.text,
            kind=kind_of(claim),
            results=claim.results,
            setting=claim.setting,
            source=_source(claim.quote, papers.get(claim.quote.source_id)),
            quote=_quote(claim.quote),
            depth=claim.quote.depth,
            evidence=tuple(_evidence(claim)),
            verdict=_verdict(claim.model_copy(update={"gate": gates[claim.id].gate})),
            level=_level(earned.get(claim.id, ())),
            corroboration=_corroboration(claim),
            gate=gates[claim.id].gate,
            cited_by_the_answer=claim.id in cited,
            withdrawn_by=withdrawn.get(claim.id),
            history=tuple(
                ClaimEvent(seq=e.seq, at=e.at, kind=e.kind, hash=e.hash)
                for e in told.get(f"{published.subject}/{claim.id}", ())
            ),
        )
        for claim in record.claims
        if only is None or claim.id in only
    )


def kind_of(claim: Claim) -> ClaimKind:
    """A comparison holds a thing against another, a figure gives a number of one, a statement neither."""
    if any(r.comparator or r.direction or r.ratio is not None for r in claim.results):
        return "comparison"
    return "figure" if any(r.value for r in claim.results) else "statement"


def _source(quote: Quote, paper: Paper | None) -> ClaimSource:
    return ClaimSource(
        source_id=quote.source_id,
        title=paper.title if paper else None,
        year=paper.year if paper else None,
        doi=paper.doi if paper else None,
        arxiv_id=paper.arxiv_id if paper else None,
        url=paper.url if paper else None,
        retracted=paper.retracted if paper else None,
        read_in=quote.paper_id,
        text_sha256=quote.text_hash,
    )


def _quote(quote: Quote) -> ClaimQuote:
    return ClaimQuote.model_validate({name: getattr(quote, name) for name in ClaimQuote.model_fields})


def _evidence(claim: Claim) -> list[ClaimEvidence]:
    found = claim.verification.evidence if claim.verification else ()
    own = (claim.quote.text_hash, claim.quote.start, claim.quote.end)
    return [
        ClaimEvidence(
            relation=e.relation,
            verdict=e.verdict,
            scope=e.scope,
            source_id=e.quote.source_id,
            text_sha256=e.quote.text_hash,
            start=e.quote.start,
            end=e.quote.end,
            depth=e.quote.depth,
            claim_id=e.claim_id,
            text=None if e.claim_id or (e.quote.text_hash, e.quote.start, e.quote.end) == own else e.quote.text,
            computation=e.rationale.computation.expression if e.rationale else None,
            reason=e.reason,
            checks=e.checks,
        )
        for e in found
    ]


def _verdict(claim: Claim) -> ClaimVerdict:
    checked = claim.verification
    return ClaimVerdict(
        verdict=claim.verdict,
        reason=checked.reason if checked else "not checked",
        deciding_checks=checked.deciding if checked else (),
        anchored=bool(checked and checked.anchored),
        verified=claim.verified,
        falsified=claim.falsified,
    )


def _level(rungs: Sequence[int] | frozenset[int]) -> ClaimLevel:
    level = LEVELS[claim_level(rungs)]
    return ClaimLevel(level=level.number, key=level.key, label=level.label, rungs=tuple(sorted(rungs)))


def _corroboration(claim: Claim) -> Corroboration:
    found = claim.verification.evidence if claim.verification else ()
    others = [e for e in found if e.quote.source_id != claim.quote.source_id]
    by = {
        v: tuple(dict.fromkeys(e.quote.source_id for e in others if e.verdict == v)) for v in ("SUPPORT", "CONTRADICT")
    }
    return Corroboration(
        independent_groups=claim.verification.independent_groups if claim.verification else 0,
        supporting_sources=by["SUPPORT"],
        contradicting_sources=by["CONTRADICT"],
    )
