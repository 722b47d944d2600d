"""The archive over HTTP: one request, one answer, nothing tried again and no redirect to another host followed.

Whether to try again is for the driver to say: it first looks what became of the request.
"""

from __future__ import annotations

import ipaddress
import re
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import httpx

from sovereign.errors import DepositError, InputError
from sovereign.settings import public_address
from sovereign.sources.web.answer import FetchError, Kind
from sovereign.sources.web.body import Broken
from sovereign.sources.web.guard import Resolve, lookup
from sovereign.sources.web.hosts import Host, Limits
from sovereign.sources.web.lane import asked_pause
from sovereign.sources.web.request import Request, scrub
from sovereign.sources.web.wire import Wire
from sovereign.version import __version__

from .answers import Unclear
from .plan import Call
from .token import MASK

PRODUCTION = "https://zenodo.org"
SANDBOX = "https://sandbox.zenodo.org"
MEDIA_TYPE = "application/vnd.inveniordm.v1+json"
"""With ``application/json`` Zenodo answers in the shape of its older API."""

_REDIRECTS = 3
_LIMITS = Limits(
    read=120.0,
    total={"search": 120.0, "record": 120.0, "fulltext": 3_600.0},
    body={"search": 20_000_000, "record": 20_000_000, "fulltext": 1_000_000},
)


@dataclass(frozen=True)
class Reply:
    """An answer of any status. ``wait`` is for how many seconds the archive asks not to be asked again."""

    status: int
    body: bytes
    wait: float = 0.0


class Send(Protocol):
    """Sends one request with the bytes of its file, if it has one.

    Raises:
        Unclear: if there is no answer; the request may have been carried out.
        DepositError: if it must not be sent, or the archive leads elsewhere.
    """

    def __call__(self, call: Call, content: bytes) -> Reply: ...


def address(archive_url: str, production: bool) -> str:
    """The archive's address: ``archive_url``, or without one Zenodo's sandbox, or with ``production`` Zenodo itself.

    Raises:
        InputError: for an address that is not https (or http on this machine), or Zenodo itself without ``production``.
    """
    url = (archive_url or (PRODUCTION if production else SANDBOX)).rstrip("/")
    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL:
        parts = httpx.URL("")
    whole = (
        parts.scheme in ("http", "https") and parts.host and parts.path == "/" and not (parts.query or parts.userinfo)
    )
    if not whole or parts.fragment:
        raise InputError(
            f"archive_url = {public_address(url)!r} cannot be used",
            "Give scheme and host alone, such as https://zenodo.org.",
        )
    if parts.scheme == "http" and not _on_this_machine(parts.host):
        raise InputError(
            f"{url} is not asked over http: the token would be readable on the way", "Give an https address."
        )
    if re.fullmatch(r"(www\.)?zenodo\.org\.?", parts.host) and not production:
        raise InputError(
            "archive_url is Zenodo itself, where a publication cannot be taken back",
            "Add --production if that is meant, or unset archive_url for its sandbox.",
        )
    return url


def is_sandbox(archive: str) -> bool:
    """Whether what is published there is for trial only."""
    return archive == SANDBOX or _on_this_machine(httpx.URL(archive).host)


def headers(call: Call, token: str) -> dict[str, str]:
    """The headers that a call is sent with."""
    found = {
        "accept": MEDIA_TYPE if call.step != "content" else "application/json",
        "authorization": f"Bearer {token}",
        "user-agent": f"sovereign/{__version__}",
    }
    if call.file and call.step == "content":
        found["content-type"] = "application/octet-stream"
    elif call.body is not None:
        found["content-type"] = "application/json"
    return found


@dataclass
class Archive:
    """The archive at an address, asked with a token. ``resolve``, ``certificates`` and ``limits`` are for trials."""

    base: str
    token: str = field(repr=False)
    resolve: Resolve = lookup
    certificates: ssl.SSLContext | None = None
    limits: Limits = _LIMITS
    wall: Callable[[], float] = time.time
    _wire: Wire | None = field(default=None, repr=False)

    def __call__(self, call: Call, content: bytes) -> Reply:
        """See ``Send``."""
        url = httpx.URL(self.base + call.target)
        host = Host(url.netloc.decode("ascii"), 0.0, local=url.scheme == "http")
        if self._wire is None:
            self._wire = Wire(self.resolve, self.certificates or httpx.create_ssl_context(), self.limits)
        sent = headers(call, self.token)
        for _ in range(1 + _REDIRECTS):
            request = Request(call.method, url, sent, content)
            try:
                reply = self._wire.exchange(
                    request, {**sent, "accept-encoding": "gzip, deflate"}, host, _kind(call), 86_400.0
                )
            except Broken as error:
                raise Unclear(scrub(str(error).encode(), [self.token]).decode()) from None
            except FetchError as error:  # a name that leads to an address that is not allowed
                raise DepositError(error.message, error.advice or "Look at archive_url and at your network.") from None
            if not 300 <= reply.status < 400:
                wait = asked_pause(_retry_after(reply.headers), self.wall())
                return Reply(reply.status, scrub(reply.body, [self.token]), wait)
            url = self._followed(call, url, reply.headers.get("location", ""))
        raise DepositError(f"{self.base} redirects without end", "Look at archive_url.")

    def close(self) -> None:
        """Close the connection."""
        if self._wire is not None:
            self._wire.close()

    def _followed(self, call: Call, url: httpx.URL, location: str) -> httpx.URL:
        """Where a redirect leads, if that is the same archive and the request only asks."""
        try:
            target = url.join(location)
        except httpx.InvalidURL:
            target = httpx.URL("")
        same = (target.scheme, target.host, target.port) == (url.scheme, url.host, url.port)
        if call.method != "GET" or not same or not location or target.userinfo:
            where = scrub((target.host or "nowhere").encode(), [self.token]).decode()
            raise DepositError(
                f"{self.base} redirects {call.method} {call.path} to {where}; that was not followed, and the token not sent there",
                "Set archive_url to the archive's own address.",
            )
        return target


def _retry_after(found: Mapping[str, str]) -> Mapping[str, str]:
    # Zenodo sends a Retry-After with every answer, for the end of the window that it counts requests in.
    return {name: value for name, value in found.items() if name == "retry-after"}


def _kind(call: Call) -> Kind:
    return "fulltext" if call.step == "content" else "record"


def _on_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


__all__ = ["MASK", "PRODUCTION", "SANDBOX", "Archive", "Reply", "Send", "address", "headers", "is_sandbox"]
