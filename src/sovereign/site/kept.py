"""What is made from the whole store: once for each state of it, and not for each request."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from .catalog import Catalog
from .context import Site

Made = TypeVar("Made")

_outdated: ContextVar[list[int] | None] = ContextVar("outdated", default=None)


@contextmanager
def noticing() -> Iterator[list[int]]:
    """Gives a list that holds, afterwards, the stamp of each older value that was given within: an answer made of it is not to be kept."""
    given: list[int] = []
    before = _outdated.set(given)
    try:
        yield given
    finally:
        _outdated.reset(before)


class PerStamp(Generic[Made]):
    """A value that ``make`` gives for a site, made again only after the catalogue has taken up new events.

    While one thread makes it again, the others get the one before; where there is none, they wait. What ``make`` raises is not kept.
    """

    def __init__(self, make: Callable[[Site], Made]) -> None:
        self._make = make
        self._making: WeakKeyDictionary[Catalog, Lock] = WeakKeyDictionary()
        self._made: WeakKeyDictionary[Catalog, dict[bool, tuple[int, Made]]] = WeakKeyDictionary()
        self._lock = Lock()

    def __call__(self, site: Site) -> Made:
        """The value as of now, or as of a moment ago if it is being made anew."""
        with self._lock:
            making = self._making.setdefault(site.catalog, Lock())
            made = self._made.setdefault(site.catalog, {})
        stamp, drafts = site.catalog.stamp, site.options.drafts
        there = made.get(drafts)
        if there and there[0] == stamp:
            return there[1]
        if not making.acquire(blocking=there is None):
            assert there is not None
            if (noticed := _outdated.get()) is not None:
                noticed.append(there[0])
            return there[1]
        try:
            there = made.get(drafts)
            if there is None or there[0] != stamp:
                there = made[drafts] = (stamp, self._make(site))
            return there[1]
        finally:
            making.release()
