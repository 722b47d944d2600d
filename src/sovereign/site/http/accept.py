"""Which of several forms a reader wants, by the Accept header (RFC 9110, 12.5.1)."""

from __future__ import annotations

import re
from collections.abc import Sequence

_MOST = 40  # ranges that are looked at
_TOKEN = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"
_RANGE = re.compile(rf"\s*({_TOKEN})/({_TOKEN})\s*((?:;.*)?)")
_Q = re.compile(r";\s*[qQ]\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*(?:;|$)")
# One that is left open goes to the end: to look for its end again from each sign in it takes a second of a long header.
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*+"?', re.DOTALL)


def best(accept: str, offers: Sequence[str]) -> str | None:
    """The media type of ``offers`` that is wanted most; the earlier one where two are wanted alike; None if none is wanted.

    Without a header, and with one that holds nothing to understand, everything is wanted.
    """
    ranges = _ranges(accept)
    if not ranges:
        return offers[0]
    wanted = [(_quality(offer, ranges), -at) for at, offer in enumerate(offers)]
    quality, at = max(wanted)
    return offers[-at] if quality > 0 else None


def _ranges(accept: str) -> list[tuple[str, str, float]]:
    """Type, subtype and quality of each range. Parameters but ``q`` say nothing that our forms differ in."""
    found = []
    for part in _QUOTED.sub('""', accept).split(",")[:_MOST]:
        if match := _RANGE.fullmatch(part):
            kind, sub, rest = match[1].lower(), match[2].lower(), match[3]
            quality = _Q.search(rest)
            if quality or not re.search(r";\s*[qQ]\s*=", rest):
                found.append((kind, sub, float(quality[1]) if quality else 1.0))
    return found


def _quality(offer: str, ranges: Sequence[tuple[str, str, float]]) -> float:
    """That of the most specific range that the offer is in, 0 if it is in none."""
    kind, _, sub = offer.partition("/")
    for wanted in ((kind, sub), (kind, "*"), ("*", "*")):
        found = [q for k, s, q in ranges if (k, s) == wanted]
        if found:
            return max(found)
    return 0.0
