"""The files of a record: one table of their names, what each is, and how it is made. Nothing is opened by a name from a request."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from sovereign.contracts.public import CONTRACTS, Contract, document_bytes
from sovereign.contracts.published import Published
from sovereign.errors import NotFound
from sovereign.publish.bibtex import write_own
from sovereign.publish.export import export_files, zip_bytes
from sovereign.publish.export.write import page
from sovereign.publish.formats import FORMATS
from sovereign.publish.measured import figures
from sovereign.publish.standing import standing_of
from sovereign.publish.text import fragment

from ..context import Site
from .keeping import kept

ARCHIVE = "record.zip"
MANIFEST = "manifest.json"
CITATION = "record.bib"

# A picture and a page that stand alone may style themselves, and do nothing else.
_ALONE = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
_PAGE = f"{_ALONE}; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

Use = Literal["item", "describedby", "part"]


@dataclass(frozen=True)
class Download:
    """A file: its media type, what a reader may call it, and what it is to the record.

    ``use``: a form of the record itself (item), what describes it (describedby), or a part of it. ``saved``: a browser
    saves it rather than shows it.
    """

    media_type: str
    label: str
    make: Callable[[Site, Published], bytes]
    use: Use = "part"
    saved: bool = True
    policy: str = ""


def download(site: Site, published: Published, name: str) -> tuple[Download, bytes]:
    """The file of that name.

    Raises:
        NotFound: if the record has none such.
        SovereignError: what making it raises.
    """
    found = FILES.get(name) or plots(published).get(name)
    if found is None:
        raise NotFound(f"the record {published.record.short_id} has no file {name[:80]}", "Its page lists its files.")
    return found, found.make(site, published)


def file_name(published: Published, name: str) -> str:
    """What a reader's copy is called: ``SRCH-7CAAA2B2-v1-report.pdf``, ASCII without white space."""
    record = published.record
    return fragment(f"{record.short_id.replace(':', '-')}-v{record.version}-{name.replace('/', '-')}")


def plots(published: Published) -> dict[str, Download]:
    """The plots of the answer, by name."""
    return {
        plot.file: Download("image/svg+xml", f"Plot: {plot.title}", _plot(plot.number), "item", False, _ALONE)
        for plot in figures(published.record, None, {})
    }


def _plot(number: int) -> Callable[[Site, Published], bytes]:
    def make(site: Site, published: Published) -> bytes:
        return site.store.artifacts.get(published.record.answer.figures[number - 1].artifact)

    return make


def _form(name: str) -> Callable[[Site, Published], bytes]:
    def make(site: Site, published: Published) -> bytes:
        return page(published, name, site.store.artifacts.get)

    return make


def _pdf(site: Site, published: Published) -> bytes:
    return kept(site.store.home, published, "report.pdf", lambda: _form("pdf")(site, published))


def _archive(site: Site, published: Published) -> bytes:
    """The export as one file. The first of each distinct manifest is entered in the ledger as an event on the record: with it the
    ledger's head vouches for the whole file. Whoever asks again gets the same bytes, and nothing is entered."""
    texts = site.options.texts
    name = f"texts-{ARCHIVE}" if texts else ARCHIVE
    return kept(
        site.store.home, published, name, lambda: zip_bytes(export_files(site.store, published.record, texts=texts))
    )


def _manifest(site: Site, published: Published) -> bytes:
    """The manifest of that very archive: its hashes are those of the files in it."""
    with zipfile.ZipFile(io.BytesIO(_archive(site, published))) as archive:
        return archive.read(MANIFEST)


def _citation(site: Site, published: Published) -> bytes:
    root = site.options.base_url
    address = f"{root}/paper/{published.record.id}" if root else ""
    return write_own(published.record, None, standing_of(published), address).encode("utf-8")


def _contract(one: Contract) -> Callable[[Site, Published], bytes]:
    def make(_site: Site, published: Published) -> bytes:
        assert one.make is not None
        return document_bytes(one.make(published))

    return make


_LABELS: dict[str, tuple[str, Use, bool]] = {
    "html": ("The report as one page", "item", False),
    "pdf": ("The report as PDF", "item", False),
    "md": ("The report as Markdown", "item", False),
    "json": ("The whole record as JSON", "item", False),
    "csv": ("The claims as a table", "item", True),
    "bib": ("The references as BibTeX", "part", True),
    "ris": ("Record and references as RIS", "describedby", True),
    "csl": ("Record and references as CSL-JSON", "describedby", True),
    "cff": ("Citation file", "describedby", True),
    "jsonld": ("Metadata as JSON-LD", "describedby", False),
}


def _table() -> dict[str, Download]:
    made = {c.name: c for c in CONTRACTS if c.make}
    table = {
        form.file: Download(
            form.media_type,
            _LABELS[name][0],
            _pdf if name == "pdf" else _form(name),
            *_LABELS[name][1:],
            policy=_PAGE if name == "html" else "",
        )
        for name, form in FORMATS.items()
    }
    table[CITATION] = Download("application/x-bibtex", "How to cite it, as BibTeX", _citation, "describedby")
    table[ARCHIVE] = Download("application/zip", "Everything, to be verified offline", _archive, "item")
    table[MANIFEST] = Download(
        "application/json", "Manifest: every file with its hash", _manifest, "describedby", False
    )
    table["claims.json"] = Download("application/json", "All claims with their evidence", _contract(made["claim-record"]), saved=False)  # fmt: skip
    table["corrections.json"] = Download("application/json", "What was corrected", _contract(made["correction-record"]), saved=False)  # fmt: skip
    for one in made.values():
        table[one.file] = Download("application/json", one.about, _contract(one), saved=False)
    return table


FILES: dict[str, Download] = _table()
"""Every file but the plots, whose number is the record's own."""
