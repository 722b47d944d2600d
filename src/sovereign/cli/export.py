"""``sovereign export``: one public form of a record, or the whole of it as a folder or ZIP; ``sovereign key``."""

from __future__ import annotations

import sys
from base64 import b64encode
from pathlib import Path
from typing import Annotated

import typer

from sovereign.errors import InputError, OutputError
from sovereign.publish import FORMATS, render_bytes
from sovereign.publish.export import export_files, load_key, make_key, public_key, write_folder, zip_bytes
from sovereign.publish.folder import write_whole
from sovereign.publish.standing import standing_of
from sovereign.settings import load
from sovereign.store import open_of

from .corrections import published_of
from .output import clean, err, guarded, out, print_json
from .records import Json, RecordId, Version

CRATE = "crate"

key = typer.Typer(help="The key that signs exports.", no_args_is_help=True)


@guarded
def export(
    record_id: RecordId,
    form: Annotated[
        str,
        typer.Option("--format", help=f"{CRATE} for all of it in one ZIP or folder, or one of {', '.join(FORMATS)}."),
    ] = "json",
    out_file: Annotated[
        Path | None,
        typer.Option(
            "--out", help="File to write; without it, stdout. For crate: NAME.zip, or a folder that is not there yet."
        ),
    ] = None,
    texts: Annotated[
        bool,
        typer.Option(
            "--texts/--no-texts", help="Put the stored texts of sources into a crate; they may not be yours to pass on."
        ),
    ] = True,
    version: Version = None,
    as_json: Json = False,
) -> None:
    """Export one record with the ledger head of now."""
    with open_of(load()) as store:
        published = published_of(store, record_id, version)
        record = published.record
        if form == CRATE:
            files = export_files(store, record, texts)
            return _write_crate(files, out_file, as_json)
        decisions = store.records.decisions(record.id, record.version)
        owner = decisions[-1] if decisions else None
        # Only a page that holds its plots shows them; a lone Markdown file would lead to files that are not there.
        artifact = store.artifacts.get if form in ("html", "pdf") else None
        data = render_bytes(record, form, published.head, owner, artifact, standing_of(published))
    if out_file is None:
        return _print(data, form, as_json)
    _write(out_file, data)
    _told(form, out_file, len(data), as_json)


def _print(data: bytes, form: str, as_json: bool) -> None:
    """An export on stdout: text as it is, or in one JSON document; bytes only where no terminal would show them."""
    if not FORMATS[form].binary:
        text = data.decode("utf-8")
        if as_json and form != "json":
            return print_json({"format": form, "content": text})
        return typer.echo(text, nl=not text.endswith("\n"))
    if as_json:
        return print_json({"format": form, "encoding": "base64", "content": b64encode(data).decode("ascii")})
    if sys.stdout.isatty():
        raise InputError(
            f"A {form} file is no text, and stdout is a terminal.",
            f"Name a file: --out {FORMATS[form].file}, or send stdout to one.",
        )
    typer.echo(data, nl=False)


def _write_crate(files: dict[str, bytes], place: Path | None, as_json: bool) -> None:
    if place is None:
        if sys.stdout.isatty():
            raise InputError("A ZIP is not printed on a terminal.", "Name a file with --out x.zip, or a folder.")
        sys.stdout.buffer.write(zip_bytes(files))
        return
    if place.suffix.lower() == ".zip":
        data = zip_bytes(files)
        _write(place, data)
        return _told(CRATE, place, len(data), as_json)
    write_folder(files, place)
    _told(CRATE, place, sum(map(len, files.values())), as_json)


def _write(path: Path, data: bytes) -> None:
    try:
        write_whole(path, data)
    except OSError as error:
        raise OutputError(
            f"{path} cannot be written: {error.strerror}.", "Name a file in a folder that you may write to."
        ) from None


def _told(form: str, path: Path, size: int, as_json: bool) -> None:
    if as_json:
        return print_json({"format": form, "file": str(path), "bytes": size})
    err.print(f"Wrote {clean(str(path))}")


@key.command("new")
@guarded
def key_new() -> None:
    """Make the key that signs exports from now on, and print its public part."""
    typer.echo(make_key(load().home))


@key.command("show")
@guarded
def key_show() -> None:
    """Print the public key. Give it to those who are to verify exports, by another way than the exports."""
    private = load_key(load().home)
    if private is None:
        raise InputError("This store has no key.", "Make one with sovereign key new.")
    out.print(public_key(private))
