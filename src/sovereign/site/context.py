"""What every page is made from: the store, the catalogue of what is in it, and how the site is run."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import Depends, Request

from sovereign.contracts.published import Published
from sovereign.errors import InputError, NotFound
from sovereign.store import Store

from .catalog import Catalog, RecordRow

_HOST = re.compile(r"[A-Za-z0-9.-]+(:[0-9]+)?|\[[0-9A-Fa-f:.]+\](:[0-9]+)?")
_PATH = re.compile(r"[A-Za-z0-9._~/-]*")


def public_address(given: str, *, below: bool) -> str:
    """The public address of a site as ``Options`` has it, empty where none is given. ``below``: it may lie below another address, which files may
    and a server may not, whose links begin at the root.

    Raises:
        InputError: if it is none.
    """
    if not given:
        return ""
    try:
        parts = urlsplit(given)
        whole = (
            parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and _HOST.fullmatch(parts.netloc)
        )
    except ValueError:  # a port or an address of IPv6 that is none
        whole = False
    path = given.partition("://")[2].partition("/")[2].rstrip("/")
    if not whole or not _PATH.fullmatch(path) or (path and not below):
        wanted = "Give scheme and host" + (
            "" if below else ", and no path: the links of a served site begin at its root"
        )
        raise InputError(
            f"{given!r} cannot be the public address of the site.", f"{wanted}, such as https://records.example."
        )
    return given.rstrip("/")


@dataclass(frozen=True)
class Options:
    """How the site is run.

    ``base_url`` is its public address without a slash at the end; empty: whatever address a request came to. ``drafts``: records
    that neither the policy nor the owner approved are shown, marked as drafts; otherwise they are not there. ``token`` lets the
    owner write; empty: nobody can. ``static``: the pages become files, without a server behind them. ``expected`` is how many records
    there will be when those that are being made are done; 0 where nothing is being made. ``texts``: downloads hold the stored texts of
    sources, which may not be ours to pass on. ``reachable``: other machines can reach it, so that it may go by any name.
    """

    base_url: str = ""
    drafts: bool = True
    token: str = field(default="", repr=False)
    static: bool = False
    expected: int = 0
    texts: bool = False
    reachable: bool = False


@dataclass(frozen=True)
class Site:
    """An open store with its catalogue."""

    store: Store
    catalog: Catalog
    options: Options = Options()

    def find(self, name: str) -> UUID:
        """The id of the one record of that name. Where drafts are not shown, nothing is told of them, not even by advice.

        Raises:
            NotFound: if no record that is shown, or more than one, goes by that name.
        """
        if self.options.drafts:
            return self.store.records.find(name)
        with suppress(NotFound):
            found = self.store.records.find(name)
            if (row := self.catalog.record(found)) and row.stands:
                return found
        raise _unknown(name)

    def published(self, name: str | UUID, version: int | None = None) -> Published:
        """A version of a record, the newest if none is given, with its events and the ledger's head.

        Raises:
            NotFound: if there is no such record or version, or it is a draft and drafts are not shown.
            SovereignError: what loading it and its events raises.
        """
        return self.found(name, version)[0]

    def found(self, name: str | UUID, version: int | None = None) -> tuple[Published, RecordRow]:
        """The same, and what the catalogue says of the newest version. See ``published`` for errors."""
        record_id = name if isinstance(name, UUID) else self.find(name)
        row = self.catalog.record(record_id)
        if row is None or not (row.stands or self.options.drafts):
            raise _unknown(name)
        events = self.store.ledger.events(str(record_id))
        record = self.store.records.load(record_id, version, events)
        return Published(record, events, self.store.ledger.head()), row


def _unknown(name: str | UUID) -> NotFound:
    return NotFound(f"there is no published record {name}", "Look for it in the list of records.")


def _site_of(request: Request) -> Site:
    site: Site = request.app.state.site
    return site


SiteOf = Annotated[Site, Depends(_site_of)]
"""The site, for a route: ``def page(site: SiteOf)``."""
