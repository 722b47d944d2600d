"""``sovereign monitor``: what has happened to published records since, for a person or for cron."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sovereign.errors import ReviewDue
from sovereign.kernel.monitor import Watched, looking
from sovereign.kernel.monitor import monitor as watch
from sovereign.settings import load
from sovereign.store import open_of

from .output import clean, err, guarded, out, print_json
from .records import Json


@guarded
def monitor(
    record_ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Records to look at; all if none is named.")
    ] = None,
    library: Annotated[
        list[Path] | None,
        typer.Option(
            "--library", help="Documents as they are now; without it, the index and the notes that ship. Repeatable."
        ),
    ] = None,
    online: Annotated[
        bool, typer.Option("--online", help="Ask Crossref for retractions, and arXiv for later versions.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Look for retractions, changed sources, failed reproductions, contested figures and damage; raise review triggers."""
    settings = load()
    with open_of(settings) as store:
        if not store.records.newest():
            found: tuple[Watched, ...] = ()
        else:
            for name in record_ids or ():
                store.records.find(name)  # a wrong name is said before a library is read
            with looking(settings, library or (), online, _tell) as look:
                found = watch(store, record_ids or (), look, _tell)
    due = [one for one in found if one.active]
    if as_json:
        print_json({"records": [one.model_dump(mode="json") for one in found], "review_due": len(due)})
    else:
        _show(found)
    if due:
        raise ReviewDue(
            f"{len(due)} of {len(found)} record(s) ask for a review",
            f"Look at each, then correct it if need be: sovereign show {due[0].short_id}",
        )


def _tell(line: str) -> None:
    if err.is_terminal:
        err.print(clean(line))


def _show(found: tuple[Watched, ...]) -> None:
    if not found:
        return out.print("There are no records to look at.")
    for one in found:
        state = f"[bold yellow]{len(one.active)} trigger(s)[/]" if one.active else "[green]clear[/]"
        out.print(f"[bold]{one.short_id}[/] version {one.version}: {state}; looked for {', '.join(one.checked)}")
        for line in one.raised:
            out.print(f"  new: {clean(line)}")
        new = set(one.raised)
        for trigger in one.active:
            line = f"{trigger.trigger}, {trigger.cause}: {trigger.reason}"
            if line not in new:
                out.print(f"  since {trigger.raised_at[:16]}: {clean(line)}")
        for line in one.cleared:
            out.print(f"  cleared: {clean(line)}")
        for line in one.problems:
            err.print(f"  [yellow]{one.short_id}: {clean(line)}[/]")
