"""``deposit`` and ``approve-deposit``: a record in an archive, with a DOI, once its owner has said so."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated, Any

import typer

from sovereign.errors import InputError
from sovereign.publish import deposit as deposits
from sovereign.records import Record
from sovereign.settings import load
from sovereign.store import Store, open_of

from .output import clean, err, guarded, out, print_json, progress_line
from .records import Json, Reason, RecordId

Production = Annotated[bool, typer.Option("--production", help="In Zenodo itself, not in its sandbox.")]


@guarded
def deposit(
    record_id: RecordId,
    publish: Annotated[bool, typer.Option("--publish", help="Publish what the owner has approved.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be sent, and send nothing.")] = False,
    production: Production = False,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Stage the files anew, for the same draft.")] = False,
    restart: Annotated[
        bool, typer.Option("--restart", help="Begin anew, where the draft is gone from the archive.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Prepare a record's deposit as a draft with a reserved DOI; with --publish, publish it."""
    settings = load()
    archive = deposits.address(settings.archive_url, production)
    terms = deposits.Terms(archive, settings.record_license, settings.record_contributor)
    if rebuild and restart:
        raise InputError("--rebuild and --restart are two things", "Give --restart: it stages the files anew, too.")
    with open_of(settings) as store:
        record = store.records.load(record_id)
        again = rebuild or restart or not _begun(store, record, archive)
        files = deposits.files_of(store, record) if again else None
        if dry_run:
            state, rows = deposits.requests(store, record, files, terms, publish)
            return _show_requests(state, rows, as_json)
        with closing(deposits.Archive(archive, deposits.read_token())) as send, progress_line(not as_json) as say:
            state = deposits.deposit(
                store, record, files, terms, send, publish=publish, rebuild=rebuild, restart=restart, tell=lambda line: say("deposit", line)
            )  # fmt: skip
    if as_json:
        return print_json(_as_json(state))
    _show(state)


@guarded
def approve_deposit(
    record_id: RecordId,
    reason: Reason,
    confirm: Annotated[
        str, typer.Option("--confirm", help="The record's short id, typed out; asked for without it.")
    ] = "",
    production: Production = False,
    as_json: Json = False,
) -> None:
    """Approve, as the owner, that exactly what is prepared of a record is made public."""
    if not reason.strip():
        raise InputError("The reason is empty.", "Say why in a few words: it stands in the ledger for good.")
    settings = load()
    archive = deposits.address(settings.archive_url, production)
    with open_of(settings) as store:
        record = store.records.load(record_id)
        state = deposits.to_approve(store, record, archive)
        _confirm(state, confirm)
        deposits.approve(store, record, archive, state.digest, reason, settings.owner)
    if as_json:
        return print_json({**_as_json(state), "approved": True, "by": settings.owner, "reason": reason})
    out.print(f"{state.short_id}: its deposit in {archive} is approved by {clean(settings.owner)}.")
    out.print(f"To publish it: sovereign deposit {state.short_id} --publish{' --production' if production else ''}")


def _begun(store: Store, record: Record, archive: str) -> bool:
    return deposits.staged(store, record, archive) is not None


def _confirm(state: deposits.State, typed: str) -> None:
    """Have the owner type the short id, with what it is about before the eyes.

    Raises:
        InputError: if something else was typed, or nothing can be.
    """
    if not typed:
        licence = ", ".join(right["id"] for right in state.body["metadata"]["rights"])
        _show(state, err)
        err.print(f"This makes it public for good, under the licence {clean(licence)}, once it is published.")
        try:
            typed = typer.prompt(f"Type {state.short_id} to approve that", err=True, default="", show_default=False)
        except typer.Abort:
            raise InputError("nothing was approved: the short id was not typed", "Give it as --confirm.") from None
    if typed.strip() != state.short_id:
        raise InputError(
            f"nothing was approved: {clean(typed[:40])!r} is not the record's short id",
            f"Type {state.short_id}, or give it as --confirm.",
        )


def _as_json(state: deposits.State) -> dict[str, Any]:
    return {
        "record_id": str(state.record_id),
        "short_id": state.short_id,
        "version": state.version,
        "archive": state.archive,
        "sandbox": deposits.is_sandbox(state.archive),
        "published": state.published,
        "archive_id": state.archive_id,
        "doi": state.doi,
        "concept_doi": state.concept_doi,
        "url": state.url,
        "manifest_sha256": state.manifest_sha256,
        "files": [file.model_dump(mode="json") for file in state.files],
    }


def _show(state: deposits.State, to: Any = out) -> None:
    trial = " (for trial: its DOIs lead nowhere)" if deposits.is_sandbox(state.archive) else ""
    said = "published" if state.published else "a draft, not public"
    to.print(f"{state.short_id} version {state.version} in {state.archive}{trial}: {said}")
    to.print(f"DOI {clean(state.doi or '–')}, of all versions {clean(state.concept_doi or '–')}  {clean(state.url)}")
    for file in state.files:
        to.print(f"  {file.name}  {file.size:,} bytes  sha256 {file.sha256}")
    if not state.published and to is out:
        name = state.short_id
        to.print(
            f"Next: sovereign approve {name}, sovereign approve-deposit {name}, sovereign deposit {name} --publish"
        )


def _show_requests(state: deposits.State, rows: list[dict[str, Any]], as_json: bool) -> None:
    """Every request in full, and the files. Nothing was sent."""
    import json

    files = [file.model_dump(mode="json") for file in state.files]
    if as_json:
        return print_json({"archive": state.archive, "sent": False, "files": files, "requests": rows})
    out.print(
        f"Nothing was sent. To {state.archive} would go {len(rows)} requests, if it answers each as it should and has none of the files yet:"
    )
    for number, row in enumerate(rows, 1):
        out.print(f"\n{number}. {row['step']}: {clean(row['method'])} {clean(row['url'])}")
        for name, value in row["headers"].items():
            out.print(f"   {name}: {clean(value)}")
        if "file" in row:
            file = row["file"]
            out.print(f"   the {file['size']:,} bytes of {file['name']}  md5 {file['md5']}  sha256 {file['sha256']}")
        elif "body" in row:
            text = json.dumps(row["body"], ensure_ascii=False, indent=2, sort_keys=True)
            out.print("   " + clean(text).replace("\n", "\n   "))
    out.print("\nFiles:")
    for file in files:
        out.print(f"  {file['name']}  {file['size']:,} bytes  md5 {file['md5']}  sha256 {file['sha256']}")
