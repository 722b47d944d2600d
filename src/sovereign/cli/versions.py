"""``sovereign versions``: what changed between two versions of one work."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sovereign.kernel import limits_of
from sovereign.kernel.versions import Change, changes, version_claims, version_reason
from sovereign.reading import read_file
from sovereign.records import Claim
from sovereign.settings import load

from .output import clean, guarded, out, print_json

_File = Annotated[Path, typer.Argument(help="A document: Markdown, HTML, LaTeX, XML, plain text or PDF.")]


@guarded
def versions(
    older: _File,
    newer: _File,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")] = False,
) -> None:
    """Hold the claims of two versions of one work against each other: figures, directions and scopes that changed."""
    limits = limits_of(load())
    documents = [read_file(path, path.name, limits) for path in (older, newer)]
    reason = version_reason(*documents)
    found = changes(*(version_claims([d]) for d in documents))
    if as_json:
        return print_json({"versions": reason, "changes": [_plain(change) for change in found]})
    said = f"Versions of one work: {reason}." if reason else (
        "Nothing in the two says that they are versions of one work; they were compared all the same."
    )  # fmt: skip
    out.print(f"{clean(said)} {len(found)} {'change' if len(found) == 1 else 'changes'}.")
    for change in found:
        out.print(f"\n[bold]{clean(change.why)}[/]")
        for name, claim in ((older.name, change.older), (newer.name, change.newer)):
            out.print(f"  {clean(name)}: {f'“{clean(claim.text)}”' if claim else 'does not say so'}")


def _plain(change: Change) -> dict[str, object]:
    return {
        "kind": change.kind, "metric": change.metric, "why": change.why, "older": _quote(change.older),
        "newer": _quote(change.newer),
    }  # fmt: skip


def _quote(claim: Claim | None) -> dict[str, object] | None:
    return None if claim is None else claim.quote.model_dump(mode="json", include={"text", "start", "end", "section"})
