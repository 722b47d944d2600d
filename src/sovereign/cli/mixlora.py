"""``mixlora``: adapters of the library."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from sovereign.errors import InputError

from .output import clean, guarded, out, print_json

mixlora = typer.Typer(name="mixlora", help="MixLoRA adapters.", no_args_is_help=True, rich_markup_mode=None)


@mixlora.callback()
def _group() -> None:
    """MixLoRA adapters."""


@mixlora.command("convert")
@guarded
def convert(
    source: Annotated[Path, typer.Argument(help="Folder with an adapter, in any of the formats.")],
    target: Annotated[Path, typer.Argument(help="Folder to write, which does not exist yet.")],
    to: Annotated[str, typer.Option("--to", help="ours (of peft), reference or legacy.")],
    allow_pickle: Annotated[
        bool,
        typer.Option(
            "--allow-pickle",
            help="Read adapter_model.bin, a pickle, without running anything in it. Say so if you trust it.",
        ),
    ] = False,
    act_fn: Annotated[
        str | None, typer.Option("--act-fn", help="The activation to write for the reference, such as silu.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what the format cannot hold as JSON on stdout.")
    ] = False,
) -> None:
    """Write an adapter in another format: ours (that of peft), the reference package's, or the one that it had before.

    What the format cannot hold is named. An adapter that would compute something else is not written.
    """
    try:
        from sovereign.mixlora import convert as run
    except ImportError as error:
        raise InputError(str(error)) from error
    try:
        losses = run(source, target, to, allow_pickle, act_fn)
    except ValueError as error:
        raise InputError(str(error)) from error
    if as_json:
        print_json({"target": str(target), "format": to, "losses": [loss._asdict() for loss in losses]})
        return
    out.print(f"Written to {clean(str(target))}, in the format {to}.")
    if not losses:
        out.print("Nothing is lost.")
        return
    table = Table(title="What the format cannot hold, or the other side will not take", title_justify="left")
    for column in ("part", "value", "why"):
        table.add_column(column, overflow="fold")
    for loss in losses:
        table.add_row(loss.part, clean(json.dumps(loss.value, default=str)), clean(loss.why))
    out.print(table, soft_wrap=False)
