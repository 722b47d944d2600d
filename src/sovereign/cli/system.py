"""Commands about the installation: ``ledger verify``, ``ledger head``, ``settings``, ``version``."""

from __future__ import annotations

import json
import platform
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.table import Table

from sovereign.errors import InputError, LedgerBroken
from sovereign.records import LedgerHead, canonical_json
from sovereign.settings import lines, load
from sovereign.store import open_of
from sovereign.version import __version__

from .output import clean, guarded, out, print_json

Json = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]

ledger = typer.Typer(help="The hash-chained ledger of all events.", no_args_is_help=True)


@ledger.command("verify")
@guarded
def ledger_verify(
    head: Annotated[
        Path | None, typer.Option("--head", help="JSON with a head kept elsewhere: a head file, or an exported record.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Verify every event of the ledger against its hash, its predecessor, and the head."""
    settings = load()
    with open_of(settings) as store:
        report = store.ledger.verify(head_in(head) if head else store.ledger.kept_head())
    if as_json:
        print_json(report.model_dump(mode="json"))
    else:
        out.print(
            f"[bold]{clean(report.status.replace('_', ' '))}[/]: {report.count} events, head {report.head.hash if report.head else '–'}"
        )
        if report.beyond_head:
            out.print(f"  {report.beyond_head} event(s) extend the head that it was held against.")
        out.print(
            "  [dim]Checked: the events. Stored texts and records are held against their hashes when they are read.[/]"
        )
        for problem in report.problems:
            out.print(
                f"  event {problem.seq if problem.seq is not None else '?'} ({clean(problem.kind)}): {clean(problem.what)}"
            )
    if not report.ok:
        raise LedgerBroken(
            f"The ledger does not verify: {len(report.problems)} problem(s).",
            "Restore the store from a copy, and hold it against the head of an export.",
        )


@ledger.command("head")
@guarded
def ledger_head() -> None:
    """Print the ledger's head as JSON: keep it elsewhere, to hold the ledger and exports against."""
    with open_of(load()) as store:
        typer.echo(canonical_json(store.ledger.checkpoint().model_dump(mode="json")).decode())


def head_in(path: Path) -> LedgerHead:
    """The head in a head file or in an exported record.

    Raises:
        InputError: if the file holds none.
    """
    try:
        data = json.loads(path.read_text("utf-8"))
        return LedgerHead.model_validate(data.get("ledger_head", data) if isinstance(data, dict) else data)
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error.strerror}.", "Name a head file or an exported record."
        ) from None
    except (ValueError, ValidationError):
        raise InputError(
            f"{path} holds no ledger head.", "Name a head file or a record that was exported as JSON."
        ) from None


@guarded
def settings(as_json: Json = False) -> None:
    """Show the effective settings and where each came from."""
    rows = lines(load())
    if as_json:
        return print_json(
            {row.name: {"value": row.value, "origin": row.origin, "description": row.description} for row in rows}
        )
    table = Table("Setting", "Value", "From", "Meaning")
    for row in rows:
        table.add_row(row.name, clean(str(row.value)), clean(row.origin), clean(row.description))
    out.print(table, soft_wrap=False)


@guarded
def version(as_json: Json = False) -> None:
    """Show the version."""
    if as_json:
        return print_json({"sovereign": __version__, "python": platform.python_version()})
    out.print(f"sovereign {__version__} (Python {platform.python_version()})")
