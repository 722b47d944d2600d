"""Tables that a work speaks of and of which no cell was read, such as those that are images."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SPOKEN = re.compile(r"\b(?:Table|Tab\.)[\s\xa0]*(?P<number>\d{1,2})(?![\w.]*\d)", re.IGNORECASE)
_ELSEWHERE = re.compile(r"\s*(?:of|in|from)\s+(?:\[|\(|their\b|[A-Z][\w-]+\s+(?:et al|and|&)\b)|\s*(?:there|ibid)\b")
_MOST = 20  # numbers; what speaks of more is a list of tables


def unread_tables(text: str, labels: Iterable[str]) -> str:
    """A notice that names the tables without cells; empty if there is none.

    ``labels`` are those of the tables that were read. While one of these has no label of its own nothing is said: it may be
    any of those that the text speaks of. Tables of other works ("Table 2 of [5]") are not meant.
    """
    read = [_SPOKEN.search(label) for label in labels]
    if any(found is None for found in read):
        return ""
    known = {found["number"] for found in read if found}
    spoken = {m["number"] for m in _SPOKEN.finditer(text) if not _ELSEWHERE.match(text, m.end())}
    missing = sorted(spoken - known - {"0"}, key=int)
    if not missing or len(missing) > _MOST:
        return ""
    one = len(missing) == 1
    named = f"Table {missing[0]}" if one else f"Tables {', '.join(missing[:-1])} and {missing[-1]}"
    return (
        f"{named} {'is' if one else 'are'} spoken of, but no cell of {'it was' if one else 'them was'} read: no claim was held "
        f"against {'it, which may be an image' if one else 'them, which may be images'} or not be in the file"
    )
