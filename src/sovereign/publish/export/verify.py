"""The offline verifier: an export, and nothing else, against itself and against a head or key from elsewhere."""

from __future__ import annotations

from pathlib import Path

from sovereign.contracts.manifest import PaperManifest
from sovereign.contracts.published import Published
from sovereign.records import LedgerHead, LedgerProof, Record

from .archive import read_export
from .follows import check_contracts, check_pages, check_quotes, check_record
from .integrity import check_ledger, check_manifest, check_signature, check_sums, loaded
from .layout import LEDGER, MANIFEST, RECORD
from .report import ExportReport, Findings


def verify_export(place: Path, head: LedgerHead | None = None, key: str | None = None) -> ExportReport:
    """Verify the export in a folder or ZIP. ``head`` is a ledger head with its root, ``key`` a public key, both from elsewhere.

    Raises:
        InputError: if it cannot be opened, or may not be (see ``read_export``).
    """
    files, damaged = read_export(place)
    return verify_files(files, damaged, head, key)


def _check_what_follows(
    files: dict[str, bytes], published: Published, manifest: PaperManifest, found: Findings
) -> None:
    try:
        check_record(published, found)
        check_contracts(files, published, manifest, found)
        check_pages(files, published, manifest, found)
    except Exception as error:  # whatever a forger wrote into record or events that no function was made for
        found.problem(RECORD, f"what follows from it cannot be worked out: {type(error).__name__}: {str(error)[:200]}")


def verify_files(
    files: dict[str, bytes], damaged: tuple[str, ...] = (), head: LedgerHead | None = None, key: str | None = None
) -> ExportReport:
    """As ``verify_export``, of files in memory; ``damaged`` is what was wrong with their container."""
    found = Findings()
    for what in damaged:
        path, _, why = what.rpartition(": ")
        found.problem(path or "the ZIP", why)
    manifest = loaded(files, MANIFEST, PaperManifest, found)
    check_sums(files, manifest, found)
    record = loaded(files, RECORD, Record, found)
    proof = loaded(files, LEDGER, LedgerProof, found)
    if manifest:
        check_manifest(files, manifest, found)
    if record:
        check_quotes(files, record, proof.events if proof else (), found)
    if record and proof:
        check_ledger(files, record, proof, head, found)
    check_signature(files, proof, key, found)
    if found.problems:
        found.not_checked.append("what follows from record and events: the files are not those that were written")
    elif record and proof and manifest:
        _check_what_follows(files, Published(record, proof.events, proof.head), manifest, found)
    last = proof.events[-1].seq if proof and proof.events else 0
    if proof and head and not key and last < proof.head.count:
        found.not_checked.append(
            f"what the ledger tells of this record after its event {last} of {proof.head.count}, such as a later correction: a head shows "
            "which events there are, not that there are no others; the publisher's key does, and so does a newer export"
        )
    anchors = (*(["ledger head"] if head else []), *(["public key"] if key else []))
    return found.report(anchors, record.short_id if record else "?", record.version if record else None)
