"""Where each part of an export stands, and what it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from sovereign.contracts.gates import GATED, given_later
from sovereign.contracts.published import INPUTS, RECORDED, Published
from sovereign.records import Event, Record
from sovereign.store import SAVED

from ..formats import FORMATS

RECORD = "record.json"
MANIFEST = "manifest.json"
SIGNATURE = "manifest.sig.json"
LEDGER = "ledger.json"
SUMS = "SHA256SUMS"
CRATE = "ro-crate-metadata.json"
ARTIFACTS = "artifacts/"
ENVELOPE = frozenset({MANIFEST, SIGNATURE, LEDGER, SUMS})
"""Files that the manifest does not list: they vouch for it, or tell when it was made."""


class Part(NamedTuple):
    """What a file of an export is."""

    type: str
    label: str
    media_type: str


class Stored(NamedTuple):
    """An artifact of the store that a record names. ``text`` marks what holds texts of sources, which may not be ours to pass on."""

    sha: str
    part: Part
    text: bool = False


def stored(record: Record, events: Iterable[Event] = ()) -> Iterator[Stored]:
    """Every artifact of the store that a record, or an event on it, names, each once."""
    seen: set[str] = set()
    for one in (*_named(record), *(found for event in events for found in _told(event))):
        if one.sha and one.sha not in seen:
            seen.add(one.sha)
            yield one


def _named(record: Record) -> Iterator[Stored]:
    titles = {paper.id: paper.title for paper in record.papers}
    for quote in record.quotes():
        label = f"Stored text of {titles.get(quote.paper_id, quote.paper_id)}"
        yield Stored(quote.text_hash, Part("text", label, "text/plain"), text=True)
    for figure in record.answer.figures:
        yield Stored(figure.artifact, Part("plot", figure.title, "image/svg+xml"))
    for one in record.measurements:
        yield Stored(one.artifact, Part("result", f"Result of the protocol {one.protocol}", "application/json"))
    for call in record.model_use.calls if record.model_use else ():
        yield Stored(
            call.prompt_hash, Part("prompt", f"Prompt of {call.stage} to {call.model}", "text/plain"), text=True
        )
        yield Stored(call.reply_hash, Part("reply", f"Answer of {call.model} to {call.stage}", "text/plain"))


def _told(event: Event) -> Iterator[Stored]:
    if event.kind == RECORDED:
        part = Part("recording", "Exchanges with the network", "application/jsonl")
        yield Stored(str(event.payload.get("exchanges", "")), part)
    if event.kind == INPUTS:
        part = Part("inputs", "What the answer was made from, beside the claims", "application/json")
        yield Stored(str(event.payload.get("artifact", "")), part, text=True)  # of no use without them
        texts = event.payload.get("texts")
        for sha in texts if isinstance(texts, list) else ():
            yield Stored(str(sha), Part("text", "Stored text of a work that was read", "text/plain"), text=True)
    if event.kind == GATED and (later := given_later(event)):
        for one in later.measurements:
            yield Stored(one.artifact, Part("result", f"Result of the protocol {one.protocol}", "application/json"))
    if event.kind == "claim.repeated":
        part = Part("result", "Result of a protocol that was run again", "application/json")
        yield Stored(str(event.payload.get("artifact_again", "")), part)


def older_versions(published: Published) -> dict[str, str]:
    """The place of each older version in an export, and the hash by which the ledger names it."""
    told = ((e.payload.get("version", 1), str(e.payload.get("artifact", ""))) for e in published.told(SAVED))
    return {f"versions/{n}.json": sha for n, sha in told if type(n) is int and n < published.record.version}


def part_of(path: str, named: Callable[[str], Part | None] = lambda sha: None) -> Part:
    """What the file of that path is; ``named`` tells it of an artifact by its hash."""
    if path.startswith(ARTIFACTS):
        return named(path.removeprefix(ARTIFACTS)) or Part(
            "artifact", "An artifact of the store", "application/octet-stream"
        )
    if path.startswith("contracts/"):
        return Part("contract", f"The contract {path[10:].removesuffix('.json')} of the record", "application/json")
    if path.startswith("schemas/"):
        return Part("schema", f"JSON Schema {path[8:].removesuffix('.json')}", "application/schema+json")
    if path.startswith("figures/"):
        return Part("plot", f"Plot {path[8:]}", "image/svg+xml")
    if path.startswith("versions/"):
        return Part("version", f"Version {path[9:].removesuffix('.json')} of the record", "application/json")
    if path in _BESIDE:
        return _BESIDE[path]
    if path == CRATE:
        return Part("provenance", "RO-Crate with provenance in PROV-O", "application/ld+json")
    for form in FORMATS.values():
        if path == form.file:
            return Part(_TYPES.get(path, "citation"), form.file, form.media_type)
    return Part("other", path, "application/octet-stream")


_BESIDE = {
    MANIFEST: Part("manifest", "Manifest: every file with its hash", "application/json"),
    LEDGER: Part("ledger", "The record's events and the proof that they are in the ledger", "application/json"),
    SUMS: Part("sums", "SHA-256 of every file, as sha256sum reads it", "text/plain"),
}
_TYPES = {
    RECORD: "record",
    "report.html": "report",
    "report.md": "report",
    "report.pdf": "report",
    "claims.csv": "claims",
    "record.jsonld": "metadata",
    "CITATION.cff": "metadata",
}
