"""Writes the export of a record: its public forms, contracts, schemas and artifacts, then what vouches for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sovereign.contracts.manifest import ManifestArtifact, paper_manifest, sums
from sovereign.contracts.public import documents
from sovereign.contracts.published import EXPORTED, Published, events_digest
from sovereign.contracts.schema import shipped_schemas
from sovereign.errors import StoreError
from sovereign.records import Model, Record, canonical_json, sha256_hex
from sovereign.store import NewEvent, Store

from ..crate import CrateFile, crate
from ..formats import FORMATS, render_bytes
from ..measured import figures
from ..standing import standing_of
from .layout import ARTIFACTS, CRATE, LEDGER, MANIFEST, RECORD, SIGNATURE, SUMS, older_versions, part_of, stored
from .signing import Signed, load_key, sign

Get = Callable[[str], bytes]


def export_files(store: Store, record: Record, texts: bool = True) -> dict[str, bytes]:
    """Every file of the export of one version of a record, by path. What the record's pages name is in it, or named as missing.

    The export is entered in the ledger, once for each distinct manifest, so that the ledger's head vouches for all of it. It is signed
    where the store has a key. Without ``texts`` the stored texts of sources are left out: they may not be ours to pass on.

    Raises:
        StoreError: if an artifact is missing or was changed, or the ledger cannot be written.
        LedgerBroken: if the record's events were changed.
    """
    proof = store.ledger.proof(str(record.id))
    published = Published(record, proof.events, proof.head)
    files = content(published, store.artifacts.get, texts)
    manifest = canonical(paper_manifest(published, artifact_set(published, files)))
    if not exported(published, sha256_hex(manifest)):
        said = {
            "manifest_sha256": sha256_hex(manifest),
            "version": record.version,
            "events_sha256": events_digest(proof.events),
        }
        store.ledger.append([NewEvent(EXPORTED, str(record.id), said)])
        proof = store.ledger.proof(str(record.id))
    files |= {MANIFEST: manifest, LEDGER: canonical(proof)}
    if key := load_key(store.home):
        signed = Signed(
            manifest_sha256=sha256_hex(manifest), ledger_sha256=sha256_hex(files[LEDGER]), ledger_head=proof.head
        )
        files[SIGNATURE] = canonical(sign(key, signed))
    return files | {SUMS: sums(files)}


def content(published: Published, artifact: Get, texts: bool = True) -> dict[str, bytes]:
    """The files of an export that its manifest lists."""
    record = published.record
    files = {form.file: page(published, name, artifact) for name, form in FORMATS.items() if form.file != RECORD}
    files[RECORD] = canonical(record)
    files |= {plot.file: plot.svg for plot in figures(record, artifact, {}) if plot.svg}
    files |= {
        ARTIFACTS + one.sha: artifact(one.sha) for one in stored(record, published.events) if texts or not one.text
    }
    files |= {path: artifact(sha) for path, sha in older_versions(published).items()}
    files |= documents(published)
    files |= {f"schemas/{name}": data for name, data in shipped_schemas().items()}
    return files | {CRATE: crate_of(published, files)}


def page(published: Published, form: str, artifact: Get) -> bytes:
    """One public form of a record, as it stands in an export."""
    owner = (published.decisions or (None,))[-1]
    return render_bytes(published.record, form, None, owner, artifact, standing_of(published))


def crate_of(published: Published, files: Mapping[str, bytes]) -> bytes:
    """The metadata of the research object that holds ``files``, and beside them what vouches for them."""
    listed = [
        CrateFile(a.path, a.type, a.media_type, a.size, a.sha256, a.label) for a in artifact_set(published, files)
    ]
    beside = [CrateFile(path, *part_of(path)[::2], about=part_of(path).label) for path in (MANIFEST, LEDGER, SUMS)]
    return crate(published, [*listed, *beside])


def artifact_set(published: Published, files: Mapping[str, bytes]) -> list[ManifestArtifact]:
    """The lines of a manifest for these files."""
    parts = {one.sha: one.part for one in stored(published.record, published.events)}
    lines = []
    for path, data in files.items():
        part = part_of(path, parts.get)
        lines.append(
            ManifestArtifact(
                type=part.type,
                label=part.label,
                path=path,
                media_type=part.media_type,
                size=len(data),
                sha256=sha256_hex(data),
            )
        )
    return sorted(lines, key=lambda line: line.path)


def exported(published: Published, manifest_sha256: str) -> bool:
    """Whether the ledger tells of an export with that manifest."""
    return any(e.payload.get("manifest_sha256") == manifest_sha256 for e in published.told(EXPORTED))


def canonical(value: Model) -> bytes:
    """A model as canonical JSON (RFC 8785), so that its hash is that of its file.

    Raises:
        StoreError: if it holds what JSON cannot.
    """
    try:
        return canonical_json(value.model_dump(mode="json"))
    except ValueError as error:
        raise StoreError(f"the export cannot be written: {error}", "Restore the record from a backup.") from error
