"""Writes a page as HTML: every string that is no markup of ours is escaped, and rid of signs that a reader cannot see."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from sovereign.publish.text import clean
from sovereign.version import __version__

from .context import Site

NAVIGATION = (
    ("/", "Records"),
    ("/benchmarks", "Benchmarks"),
    ("/mathematics", "Mathematics"),
    ("/graph", "Graph"),
    ("/lab", "Lab"),
    ("/audit", "Audit"),
    ("/about", "About"),
)
"""The main pages, in their order; the rest is in the foot of every page."""

FOOT = (
    ("/methodology", "Methodology"),
    ("/quality", "Quality"),
    ("/schemas", "Schemas"),
    ("/docs", "API"),
    ("/feed.atom", "Feed"),
)


def page(
    request: Request,
    site: Site,
    template: str,
    *,
    title: str,
    description: str = "",
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    links: tuple[tuple[str, str, str], ...] = (),
    metas: tuple[tuple[str, str], ...] = (),
    noindex: bool = False,
    **data: Any,
) -> HTMLResponse:
    """A page of the site. ``links`` are (rel, address, media type) and ``metas`` (name, content) for its head."""
    text = environment().get_template(template).render(
        **data,
        title=title,
        description=description,
        here=request.url.path,
        canonical=absolute(request, site, quote(request.url.path, errors="replace")),
        links=links,
        metas=metas,
        noindex=noindex,
        options=site.options,
        navigation=NAVIGATION,
        foot=FOOT,
        software=__version__,
    )  # fmt: skip
    return HTMLResponse(text, status, dict(headers or {}))


def absolute(request: Request, site: Site, path: str) -> str:
    """The whole address of a path of this site."""
    return (site.options.base_url or str(request.base_url).rstrip("/")) + path


@cache
def environment() -> Environment:
    """The templates of the site, with those of the report below them."""
    made = Environment(
        loader=ChoiceLoader([PackageLoader("sovereign.site", "templates"), PackageLoader("sovereign.publish", "templates")]),
        autoescape=True,
        finalize=_without_hidden,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,  # templates are files of the package: to look at each whether it changed costs more than to write it
    )  # fmt: skip
    made.filters |= {"day": _day, "words": _words, "number": _number}
    made.globals["query"] = _query
    return made


def _without_hidden(value: Any) -> Any:
    # What a macro made is escaped already.
    if type(value) is str:
        return clean(value)
    return value if hasattr(value, "__html__") else clean(str(value))


def _day(moment: str) -> str:
    """``2026-11-23`` as ``23 Nov 2026``; what is no time stays as it is."""
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return moment
    return f"{at.day} {at:%b %Y}"


def _words(name: str) -> str:
    """``NOT_ENOUGH_INFO`` as ``not enough info``."""
    return name.replace("_", " ").lower()


def _number(value: float) -> str:
    return f"{value:,}"


def _query(path: str, given: Mapping[str, Any], **changed: Any) -> str:
    """``path`` with parameters: those given, with some changed; the empty ones are left out."""
    kept = {name: value for name, value in {**given, **changed}.items() if value not in (None, "", False)}
    return f"{path}?{urlencode(kept)}" if kept else path
