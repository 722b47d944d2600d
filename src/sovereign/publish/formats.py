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
from .measured import Artifact
from .standing import Standing
from .view import view_of

Make = Callable[[Record, LedgerHead | None, OwnerDecision | None, Artifact | None, Standing | None], str]


@dataclass(frozen=True)
class Format:
    """A public form: the file it is written to, its media type, and the function that makes it."""

    file: str
    media_type: str
    make: Make


def _json(
    record: Record,
    head: LedgerHead | None,
    owner: OwnerDecision | None = None,
    artifact: Artifact | None = None,
    standing: Standing | None = None,
) -> str:
    return record.model_copy(update={"ledger_head": head}).model_dump_json(indent=2) + "\n"


FORMATS: dict[str, Format] = {
    "json": Format("record.json", "application/json", _json),
    "html": Format("report.html", "text/html", lambda *given: write_html(view_of(*given))),
    "md": Format("report.md", "text/markdown", lambda *given: write_markdown(view_of(*given))),
    "csv": Format("claims.csv", "text/csv", lambda record, head, *_: write_csv(record, head)),
    "bib": Format("references.bib", "application/x-bibtex", lambda record, head, *_: write_bib(record, head)),
}


def render(
    record: Record,
    format: str,
    head: LedgerHead | None = None,
    owner: OwnerDecision | None = None,
    artifact: Artifact | None = None,
    standing: Standing | None = None,
) -> str:
    """``record`` in one of ``FORMATS``, as text.

    ``head`` is the ledger's head at the time of export, by default the one that the record carries. ``owner`` is the
    owner's decision, which stands beside the record; only the pages show it. ``artifact`` gives the bytes of a plot by
    their SHA-256: the page as HTML holds them, that as Markdown leads to the files that ``write_all`` writes. ``standing`` is how
    the ledger says that this version stands; the pages mark a version that is superseded.

    Raises:
        NotFound: if there is no such format.
    """
    if format not in FORMATS:
        raise NotFound(f"There is no format “{format}”.", f"Choose one of {', '.join(FORMATS)}.")
    return FORMATS[format].make(record, head or record.ledger_head, owner, artifact, standing)
