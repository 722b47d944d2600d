"""What somebody does who changes an export and knows how it is vouched for: everything is hashed anew."""

from __future__ import annotations

import json
from typing import Any

from sovereign.contracts.manifest import sums
from sovereign.publish.export.layout import ENVELOPE, LEDGER, MANIFEST, RECORD, SIGNATURE, SUMS
from sovereign.records import Event, Record, canonical_json, sha256_hex
from sovereign.store import merkle


def rehashed(files: dict[str, bytes]) -> dict[str, bytes]:
    """The files with a manifest, ledger and sums that fit them, the signature left away."""
    files = {path: data for path, data in files.items() if path not in (SUMS, SIGNATURE)}
    manifest, ledger = json.loads(files[MANIFEST]), json.loads(files[LEDGER])
    for artifact in manifest["artifact_set"]:
        data = files[artifact["path"]]
        artifact |= {"size": len(data), "sha256": sha256_hex(data)}
    assert {a["path"] for a in manifest["artifact_set"]} == set(files) - ENVELOPE
    record = Record.model_validate_json(files[RECORD])
    for event in ledger["events"]:
        if event["kind"] == "record.saved":
            event["payload"] |= {"artifact": sha256_hex(files[RECORD]), "content_hash": record.content_hash}
    own = [e for e in ledger["events"] if e["kind"] != "record.exported"]
    _chain(ledger["events"])
    manifest["ledger_head"] |= {"count": own[-1]["seq"], "hash": own[-1]["hash"]}
    manifest["work"]["content_hash"] = record.content_hash
    files[MANIFEST] = canonical_json(manifest)
    for event in ledger["events"]:
        if event["kind"] == "record.exported":
            event["payload"]["manifest_sha256"] = sha256_hex(files[MANIFEST])
    _chain(ledger["events"])
    count = ledger["head"]["count"]
    known = {e["seq"] - 1: e["hash"] for e in ledger["events"]}
    last = known.setdefault(count - 1, ledger["head"]["hash"])
    root = merkle.proven_root(count, known, ledger["nodes"])
    ledger["head"] |= {"hash": last, "root": root}
    files[LEDGER] = canonical_json(ledger)
    return files | {SUMS: sums(files)}


def _chain(events: list[dict[str, Any]]) -> None:
    """Hash every event anew, each after the one before."""
    for before, event in zip([None, *events], events, strict=False):
        if before and event["seq"] == before["seq"] + 1:
            event["prev_hash"] = before["hash"]
        event["hash"] = Event.model_validate(event).computed_hash()
