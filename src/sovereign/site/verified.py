"""The ledger, verified as a whole: at once where it is small, beside the requests where it is not, and never twice for one state."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock, Thread
from time import perf_counter
from typing import Literal
from weakref import WeakKeyDictionary

from sovereign.errors import SovereignError
from sovereign.records import Model
from sovereign.store import Ledger

from .context import Site

AT_ONCE = 20_000
"""Events that are verified while the reader waits; more take seconds."""


class Verified(Model):
    """What the last verification found. ``seconds`` is how long it took, ``events`` how many there were when it began.

    ``verified``: every event fits its hash and the one before, and the whole fits the head that is kept beside the database.
    ``not_yet``: none has ended since this server started.
    """

    status: Literal["verified", "self_consistent_only", "broken", "unreadable", "not_yet"]
    at: str = ""
    events: int = 0
    seconds: float = 0.0
    problems: tuple[str, ...] = ()


class Verifier:
    """Remembers the last verification of each ledger, and starts another one when there are new events.

    ``start`` runs the work of a large ledger beside the request; by default in a thread.
    """

    def __init__(self, start: Callable[[Callable[[], None]], None] | None = None) -> None:
        self._start = start or _in_a_thread
        self._last: WeakKeyDictionary[Ledger, Verified] = WeakKeyDictionary()
        self._running: set[int] = set()
        self._lock = Lock()

    def __call__(self, site: Site) -> Verified:
        """The last verification, which may be of a moment ago."""
        ledger = site.store.ledger
        try:
            count = ledger.head().count
        except SovereignError as error:
            return Verified(status="unreadable", at=_now(), problems=(error.message,))
        with self._lock:
            last = self._last.get(ledger)
            if (last and last.events == count) or id(ledger) in self._running:
                return last or Verified(status="not_yet")
            self._running.add(id(ledger))
        if count <= AT_ONCE:
            self._verify(ledger, count)
        else:
            self._start(lambda: self._verify(ledger, count))
        return self._last.get(ledger) or Verified(status="not_yet")

    def _verify(self, ledger: Ledger, count: int) -> None:
        try:
            self._last[ledger] = _verified(ledger, count)
        finally:
            with self._lock:
                self._running.discard(id(ledger))


def _verified(ledger: Ledger, count: int) -> Verified:
    start, at = perf_counter(), _now()
    try:
        report = ledger.verify(ledger.kept_head())
    except SovereignError as error:
        return Verified(status="unreadable", at=at, events=count, problems=(error.message,))
    return Verified(
        status=report.status,
        at=at,
        events=count,
        seconds=round(perf_counter() - start, 2),
        problems=tuple(f"event {p.seq if p.seq is not None else '?'}: {p.what}" for p in report.problems[:20]),
    )


def _in_a_thread(work: Callable[[], None]) -> None:
    Thread(target=work, name="verify-ledger", daemon=True).start()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


verified = Verifier()
"""The verifier of this process."""
