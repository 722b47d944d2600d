"""``paper-manifest``: what belongs to a record, each part with its hash, and what it was made from and with."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Literal
from uuid import UUID

from ..records import CorrectionState, Depth, Environment, LedgerHead, Model, sha256_hex
from ..version import __version__
from .envelope import Envelope, envelope
from .published import EXPORTED, RECORDED, Published
from .tiers import Tier, quality_tiers

NAME = "paper-manifest"
_LIMITATIONS = (
    "A hash shows that a file was not changed since this manifest was written; only a signature or a ledger head from elsewhere shows who wrote it.",
    "The environment is what the run said of itself.",
)


class Work(Model):
    """The record itself. ``urn`` is that of its UUID; ``content_hash`` leaves out ids, times and environment."""

    id: UUID
    urn: str
    short_id: str
    title: str
    question: str
    created_at: str
    version: int
    content_hash: str
    correction_state: CorrectionState


class ManifestArtifact(Model):
    """One file: ``type`` is what it is for (record, page, text, result, …), ``size`` in bytes."""

    type: str
    label: str
    path: str
    media_type: str
    size: int
    sha256: str


class ManifestInput(Model):
    """One work that the record draws on. ``text_sha256`` are the stored texts of it that were read, none where only its metadata were.

    ``included`` says whether those texts are in the export.
    """

    paper_id: str
    title: str
    doi: str | None
    source: str
    location: str
    depths: tuple[Depth, ...]
    text_sha256: tuple[str, ...]
    included: bool


class Code(Model):
    """What made the export: package, version, and the SHA-256 over its source files (path, NUL, bytes of each, by path)."""

    name: str
    version: str
    source_sha256: str


class HttpRecording(Model):
    """Whether what was fetched from the network can be replayed. ``sha256`` is that of the list of exchanges."""

    state: Literal["no_network", "recorded", "not_recorded"]
    sha256: str | None
    text: str


class PromptUse(Model):
    """One call of a language model, by the hashes of what it was asked and answered."""

    stage: str
    model: str
    outcome: str
    prompt_sha256: str
    reply_sha256: str | None


class Assessment(Model):
    """The outcome of review and policy, as the record has them."""

    review_score: float | None
    verification_level: int
    tier: Tier
    decision: str
    rule: str


class PaperManifest(Envelope):
    """The manifest of one version of a record. ``ledger_head`` is count and hash of the record's own last event."""

    work: Work
    artifact_set: tuple[ManifestArtifact, ...]
    inputs: tuple[ManifestInput, ...]
    code: Code
    environment: Environment
    models: tuple[PromptUse, ...]
    http_recording: HttpRecording
    quality_assessment: Assessment
    provenance: str
    ledger_head: LedgerHead
    superseded: tuple[str, ...]
    interpretation: str


def paper_manifest(
    published: Published, artifacts: Sequence[ManifestArtifact], code: Code | None = None
) -> PaperManifest:
    """The manifest of a record whose export holds ``artifacts``. ``code`` is what makes it, by default this package."""
    record = published.record
    here = {a.sha256 for a in artifacts}
    score = record.reviews[-1].score if record.reviews else None
    return PaperManifest(
        **envelope(NAME, "the record, its events in the ledger, and the files of the export", *_LIMITATIONS),
        work=Work(
            id=record.id,
            urn=record.id.urn,
            short_id=record.short_id,
            title=record.answer.title or record.question,
            question=record.question,
            created_at=record.created_at,
            version=record.version,
            content_hash=record.content_hash,
            correction_state=published.state,
        ),
        artifact_set=tuple(sorted(artifacts, key=lambda a: a.path)),
        inputs=tuple(_inputs(published, here)),
        code=code or this_code(),
        environment=record.environment,
        models=tuple(_models(published)),
        http_recording=_recording(published),
        quality_assessment=Assessment(
            review_score=score,
            verification_level=record.level,
            tier=quality_tiers(published).tier,
            decision=record.decision.outcome,
            rule=record.decision.rule,
        ),
        provenance="ro-crate-metadata.json",
        ledger_head=own_head(published),
        superseded=tuple(c.from_hash for c in record.corrections),
        interpretation="Every file of the export but this one, its signature, the ledger's proof and the list of sums is in artifact_set.",
    )


def this_code() -> Code:
    """The package that runs now."""
    return Code(name="sovereign-research", version=__version__, source_sha256=_source_hash())


@cache
def _source_hash() -> str:
    digest = hashlib.sha256()
    for path, file in sorted(_sources("", files("sovereign")).items()):
        digest.update(path.encode() + b"\x00" + sha256_hex(file.read_bytes()).encode())
    return digest.hexdigest()


def _sources(prefix: str, folder: Traversable) -> dict[str, Traversable]:
    found: dict[str, Traversable] = {}
    for entry in folder.iterdir():
        path = f"{prefix}{entry.name}"
        if entry.is_dir():
            if entry.name != "__pycache__":
                found |= _sources(f"{path}/", entry)
        elif path.endswith(".py"):
            found[path] = entry
    return found


def _inputs(published: Published, here: set[str]) -> list[ManifestInput]:
    texts: dict[str, dict[str, Depth]] = {}
    for quote in published.record.quotes():
        texts.setdefault(quote.paper_id, {})[quote.text_hash] = quote.depth
    return [
        ManifestInput(
            paper_id=paper.id,
            title=paper.title,
            doi=paper.doi,
            source=paper.source,
            location=paper.location,
            depths=tuple(sorted(set(of_it.values()))),
            text_sha256=tuple(sorted(of_it)),
            included=bool(of_it) and set(of_it) <= here,
        )
        for paper in published.record.papers
        for of_it in [texts.get(paper.id, {})]
    ]


def _models(published: Published) -> list[PromptUse]:
    use = published.record.model_use
    return [
        PromptUse(
            stage=call.stage,
            model=call.model,
            outcome=call.outcome,
            prompt_sha256=call.prompt_hash,
            reply_sha256=call.reply_hash or None,
        )
        for call in (use.calls if use else ())
    ]


def _recording(published: Published) -> HttpRecording:
    told = published.told(RECORDED)
    if told:
        sha = str(told[-1].payload.get("exchanges", ""))
        return HttpRecording(
            state="recorded",
            sha256=sha,
            text="Every exchange was recorded; with the recording the run can be replayed.",
        )
    network = sorted({*published.record.retrieval.sources} - {"library"})
    if not network:
        return HttpRecording(state="no_network", sha256=None, text="No network source was asked.")
    return HttpRecording(
        state="not_recorded",
        sha256=None,
        text=f"Asked without being recorded: {', '.join(network)}. The search cannot be replayed.",
    )


def own_head(published: Published) -> LedgerHead:
    """Count and hash of the last event on the record that no export left."""
    last = [e for e in published.events if e.kind != EXPORTED][-1:]
    return LedgerHead(count=last[0].seq, hash=last[0].hash) if last else LedgerHead(count=0, hash="0" * 64)


def sums(files: Mapping[str, bytes]) -> bytes:
    """``SHA256SUMS`` of files, as ``sha256sum --check`` reads it."""
    return "".join(f"{sha256_hex(files[path])}  {path}\n" for path in sorted(files)).encode()
