"""Whether what a record says follows from what it rests on: quotes from texts, contracts and manifest from record and ledger."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from itertools import islice

from jsonschema import Draft202012Validator

from sovereign.contracts.follows import record_follows
from sovereign.contracts.manifest import PaperManifest, paper_manifest, this_code
from sovereign.contracts.public import CONTRACTS, documents
from sovereign.contracts.published import Published
from sovereign.contracts.schema import MANIFEST_SCHEMA_FILE, SCHEMA_FILE, shipped_schema, shipped_schemas
from sovereign.errors import NotFound
from sovereign.records import Event, Record, sha256_hex

from ..formats import FORMATS
from .layout import ARTIFACTS, CRATE, MANIFEST, RECORD, stored
from .report import Findings
from .write import artifact_set, canonical, crate_of, page


def check_record(published: Published, found: Findings) -> None:
    """The record's own hash, and that counters, levels, gates, tier and decision follow by the published functions."""
    record = published.record
    if record.computed_hash() != record.content_hash:
        found.problem(RECORD, "its content hash is not that of its content: it was changed")
    found.count("content hash")
    for what in record_follows(published):
        found.problem(RECORD, f"it does not follow: {what}")
    found.count("rules (counters, decision, levels, gates, tier, its vectors)", 6)
    for claim in record.claims:
        checked = claim.verification
        others = [e for e in checked.evidence if e.relation != "own_quote"] if checked else []
        if checked and checked.verified and not any(e.verdict == "SUPPORT" for e in others):
            found.problem(RECORD, f"claim {claim.id} is called verified, and nothing but its own sentence supports it")
    found.count("claims", len(record.claims))


def check_quotes(files: Mapping[str, bytes], record: Record, events: Iterable[Event], found: Findings) -> None:
    """Each quote, and each cell of a table, slices out of its stored text; each artifact has the hash it is named by."""
    texts: dict[str, str | None] = {}
    left_out: set[str] = set()
    for claim in record.claims:
        where = f"{RECORD} claim {claim.id}"
        for quote in (claim.quote, *(e.quote for e in (claim.verification.evidence if claim.verification else ()))):
            text = _text(files, quote.text_hash, texts)
            if text is None:
                left_out.add(quote.text_hash)
            elif text[quote.start : quote.end] != quote.text or not quote.text:
                found.problem(
                    where, f"a quote does not stand at {quote.start} to {quote.end} of its text {quote.text_hash[:12]}"
                )
            else:
                found.count("quotes in their texts")
        for evidence in claim.verification.evidence if claim.verification else ():
            text = _text(files, evidence.quote.text_hash, texts)
            for cell in evidence.rationale.cells if evidence.rationale and text is not None else ():
                if text is not None and text[cell.start : cell.end] != cell.text:
                    found.problem(where, f"a cell does not stand at {cell.start} to {cell.end} of its text")
                found.count("cells in their texts")
    for one in stored(record, events):
        path = ARTIFACTS + one.sha
        if path in files and sha256_hex(files[path]) != one.sha:
            found.problem(path, "its bytes do not have the hash it is named by")
        elif path not in files and not one.text:
            found.problem(path, f"it is missing, and the record rests on it: {one.part.label}")
        elif path not in files:
            left_out.add(one.sha)
        else:
            found.count("artifacts by their names", path in files)
    if left_out:
        found.not_checked.append(f"{len(left_out)} text(s) that the export leaves out, and the quotes from them")


def check_pages(files: Mapping[str, bytes], published: Published, manifest: PaperManifest, found: Findings) -> None:
    """That every public form is there; and where this very code made the export, that it comes out the same when made anew."""
    for form in FORMATS.values():
        if form.file not in files:
            found.problem(form.file, "it is missing")
    if manifest.code != this_code():
        found.not_checked.append("pages and citations against the record: another version of sovereign made them")
        return

    def artifact(sha: str) -> bytes:
        if ARTIFACTS + sha not in files:
            raise NotFound(f"the artifact {sha} is not in the export")
        return files[ARTIFACTS + sha]

    for name, form in FORMATS.items():
        # A PDF depends on the fonts of the machine, too.
        if form.file == RECORD or form.binary:
            continue
        if files.get(form.file) != page(published, name, artifact):
            found.problem(form.file, "it does not follow from the record: made anew it is another")
        found.count("pages and citations made anew")
    found.not_checked.append("the PDF against the record: it is held against its hash alone")
    if published.record.measurements:
        found.not_checked.append(
            "measured figures against their stored results: sovereign lab reproduce runs them again"
        )


def check_schemas(files: Mapping[str, bytes], differs: Callable[[str, str], None], found: Findings) -> None:
    """The record, the manifest and every public document against the schemas that ship with this package."""
    of_file = {c.file: f"{c.name}-{c.version}.json" for c in CONTRACTS if c.make}
    of_file |= {RECORD: SCHEMA_FILE, MANIFEST: MANIFEST_SCHEMA_FILE}
    for path, schema in of_file.items():
        validator = Draft202012Validator(shipped_schema(schema))
        data = json.loads(files[path]) if path in files else []
        for document in data if isinstance(data, list) else [data]:
            for error in islice(validator.iter_errors(document), 3):
                differs(path, f"it does not fit its schema at {error.json_path[:100]}: {error.message[:200]}")
            found.count("documents against their schemas")


def _text(files: Mapping[str, bytes], sha: str, texts: dict[str, str | None]) -> str | None:
    if sha not in texts:
        data = files.get(ARTIFACTS + sha)
        texts[sha] = None if data is None else data.decode("utf-8", "replace")
    return texts[sha]


def check_contracts(files: Mapping[str, bytes], published: Published, manifest: PaperManifest, found: Findings) -> None:
    """Every public document is made anew from record and ledger, and the manifest from all.

    Where another version of this code made the export, one that comes out otherwise is no proof of a change: it is named as not checked.
    """
    same_code, otherwise = manifest.code == this_code(), []

    def differs(path: str, what: str) -> None:
        if same_code:
            found.problem(path, what)
        else:
            otherwise.append(path)

    for path, data in documents(published).items():
        if path not in files:
            found.problem(path, "it is missing")
        elif files[path] != data:
            differs(path, "it does not follow from the record and its events: made anew it is another")
        found.count("contracts made anew")
    listed = {path for path in files if path.startswith("contracts/")}
    for path in sorted(listed - {c.file for c in CONTRACTS if c.make}):
        found.problem(path, "no contract of that name is made from a record")
    for name, schema in shipped_schemas().items():
        if f"schemas/{name}" not in files:
            found.problem(f"schemas/{name}", "it is missing")
        elif files[f"schemas/{name}"] != schema:
            differs(f"schemas/{name}", "it is not the schema of that name")
        found.count("schemas")
    check_schemas(files, differs, found)
    listed_files = {a.path: files[a.path] for a in manifest.artifact_set if a.path in files}
    if files.get(CRATE) != crate_of(published, {p: d for p, d in listed_files.items() if p != CRATE}):
        differs(CRATE, "it does not follow from the record, its events and the files: made anew it is another")
    found.count("research object made anew")
    lines = artifact_set(published, listed_files)
    if canonical(paper_manifest(published, lines, manifest.code)) != files.get(MANIFEST):
        differs(MANIFEST, "it does not follow from the record, its events and the files: made anew it is another")
    found.count("manifest made anew")
    if otherwise:
        found.not_checked.append(
            f"whether {len(otherwise)} document(s) follow from the record, for another version of sovereign ({manifest.code.version}) "
            f"made them and this one makes them otherwise: {', '.join(otherwise[:8])}"
        )
