"""The files of a record. Their names come from a table; what a request names is only ever looked up in it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse, Response

from ..context import SiteOf
from ..records.downloads import download, file_name
from ..records.shelf import Shelf, canonical, shelf
from ..records.signposts import LINKSET, LINKSET_TYPE, file_signs, header, linkset
from ..render import absolute

html = APIRouter()
api = APIRouter()

_TEXT = ("text/", "application/yaml", "application/x-bibtex", "application/x-research-info-systems")


Name = Annotated[str, Path(max_length=200)]
File = Annotated[str, Path(max_length=200)]
Version = Annotated[int, Path(ge=1, le=1_000_000)]


@html.get("/paper/{name}/v{version:int}/{file:path}")
def version_file(request: Request, site: SiteOf, name: Name, version: Version, file: File) -> Response:
    """One file of an older version of a record."""
    root = absolute(request, site, "")
    return canonical(request, site, name) or served(root, shelf(site, UUID(name), version), file)


@html.get("/paper/{name}/{file:path}")
def newest_file(request: Request, site: SiteOf, name: Name, file: File) -> Response:
    """One file of the newest version of a record."""
    return canonical(request, site, name) or served(absolute(request, site, ""), shelf(site, UUID(name)), file)


def served(root: str, found: Shelf, file: str) -> Response:
    """A file of a record as an answer. ``root`` is the site's address.

    Raises:
        NotFound: if the record has none such.
    """
    if file == LINKSET:
        return JSONResponse(linkset(root, found.base, found.published), media_type=LINKSET_TYPE)
    made, data = download(found.site, found.published, file)
    kind = f"{made.media_type}; charset=utf-8" if made.media_type.startswith(_TEXT) else made.media_type
    how = "attachment" if made.saved else "inline"
    headers = {
        "Content-Disposition": f'{how}; filename="{file_name(found.published, file)}"',
        "X-Content-Type-Options": "nosniff",
    }
    if back := file_signs(root, found.base, made):
        headers["Link"] = header(back)
    if made.policy:
        headers["Content-Security-Policy"] = made.policy
    return Response(data, headers=headers, media_type=kind)
