"""Another figure in a text: digits swapped, ten times more or less, a little more or less, rounded too far."""

from __future__ import annotations

import re
from collections.abc import Iterable
from random import Random

# A figure: a decimal, or a number with a unit. No part of a name ("LLaMA-2 7B", "torch 2.13.0").
_UNIT = (
    r"%|percent\b|times\b|x\b|×|[kMGT]i?B\b|[mµμ]?s\b|(?:micro|milli)?seconds?\b|minutes?\b|hours?\b|days?\b|points?\b|"
    r"tokens\b|examples\b|microseconds?\b|million\b|billion\b|bits?\b"
)
_FIGURE = re.compile(rf"(?<![\w.,/+-])(?:\d+\.\d+(?![\w.])|\d+(?:\.\d+)?(?= ?(?:{_UNIT})))")
_NAME_BEFORE = re.compile(r"\b[A-Z][\w-]* $")
_WITH_UNIT = re.compile(rf" ?(?:{_UNIT})")
_ANY = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w]*\.\d)")
WAYS = ("swapped", "tenfold", "small", "rounded")


def figures(text: str) -> list[tuple[int, int]]:
    """Where the figures of a text stand."""
    return [
        m.span()
        for m in _FIGURE.finditer(text)
        if _WITH_UNIT.match(text, m.end()) or not _NAME_BEFORE.search(text, 0, m.start())
    ]


def another(figure: str, way: str, rng: Random) -> str | None:
    """A printed figure as another one; None if the way leads to none that differs by more than three hundredths."""
    value = float(figure)
    places = len(figure.partition(".")[2])
    if way == "swapped":
        pairs = [n for n in range(len(figure) - 1) if figure[n : n + 2].isdigit() and figure[n] != figure[n + 1]]
        pairs = [n for n in pairs if not (n == 0 and figure[1] == "0")]
        if not pairs:
            return None
        n = rng.choice(pairs)
        new = figure[:n] + figure[n + 1] + figure[n] + figure[n + 2 :]
    elif way == "tenfold":
        new = f"{value * 10:.{max(places - 1, 0)}f}" if rng.random() < 0.5 else f"{value / 10:.{places + 1}f}"
    elif way == "small":
        step = max(value * rng.uniform(0.06, 0.12), 10**-places)
        new = f"{value + rng.choice((-1, 1)) * step:.{places}f}"
    else:
        new = f"{float(f'{value:.0e}'):.0f}" if value >= 1 else f"{value:.1f}"
    return new if float(new) > 0 and abs(float(new) - value) > 0.03 * value else None


def stands(figure: str, texts: Iterable[str]) -> bool:
    """Whether a figure, or one within a hundredth of it, stands in texts: then it might be right all the same."""
    value = float(figure)
    return any(abs(float(m[0]) - value) <= 0.01 * value for text in texts for m in _ANY.finditer(text))


def altered(text: str, way: str, rng: Random, beside: Iterable[str] = ()) -> tuple[str, str, str] | None:
    """A text with one of its figures changed, that figure, and the new one; None if none can be changed this way.

    ``beside`` are texts that must not hold the new figure.
    """
    held = [text, *beside]
    spans = figures(text)
    for start, end in rng.sample(spans, len(spans)):
        new = another(text[start:end], way, rng)
        if new is not None and not stands(new, held):
            return text[:start] + new + text[end:], text[start:end], new
    return None
