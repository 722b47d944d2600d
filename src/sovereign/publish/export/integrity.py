"""Whether the files of an export are those that were written: sums, manifest, ledger, signature."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from sovereign.contracts.manifest import PaperManifest, sums
from sovereign.contracts.published import EXPORTED, Published, events_digest
from sovereign.records import Event, LedgerHead, LedgerProof, Model, Record, canonical_json, sha256_hex
from sovereign.store import SAVED
from sovereign.store.proof import proof_problems

from .layout import ENVELOPE, LEDGER, MANIFEST, RECORD, SIGNATURE, SUMS, older_versions
from .report import Findings
from .signing import Signature, signature_holds

_M = TypeVar("_M", bound=Model)
_SHOWN = 80
MOST_JSON = 32_000_000
"""Bytes of one document that is read: some forty times those of a long record, which is checked within a minute or so."""


def loaded(files: Mapping[str, bytes], path: str, kind: type[_M], found: Findings) -> _M | None:
    """The document at ``path``, None where it is missing or is none; that it stands in canonical form is checked too."""
    if path not in files:
        found.problem(path, "it is missing")
        return None
    if len(files[path]) > MOST_JSON:
        found.problem(path, f"it holds {len(files[path]):,} bytes; more than {MOST_JSON:,} are not read")
        return None
    try:
        data = json.loads(files[path])
        if newer := newer_version(data):
            found.problem(
                path, f"it is of version {newer}, which this version of sovereign does not know: update sovereign"
            )
            return None
        value = kind.model_validate_json(files[path])
        if canonical_json(value.model_dump(mode="json")) != files[path]:
            found.problem(path, "it is not in canonical form: it was changed, or written by another program")
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        place = "/".join(map(str, first["loc"]))[:_SHOWN]
        found.problem(path, f"it cannot be read: {first['msg']} at /{place}")
        return None
    except (ValueError, RecursionError) as error:
        found.problem(path, f"it is not JSON: {str(error)[:_SHOWN]}")
        return None
    return value


def newer_version(data: Any) -> str:
    """The schema version of a document, if it is one that is newer than this code; else empty."""
    version = data.get("schema_version") if isinstance(data, dict) else None
    return version if isinstance(version, str) and version != "1.0" else ""


def check_sums(files: Mapping[str, bytes], manifest: PaperManifest | None, found: Findings) -> None:
    """Each file against ``SHA256SUMS``. Where a file fits the manifest, it is the list that was changed."""
    if SUMS not in files:
        return found.problem(SUMS, "it is missing")
    vouched = {a.path: a.sha256 for a in manifest.artifact_set} if manifest else {}
    listed = _listed(files[SUMS])
    others = {path: data for path, data in files.items() if path != SUMS}
    for path, data in others.items():
        if listed.get(path) == sha256_hex(data):
            continue
        if vouched.get(path) == sha256_hex(data):
            found.problem(SUMS, f"it was changed: {path} is as the manifest says, and not as it says")
        else:
            found.problem(path, f"it does not have the hash that {SUMS} gives it")
    for path in sorted(set(listed) - set(others)):
        found.problem(path if path in vouched else SUMS, f"{SUMS} lists {path[:200]!r}, and it is missing")
    if files[SUMS] != sums(others) and not found.problems:
        found.problem(SUMS, "it was changed")
    found.count("files against SHA256SUMS", len(others))


def _listed(data: bytes) -> dict[str, str]:
    lines = (line.partition("  ") for line in data.decode("utf-8", "replace").splitlines())
    return {path: sha for sha, _, path in lines}


def check_manifest(files: Mapping[str, bytes], manifest: PaperManifest, found: Findings) -> None:
    """Each artifact against the manifest, and that there is nothing else."""
    listed = {a.path: a for a in manifest.artifact_set}
    for path, artifact in listed.items():
        if path not in files:
            found.problem(path, "the manifest lists it, and it is missing")
        elif sha256_hex(files[path]) != artifact.sha256:
            found.problem(path, "it was changed: the manifest gives another hash")
        elif len(files[path]) != artifact.size:
            found.problem(path, "the manifest gives another size")
    for path in files:
        if path not in listed and path not in ENVELOPE:
            found.problem(path, "the manifest does not list it")
    found.count("files against the manifest", len(listed))


def check_ledger(
    files: Mapping[str, bytes], record: Record, proof: LedgerProof, head: LedgerHead | None, found: Findings
) -> None:
    """The events against the Merkle root and the anchor; record and manifest against what the events say of them."""
    for what in proof_problems(proof, head):
        found.problem(LEDGER, what)
    subject = str(record.id)
    for event in proof.events:
        if event.subject != subject and not event.subject.startswith(f"{subject}/"):
            found.problem(LEDGER, f"event {event.seq} is of another record")
    saved = [e for e in proof.events if e.kind == SAVED and e.subject == subject]
    sha = sha256_hex(files[RECORD])
    if not any(e.payload.get("artifact") == sha for e in saved):
        found.problem(RECORD, "the ledger tells of no such record: its hash is in no event record.saved")
    for path, sha in older_versions(Published(record, proof.events, proof.head)).items():
        if path not in files:
            found.problem(path, "the ledger tells of this version, and it is missing")
        elif sha256_hex(files[path]) != sha:
            found.problem(path, "it is not the version that the ledger tells of")
        found.count("older versions")
    _check_told(files, proof, subject, found)
    found.count("events of the ledger", len(proof.events))


def _check_told(files: Mapping[str, bytes], proof: LedgerProof, subject: str, found: Findings) -> None:
    """The event of this export, which vouches for the manifest and for every event on the record before it."""
    sha = sha256_hex(files.get(MANIFEST, b""))
    told = [e for e in proof.events if e.kind == EXPORTED and e.subject == subject]
    mine = [e for e in told if e.payload.get("manifest_sha256") == sha]
    if not mine:
        return found.problem(MANIFEST, "the ledger tells of no export with this manifest")
    before = [e for e in proof.events if e.seq < mine[0].seq]
    if mine[0].payload.get("events_sha256") != _digest(before):
        found.problem(LEDGER, "events on this record from before the export were left out, added or changed")
    found.count("events that the export vouches for", len(before))


def _digest(events: list[Event]) -> str:
    try:
        return events_digest(events)
    except ValueError:  # a hash that is none, which the proof names
        return ""


def check_signature(files: Mapping[str, bytes], proof: LedgerProof | None, key: str | None, found: Findings) -> None:
    """The signature over manifest and head, if there is one, and that it is by ``key``, if that is given."""
    if SIGNATURE not in files:
        if key:
            found.problem(SIGNATURE, "it is missing: nothing is signed, so that the key cannot vouch for anything")
        return
    signature = loaded(files, SIGNATURE, Signature, found)
    if signature is None:
        return
    if not signature_holds(signature):
        found.problem(SIGNATURE, "the signature does not hold: it is by another key, or what was signed was changed")
    if signature.signed.manifest_sha256 != sha256_hex(files.get(MANIFEST, b"")):
        found.problem(MANIFEST, "it is not the manifest that was signed")
    if signature.signed.ledger_sha256 != sha256_hex(files.get(LEDGER, b"")):
        found.problem(LEDGER, "it is not the one that was signed: events were changed, added or left out")
    if proof and signature.signed.ledger_head != proof.head:
        found.problem(LEDGER, "its head is not the one that was signed")
    if key and not _same_key(signature.public_key, key):
        found.problem(SIGNATURE, "it is by another key than the one given")
    found.count("signatures")


def _same_key(one: str, other: str) -> bool:
    try:
        return base64.b64decode(one, validate=True) == base64.b64decode(other, validate=True)
    except ValueError:
        return False
