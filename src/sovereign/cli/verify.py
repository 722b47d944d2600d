"""``sovereign verify``: one claim against one document."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sovereign.checks import verify_in_document
from sovereign.kernel import limits_of
from sovereign.models import embedder, entailer
from sovereign.reading import read_file
from sovereign.records import Evidence
from sovereign.settings import load

from .output import clean, guarded, out, print_json


@guarded
def verify(
    claim: Annotated[str, typer.Argument(help="The claim, in quotes.")],
    against: Annotated[
        Path, typer.Option("--against", help="The document: Markdown, HTML, LaTeX, XML, plain text or PDF.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")] = False,
) -> None:
    """Hold one claim against one document: verdict, rationale sentence or table cells, every check."""
    settings = load()
    document = read_file(against, against.name, limits_of(settings))
    verification = verify_in_document(claim, document, embedder(settings.verify_embedder), entailer(settings.entailer))
    if as_json:
        return print_json({"claim": claim, "against": against.name, **verification.model_dump(mode="json")})
    out.print(f"[bold]{verification.verdict}[/]: {clean(verification.reason)}")
    for evidence in verification.evidence[:1]:
        _show(evidence)


def _show(evidence: Evidence) -> None:
    quote, rationale = evidence.quote, evidence.rationale
    where = ", ".join(
        p
        for p in (quote.section, f"page {quote.page}" if quote.page else "", f"characters {quote.start} to {quote.end}")
        if p
    )
    if rationale:
        out.print(f"{clean(rationale.label or 'Table')} ({clean(where)}): {clean(rationale.caption)}")
        for cell in rationale.cells:
            headers = ", ".join(filter(None, (*cell.row_headers, *cell.column_headers)))
            out.print(f"  {clean(headers)}: {clean(cell.text)}")
        out.print(f"  {clean(rationale.computation.expression)}")
    elif quote.our_words:
        seen = f"[{quote.where or 'no place given'}] seen: {quote.seen or 'not said'}"
        out.print(f"Finding of a secondary summary, our words ({clean(where)}):\n  {clean(quote.text)} {clean(seen)}")
    else:
        out.print(f"Sentence ({clean(where)}):\n  “{clean(quote.text)}”")
    for check in evidence.checks:
        note = "" if check.decides else " [dim](reported only)[/]"
        out.print(f"  {check.check:<10} {check.outcome:<15} {clean(check.reason)}{note}")
