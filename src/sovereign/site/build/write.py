"""Writes the site into a folder: its own files of an earlier time are replaced, those of others never touched."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from sovereign.errors import InputError, OutputError
from sovereign.publish.folder import write_whole

from ..catalog import Filters
from ..context import Site
from ..http.headers import POLICY
from .fetch import NOWHERE, Answered, Fetched, fetch
from .places import file_of, relinked
from .search import search_data

SEARCH = "/assets/search-data.js"
"""What the static site's search looks through; it is made here and no answer of the server."""

LIST = ".sovereign-site.json"
"""Names the files that are ours, so that the next time can take away those that are no longer wanted."""

# In a page, the policy cannot speak of frames.
_IN_PAGES = POLICY.replace("; frame-ancestors 'none'", "")
_POLICY = f'<meta http-equiv="Content-Security-Policy" content="{_IN_PAGES}">\n'
_CHARSET = '<meta charset="utf-8">\n'
_NOWHERE = re.compile(rf'<(?:link|meta) [^>]*"{re.escape(NOWHERE)}[^>]*>\n?| ?{re.escape(NOWHERE)}[^<"\s]*')
"""Tags that give an address that is none, and such an address in a text: a page that is nowhere is cited by its name alone."""


class Built(NamedTuple):
    """What was written. ``left_out`` counts drafts that are not among it, ``failed`` are addresses that gave no answer."""

    files: int
    size: int
    records: int
    left_out: int
    removed: int
    failed: tuple[str, ...]


def build(site: Site, folder: Path, progress: Callable[[int, int], None] = lambda done, known: None) -> Built:
    """Write the whole of ``site`` into ``folder``. The same store gives the same files in one process; in another, the times differ
    at which it checked ledger and mathematics.

    Raises:
        InputError: if the folder holds files that are not ours.
        OutputError: if it cannot be written.
    """
    before = _ours(folder)
    site = replace(site, options=replace(site.options, static=True))
    fetched = fetch(site, progress)
    files = _files(fetched, site)
    try:
        for name, data in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, data)
        removed = [name for name in before if name not in files and _is_below(folder, name)]
        for name in removed:
            (folder / name).unlink(missing_ok=True)
        write_whole(folder / LIST, json.dumps(sorted(files), indent=0).encode())
    except OSError as error:
        raise OutputError(
            f"The site could not be written to {folder}: {error.strerror or error}.",
            "Choose a folder that you may write to.",
        ) from error
    every, shown = (
        site.catalog.records(Filters(), 1, 1, drafts=drafts).total for drafts in (True, site.options.drafts)
    )
    failed = tuple(f"{address}: {status}" for address, status in fetched.failed.items())
    return Built(len(files), sum(map(len, files.values())), shown, every - shown, len(removed), failed)


def _files(fetched: Fetched, site: Site) -> dict[str, bytes]:
    places = {address: file_of(address, answered.media_type) for address, answered in fetched.answers.items()}

    places[SEARCH] = SEARCH.lstrip("/")

    def target(address: str) -> str | None:
        return places.get(fetched.settled(address))

    files = {}
    for address, answered in fetched.answers.items():
        place = places[address]
        # In data, an address of a site that has none is a path of it.
        files[place] = (
            _page(answered, place, target) if answered.is_page else answered.body.replace(NOWHERE.encode(), b"")
        )
    files["404.html"] = _page(fetched.missing_page, "404.html", target)
    files[places[SEARCH]] = search_data(site, target)
    return files


def _page(answered: Answered, place: str, target: Callable[[str], str | None]) -> bytes:
    html = relinked(answered.body.decode("utf-8"), place, target)
    html = _NOWHERE.sub("", html.replace(_CHARSET, _CHARSET + _POLICY, 1))
    return html.encode("utf-8")


def _ours(folder: Path) -> list[str]:
    """The files of an earlier time; none in a folder that is new or empty.

    Raises:
        InputError: if others' files are there, or it is no folder.
    """
    if not folder.exists():
        return []
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder.", "Name a folder that is new, empty, or one that this command wrote.")
    try:
        return [str(name) for name in json.loads((folder / LIST).read_bytes())]
    except FileNotFoundError:
        if any(folder.iterdir()):
            raise InputError(
                f"{folder} holds files that are not of this site.",
                "Name a folder that is new, empty, or one that this command wrote.",
            ) from None
        return []
    except (ValueError, TypeError, OSError) as error:
        raise InputError(f"{folder / LIST} cannot be read: {error}.", "Remove the folder, or name another.") from error


def _is_below(folder: Path, name: str) -> bool:
    """Whether a name from the list leads into the folder: somebody may have edited it."""
    return (folder / name).resolve().is_relative_to(folder.resolve()) and not Path(name).is_absolute()
