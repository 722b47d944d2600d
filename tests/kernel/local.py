"""The providers on a server of this machine: real providers, the real client, and a run that knows nothing of it."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable
from importlib import import_module

import pytest

from sovereign.sources.web import Client, Host, Limits
from sovereign.sources.web.hosts import table
from tests.sources.web.server import Server

ADDRESSES = {
    "arxiv": "_API",
    "semanticscholar": "_API",
    "openalex": "_API",
    "crossref": "_API",
    "zotero": "_LOCAL",
    "unpaywall": "_API",
}
SEARCHES = {"semanticscholar": "/paper/search", "zotero": "/items/top"}  # the others search at the address itself

QUICK = Limits(
    connect=1.0,
    read=0.2,
    total={"search": 0.4, "record": 0.4, "fulltext": 5.0},
    body={"search": 300_000, "record": 300_000, "fulltext": 3_000_000},
    retries=1,
    backoff=0.01,
    longest_wait=0.5,
)


def path(provider: str) -> str:
    """Where a provider is searched on the server."""
    return f"/{provider}{SEARCHES.get(provider, '')}"


def bring_home(
    monkeypatch: pytest.MonkeyPatch, server: Server, limits: Limits = QUICK, unknown: Iterable[str] = ()
) -> None:
    """Every provider has a host of its own on ``server``, without a pace; the names ``unknown`` do not resolve."""
    hosts = {name: f"{name}.test:{server.port}" for name in ADDRESSES}
    for name, where in ADDRESSES.items():
        monkeypatch.setattr(import_module(f"sovereign.sources.{name}"), where, f"http://{hosts[name]}/{name}")
    monkeypatch.setattr("sovereign.sources.arxiv._SITE", f"http://{hosts['arxiv']}/site")
    lost = {f"{name}.test" for name in unknown}

    def resolve(name: str, port: int) -> list[str]:
        if name in lost or not name.endswith(".test"):
            raise OSError(f"unknown name {name}")
        return ["127.0.0.1"]

    changes = {
        "hosts": table(*(Host(host, 0.0, local=True) for host in hosts.values())),
        "limits": limits,
        "resolve": resolve,
        "certificates": ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),  # the system's take a while to load
    }
    make: Callable[..., Client] = Client
    monkeypatch.setattr("sovereign.sources.web.Client", lambda **given: make(**given | changes))
