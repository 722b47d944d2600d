"""Outcomes that many pairs share are made once: they are frozen."""

from __future__ import annotations

from functools import lru_cache

from sovereign.records import CheckOutcome, Outcome


@lru_cache(maxsize=1024)
def checked(check: str, outcome: Outcome, reason: str) -> CheckOutcome:
    """The outcome of one deciding check."""
    return CheckOutcome(check=check, outcome=outcome, reason=reason)
