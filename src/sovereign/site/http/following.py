"""The site follows the ledger: what another process publishes is shown within a second."""

from __future__ import annotations

import sys
import time
from threading import Lock

from sovereign.errors import SovereignError

from ..context import Site

_EVERY = 1.0  # seconds between two looks at the ledger


class Following:
    """Looks at the ledger now and then, and brings the catalogue up to it."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._next = 0.0
        self._lock = Lock()
        self._told = ""

    @property
    def stamp(self) -> int:
        """That of the catalogue."""
        return self._site.catalog.stamp

    def is_due(self) -> bool:
        """Whether it is time to look, and nobody else does."""
        return time.monotonic() >= self._next and not self._lock.locked()

    def follow(self) -> None:
        """Look, and take up what is new. What goes wrong is told on stderr, once; the site goes on with what it has."""
        if not self._lock.acquire(blocking=False):
            return
        try:
            self._next = time.monotonic() + _EVERY
            if self._site.store.ledger.head().count != self._site.catalog.stamp:
                self._site.catalog.sync(self._site.store)
            self._tell("; ".join(self._site.catalog.problems))
        except SovereignError as error:
            self._tell(error.message)
        finally:
            self._lock.release()

    def _tell(self, problem: str) -> None:
        if problem and problem != self._told:
            print(f"The catalogue cannot follow the ledger: {problem}", file=sys.stderr)
        self._told = problem
