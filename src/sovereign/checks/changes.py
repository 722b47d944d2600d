"""Words of change in their clauses, with a denial taken into account: which way a sentence points, and about what.

Sees: denials up to the end of their clause, ratios with their confidence interval (a hazard ratio of 0.79 is less), and
a larger table of verbs than check ``direction``, which decides alone and so must be sure. Cannot see: grammar.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from sovereign.language.stance import sides_of, words

from .view import View, Word, view

_REACH = 9  # words on either side of a word of change that may say what changes
_SCOPE = 8  # words that a denial governs, at most


class Change(NamedTuple):
    """A word of change. ``sign`` is 1, -1 or, for no change, 0; ``near`` are words with their distance."""

    axis: str
    sign: int
    at: int
    near: dict[str, int]


def _lower(text: str) -> str:
    """The view's text without what only looks like a denial; offsets stay."""
    return words().affirming.sub(lambda m: " " * len(m[0]), view(text).text.lower().replace("\u2019", "'"))


@lru_cache(maxsize=8192)
def denied_by_word(text: str) -> tuple[frozenset[int], ...]:
    """For each "not", "no" and their like, the indices of the words that it governs."""
    seen, table, lower = view(text), words(), _lower(text)
    found = []
    for match in table.denials.finditer(lower):
        end = table.ends.search(lower, match.end())
        stop = end.start() if end else len(lower)
        after = [i for i, w in enumerate(seen.words) if match.end() <= w.start < stop]
        # "compared with those without": what is denied is left out.
        open_end = match[0] in ("without", "except", "excluding", "rather than", "instead of")
        before = [] if open_end else [i for i, w in enumerate(seen.words) if w.start < match.start()]
        found.append(
            frozenset(
                after[:_SCOPE] if any(seen.words[i].stems or seen.words[i].way for i in after) else before[-_SCOPE:]
            )
        )
    return tuple(found)


@lru_cache(maxsize=8192)
def denied_words(text: str) -> tuple[frozenset[int], ...]:
    """For each denial of a text, the indices of the words that it governs; "unaffected" denies its whole clause."""
    seen, table, lower = view(text), words(), _lower(text)
    found = list(denied_by_word(text))
    for match in table.denying.finditer(lower):
        # The last end of a clause before it; the pattern also matches nothing at the very end of what is searched.
        start = max((m.end() for m in table.ends.finditer(lower, 0, match.start()) if m[0]), default=0)
        end = table.ends.search(lower, match.end())
        stop = end.start() if end else len(lower)
        found.append(frozenset(i for i, w in enumerate(seen.words) if start <= w.start < stop))
    return tuple(found)


@lru_cache(maxsize=8192)
def changes_of(text: str) -> tuple[Change, ...]:
    """The words of change of a text; a denied one has sign 0, a denied "same" is left out."""
    seen = view(text)
    governed: frozenset[int] = frozenset().union(*denied_words(text))
    found = []
    for i in range(len(seen.words)):
        way, sign = seen.words[i].way, sign_of(seen.words[i])
        if sign is None or (i in governed and sign == 0):
            continue
        found.append(Change(way.axis if way else "amount", 0 if i in governed else sign, i, _near(seen, i)))
    found += _ratios(seen)
    return tuple(found)


def sign_of(word: Word) -> int | None:
    """1, -1 or 0 for a word of change; None for any other word."""
    if word.way is not None:
        return None if word.way.axis in ("time", "place") else word.way.sign
    if word.figure:
        return None
    if words().down.fullmatch(word.text):
        return -1
    return 1 if words().up.fullmatch(word.text) else None


def no_differences(text: str) -> tuple[Change, ...]:
    """Where a text says that there is no difference ("did not differ"), as changes of sign 0."""
    seen = view(text)
    governed: frozenset[int] = frozenset().union(*denied_words(text))
    at = (i for i in sorted(governed) if seen.words[i].text.startswith("differ"))
    return tuple(Change("same", 0, i, _near(seen, i)) for i in at)


def modifies(seen: View, at: int) -> bool:
    """Whether a word only says which or how much ("activation memory", "strongly associated"): it changes nothing."""
    word, following = seen.words[at], seen.words[at + 1 : at + 2]
    touches = any(w.keys and seen.text[word.end : w.start] == " " for w in following)
    return word.text.endswith("ly") or (touches and word.text.endswith("ion"))


def _near(seen: View, at: int) -> dict[str, int]:
    found: dict[str, int] = {}
    for i in range(max(0, at - _REACH), min(len(seen.words), at + _REACH + 1)):
        far = abs(i - at) + 3 * abs(seen.words[i].piece - seen.words[at].piece)
        for key in (*seen.words[i].keys, *seen.words[i].stems):
            found[key] = min(far, found.get(key, far))
    return found


def _ratios(seen: View) -> list[Change]:
    found = []
    for match in words().ratios.finditer(seen.text.lower()):
        value, low, high = (float(v.replace("·", ".")) if v else None for v in match.group("value", "low", "high"))
        at = next((i for i, w in enumerate(seen.words) if w.end > match.start()), 0)
        none = low is not None and high is not None and low <= 1 <= high
        found.append(Change("amount", 0 if none else 1 if (value or 0) > 1 else -1, at, _near(seen, at)))
    return found


@lru_cache(maxsize=8192)
def opposites_of(text: str) -> frozenset[tuple[int, int]]:
    """The sides of opposites that a text takes; a denied word takes the other side."""
    seen = view(text)
    governed: frozenset[int] = frozenset().union(*denied_words(text))
    return frozenset(
        (n, -side if i in governed else side) for i, w in enumerate(seen.words) for n, side in sides_of(w.text)
    )
