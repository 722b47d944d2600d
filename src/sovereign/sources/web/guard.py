"""Which URLs may be asked, and which addresses connected to."""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Callable, Iterable, Mapping

import httpx

from .answer import FetchError
from .apart import apart
from .hosts import UNKNOWN_EVERY, Host

Resolve = Callable[[str, int], Iterable[str]]
"""The addresses of a host and port, as texts; raises OSError if there are none."""

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_UNICAST = ipaddress.ip_network("2000::/3")  # all that has been given out of IPv6 (RFC 4291, section 2.4)


def allowed(url: httpx.URL, table: Mapping[str, Host], anywhere: bool, shown: str) -> Host:
    """The policy of the URL's host. ``shown`` is the URL without secrets, for messages.

    Raises:
        FetchError: for a scheme, host or port that is not allowed, or a URL with a user name.
    """
    if url.userinfo:
        raise FetchError(
            f"{shown} was refused: it carries a user name", "Give keys through the settings of the source."
        )
    if url.scheme not in ("http", "https"):
        raise FetchError(f"{shown} was refused: {url.scheme or 'no scheme'} is not allowed, only https", "")
    host = table.get(url.netloc.decode("ascii").lower())
    if host and host.local and anywhere and url.scheme == "https":  # no program of this machine speaks it
        host = None
    if host is None and anywhere and url.port is None and url.host:
        host = Host(url.host, UNKNOWN_EVERY)
    if host is None:
        raise FetchError(f"{shown} was refused: {url.host or 'no host'} is not among the hosts that are asked", "")
    if url.scheme != "https" and not host.local:
        raise FetchError(f"{shown} was refused: {url.host} is only asked over https", "")
    return host


def check_hop(source: Host, target: Host, before: httpx.URL, after: httpx.URL, shown: str) -> None:
    """Whether a redirect may be followed, once its target is allowed in itself.

    Raises:
        FetchError: if it leads from the network into this machine, or from https to http.
    """
    if target.local and not source.local:
        raise FetchError(f"the redirect of {before.host} to {shown} was refused: it leads into this machine", "")
    if before.scheme == "https" and after.scheme != "https":
        raise FetchError(f"the redirect of {before.host} to {shown} was refused: it leaves https", "")


def addresses(name: str, port: int, local: bool, resolve: Resolve, seconds: float) -> list[str]:
    """The addresses of a host that may be connected to, in the resolver's order.

    Raises:
        FetchError: if the name resolves to none that is allowed: public ones, or loopback ones for a ``local`` host.
        OSError: if it does not resolve, or not within ``seconds``.
    """
    found = list(_within(seconds, resolve, name, port))
    good = [text for text in found if (_loopback if local else public)(ipaddress.ip_address(text))]
    if not good:
        which = "loopback" if local else "public"
        raise FetchError(f"{name} was refused: its address ({', '.join(found[:3])}) is not a {which} one", "")
    return good


def public(address: _Address) -> bool:
    """Whether an address is one of the open internet; forms that wrap an IPv4 address count as what they wrap."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return public(inner)
        if address not in _UNICAST:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_link_local)


def _loopback(address: _Address) -> bool:
    return address.is_loopback


def lookup(name: str, port: int) -> Iterable[str]:
    """Addresses from the system's resolver. A zone (``%eth0``) marks a link-local address, which is never allowed."""
    found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found))


def _within(seconds: float, resolve: Resolve, name: str, port: int) -> Iterable[str]:
    """The system's resolver takes no timeout."""
    end = time.monotonic() + seconds

    def look() -> None:
        if time.monotonic() >= end:
            raise TimeoutError("the name could not be resolved in time")

    def work() -> Iterable[str]:
        try:
            return resolve(name, port)
        except (ValueError, OverflowError) as error:  # a label longer than 63 characters, a port that is none
            raise OSError(str(error)) from error

    return apart(work, look)
