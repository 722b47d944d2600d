"""Check ``places``: have two things changed places?

Sees: two words that stand each behind the preposition or verb that the other one stood behind ("Spark on Linux", "Linux
on Spark"), and a name beside a word that stood beside another name. Cannot see: an exchange that keeps both.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from sovereign.language.words import word_set
from sovereign.records import CheckOutcome

from .outcome import checked
from .owners import mixed
from .view import View, view

_SKIPPED = word_set("a an the and or both all each its their this these")
_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Places:
    """For each word, the function words and verbs that it stands behind; for each name, the words that touch it."""

    behind: dict[str, frozenset[str]]
    touching: dict[str, frozenset[str]]


@lru_cache(maxsize=4096)
def _places(text: str) -> _Places:
    seen = view(text)
    return _Places(_behind(seen), _touching(seen))


def _behind(seen: View) -> dict[str, frozenset[str]]:
    """The function word or verb before each word, "^" at the start of a phrase; members of a list share one place."""
    found: dict[str, set[str]] = {}
    place = "^"
    for i, word in enumerate(seen.words):
        between = seen.text[seen.words[i - 1].end : word.start].strip() if i else ""
        listed = between == "," and seen.text.startswith((", ", " and ", " or "), word.end)
        if between and not listed:
            place = "^"
        if word.stems:
            for key in word.keys:
                found.setdefault(key, set()).add(place)
        elif not word.figure and word.text not in _SKIPPED:
            place = word.text
    return {key: frozenset(places) for key, places in found.items()}


def _touching(seen: View) -> dict[str, frozenset[str]]:
    """The content words right beside each name (a word with a capital), with nothing between them but a space."""
    found: dict[str, set[str]] = {}
    for left, right in pairwise(seen.words):
        if left.stems and right.stems and seen.text[left.end : right.start] == " ":
            for name, other in ((left, right), (right, left)):
                if seen.text[name.start : name.end] != name.text:
                    for key in name.keys:
                        found.setdefault(key, set()).update(other.keys)
    return {key: frozenset(others) for key, others in found.items()}


def check_places(claim: str, evidence: str) -> CheckOutcome:
    """Unclear when two things of the claim stand where the other one does in the evidence."""
    mine, theirs = _places(claim), _places(evidence)
    swapped = _swapped(mine.behind, theirs.behind) or _handed_over(mine, theirs)
    if swapped:
        reason = f"{swapped[0]} and {swapped[1]} may have changed places"
        return checked("places", "unclear", reason)
    if mixed(claim, evidence):
        return checked("places", "unclear", "the claim mixes the two sides of a contrast")
    return checked("places", "pass", "no two things have changed places")


def _swapped(mine: dict[str, frozenset[str]], theirs: dict[str, frozenset[str]]) -> tuple[str, str] | None:
    moved = [key for key in mine if key in theirs and not mine[key] & theirs[key]]
    pairs = ((a, b) for n, a in enumerate(moved) for b in moved[n + 1 :])
    return next(((a, b) for a, b in pairs if mine[a] & theirs[b] and mine[b] & theirs[a]), None)


def _handed_over(mine: _Places, theirs: _Places) -> tuple[str, str] | None:
    """A name that touches a word which, in the evidence, touches another name of the claim instead."""
    gained = {k: v - theirs.touching.get(k, _NONE) for k, v in mine.touching.items() if k in theirs.behind}
    lost = {k: v - mine.touching.get(k, _NONE) for k, v in theirs.touching.items() if k in mine.behind}
    return next(((a, b) for a in gained for b in lost if a != b and gained[a] & lost[b] - {a, b}), None)
