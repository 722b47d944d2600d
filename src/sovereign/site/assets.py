"""Style, scripts and libraries, from the package: nothing is loaded from elsewhere."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from fastapi import APIRouter, Response

from sovereign.errors import NotFound

TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".txt": "text/plain"}

html = APIRouter()


@html.get("/assets/{name}")
def asset(name: str) -> Response:
    """One file of the package's assets."""
    data = asset_bytes(name)
    return Response(data, media_type=TYPES[name[name.rindex(".") :]], headers={"cache-control": "max-age=3600"})


def asset_names() -> tuple[str, ...]:
    """The names of all assets."""
    return tuple(sorted(one.name for one in files(__package__).joinpath("assets").iterdir() if _known(one.name)))


@cache
def asset_bytes(name: str) -> bytes:
    """The bytes of one asset. The site's style stands on that of the report.

    Raises:
        NotFound: if there is none of that name.
    """
    if name not in asset_names():
        raise NotFound(f"there is no file {name[:80]}", "Follow a link of the site.")
    data = files(__package__).joinpath("assets", name).read_bytes()
    if name == "site.css":
        return files("sovereign.publish").joinpath("templates/report.css").read_bytes() + b"\n" + data
    return data


def _known(name: str) -> bool:
    return any(name.endswith(suffix) for suffix in TYPES)
