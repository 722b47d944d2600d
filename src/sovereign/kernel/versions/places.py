"""Sentences that say of one place in an order what another says of another place: higher layers, middle layers."""

from __future__ import annotations

import re
from functools import lru_cache

from sovereign.language.words import content_stems, normalize, stem

ARGUES = 0.5  # share of the shorter sentence's content words that both have
LEAST = 3  # content words that both have

# Places in an order: of what two versions may say the opposite things.
_PLACES: dict[str, frozenset[str]] = {
    "higher": frozenset(["higher", "high", "upper", "top", "deep", "deeper", "later", "late", "last", "final"]),
    "middle": frozenset(["middle", "mid", "intermediate", "central"]),
    "lower": frozenset(["lower", "low", "bottom", "shallow", "shallower", "early", "earlier", "first", "initial"]),
}
_PLACED = re.compile(rf"\b(?P<place>{'|'.join(w for words in _PLACES.values() for w in sorted(words))})[\s-](?P<head>[a-z]+)", re.IGNORECASE)  # fmt: skip


def turned_place(one: str, other: str) -> tuple[str, str] | None:
    """Two phrases that place one thing differently in sentences that else say the same: "higher layers", "middle layers"."""
    mine, theirs = _placed(one), _placed(other)
    for head in mine.keys() & theirs.keys():
        (phrase, place), (phrase_too, place_too) = mine[head], theirs[head]
        rest, rest_too = (content_stems(t) - {stem(w) for p in _PLACES.values() for w in p} for t in (one, other))
        if place != place_too and len(rest & rest_too) >= max(LEAST, ARGUES * min(len(rest), len(rest_too))):
            return phrase, phrase_too
    return None


@lru_cache(maxsize=4096)
def _placed(text: str) -> dict[str, tuple[str, str]]:
    """By the head noun: the phrase and its place; a head that a sentence puts in two places has none."""
    found: dict[str, tuple[str, str]] = {}
    twice: set[str] = set()
    for match in _PLACED.finditer(normalize(text)):
        place = next(name for name, words in _PLACES.items() if match["place"].lower() in words)
        head = stem(match["head"].lower())
        if head in found and found[head][1] != place:
            twice.add(head)
        found[head] = (match[0].lower(), place)
    return {head: value for head, value in found.items() if head not in twice}
