"""What readers that are programs follow: the feed of new records, the map of the site, and the word to crawlers."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import APIRouter, Request, Response

from .catalog import Filters, RecordRow
from .context import Site, SiteOf
from .render import FOOT, NAVIGATION, absolute, environment

_NEWEST = 50  # entries of the feed
_MOST = 50_000  # addresses that one map may hold, by the protocol

html = APIRouter()


@html.get("/feed.atom")
def feed(request: Request, site: SiteOf) -> Response:
    """The newest records as an Atom feed (RFC 4287)."""
    found = site.catalog.records(Filters(), 1, _NEWEST, drafts=site.options.drafts)
    root = absolute(request, site, "")
    updated = max((row.updated_at for row in found.items), default="1970-01-01T00:00:00+00:00")
    text = environment().get_template("feed.atom.j2").render(rows=found.items, root=root, updated=updated)
    return Response(text, media_type="application/atom+xml")


@html.get("/sitemap.xml")
def sitemap(request: Request, site: SiteOf) -> Response:
    """The main pages and the records that stand; drafts are not for crawlers."""
    root = absolute(request, site, "")
    pages = [path for path, _ in (*NAVIGATION, *FOOT)]
    rows = [row for row, _ in zip(_standing(site), range(_MOST - len(pages)), strict=False)]
    text = environment().get_template("sitemap.xml.j2").render(pages=pages, rows=rows, root=root)
    return Response(text, media_type="application/xml")


@html.get("/robots.txt")
def robots(request: Request, site: SiteOf) -> Response:
    """Everything may be read; the owner's pages and endless lists need not be."""
    rules = [
        "User-agent: *",
        "Disallow: /owner",
        "Disallow: /*?",
        f"Sitemap: {absolute(request, site, '/sitemap.xml')}",
    ]
    return Response("\n".join(rules) + "\n", media_type="text/plain")


def _standing(site: Site) -> Iterator[RecordRow]:
    page = 1
    while items := site.catalog.records(Filters(), page, 500, drafts=False).items:
        yield from items
        page += 1
