"""Reads an export back into a store: the same record, with the events that its levels were earned by."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sovereign.contracts.published import EXPORTED, IMPORTED, Published
from sovereign.records import Event, LedgerHead, LedgerProof, Record, sha256_hex
from sovereign.store import DECIDED, SAVED, NewEvent, Store

from .archive import read_export
from .layout import ARTIFACTS, LEDGER, MANIFEST, RECORD, older_versions
from .report import ExportReport
from .verify import verify_files

_OWN = frozenset({SAVED, DECIDED, EXPORTED, IMPORTED})
"""Events that are not taken over: what the owner of another store decided is not decided here."""


def import_export(
    store: Store, place: Path, head: LedgerHead | None = None, key: str | None = None
) -> tuple[ExportReport, Record | None]:
    """Verify an export and save its record with its texts and events. Importing it again changes nothing.

    Events keep their kind, subject and payload and get new places in this ledger, after one that says where they come from.
    None is imported from an export with a problem.

    Raises:
        InputError: if the export cannot be opened, or may not be.
        StoreError: if another record has its id already, or the store cannot be written.
    """
    files, damaged = read_export(place)
    report = verify_files(files, damaged, head, key)
    if not report.ok:
        return report, None
    record = Record.model_validate_json(files[RECORD])
    if store.records.has(record.id) and store.records.load(record.id).content_hash == record.content_hash:
        return report, record
    for path, data in files.items():
        if path.startswith(ARTIFACTS):
            store.artifacts.put(data)
    proof = LedgerProof.model_validate_json(files[LEDGER])
    said = {
        "manifest_sha256": sha256_hex(files[MANIFEST]),
        "ledger": store.artifacts.put(files[LEDGER]),
        "head": proof.head.model_dump(mode="json"),
        "anchors": list(report.anchors),
    }
    published = Published(record, proof.events, proof.head)
    older = [Record.model_validate_json(files[path]) for path in sorted(older_versions(published), key=_number)]
    first = [NewEvent(IMPORTED, str(record.id), said)]
    done = 0
    for version in (*older, record):
        saved = replace(published, record=version).saved
        upto = saved.seq if saved else 0
        events = [*first, *(_taken_over(e) for e in proof.events if done < e.seq <= upto and e.kind not in _OWN)]
        if version.version == 1 or not store.records.has(record.id):
            store.records.save(version, events)
        elif store.records.load(record.id).version < version.version:
            store.records.amend(version, events)
        first, done = [], upto
    if later := [_taken_over(e) for e in proof.events if e.seq > done and e.kind not in _OWN]:
        store.ledger.append(later)
    return report, record


def _number(path: str) -> int:
    return int(path.removeprefix("versions/").removesuffix(".json"))


def _taken_over(event: Event) -> NewEvent:
    return NewEvent(event.kind, event.subject, event.payload)
