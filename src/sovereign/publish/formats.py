"""The public forms of a record, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sovereign.errors import InputError, NotFound
from sovereign.records import LedgerHead, OwnerDecision, Record

from .bibtex import write_bib
from .cff import write_cff
from .claims_csv import write_csv
from .csl import write_csl
from .html import write_html
from .jsonld import write_jsonld
from .markdown import write_markdown
from .measured import Artifact
from .pdf import write_pdf
from .ris import write_ris
from .standing import Standing
from .view import view_of

Make = Callable[[Record, LedgerHead | None, OwnerDecision | None, Artifact | None, Standing | None], str | bytes]


@dataclass(frozen=True)
class Format:
    """A public form: the file it is written to, its media type, and the function that makes it, as text or bytes.

    ``make`` gets the record, the ledger's head, the owner's decision, a way to a plot's bytes, and how its version stands.
    """

    file: str
    media_type: str
    make: Make
    binary: bool = False


def _json(record: Record, head: LedgerHead | None, *_: object) -> str:
    return record.model_copy(update={"ledger_head": head}).model_dump_json(indent=2) + "\n"


FORMATS: dict[str, Format] = {
    "json": Format("record.json", "application/json", _json),
    "html": Format("report.html", "text/html", lambda *given: write_html(view_of(*given))),
    "md": Format("report.md", "text/markdown", lambda *given: write_markdown(view_of(*given))),
    "pdf": Format("report.pdf", "application/pdf", lambda *given: write_pdf(view_of(*given)), binary=True),
    "csv": Format("claims.csv", "text/csv", lambda record, head, *_: write_csv(record, head)),
    "bib": Format("references.bib", "application/x-bibtex", lambda record, head, *_: write_bib(record, head)),
    "ris": Format(
        "references.ris",
        "application/x-research-info-systems",
        lambda record, head, _owner, _artifact, standing: write_ris(record, head, standing),
    ),
    "csl": Format(
        "references.csl.json",
        "application/vnd.citationstyles.csl+json",
        lambda record, head, _owner, _artifact, standing: write_csl(record, head, standing),
    ),
    "cff": Format(
        "CITATION.cff",
        "application/yaml",
        lambda record, head, _owner, _artifact, standing: write_cff(record, head, standing),
    ),
    "jsonld": Format(
        "record.jsonld",
        "application/ld+json",
        lambda record, head, owner, _artifact, standing: write_jsonld(record, head, owner, standing),
    ),
}


def render(
    record: Record,
    format: str,
    head: LedgerHead | None = None,
    owner: OwnerDecision | None = None,
    artifact: Artifact | None = None,
    standing: Standing | None = None,
) -> str:
    """``record`` in one of ``FORMATS`` that is text.

    ``head`` is the ledger's head at the time of export, by default the one that the record carries. ``owner`` is the
    owner's decision, which stands beside the record; only the pages and JSON-LD show it. ``artifact`` gives the bytes of a
    plot by their SHA-256: the page as HTML and PDF holds them, that as Markdown leads to the files that ``write_all``
    writes. ``standing`` is how the ledger says that this version stands, and its DOI, once it has one; the pages mark a
    version that is superseded.

    Raises:
        NotFound: if there is no such format.
        InputError: if it is no text: take ``render_bytes``.
    """
    made = _made(record, format, head, owner, artifact, standing)
    if isinstance(made, bytes):
        raise InputError(f"The format “{format}” is no text.", "Take its bytes, or write it to a file.")
    return made


def render_bytes(
    record: Record,
    format: str,
    head: LedgerHead | None = None,
    owner: OwnerDecision | None = None,
    artifact: Artifact | None = None,
    standing: Standing | None = None,
) -> bytes:
    """``record`` in any of ``FORMATS``, as the bytes of its file: text is UTF-8. The arguments are those of ``render``.

    Raises:
        NotFound: if there is no such format.
        OutputError: if a PDF cannot be typeset in time.
    """
    made = _made(record, format, head, owner, artifact, standing)
    return made if isinstance(made, bytes) else made.encode("utf-8")


def _made(
    record: Record,
    format: str,
    head: LedgerHead | None,
    owner: OwnerDecision | None,
    artifact: Artifact | None,
    standing: Standing | None,
) -> str | bytes:
    if format not in FORMATS:
        raise NotFound(f"There is no format “{format}”.", f"Choose one of {', '.join(FORMATS)}.")
    return FORMATS[format].make(record, head or record.ledger_head, owner, artifact, standing)
