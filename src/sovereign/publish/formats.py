"""The public forms of a record, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sovereign.errors import NotFound
from sovereign.records import LedgerHead, OwnerDecision, Record

from .bibtex import write_bib
from .claims_csv import write_csv
from .html import write_html
from .markdown import write_markdown
from .view import view_of


@dataclass(frozen=True)
class Format:
    """A public form: the file it is written to, its media type, and the function that makes it."""

    file: str
    media_type: str
    make: Callable[[Record, LedgerHead | None, OwnerDecision | None], str]


def _json(record: Record, head: LedgerHead | None, owner: OwnerDecision | None) -> str:
    return record.model_copy(update={"ledger_head": head}).model_dump_json(indent=2) + "\n"


FORMATS: dict[str, Format] = {
    "json": Format("record.json", "application/json", _json),
    "html": Format("report.html", "text/html", lambda r, head, owner: write_html(view_of(r, head, owner))),
    "md": Format("report.md", "text/markdown", lambda r, head, owner: write_markdown(view_of(r, head, owner))),
    "csv": Format("claims.csv", "text/csv", lambda r, head, owner: write_csv(r, head)),
    "bib": Format("references.bib", "application/x-bibtex", lambda r, head, owner: write_bib(r, head)),
}


def render(record: Record, format: str, head: LedgerHead | None = None, owner: OwnerDecision | None = None) -> str:
    """``record`` in one of ``FORMATS``, as text.

    ``head`` is the ledger's head at the time of export, by default the one that the record carries. ``owner`` is the
    owner's decision, which stands beside the record; only the pages show it.

    Raises:
        NotFound: if there is no such format.
    """
    if format not in FORMATS:
        raise NotFound(f"There is no format “{format}”.", f"Choose one of {', '.join(FORMATS)}.")
    return FORMATS[format].make(record, head or record.ledger_head, owner)
