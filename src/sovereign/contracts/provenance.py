"""``source-provenance``: how far the sources and artifacts of a record can be inspected, on a scale of its own.

Its levels are not verification levels: L4 here is an external archival record, which says nothing of whether a claim holds.
"""

from __future__ import annotations

from typing import Any, Final

from pydantic import Field

from ..records import Claim, Depth, Model
from .artifacts import artifact_types
from .assessed import cited_claims, own_quote, passed
from .envelope import Envelope, envelope
from .published import DEPOSITED, Published

_LIMITATIONS = (
    "The list of sources is what was found and kept, no review of the literature.",
    "An archived record is kept, not confirmed.",
)


class ProvenanceLevel(Model):
    """One level of provenance; each takes all below it."""

    level: str
    label: str
    definition: str


SCALE: Final[tuple[ProvenanceLevel, ...]] = (
    ProvenanceLevel(level="L0", label="None", definition="Nothing says where the cited claims come from."),
    ProvenanceLevel(
        level="L1",
        label="Sources named",
        definition="Every cited claim names its source, and a work of the record that it was read in.",
    ),
    ProvenanceLevel(
        level="L2",
        label="Texts hashed",
        definition="Every cited claim's quote stands at its place in a stored text of known SHA-256; the check anchor passed.",
    ),
    ProvenanceLevel(
        level="L3",
        label="Entered in the ledger",
        definition="The ledger tells of this version of the record by its content hash, and of the extraction of every cited claim by its text's hash.",
    ),
    ProvenanceLevel(
        level="L4",
        label="External archival record",
        definition="An archive other than a sandbox holds this version under an identifier of its own.",
    ),
)


class ExternalRecord(Model):
    """A deposit, as its event in the ledger tells of it. ``of_this_version`` is false for one of another version."""

    archive: str
    doi: str | None
    concept_doi: str | None
    url: str | None
    version: int | None
    at: str
    sandbox: bool
    of_this_version: bool


class SourceLineage(Model):
    """One source, the texts that it was read in, and the claims that rest on it, all and the cited ones."""

    source_id: str
    title: str | None
    found_by: str | None
    text_sha256: tuple[str, ...]
    depths: tuple[Depth, ...]
    our_words: bool
    retracted: str | None
    claim_ids: tuple[str, ...]
    cited_claim_ids: tuple[str, ...]


class SourceBoundary(Model):
    """What the list of sources takes in, and what it leaves out."""

    searched: tuple[str, ...]
    works_seen: int
    works_kept: int
    works_with_claims: int
    could_not_be_used: int
    text: str


class Inspectability(Model):
    """Which kinds of artifact there are, and how many stored texts and results a reader can look into by their hash."""

    artifact_types: tuple[str, ...]
    stored_texts: int
    stored_results: int
    quotes_anchored: int
    quotes: int


class SourceProvenance(Envelope):
    """The provenance of a record's sources."""

    model_config = Envelope.model_config | {
        "json_schema_extra": {"x-provenance-levels": [one.model_dump(mode="json") for one in SCALE]}
    }

    record_id: str
    provenance_level: str = Field(pattern="^L[0-4]$")
    provenance_label: str
    basis: str
    artifact_inspectability: Inspectability
    external_archival_record_state: str = Field(pattern="^(NONE|SANDBOX_ONLY|OTHER_VERSION|DEPOSITED)$")
    external_records: tuple[ExternalRecord, ...]
    claim_lineage: tuple[SourceLineage, ...]
    source_list_boundary: SourceBoundary
    interpretation: str


def source_provenance(published: Published) -> SourceProvenance:
    """The provenance of a record's sources."""
    record = published.record
    deposits = tuple(_external(published))
    number, why = _level(published, deposits)
    level = SCALE[number]
    return SourceProvenance(
        **envelope(
            "source-provenance", "quotes, papers, retrieval and the ledger's events of the record", *_LIMITATIONS
        ),
        record_id=published.subject,
        provenance_level=level.level,
        provenance_label=level.label,
        basis=f"{level.definition} {why}",
        artifact_inspectability=Inspectability(
            artifact_types=artifact_types(published),
            stored_texts=len({c.quote.text_hash for c in record.claims}),
            stored_results=len({m.artifact for m in record.measurements if m.artifact}),
            quotes_anchored=sum(map(_anchored, record.claims)),
            quotes=len(record.claims),
        ),
        external_archival_record_state=_state(deposits),
        external_records=deposits,
        claim_lineage=tuple(_lineage(published)),
        source_list_boundary=SourceBoundary(
            searched=record.retrieval.sources,
            works_seen=record.counters.papers_seen,
            works_kept=record.counters.papers_kept,
            works_with_claims=len({c.quote.source_id for c in record.claims}),
            could_not_be_used=len(record.retrieval.failures),
            text="Only what these sources returned to the queries of the plan was seen; works outside of them are not spoken of.",
        ),
        interpretation="Provenance says what can be looked into. It is no verification level, and its L4 is not verification level 4.",
    )


def _level(published: Published, deposits: tuple[ExternalRecord, ...]) -> tuple[int, str]:
    """The highest level whose condition, and all below it, holds; and why not the next."""
    claims = cited_claims(published)
    papers = {p.id for p in published.record.papers}
    told = {
        (e.subject.rpartition("/")[2], str(e.payload.get("text_hash")))
        for e in published.events
        if e.kind == "claim.extracted"
    }
    conditions = (
        (bool(claims) and all(c.quote.source_id and c.quote.paper_id in papers for c in claims), "a cited claim names no work of the record"),
        (all(map(_anchored, claims)), "a cited claim's quote is not anchored"),
        (published.saved is not None and all((c.id, c.quote.text_hash) in told for c in claims), "the ledger does not tell of this version and of every cited claim"),
        (_state(deposits) == "DEPOSITED", "no archive holds this version"),
    )  # fmt: skip
    for number, (holds, otherwise) in enumerate(conditions):
        if not holds:
            return number, f"Not {SCALE[number + 1].level}: {otherwise}."
    return len(conditions), ""


def _anchored(claim: Claim) -> bool:
    own = own_quote(claim)
    return own is not None and passed(own, "anchor")


def _state(deposits: tuple[ExternalRecord, ...]) -> str:
    real = [d for d in deposits if not d.sandbox and d.doi]
    if any(d.of_this_version for d in real):
        return "DEPOSITED"
    if real:
        return "OTHER_VERSION"
    return "SANDBOX_ONLY" if deposits else "NONE"


def _external(published: Published) -> list[ExternalRecord]:
    found = []
    for event in published.told(DEPOSITED):
        said = event.payload
        version = said.get("version")
        number = version if type(version) is int else None
        found.append(
            ExternalRecord(
                archive=str(said.get("archive", "")),
                doi=_text(said.get("doi")),
                concept_doi=_text(said.get("concept_doi")),
                url=_text(said.get("url")),
                version=number,
                at=event.at,
                sandbox=said.get("sandbox") is not False,  # what does not say that it is real is not taken to be
                of_this_version=number == published.record.version,
            )
        )
    return found


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _lineage(published: Published) -> list[SourceLineage]:
    record = published.record
    cited = set(record.answer.cited())
    by_source: dict[str, list[Claim]] = {}
    for claim in record.claims:
        by_source.setdefault(claim.quote.source_id, []).append(claim)
    papers = {p.id: p for p in record.papers}
    return [
        SourceLineage(
            source_id=source,
            title=papers[source].title if source in papers else None,
            found_by=papers[source].source if source in papers else None,
            text_sha256=tuple(sorted({c.quote.text_hash for c in claims})),
            depths=tuple(sorted({c.quote.depth for c in claims})),
            our_words=any(c.quote.our_words for c in claims),
            retracted=papers[source].retracted if source in papers else None,
            claim_ids=tuple(c.id for c in claims),
            cited_claim_ids=tuple(c.id for c in claims if c.id in cited),
        )
        for source, claims in by_source.items()
    ]
