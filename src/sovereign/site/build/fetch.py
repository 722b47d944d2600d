"""Asks the site for every address that it leads to, in this process."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urlsplit

import anyio
import httpx

from ..app import API, make_app
from ..assets import asset_names
from ..context import Site
from .places import links_in

NOWHERE = "http://static.invalid"
"""The address of a site that has none: it must not be left in any file."""

_FIRST = ("/", "/claims", "/robots.txt", "/openapi.json")
_ABSOLUTE = ("/feed.atom", "/sitemap.xml")  # are nothing without the site's own address
_NOT_FOR_FILES = ("/owner", "/assets/search-data.js")


class Answered(NamedTuple):
    """What the site gives at an address; ``media_type`` without parameters."""

    body: bytes
    media_type: str

    @property
    def is_page(self) -> bool:
        return self.media_type == "text/html"


class Fetched(NamedTuple):
    """Every answer by its address, addresses that lead on to another, the page for what is not there, and what failed."""

    answers: dict[str, Answered]
    redirects: dict[str, str]
    missing_page: Answered
    failed: dict[str, int]

    def settled(self, address: str) -> str:
        """The address that one leads to in the end."""
        for _ in range(5):
            address = self.redirects.get(address, address)
        return address


def fetch(site: Site, progress: Callable[[int, int], None]) -> Fetched:
    """All that can be reached from the first page, the map and the JSON interface. ``progress``: addresses done, and known."""
    return anyio.run(_fetch, site, progress)


async def _fetch(site: Site, progress: Callable[[int, int], None]) -> Fetched:
    app = make_app(site)
    origin = site.options.base_url or NOWHERE
    base = urlsplit(origin)
    first = [*_FIRST, *(_ABSOLUTE if site.options.base_url else ()), *(f"/assets/{name}" for name in asset_names())]
    lists = [
        path for path, of in app.openapi()["paths"].items() if "get" in of and path.startswith(API) and "{" not in path
    ]
    queue = deque(dict.fromkeys([*first, *lists]))
    known = set(queue)
    answers: dict[str, Answered] = {}
    redirects: dict[str, str] = {}
    failed: dict[str, int] = {}
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 1))
    async with httpx.AsyncClient(
        transport=transport, base_url=f"{base.scheme}://{base.netloc}", timeout=None
    ) as client:

        async def ask(address: str) -> httpx.Response:
            return await client.get(address, headers={"accept": "text/html,*/*;q=0.8", "accept-encoding": "identity"})

        def lead_to(address: str) -> None:
            if address not in known and not address.startswith(_NOT_FOR_FILES) and _is_for_files(address, site):
                known.add(address)
                queue.append(address)

        while queue:
            address = queue.popleft()
            response = await ask(address)
            if response.is_redirect:
                to = urlsplit(response.headers["location"])
                redirects[address] = to.path + (f"?{to.query}" if to.query else "")
                lead_to(redirects[address])
            elif response.status_code == 200:
                one = Answered(response.content, response.headers["content-type"].partition(";")[0])
                answers[address] = one
                for link in links_in(response.text) if one.is_page else _further(address, one):
                    lead_to(link)
            else:
                failed[address] = response.status_code
            progress(len(known) - len(queue), len(known))
        missing = await ask("/404")
    return Fetched(answers, redirects, Answered(missing.content, "text/html"), failed)


def _is_for_files(address: str, site: Site) -> bool:
    """Whether an address means anything without a server, and without an address of the site's own."""
    return bool(site.options.base_url) or not (address.startswith(_ABSOLUTE) or address.endswith("/linkset.json"))


def _further(address: str, one: Answered) -> list[str]:
    """The further pages of a list of the JSON interface."""
    if not address.startswith(API) or "?" in address:
        return []
    data = json.loads(one.body)
    if not isinstance(data, dict) or not {"items", "total", "size"} <= data.keys():
        return []
    return [f"{address}?page={n}" for n in range(2, -(-data["total"] // data["size"]) + 1)]
