"""A server on this machine that misbehaves as it is told. Every answer is written byte by byte by the test itself.

``with serving() as server: server.on("/path", reply(status=429), reply(b"{}"))`` answers the first request with the first and
the second with the second; the last one repeats. ``server.seen`` holds what came in.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Seen:
    """A request as it came in; names of headers in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


Behaviour = Callable[[socket.socket, threading.Event], bool | None]
"""Answers one request on a connection; the event is set when the server shuts down. True keeps the connection open."""


def reply(body: bytes = b"{}", status: int = 200, headers: Mapping[str, str] | None = None) -> Behaviour:
    """A well-formed answer."""
    fields = {"content-type": "application/json", "content-length": str(len(body))} | dict(headers or {})
    return raw(_head(status, fields) + body)


def lasting(body: bytes = b"{}") -> Behaviour:
    """A well-formed answer on a connection that stays open for the next."""
    data = _head(200, {"content-type": "application/json", "content-length": str(len(body))}, closes=False) + body

    def send(connection: socket.socket, stop: threading.Event) -> bool:
        connection.sendall(data)
        return True

    return send


def promising(body: bytes = b"{}") -> Behaviour:
    """An answer that promises to keep the connection open, and closes it."""
    return raw(_head(200, {"content-length": str(len(body))}, closes=False) + body)


def redirect(location: str, status: int = 302) -> Behaviour:
    """A redirect to anywhere."""
    return reply(b"", status, {"location": location})


def raw(data: bytes) -> Behaviour:
    """These very bytes, and the end of the connection."""

    def send(connection: socket.socket, stop: threading.Event) -> None:
        connection.sendall(data)

    return send


def half(body: bytes) -> Behaviour:
    """A body that ends long before its Content-Length."""
    return reply(body, headers={"content-length": str(len(body) + 1000)})


def hang(connection: socket.socket, stop: threading.Event) -> None:
    """No answer at all."""
    stop.wait(30)


def drip(head: bytes, every: float) -> Behaviour:
    """The head at once, and then a byte now and again without end."""

    def send(connection: socket.socket, stop: threading.Event) -> None:
        connection.sendall(head)
        while not stop.wait(every):
            connection.sendall(b"x")

    return send


def head(**fields: str) -> bytes:
    """A status line and headers; an underscore in a name stands for a hyphen."""
    return _head(200, {name.replace("_", "-"): value for name, value in fields.items()})


def _head(status: int, fields: Mapping[str, str], closes: bool = True) -> bytes:
    lines = [f"HTTP/1.1 {status} Said", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join([*lines, *(["connection: close"] if closes else []), "", ""]).encode()


@dataclass
class Server:
    """A running server. ``name`` is what a table of hosts calls it."""

    port: int
    seen: list[Seen] = field(default_factory=list)
    connections: int = 0
    sni: list[str] = field(default_factory=list)
    _plans: dict[str, list[Behaviour]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def name(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def on(self, path: str, *plan: Behaviour) -> None:
        self._plans[path] = list(plan)

    def targets(self) -> list[str]:
        return [seen.target for seen in self.seen]

    def answer(self, connection: socket.socket, stop: threading.Event) -> bool:
        """Read one request and do what is planned for its path. Returns whether another may come."""
        data = b""
        while b"\r\n\r\n" not in data:
            if not (more := connection.recv(65_536)):
                return False
            data += more
        top, _, body = data.partition(b"\r\n\r\n")
        first, *lines = top.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        while len(body) < int(headers.get("content-length", "0")):
            body += connection.recv(65_536)
        method, target, _ = first.split(" ", 2)
        with self._lock:
            self.seen.append(Seen(method, target, headers, body))
            plan = self._plans.get(target.partition("?")[0], [reply(b'{"message": "no such page"}', 404)])
            behave = plan.pop(0) if len(plan) > 1 else plan[0]
        return bool(behave(connection, stop))


@contextmanager
def serving(certificates: ssl.SSLContext | None = None) -> Iterator[Server]:
    """A server on a free port of 127.0.0.1, with TLS if it is given certificates."""
    listener = socket.create_server(("127.0.0.1", 0))
    server, stop = Server(listener.getsockname()[1]), threading.Event()
    if certificates:
        certificates.sni_callback = lambda _, name, __: server.sni.append(name or "")

    def serve(connection: socket.socket) -> None:
        with suppress(OSError), connection:  # a client that hangs up is what some tests are about
            if certificates:
                with certificates.wrap_socket(connection, server_side=True) as secured:
                    while server.answer(secured, stop):
                        pass
            else:
                while server.answer(connection, stop):
                    pass

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connection.settimeout(30)
            server.connections += 1
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield server
    finally:
        stop.set()
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
        listener.close()
