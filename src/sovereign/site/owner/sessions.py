"""Who is signed in at the pages: kept in memory alone, so that a restart signs everybody out."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

SECONDS = 12 * 3600.0
_MOST = 20


@dataclass
class Session:
    """One sign-in. ``form`` stands in every form of its pages; ``told`` is what happened since the last page, each good or not."""

    until: float
    form: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    told: list[tuple[bool, str]] = field(default_factory=list)

    def has_form(self, given: str) -> bool:
        """Whether a form is one of this session's pages."""
        return hmac.compare_digest(_key(self.form), _key(given))

    def tell(self, text: str, good: bool = True) -> None:
        """Say it on the next page."""
        self.told = [*self.told[-4:], (good, text)]

    def take_told(self) -> list[tuple[bool, str]]:
        """What is to be said now, once."""
        told, self.told = self.told, []
        return told


class Sessions:
    """The sign-ins, by the hash of an id that only the browser has."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._there: dict[bytes, Session] = {}

    def begin(self) -> str:
        """Sign in: gives the new id."""
        made = secrets.token_urlsafe(32)
        self._there[_key(made)] = Session(self._now() + SECONDS)
        while len(self._there) > _MOST:
            del self._there[next(iter(self._there))]
        return made

    def of(self, given: str) -> Session | None:
        """The session of that id, if it is still good."""
        found = self._there.get(_key(given))
        if found and found.until <= self._now():
            self.end(given)
            return None
        return found

    def end(self, given: str) -> None:
        """Sign out."""
        self._there.pop(_key(given), None)


def _key(given: str) -> bytes:
    return hashlib.sha256(given.encode("utf-8", "surrogatepass")).digest()
