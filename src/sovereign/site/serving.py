"""Runs the site: one process, one server, until it is stopped."""

from __future__ import annotations

import gc
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from ipaddress import ip_address
from pathlib import Path

import uvicorn

from sovereign.errors import InputError
from sovereign.store import open_store

from .app import make_app
from .catalog import open_catalog
from .context import Options, Site

_NEAR = 20  # ports after a taken one that are tried for a word of advice


@contextmanager
def opened(
    home: Path, options: Options, progress: Callable[[int, int], None] | None = None, url: str = ""
) -> Iterator[Site]:
    """The site over the store of ``home``, with its catalogue up to date; ``progress`` as ``Catalog.sync`` has it.

    ``url`` is the setting ``store_url``.

    Raises:
        StoreError: if the store or its catalogue cannot be opened.
    """
    with open_store(home, url) as store:
        catalog = open_catalog(home, url)
        try:
            catalog.sync(store, progress)
            yield Site(store, catalog, options)
        finally:
            catalog.close()


def bound(host: str, port: int) -> socket.socket:
    """A socket at that place, of any free port where ``port`` is 0.

    Raises:
        InputError: if the place is taken, or is none of this machine; its advice names a free port.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
    except OSError as error:
        made.close()
        near = next((p for p in range(port + 1, min(port + _NEAR, 65_536)) if _is_free(family, host, p)), None)
        advice = f"Take another: --port {near}." if near else "Take another address of this machine: --host 127.0.0.1."
        raise InputError(
            f"The site cannot be served at {host}, port {port}: {error.strerror or error}.", advice
        ) from None
    return made


def address_of(served: socket.socket) -> str:
    """The address to open."""
    host, port = served.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}/"


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server at ``host``."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def serve(site: Site, served: socket.socket, ready: Callable[[], None] = lambda: None, proxy: str = "") -> None:
    """Serve until the process is told to stop, in its main thread. ``ready`` is called when the first request can come.

    ``proxy`` is the address of the server in front, whose word on who asks is believed; empty: nobody's, for anybody can send it.

    Raises:
        KeyboardInterrupt: when it has stopped, if a signal told it to.
    """
    config = uvicorn.Config(
        make_app(site), access_log=False, log_level="warning", server_header=False, date_header=True, timeout_graceful_shutdown=5,
        proxy_headers=bool(proxy), forwarded_allow_ips=proxy,
    )  # fmt: skip
    with closing(served):
        server = uvicorn.Server(config)
        # What is there now stays: the collector need not look at it again with every request.
        gc.collect()
        gc.freeze()
        served.listen(128)
        # uvicorn stops at either signal, and then sends it to whom had it before: both are to end this process in good order.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        ready()
        server.run(sockets=[served])


def _is_free(family: int, host: str, port: int) -> bool:
    with closing(socket.socket(family, socket.SOCK_STREAM)) as tried:
        try:
            tried.bind((host, port))
        except OSError:
            return False
        return True
