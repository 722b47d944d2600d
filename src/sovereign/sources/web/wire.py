"""One exchange on a connection to an address that was checked, within a time that covers all of it.

httpcore, the engine of httpx, is used directly: only it lets us choose the address to connect to while the name stays
in the Host header and in the certificate check, and lets us end a server that sends its headers a byte a second.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import httpcore

from . import guard
from .answer import Kind
from .body import Broken, read
from .hosts import Host, Limits
from .request import Request


@dataclass(frozen=True)
class Reply:
    """An answer of any status. Names of headers are in lower case; values of one name are joined by commas."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Wire:
    """At most one connection at a time, kept open for the next exchange. One thread at a time may use it."""

    def __init__(self, resolve: guard.Resolve, certificates: ssl.SSLContext, limits: Limits) -> None:
        self._limits = limits
        self._door = _Door(resolve)
        self._pool = httpcore.ConnectionPool(
            ssl_context=certificates,
            max_connections=1,
            keepalive_expiry=30.0,
            network_backend=self._door,
        )

    def exchange(self, request: Request, headers: Mapping[str, str], host: Host, kind: Kind, seconds: float) -> Reply:
        """Send the request with those headers, and read the answer, in at most ``seconds``.

        Raises:
            Broken: if the exchange failed or broke a cap.
            FetchError: if the host's address is not allowed.
        """
        self._door.deadline = time.monotonic() + min(seconds, self._limits.total[kind])
        self._door.local = host.local
        url = request.url
        try:
            with self._pool.stream(
                request.method,
                httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=list(headers.items()),
                content=request.content,
                extensions={
                    "timeout": {"connect": self._limits.connect, "read": self._limits.read, "write": self._limits.read}
                },
            ) as response:
                found = _headers(response.headers, self._limits.headers)
                body = read(
                    response.iter_stream(),
                    found.get("content-encoding", ""),
                    self._limits.body[kind],
                    self._limits.ratio,
                )
                return Reply(response.status, found, body)
        except httpcore.TimeoutException as error:  # trying again helps against a hang, not against a slow answer
            raise Broken("it did not answer in time", again=time.monotonic() < self._door.deadline) from error
        except httpcore.ConnectError as error:
            raise _no_connection(error) from error
        except httpcore.RemoteProtocolError as error:
            raise Broken("its answer was cut short or is not HTTP") from error
        except httpcore.LocalProtocolError:  # its text may hold a key, so it is not passed on
            raise Broken("the request cannot be sent: a header or the URL is malformed", again=False) from None
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise Broken("the connection broke") from error

    def close(self) -> None:
        """Close the connection."""
        self._pool.close()


def _headers(raw: Iterable[tuple[bytes, bytes]], cap: int) -> dict[str, str]:
    found: dict[str, str] = {}
    size = 0
    for name, value in raw:
        size += len(name) + len(value)
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        found[key] = f"{found[key]}, {text}" if key in found else text
    if size > cap:
        raise Broken(f"its headers are larger than {cap:,} bytes", again=False)
    return found


def _no_connection(error: httpcore.ConnectError) -> Broken:
    cause = error.__cause__ or error.__context__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return Broken(f"its certificate is not valid: {cause.verify_message}", again=False)
    return Broken(str(error) if isinstance(error, _NoName) else "no connection could be made")


class _NoName(httpcore.ConnectError):
    """The name does not resolve."""


class _Door(httpcore.NetworkBackend):
    """Connects to checked addresses only. ``deadline`` (monotonic) and ``local`` are those of the exchange under way."""

    def __init__(self, resolve: guard.Resolve) -> None:
        self.deadline = 0.0
        self.local = False
        self._resolve = resolve
        self._sockets = httpcore.SyncBackend()

    def left(self, timeout: float | None) -> float:
        """Seconds that a step may take."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the time for this answer is over")
        return left if timeout is None else min(left, timeout)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            found = guard.addresses(host, port, self.local, self._resolve, self.left(timeout))
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(str(error)) from error
        except OSError as error:
            raise _NoName("its name cannot be resolved") from error
        for address in found[:-1]:
            try:
                return self._open(address, port, timeout)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return self._open(found[-1], port, timeout)

    def _open(self, address: str, port: int, timeout: float | None) -> httpcore.NetworkStream:
        return _Stream(self._sockets.connect_tcp(address, port, timeout=self.left(timeout)), self)


class _Stream(httpcore.NetworkStream):
    """A stream whose every step ends by the door's deadline."""

    def __init__(self, inner: httpcore.NetworkStream, door: _Door) -> None:
        self._inner, self._door = inner, door

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._door.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._door.left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, self._door.left(timeout)), self._door)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
