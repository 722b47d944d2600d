"""Who may be asked, how often, and how much of an answer is taken. All of it data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .answer import Kind


@dataclass(frozen=True)
class Host:
    """What one host allows. Times are in seconds from the start of one request to the start of the next.

    ``local`` hosts are programs on this machine: plain HTTP is allowed, and the address must be a loopback address.
    Hosts with the same ``lane`` share one connection and one pace; without it a host has its own.
    """

    name: str  # with ":port" unless it is the scheme's own
    every: float
    every_with_contact: float | None = None
    lane: str = ""
    local: bool = False

    def pace(self, contact: bool) -> float:
        """Seconds between requests, for a client that names a contact or one that does not."""
        return self.every_with_contact if contact and self.every_with_contact is not None else self.every


def table(*hosts: Host) -> Mapping[str, Host]:
    """Hosts by name."""
    return {host.name: host for host in hosts}


HOSTS = table(
    # info.arxiv.org/help/api/tou.html: one request every three seconds, one connection, over all machines of arXiv
    Host("export.arxiv.org", 3.0, lane="arxiv.org"),
    Host("arxiv.org", 3.0, lane="arxiv.org"),
    # semanticscholar.org/product/api: one per second with a key; without, a pool that is shared by everybody
    Host("api.semanticscholar.org", 1.0),
    # developers.openalex.org/api-reference/authentication: at most 100 per second, of which ten are enough; what counts is
    # a daily allowance, large with a key and tiny without, and the headers say what is left of it
    Host("api.openalex.org", 0.1),
    # crossref.org/documentation/retrieve-metadata/rest-api: five per second, ten with a contact
    Host("api.crossref.org", 0.2, every_with_contact=0.1),
    # unpaywall.org/products/api: 100,000 a day, which one per second stays under
    Host("api.unpaywall.org", 1.0),
    # zotero.org/support/dev/web_api/v3/basics: one at a time; Backoff and Retry-After say the rest
    Host("api.zotero.org", 0.2),
    Host("127.0.0.1:23119", 0.0, local=True),
    Host("localhost:23119", 0.0, lane="127.0.0.1:23119", local=True),
)

UNKNOWN_EVERY = 1.0
"""Pace of a host that is not in the table and asked because the caller allowed hosts from anywhere."""

LIFETIMES: Mapping[Kind, float] = {"search": 86_400.0, "record": 7 * 86_400.0, "fulltext": 90 * 86_400.0}
"""Seconds for which a cached answer is used without asking again."""

CACHE_BYTES = 2_000_000_000
"""What all cached answers may take on disk: those of a thousand papers with their PDFs."""


def _seconds() -> Mapping[Kind, float]:
    return {"search": 60.0, "record": 60.0, "fulltext": 180.0}


def _bytes() -> Mapping[Kind, int]:
    return {"search": 20_000_000, "record": 20_000_000, "fulltext": 50_000_000}


@dataclass(frozen=True)
class Limits:
    """Times in seconds, sizes in bytes. ``total`` is for one try of one exchange, from the connection to the last byte."""

    connect: float = 10.0
    read: float = 20.0
    total: Mapping[Kind, float] = field(default_factory=_seconds)
    body: Mapping[Kind, int] = field(default_factory=_bytes)
    headers: int = 65_536
    ratio: int = 200  # decompressed to compressed; JSON and XML of real answers stay under 30
    redirects: int = 5
    retries: int = 3
    backoff: float = 1.0  # the first wait before trying again; each further one is twice as long
    longest_wait: float = 60.0  # a host that asks for more is left alone for this run
