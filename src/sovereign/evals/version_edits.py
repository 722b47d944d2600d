"""Edits of an abstract that make another version of it: real changes, each of a kind, and harmless ones. All are deterministic."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from sovereign.kernel.extract import can_claim
from sovereign.language.quantities import find_quantities
from sovereign.language.words import normalize

Sentences = tuple[str, ...]
Edit = Callable[[Sentences], Sentences | None]

_TURNS = (
    "increases decreases", "increasing decreasing", "increased decreased", "improves degrades", "improving degrading",
    "reduces raises", "reducing raising", "outperforms underperforms", "higher lower", "faster slower", "better worse",
    "superior inferior", "stronger weaker", "robust brittle", "efficient inefficient", "effective ineffective",
    "more less", "outperform underperform", "reduce raise", "improve degrade", "positive negative", "enables prevents",
    "larger smaller", "best worst", "accurate inaccurate",
)  # fmt: skip
_TURNED = {a: b for pair in _TURNS for a, b in (pair.split(), pair.split()[::-1])}
_TURN = re.compile(rf"(?<![\w-])(?:{'|'.join(_TURNED)})(?![\w-])")
# What the readers of figures know plays no part in which number is changed.
_PRINTED = re.compile(r"(?<![\w.,/$^{}@-])(?!(?:19|20)\d\d\b)[1-9]\d*(?:\.\d+)?(?=\s?%|x\b|×|\s[a-z])")
_PHASES = {"training": "inference", "inference": "training"}
_PHASE = re.compile(r"(?<![\w-])(?:training|inference)(?![\w-])")
_FUNCTION = {"However,": "Yet,", "while": "whereas", "such as": "like", "Moreover,": "In addition,", "Furthermore,": "Also,", "In this paper, we": "Here we", "which": "that", "thus": "hence"}  # fmt: skip
_WORDS = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, _FUNCTION))})(?!\w)")


def _number(sentences: Sentences) -> Sentences | None:
    """The first printed number that is no part of a name, a year or a key, a quarter larger."""
    for n, text in enumerate(sentences):
        if found := _PRINTED.search(text):
            digits = len(found[0].partition(".")[2])
            value = f"{float(found[0]) * 1.25 + (0 if digits else 0.5):.{digits}f}"
            if value != found[0]:
                return _with(sentences, n, f"{text[: found.start()]}{value}{text[found.end() :]}")
    return None


def _direction(sentences: Sentences) -> Sentences | None:
    """A word of change that points the other way."""
    return _first(sentences, _TURN, _TURNED)


def _scope(sentences: Sentences) -> Sentences | None:
    """Another phase of the same finding."""
    figures = {n for n, text in _claims(sentences) if find_quantities(text) or _TURN.search(text)}
    for n in sorted(figures):
        if len(set(_PHASE.findall(sentences[n]))) == 1:
            return _with(sentences, n, _PHASE.sub(lambda m: _PHASES[m[0]], sentences[n]))
    return None


def _dropped(sentences: Sentences) -> Sentences | None:
    """The first sentence with a figure, left out."""
    at = next((n for n, text in _claims(sentences) if find_quantities(text)), None)
    return None if at is None else (*sentences[:at], *sentences[at + 1 :])


def _reordered(sentences: Sentences) -> Sentences | None:
    return sentences[::-1] if len(sentences) > 1 else None


def _function_words(sentences: Sentences) -> Sentences | None:
    found = tuple(_WORDS.sub(lambda m: _FUNCTION[m[0]], text) for text in sentences)
    return found if found != sentences else None


def _spaced(sentences: Sentences) -> Sentences | None:
    found = tuple(re.sub(r"(?<=\d)%", " %", text) for text in sentences)
    return found if found != sentences else None


def _percent(sentences: Sentences) -> Sentences | None:
    found = tuple(re.sub(r"(?<=\d)\s?%", " percent", text) for text in sentences)
    return found if found != sentences else None


def reworded(sentences: Sentences) -> Sentences:
    """All harmless edits that there are, one after the other."""
    for edit in (_reordered, _function_words, _spaced):
        sentences = edit(sentences) or sentences
    return sentences


REAL: dict[str, tuple[Edit, str]] = {
    "number": (_number, "figure"),
    "direction": (_direction, "direction"),
    "scope": (_scope, "scope"),
    "dropped": (_dropped, "only"),
}
"""Real changes: the edit, and the kind that it is to be called."""
HARMLESS: dict[str, Edit] = {
    "reordered": _reordered,
    "function words": _function_words,
    "space before %": _spaced,
    "percent in words": _percent,
    "all at once": reworded,
}


def _claims(sentences: Sentences) -> list[tuple[int, str]]:
    """Sentences that state something, with their places; those that normalising would change are left out."""
    return [(n, text) for n, text in enumerate(sentences) if can_claim(text) and normalize(text) == text]


def _first(sentences: Sentences, pattern: re.Pattern[str], instead: dict[str, str]) -> Sentences | None:
    for n, text in enumerate(sentences):
        if found := pattern.search(text):
            return _with(sentences, n, f"{text[: found.start()]}{instead[found[0]]}{text[found.end() :]}")
    return None


def _with(sentences: Sequence[str], at: int, text: str) -> Sentences:
    return (*sentences[:at], text, *sentences[at + 1 :])
