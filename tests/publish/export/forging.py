"""What somebody does who changes an export and knows how it is vouched for: everything is made and hashed anew, and no key is at hand."""

from __future__ import annotations

import json
from typing import Any

from sovereign.contracts.manifest import PaperManifest, paper_manifest, sums
from sovereign.contracts.public import documents
from sovereign.contracts.published import Published, events_digest
from sovereign.publish.export.layout import CRATE, ENVELOPE, LEDGER, MANIFEST, RECORD, SIGNATURE
from sovereign.publish.export.write import artifact_set, canonical, crate_of
from sovereign.records import Event, LedgerHead, LedgerProof, Record, canonical_json, sha256_hex
from sovereign.store import merkle


def rehashed(files: dict[str, bytes]) -> dict[str, bytes]:
    """The files with public documents, crate, manifest, ledger and sums that fit them; the signature is left away."""
    record = Record.model_validate_json(files[RECORD])
    code = PaperManifest.model_validate_json(files[MANIFEST]).code
    ledger = json.loads(files[LEDGER])
    events = ledger["events"]
    for event in events:
        if event["kind"] == "record.saved":
            event["payload"] |= {"artifact": sha256_hex(files[RECORD]), "content_hash": record.content_hash}
    made = {path: data for path, data in files.items() if path not in ENVELOPE and path != CRATE}
    published = Published(record, _chained(events), LedgerHead.model_validate(ledger["head"]))
    made |= documents(published)
    made[CRATE] = crate_of(published, made)
    made[MANIFEST] = canonical(paper_manifest(published, artifact_set(published, made), code))
    chained = _chained(events)
    for event in events:
        if event["kind"] == "record.exported":
            before = [e for e in chained if e.seq < event["seq"]]
            event["payload"] |= {"manifest_sha256": sha256_hex(made[MANIFEST]), "events_sha256": events_digest(before)}
    made[LEDGER] = canonical(_proof(_chained(events), ledger))
    return made | {"SHA256SUMS": sums(made)}


def without_signature(files: dict[str, bytes]) -> dict[str, bytes]:
    """The same export, unsigned."""
    left = {path: data for path, data in files.items() if path not in (SIGNATURE, "SHA256SUMS")}
    return left | {"SHA256SUMS": sums(left)}


def _proof(events: tuple[Event, ...], ledger: dict[str, Any]) -> LedgerProof:
    count, nodes = ledger["head"]["count"], tuple(ledger["nodes"])
    known = {event.seq - 1: event.hash for event in events}
    last = known.setdefault(count - 1, ledger["head"]["hash"])
    head = LedgerHead(count=count, hash=last, root=merkle.proven_root(count, known, nodes))
    return LedgerProof(head=head, events=events, nodes=nodes)


def _chained(events: list[dict[str, Any]]) -> tuple[Event, ...]:
    """Every event hashed anew, each after the one before."""
    for before, event in zip([None, *events], events, strict=False):
        if before and event["seq"] == before["seq"] + 1:
            event["prev_hash"] = before["hash"]
        event["hash"] = Event.model_validate(event).computed_hash()
    return tuple(Event.model_validate(json.loads(canonical_json(event))) for event in events)
