"""What one provider gets: one request at a time, at its pace, tried again when that may help, within the budget."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import partial

from .answer import FetchError, Kind
from .apart import apart
from .body import Broken
from .hosts import Host, Limits
from .request import Request
from .wire import Reply, Wire

PASSING = frozenset({429, 500, 502, 503, 504})
"""Statuses after which trying again may help."""

GIVEN_UP = 4
"""Requests in a row without an answer after which a host is left alone for the rest of a run: as many as a plan has queries."""

_NUMBER = re.compile(r"\d{1,9}(\.\d{1,9})?")
_LATER = "Try again later, or with fewer sources; what other sources found is kept."


@dataclass(frozen=True)
class Terms:
    """What holds for all lanes of a client. Times in seconds; ``clock`` is monotonic, ``wall`` is Unix time."""

    seconds_left: Callable[[], float]
    tell: Callable[[str], None]
    clock: Callable[[], float]
    wall: Callable[[], float]
    sleep: Callable[[float], None]
    limits: Limits


class Lane:
    """The queue of one provider. Any number of threads may ask; they are served one after the other."""

    def __init__(self, wire: Wire, terms: Terms) -> None:
        self._wire, self._terms = wire, terms
        self._lock = threading.Lock()
        self._not_before = 0.0  # on the terms' clock
        self._down = 0  # requests in a row that failed after all their tries: the next gets one

    def fetch(self, request: Request, headers: Mapping[str, str], host: Host, pace: float, kind: Kind) -> Reply:
        """The reply to a request, whatever its status, but for those of ``PASSING``.

        Raises:
            FetchError: if there is none after all tries, or none in the budget, or the host wants to be left alone, or is given up.
        """
        terms, name = self._terms, request.url.host
        if self._down >= GIVEN_UP:
            raise FetchError(f"{name} is not asked any more: {self._down} requests in a row got no answer", _LATER)
        tries = 1 if self._down else 1 + terms.limits.retries
        problem: FetchError | None = None
        with self._turn(name):
            for done in range(tries):
                self._wait(name, problem)
                self._not_before = terms.clock() + pace
                try:
                    exchange = partial(self._wire.exchange, request, headers, host, kind, terms.seconds_left())
                    # Whoever asks how much time is left may be told to stop: an exchange under way is then left alone.
                    reply = apart(exchange, terms.seconds_left)
                except Broken as error:
                    problem = self._out_of_time(name) or FetchError(f"{request.shown}: {error}", _LATER)
                    if not error.again:
                        raise problem from error
                else:
                    self._later(asked_pause(reply.headers, terms.wall()))
                    if reply.status not in PASSING:
                        self._down = 0
                        return reply
                    problem = FetchError(f"{request.shown}: status {reply.status}", _LATER, reply.status)
                if done + 1 < tries:
                    self._later(self._backoff(request, done))
                    terms.tell(
                        f"{name}: {problem.message.partition(': ')[2]}; trying again ({done + 1} of {tries - 1})"
                    )
            self._down += 1
            assert problem is not None  # there is at least one try
            raise problem

    def close(self) -> None:
        """Close the connection."""
        self._wire.close()

    @contextmanager
    def _turn(self, name: str) -> Iterator[None]:
        left = self._terms.seconds_left()
        if not self._lock.acquire(timeout=max(0.0, min(left, threading.TIMEOUT_MAX))):
            raise _spent(name)
        try:
            yield
        finally:
            self._lock.release()

    def _wait(self, name: str, problem: FetchError | None) -> None:
        """Wait until the host may be asked. What stops it is told with the problem that came before, if any."""
        terms = self._terms
        wait = self._not_before - terms.clock()
        if wait > terms.limits.longest_wait:
            asks = f"{name} asks to be left alone for {wait:.0f} s."
            raise FetchError(problem.message, asks, problem.status) if problem else FetchError(asks[:-1], _LATER)
        if terms.seconds_left() <= max(0.0, wait):
            raise FetchError(problem.message, _spent(name).message, problem.status) if problem else _spent(name)
        if wait > 0:
            if wait >= 1:
                terms.tell(f"{name}: waiting {wait:.0f} s")
            terms.sleep(wait)

    def _later(self, pause: float) -> None:
        self._not_before = max(self._not_before, self._terms.clock() + pause)

    def _backoff(self, request: Request, done: int) -> float:
        """Doubling waits with a jitter that is the same for the same request, so that a run can be told again."""
        draw = hashlib.sha256(f"{request.shown} {done}".encode()).digest()[0] / 255
        return self._terms.limits.backoff * 2.0**done * (0.5 + 0.5 * draw)

    def _out_of_time(self, name: str) -> FetchError | None:
        return _spent(name) if self._terms.seconds_left() <= 0 else None


def asked_pause(headers: Mapping[str, str], wall: float) -> float:
    """Seconds for which the host asks not to be asked again; 0 if it does not.

    Read are Retry-After (seconds or date: RFC 9110, section 10.2.3), Backoff (Zotero), x-ratelimit-remaining with
    x-ratelimit-reset (OpenAlex), and x-rate-limit-limit with x-rate-limit-interval (Crossref).
    """
    pauses = [_number(headers.get("backoff", ""))]
    after = headers.get("retry-after", "")
    pauses.append(_number(after) or _until(after, wall))
    remaining, price = headers.get("x-ratelimit-remaining", ""), headers.get("x-ratelimit-credits-required", "1")
    if _NUMBER.fullmatch(remaining) and float(remaining) < _number(price):  # the day's credits; some requests are free
        pauses.append(_number(headers.get("x-ratelimit-reset", "")))
    allowed, interval = headers.get("x-rate-limit-limit", ""), headers.get("x-rate-limit-interval", "")
    if _number(allowed) > 0:
        pauses.append(_number(interval.removesuffix("s")) / _number(allowed))
    return max(pauses)


def _number(text: str) -> float:
    text = text.strip()  # of more signs than float() allows around a number
    return float(text) if _NUMBER.fullmatch(text) else 0.0


def _until(date: str, wall: float) -> float:
    try:
        return max(0.0, parsedate_to_datetime(date).timestamp() - wall)
    except (ValueError, OverflowError):
        return 0.0


def _spent(name: str) -> FetchError:
    return FetchError(f"{name} was not asked to the end: the time budget is spent", "Raise budget_seconds.")
