"""A request from the caller's side: from the recording, the cache or the network, and into the first two."""

from __future__ import annotations

import re
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import httpx

from sovereign.errors import InputError
from sovereign.version import __version__

from . import guard
from .answer import Answer, FetchError, Kind
from .cache import Cache, Entry
from .hosts import HOSTS, Host, Limits
from .lane import Lane, Terms
from .recording import Player, Recorder
from .request import Request, build, scrub
from .wire import Reply, Wire

_NONE: Mapping[str, str] = MappingProxyType({})
_KEPT = [
    "content-type",
    "content-disposition",
    "etag",
    "last-modified",
    "link",
    "total-results",
    "last-modified-version",
    "zotero-api-version",
]
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_EMAIL = re.compile(r"[\x21-\x7e]+@[\x21-\x7e]+")
_SPOKEN = re.compile(r'"(?:message|error|detail)"\s*:\s*"([^"\\\x00-\x1f]{1,300})"')
_ADVICE = {
    400: "The provider does not take this request; its message says what it minds.",
    401: "The provider wants a key, or another one.",
    403: "The provider refuses this request; a key or a contact may be needed.",
    404: "The provider has nothing of that name.",
}


class Client:
    """Asks the hosts of a table over https. Requests of one provider go one after another, of several at the same time.

    ``contact`` is an e-mail address for the user agent, sent to hosts of the table only. ``seconds_left`` says how much of
    the run's budget is left. ``replay`` answers from a recording alone: nothing is sent, and nothing is waited for.
    The other arguments are for trials: table, limits, clocks, resolver, certificates.

    Raises:
        InputError: for a contact that is no address, or a folder that cannot be recorded in or replayed.
    """

    def __init__(
        self,
        *,
        seconds_left: Callable[[], float],
        contact: str = "",
        cache: Path | None = None,
        record: Path | None = None,
        replay: Path | None = None,
        tell: Callable[[str], None] = lambda line: None,
        hosts: Mapping[str, Host] = HOSTS,
        limits: Limits | None = None,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        resolve: guard.Resolve = guard.lookup,
        certificates: ssl.SSLContext | None = None,
    ) -> None:
        if contact and not _EMAIL.fullmatch(contact):
            raise InputError(f"{contact[:80]!r} is no e-mail address", "Give one such as name@example.org, or none.")
        self._terms = Terms(seconds_left, tell, clock, wall, sleep, limits or Limits())
        self._contact, self._hosts, self._resolve = contact, hosts, resolve
        self._certificates = certificates
        if record and replay:
            raise InputError("a run cannot be recorded and replayed at once", "Give --record or --replay.")
        self._player = Player(replay) if replay else None
        self._recorder = Recorder(record) if record else None
        self._cache = Cache(cache, tell) if cache else None
        self._lanes: dict[str, Lane] = {}
        self._lock = threading.Lock()

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] = _NONE,
        headers: Mapping[str, str] = _NONE,
        kind: Kind = "search",
        anywhere: bool = False,
    ) -> Answer:
        """The answer to a GET request. ``anywhere`` allows hosts beyond the table: https, port 443, public addresses.

        Raises:
            FetchError: if there is no answer of status 2xx.
            StoreError: if it cannot be recorded.
        """
        return self._ask(build("GET", url, params, headers, None, anywhere), kind)

    def post(
        self,
        url: str,
        *,
        json: object,
        params: Mapping[str, str] = _NONE,
        headers: Mapping[str, str] = _NONE,
        kind: Kind = "search",
    ) -> Answer:
        """The answer to a POST request that asks for something: it may be sent twice, and its answer may be cached.

        Raises:
            FetchError: if there is no answer of status 2xx.
            StoreError: if it cannot be recorded.
        """
        return self._ask(build("POST", url, params, headers, json, anywhere=False), kind)

    def check(self) -> None:
        """Give whoever counts the time a chance to stop what takes long without asking anybody, such as reading an answer."""
        self._terms.seconds_left()

    def begin(self, step: int) -> None:
        """Record what follows as of that step of the run, in place of what a cut attempt at it left.

        Raises:
            StoreError: if it cannot be recorded.
        """
        if self._recorder:
            self._recorder.begin(step)

    def decided(self, step: int, what: str, now: Callable[[], bool]) -> bool:
        """What the recorded run decided in that step; without one ``now()``, which is recorded if the run is.

        Raises:
            StoreError: if it cannot be recorded.
        """
        known = self._player.decided(step, what) if self._player else None
        value = now() if known is None else known
        if self._recorder:
            self._recorder.decided(step, what, value)
        return value

    def require_recorded(self) -> None:
        """Refuse a recording with a hole, which a source took for a failure of its own.

        Raises:
            StoreError: if there is one.
        """
        if self._recorder:
            self._recorder.require_whole()

    def close(self) -> None:
        """Close connections and the recording."""
        with self._lock:
            for lane in self._lanes.values():
                lane.close()
        if self._recorder:
            self._recorder.close()

    def _ask(self, request: Request, kind: Kind) -> Answer:
        if self._player:
            return self._player.answer(request)
        try:
            answer = self._cached(request, kind)
        except FetchError as error:
            secrets = self._secrets(request)  # a host may have put one into a redirect, which the message names
            clean = FetchError(_scrubbed(error.message, secrets), _scrubbed(error.advice, secrets), error.status)
            if self._recorder:
                self._recorder.failed(request, clean)
            raise clean from None
        if self._recorder:
            self._recorder.answered(request, answer)
        return answer

    def _cached(self, request: Request, kind: Kind) -> Answer:
        host = guard.allowed(request.url, self._hosts, request.anywhere, request.shown)
        if not self._cache:
            return self._live(request, host, kind, None)
        entry = self._cache.get(request)
        if entry and entry.fresh(kind, self._terms.wall()):
            return entry.answer
        answer = self._live(request, host, kind, entry)
        self._cache.put(request, answer, kind, self._terms.wall())
        return answer

    def _live(self, request: Request, host: Host, kind: Kind, entry: Entry | None) -> Answer:
        """The answer from the network, or that of the entry if its host confirms it. Each hop is checked on its own."""
        secrets = self._secrets(request)
        for _ in range(1 + self._terms.limits.redirects):
            known = entry if entry and entry.answer.url == request.shown else None
            reply = self._lane(host).fetch(
                request,
                self._headers(request, host) | (known.conditions() if known else {}),
                host,
                host.pace(bool(self._contact)),
                kind,
            )
            if known and reply.status == 304:
                return known.answer
            if reply.status not in _REDIRECTS:
                return _answer(request, reply, secrets)
            after = request.redirected(reply.status, reply.headers.get("location", ""))
            target = guard.allowed(after.url, self._hosts, request.anywhere, after.shown)
            guard.check_hop(host, target, request.url, after.url, after.shown)
            request, host = after, target
        raise FetchError(f"{request.shown}: more than {self._terms.limits.redirects} redirects", "")

    def _secrets(self, request: Request) -> frozenset[str]:
        return request.secret_values | {self._contact}

    def _headers(self, request: Request, host: Host) -> dict[str, str]:
        contact = f" (mailto:{self._contact})" if self._contact and host.name in self._hosts else ""
        ours = {"user-agent": f"sovereign/{__version__}{contact}", "accept": "*/*", "accept-encoding": "gzip, deflate"}
        return ours | dict(request.headers) | {"accept-encoding": "gzip, deflate"}

    def _lane(self, host: Host) -> Lane:
        with self._lock:
            name = host.lane or host.name
            if name not in self._lanes:
                if self._certificates is None:
                    self._certificates = httpx.create_ssl_context()
                self._lanes[name] = Lane(Wire(self._resolve, self._certificates, self._terms.limits), self._terms)
            return self._lanes[name]


def _answer(request: Request, reply: Reply, secrets: frozenset[str]) -> Answer:
    """The answer that a reply holds, without secrets that the host repeated. PDFs and archives are left as they are.

    Raises:
        FetchError: for a status other than 2xx, with the host's own words if it has any.
    """
    binary = reply.body.startswith(b"%PDF") or b"\0" in reply.body[:8192]
    body = reply.body if binary else scrub(reply.body, secrets)
    if not 200 <= reply.status < 300:
        spoken = _SPOKEN.search(body[:10_000].decode("utf-8", errors="replace"))
        says = f" ({''.join(c for c in spoken[1] if c.isprintable())})" if spoken else ""
        raise FetchError(f"{request.shown}: status {reply.status}{says}", _ADVICE.get(reply.status, ""), reply.status)
    kept = {name: reply.headers[name] for name in sorted(_KEPT) if name in reply.headers}
    return Answer(
        _scrubbed(request.shown, secrets),
        reply.status,
        {name: _scrubbed(value, secrets) for name, value in kept.items()},
        body,
    )


def _scrubbed(text: str, secrets: frozenset[str]) -> str:
    return scrub(text.encode(), secrets).decode()
