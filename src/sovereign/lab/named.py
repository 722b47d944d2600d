"""Looking something up by the name that a person gave it."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import TypeVar

from sovereign.errors import NotFound

Entry = TypeVar("Entry")


def look_up(table: Mapping[str, Entry], name: str, what: str) -> Entry:
    """The entry of that name, whatever its case.

    Raises:
        NotFound: if there is no such ``what``; the advice gives the nearest name, or all of them.
    """
    wanted = name.strip().casefold()
    if wanted in table:
        return table[wanted]
    near = get_close_matches(wanted, table, n=1)
    advice = f"Did you mean {near[0]}?" if near else f"Choose one of {', '.join(table)}."
    raise NotFound(f"there is no {what} named {name[:80]!r}", advice)
