"""Where programs find what belongs to a record: typed links (signposting.org, FAIR profile) and the tags that importers read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from sovereign.contracts.published import Published
from sovereign.publish.standing import standing_of
from sovereign.publish.text import doi_url
from sovereign.publish.work import AUTHOR, record_work

from .downloads import FILES, Download, plots

LINKSET = "linkset.json"
LINKSET_TYPE = "application/linkset+json"
_ABOUT_PAGE, _ARTICLE = "https://schema.org/AboutPage", "https://schema.org/ScholarlyArticle"


class Sign(NamedTuple):
    """A typed link: what it is, the whole address it leads to, and the media type there, empty where it has none."""

    rel: str
    href: str
    type: str = ""


def signs(root: str, base: str, published: Published) -> tuple[Sign, ...]:
    """The links of a record's page. ``root`` is the site's address, ``base`` the path of the page.

    No licence is among them: the record names none. Its author is the software, which the site's own page tells of.
    """
    page = f"{root}{base}"
    found = [
        Sign("cite-as", doi_url(published.doi) or f"{root}/paper/{published.record.id}"),
        Sign("type", _ABOUT_PAGE),
        Sign("type", _ARTICLE),
        Sign("author", f"{root}/about"),
        Sign("linkset", f"{page}/{LINKSET}", LINKSET_TYPE),
    ]
    for name, file in _files(published):
        found.append(Sign(file.use, f"{page}/{name}", file.media_type))
    return tuple(found)


def file_signs(root: str, base: str, file: Download) -> tuple[Sign, ...]:
    """The links of one of its files, back to the page."""
    if file.use == "part":
        return ()
    return (Sign("describes" if file.use == "describedby" else "collection", f"{root}{base}", "text/html"),)


def header(links: Iterable[Sign]) -> str:
    """The value of a ``Link`` header (RFC 8288)."""
    return ", ".join(f'<{s.href}>; rel="{s.rel}"' + (f'; type="{s.type}"' if s.type else "") for s in links)


def linkset(root: str, base: str, published: Published) -> dict[str, Any]:
    """All these links as a link set in JSON (RFC 9264), with those that lead back from the files."""
    page = f"{root}{base}"
    sets = [_context(page, (s for s in signs(root, base, published) if s.rel != "linkset"))]
    sets += [_context(f"{page}/{name}", file_signs(root, base, file)) for name, file in _files(published)]
    return {"linkset": sets}


def _context(anchor: str, links: Iterable[Sign]) -> dict[str, Any]:
    made: dict[str, Any] = {"anchor": anchor}
    for one in links:
        made.setdefault(one.rel, []).append({"href": one.href} | ({"type": one.type} if one.type else {}))
    return made


def _files(published: Published) -> list[tuple[str, Download]]:
    return [(name, file) for name, file in (*FILES.items(), *plots(published).items()) if file.use != "part"]


def metas(root: str, base: str, published: Published) -> tuple[tuple[str, str], ...]:
    """Tags for the head of the page, as (name, content): those of Highwire, which Google Scholar and Zotero read, and Dublin Core.

    A technical report, by its institution: what has neither a journal nor a book is taken for a journal's article otherwise.
    """
    work = record_work(published.record, None, standing_of(published))
    page = f"{root}{base}"
    date = "{:04}/{:02}/{:02}".format(*work.made) if work.made else ""
    found = [
        ("citation_title", work.title),
        ("citation_author", AUTHOR),
        ("citation_publication_date", date),
        ("citation_technical_report_institution", AUTHOR),
        ("citation_technical_report_number", work.short_id),
        ("citation_publisher", AUTHOR),
        ("citation_language", "en"),
        ("citation_doi", work.doi or ""),
        ("citation_abstract_html_url", page),
        ("citation_fulltext_html_url", page),
        ("citation_pdf_url", f"{page}/report.pdf"),
        ("citation_abstract", work.abstract),
        ("citation_keywords", "; ".join(work.keywords)),
        ("DC.title", work.title),
        ("DC.creator", AUTHOR),
        ("DC.date", date.replace("/", "-")),
        ("DC.identifier", doi_url(work.doi) or work.urn),
        ("DC.publisher", AUTHOR),
        ("DC.language", "en"),
        ("DC.description", work.standing),
    ]
    return tuple((name, content) for name, content in found if content)
