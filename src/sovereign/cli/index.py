"""``index``: the index of a person's own documents."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from sovereign.kernel import indexing
from sovereign.settings import load
from sovereign.sources import PassageHit

from .output import clean, err, guarded, out, print_json, progress_line

FAILURES = 10
NOTICES = 5
Json = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]

index = typer.Typer(help="Your own documents, searched by words and by meaning.", no_args_is_help=True)


@index.command("add")
@guarded
def add(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[PATH]...", help="Files and folders to add. Without any, what is in it is brought up to date."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Add documents. Only what changed is read, and only new passages are embedded; stopped, it goes on there the next time."""
    with progress_line(not as_json) as progress:
        added = indexing.add(load(), paths or (), lambda text: progress("index", text))
    if as_json:
        return print_json(added.model_dump(mode="json"))
    out.print(
        f"[bold]{added.works}[/] works, {added.passages} passages: {added.read} file(s) read, {added.unchanged} unchanged"
    )
    if added.vectors:
        out.print(f"  vectors of {clean(added.vectors.model)}, {added.vectors.dimension} dimensions")
    _show(added.notices, NOTICES, "notices")
    _show([f"{f.where}: {f.reason}" for f in added.failures], FAILURES, "failures")


@index.command("search")
@guarded
def search(
    query: Annotated[str, typer.Argument(help="What to look for, in quotes.")],
    limit: Annotated[int, typer.Option("--limit", min=1, max=200, help="How many passages to show.")] = 10,
    as_json: Json = False,
) -> None:
    """Show the passages that come nearest to a query, by words and by meaning."""
    hits, notices = indexing.search(load(), query, limit)
    if as_json:
        return print_json({"passages": [hit.model_dump(mode="json") for hit in hits], "notices": list(notices)})
    for number, hit in enumerate(hits, 1):
        _show_hit(number, hit)
    if not hits:
        out.print("Nothing was found.")
    _show(notices, NOTICES, "notices")


@index.command("stats")
@guarded
def stats(as_json: Json = False) -> None:
    """Show what is in the index, and which model made its vectors."""
    found = indexing.stats(load())
    if as_json:
        return print_json(found.model_dump(mode="json"))
    table = Table("Index", "")
    for name, value in (
        ("paths", "\n".join(found.paths) or "none yet: sovereign index add PATH"),
        ("works", str(found.works)),
        ("passages", str(found.passages)),
        ("of them embedded", str(found.embedded)),
        ("vectors kept", str(found.vectors.vectors)),
        (
            "model",
            f"{found.vectors.model}, {found.vectors.dimension} dimensions" if found.vectors.model else "none yet",
        ),
        ("its version", found.vectors.weights or "–"),
        ("where", found.vectors.where),
    ):
        table.add_row(name, clean(value))
    out.print(table, soft_wrap=False)


@index.command("remove")
@guarded
def remove(paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Paths that were added.")]) -> None:
    """Take paths out of the index; their passages go the next time that it is brought up to date."""
    left = indexing.remove(load(), paths)
    out.print(f"{len(left)} path(s) are left. Bring the index up to date: sovereign index add")


@index.command("clear")
@guarded
def clear(yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Empty the index. Your documents are not touched."""
    if not yes:
        typer.confirm("Empty the index, vectors included?", abort=True)
    indexing.clear(load())
    out.print("The index is empty.")


def _show_hit(number: int, hit: PassageHit) -> None:
    place = ", ".join(filter(None, (hit.section, f"page {hit.page}" if hit.page else "")))
    ways = [f"words {hit.by_words}" * bool(hit.by_words), f"meaning {hit.by_meaning}" * bool(hit.by_meaning)]
    out.print(f"[bold]{number}. {clean(hit.paper.title)}[/] [dim]{clean(hit.paper.id)}[/]")
    out.print(f"   [dim]{clean(place)}{' · ' if place else ''}rank by {', by '.join(filter(None, ways))}[/]")
    out.print(f"   {clean(' '.join(hit.text.split()))}\n")


def _show(lines: list[str] | tuple[str, ...], most: int, what: str) -> None:
    for line in lines[:most]:
        err.print(f"  [yellow]{clean(line)}[/]")
    if len(lines) > most:
        err.print(f"  [yellow]and {len(lines) - most} more {what} (--json shows all)[/]")
