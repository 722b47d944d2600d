"""Whether the figures and words of a text are those of what it rests on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sovereign.language.words import content_stems, normalize
from sovereign.records import Claim, Measurement

_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
_COUNTED = re.compile(
    r"\s+(?:(?:\w+\s+)?(?:comparisons?|works?|sizes?|scales?|claims?|statements?|findings?|figures?|notes?|groups?|settings?|papers?|sources?))\b"
)
_SCALES = (
    1.0,
    100.0,
    1e3,
    1e-3,
    1e6,
    1e-6,
    1e-9,
    1e-12,
)  # units of one figure: a share in per cent, ms for s, MB for GB


class Number(NamedTuple):
    """A number as printed: its text, value, decimal places, and whether it counts something ("4 comparisons")."""

    text: str
    value: float
    places: int
    counts: bool


class Rest(NamedTuple):
    """What a text may take its numbers from: numbers that stand printed, numbers that follow from these, counts, words."""

    printed: frozenset[float]
    computed: tuple[float, ...]
    counts: frozenset[int]
    stems: frozenset[str]


def numbers(text: str) -> tuple[Number, ...]:
    """All numbers of a text, those in names ("LLaMA-2 7B") among them."""
    found = []
    for match in _NUMBER.finditer(normalize(text)):
        plain = match[0].replace(",", "")
        counts = bool(_COUNTED.match(match.string, match.end())) and "." not in plain
        found.append(Number(match[0], float(plain), len(plain.partition(".")[2]), counts))
    return tuple(found)


def values(texts: Iterable[str]) -> frozenset[float]:
    """The values of all numbers of some texts."""
    return frozenset(n.value for text in texts for n in numbers(text))


def untraced(text: str, rest: Rest) -> tuple[str, ...]:
    """The numbers of a text that neither stand in what it rests on nor follow from it."""
    return tuple(n.text for n in numbers(text) if not _traced(n, rest))


def _traced(number: Number, rest: Rest) -> bool:
    if number.value in rest.printed:
        return True
    if number.counts:
        return int(number.value) in rest.counts
    half = 0.5001 * 10.0**-number.places
    return any(abs(value - number.value) <= half or _same_figures(number, value) for value in rest.computed)


def _same_figures(number: Number, value: float) -> bool:
    """Whether a value, printed with as many significant figures, gives the number: 0.053 is written "5.3" in per cent."""
    digits = len(number.text.replace(",", "").replace(".", "").lstrip("0")) or 1
    return any(float(f"{value * scale:.{digits}g}") == number.value for scale in _SCALES if digits > 1)


def rest_on(
    claims: Sequence[Claim],
    measurements: Sequence[Measurement],
    more: Iterable[str] = (),
    counts: Iterable[int] = (),
    compared: Iterable[float] = (),
) -> Rest:
    """What a sentence that names these claims and measurements may say. ``more`` are texts that are known besides, ``compared`` the
    ratios of the claims as the answer's tables turn them."""
    quotes = [text for c in claims for text in (c.quote.text, c.quote.where or "", c.quote.section)]
    keys = [
        value for m in measurements for value in (m.key.method, m.key.comparator or "", *(v for _, v in m.key.setting))
    ]
    printed = values(
        [*quotes, *keys, *(m.quantity.text for m in measurements), *(m.where for m in measurements), *more]
    )
    ratios = [r.ratio for c in claims for r in c.results if r.ratio]
    ratios += [m.ratio for m in measurements if m.ratio]
    ratios += compared
    figures = [v for m in measurements for v in (m.quantity.value, m.low, m.high) if v]
    computed = (*ratios, *(1 / r for r in ratios), *(100 * abs(r - 1) for r in ratios), *figures)
    words = frozenset().union(*map(content_stems, (*quotes, *keys, *more))) if quotes or keys or more else frozenset()
    return Rest(printed, computed, frozenset(counts), words)


def unnamed(text: str, texts: Iterable[str]) -> tuple[str, ...]:
    """Names of methods and models in a text ("ResNet", "AdaBoost") that stand in none of the others."""
    there = " ".join(map(normalize, texts)).casefold()
    return tuple(dict.fromkeys(name for name in _NAME.findall(normalize(text)) if name.casefold() not in there))


# A letter in capitals after the first sign: no ordinary word has one.
_NAME = re.compile(r"\b\w+[A-Z]\w*\b")


def in_order(text: str, of: str) -> bool:
    """Whether the words of a text are words of another, in their order: some may be left out, none added or moved."""
    rest = iter(_words(of))
    return all(word in rest for word in _words(text))


def _words(text: str) -> list[str]:
    return re.findall(r"[\w%.+-]*\w|%", normalize(text).casefold())
