"""Limits on what one reader may ask: how often, how much, how long, and under which name of ours."""

from __future__ import annotations

import time
from collections import OrderedDict
from ipaddress import IPv4Address, ip_address
from urllib.parse import urlsplit

import anyio
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .problems import refuse

READS_PER_SECOND, READS_AT_ONCE = 50.0, 300.0
WRITES_PER_SECOND, WRITES_AT_ONCE = 0.1, 10.0
LARGEST_BODY = 64_000
LONGEST_ADDRESS = 4_000
LARGEST_HEADER = 16_000
BODY_SECONDS = 10.0
_READERS = 10_000  # whose allowance is remembered


class Allowance:
    """How often each reader may still ask: a bucket that fills at ``rate`` a second up to ``most`` (a token bucket)."""

    def __init__(self, rate: float, most: float) -> None:
        self._rate, self._most = rate, most
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # reader -> (what is left, when)

    def wait(self, reader: str, now: float) -> float:
        """Take one; gives the seconds to wait until there is one, 0 where there was."""
        left, then = self._left.pop(reader, (self._most, now))
        left = min(self._most, left + (now - then) * self._rate)
        taken = left >= 1.0
        self._left[reader] = (left - 1.0 if taken else left, now)
        # The one who has not asked for longest has a full bucket anyway.
        while len(self._left) > _READERS:
            self._left.popitem(last=False)
        return 0.0 if taken else (1.0 - left) / self._rate

    def give_back(self, reader: str) -> None:
        """Take it as not asked."""
        if reader in self._left:
            left, then = self._left[reader]
            self._left[reader] = (min(self._most, left + 1.0), then)


class Limits:
    """Turns away what is too much. ``names`` are the hosts that the site answers for; empty: any."""

    def __init__(self, app: ASGIApp, names: frozenset[str]) -> None:
        self.app = app
        self._names = names
        self._reads = Allowance(READS_PER_SECOND, READS_AT_ONCE)
        self._writes = Allowance(WRITES_PER_SECOND, WRITES_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        headers = Headers(scope=scope)
        # A page elsewhere can let its own name lead to this machine, and then read what is meant for this machine alone.
        if self._names and _bare(headers.get("host", "")) not in self._names:
            return await refuse(
                send, 421, "This site is not served under that name.", "Open it at the address that it printed."
            )
        if len(scope["raw_path"]) + len(scope["query_string"]) > LONGEST_ADDRESS:
            return await refuse(send, 414, "The address is too long.", f"It may have {LONGEST_ADDRESS} bytes.")
        if sum(len(name) + len(value) for name, value in scope["headers"]) > LARGEST_HEADER:
            return await refuse(
                send, 431, "The header of the request is too large.", f"It may have {LARGEST_HEADER} bytes."
            )
        writes = scope["method"] == "POST"
        reader = reader_of(scope)
        if wait := (self._writes if writes else self._reads).wait(reader, time.monotonic()):
            seconds = str(int(wait) + 1)
            return await refuse(send, 429, "Too many requests.", f"Wait {seconds} s.", {"retry-after": seconds})
        # Whatever the method: what no route reads must not pile up either.
        try:
            body = await _body(headers, receive)
        except TimeoutError:
            return await refuse(send, 408, "The body of the request came too slowly.", "Send it again.")
        except ClientDisconnect:
            return  # half a form can look like a whole one, and nobody is there to be told
        if body is None:
            return await refuse(
                send, 413, "The body of the request is too large.", f"It may have {LARGEST_BODY} bytes."
            )
        await self.app(scope, _given(body, receive), send)


async def _body(headers: Headers, receive: Receive) -> bytes | None:
    """The whole body, None if it is too large.

    Raises:
        TimeoutError: if it does not come in time.
        ClientDisconnect: if whoever sent it went away before its end.
    """
    length = headers.get("content-length", "0")
    if length.isascii() and length.isdigit() and int(length[:20]) > LARGEST_BODY:
        return None
    parts, size, more = [], 0, True
    with anyio.fail_after(BODY_SECONDS):
        while more:
            message = await receive()
            if message["type"] != "http.request":
                raise ClientDisconnect
            part = message.get("body", b"")
            parts.append(part)
            size += len(part)
            if size > LARGEST_BODY:
                return None
            more = message.get("more_body", False)
    return b"".join(parts)


def _given(body: bytes, receive: Receive) -> Receive:
    """Gives the body that was read already, then what comes after it."""
    left = [body]

    async def again() -> Message:
        if left:
            return {"type": "http.request", "body": left.pop(), "more_body": False}
        return await receive()

    return again


def reader_of(scope: Scope) -> str:
    """Who asks: an address, of IPv6 the network, for one reader has as many of the rest as he likes."""
    host = (scope.get("client") or ("",))[0]
    try:
        address = ip_address(host)
    except ValueError:
        return str(host)
    if isinstance(address, IPv4Address):
        return host
    # A socket for both kinds gives those of IPv4 in the form of IPv6, where all of them are of one network.
    return str(address.ipv4_mapped) if address.ipv4_mapped else address.exploded[:19]


def names_of(base_url: str, loopback: bool) -> frozenset[str]:
    """The hosts that a site answers for: that of its public address, and this machine's names. Empty: any.

    Whoever serves other machines without a public address cannot be held to a name.
    """
    local = frozenset({"127.0.0.1", "localhost", "[::1]"})
    if base_url:
        return local | {_bare(urlsplit(base_url).netloc)}
    return local if loopback else frozenset()


def _bare(host: str) -> str:
    """A host without its port, in small letters."""
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdigit() else host).lower()
