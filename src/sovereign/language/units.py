"""Units of figures: how each is printed, its canonical name, its dimension and its base value.

A canonical unit is short and ASCII: ``"%"``, ``"x"``, ``"points"``, ``"GB"``, ``"ms"``, ``"ms/token"``, ``"tokens/s"``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from .words import any_of, word_set

_BYTES = {f"{p}{i}B": base**n for i, base in (("", 1000.0), ("i", 1024.0)) for n, p in enumerate("KMGTP", 1)} | {
    "B": 1.0
}
_BITS = {f"{p}bit": 1000.0**n / 8 for n, p in enumerate(("", "K", "M", "G", "T"))}
_SECONDS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0, "days": 86400.0}
_OPERATIONS = {f"{p}FLOPs": 1000.0**n for n, p in zip((0, 2, 3, 4, 5, 6), ("", "M", "G", "T", "P", "E"), strict=True)}
_OPERATION_RATES = {name[:-1] + "S": factor for name, factor in _OPERATIONS.items()}
_JOULES = {"mJ": 1e-3, "J": 1.0, "kJ": 1e3, "MJ": 1e6, "Wh": 3600.0, "kWh": 3.6e6, "MWh": 3.6e9}
_RATIOS = {"%": 0.01, "x": 1.0}
_ACCELERATOR = {"GPU hours": 1.0, "GPU days": 24.0}
_FACTORS: dict[str, dict[str, float]] = {
    "ratio": _RATIOS, "bytes": _BYTES, "time": _SECONDS, "operations": _OPERATIONS, "operation_rate": _OPERATION_RATES,
    "energy": _JOULES, "gpu_time": _ACCELERATOR, "money": {"USD": 1.0},
}  # fmt: skip
_DIMENSION_OF = {unit: name for name, units in _FACTORS.items() for unit in units}

# Dimensions that measure; every other unit ("layers", "bits", "tokens") describes a thing.
MEASURING = word_set(
    "ratio points bytes time time/token time/item rate gpu_time parameters operations operation_rate energy money"
)

SCALES = {
    "k": 1e3, "K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12,
    "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12,
}  # fmt: skip


@lru_cache(maxsize=1024)
def dimension(unit: str) -> str:
    """Dimension of a canonical unit: bytes, time, time/token, rate, ratio, points, …, or the unit itself."""
    if unit in _DIMENSION_OF:
        return _DIMENSION_OF[unit]
    head, _, item = unit.partition("/")
    if item in ("s", "min", "h"):
        return "rate"
    if head in _SECONDS and item:
        return "time/token" if item == "token" else "time/item"
    return unit


@lru_cache(maxsize=1024)
def base_factor(unit: str) -> float:
    """What a value is multiplied by to be in the base unit of its dimension: 0.01 for "%", 1e9 for "GB"."""
    if unit in _DIMENSION_OF:
        return _FACTORS[_DIMENSION_OF[unit]][unit]
    head, _, item = unit.partition("/")
    if item in ("s", "min", "h"):
        return (_BYTES | _BITS).get(head, 1.0) / _SECONDS[item]
    return _SECONDS.get(head, 1.0) if item else 1.0


def rounded(value: float) -> float:
    """Without the last binary digits, so that 16.4 x 1e9 is 16400000000."""
    return float(f"{value:.12g}")


class Unit(NamedTuple):
    """A unit that was read: canonical ``name``, where it ends, and the ``factor`` its value takes (7B is 7e9)."""

    name: str
    end: int
    factor: float = 1.0


_PER = r"(?:\s?/\s?|\s+per\s+|\s+a\s+)"
_TIME_WORD = any_of(
    "milliseconds? microseconds? nanoseconds? seconds? minutes? hours? days? msec ms µs μs us ns sec s mins? hrs? h"
)
_ITEM = any_of(
    """tokens? requests? examples? samples? images? sentences? quer(?:y|ies) steps? pages? items? frames? transactions?
    operations? ops packets? records? rows? events? messages? files?"""
)
_SPENT_ON = any_of(
    "token image step request example sample sequence query sentence call page item iteration frame epoch"
)
_COUNTED = any_of(
    """tokens? layers? heads? experts? GPUs? steps? epochs? tasks? models? adapters? requests? examples? samples? cores?
    runs? papers? questions? users? cells? patients? cards? nodes? devices? blocks? images? pages? words? units?
    instructions?"""
)
_KIND_OF_PARAMETER = any_of(
    "trainable trained tunable active activated total model more generated instruction training"
)


def _first(table: dict[str, str], word: str) -> str:
    """The entry whose key the word starts with: "milliseconds" -> "ms"."""
    return next((name for prefix, name in table.items() if word.startswith(prefix)), word)


_TIMES = {
    "milli": "ms", "msec": "ms", "micro": "us", "µ": "us", "μ": "us", "nano": "ns",
    "sec": "s", "min": "min", "h": "h", "d": "days",
}  # fmt: skip
_SHORT_ITEMS = {
    "tok": "tokens",
    "it": "steps",
    "req": "requests",
    "img": "images",
    "op": "operations",
    "ops": "operations",
}


def _plural(word: str) -> str:
    """The plural of an item: query -> queries, tokens -> tokens."""
    return word[:-1] + "ies" if word.endswith("y") else word if word.endswith("s") else word + "s"


def _counted(match: re.Match[str]) -> str:
    """What a count is of; weights are parameters."""
    return "parameters" if match["noun"].startswith(("param", "weight")) else _plural(match["noun"])


def _rate(match: re.Match[str]) -> str:
    """ "req/s" and "requests per second" are requests/s."""
    word = match["item"]
    item = _SHORT_ITEMS.get(word) or _plural(word)
    return f"{item}/{_first(_TIMES, match['per'] or 's')}"


def _time(match: re.Match[str]) -> str:
    """ "milliseconds per token" is ms/token."""
    unit = _first(_TIMES, match["time"])
    return f"{unit}/{match['item']}" if match["item"] else unit


def _bytes(match: re.Match[str]) -> str:
    """ "gb" is GB; "GB per second" is GB/s."""
    word = match["byte"]
    unit = "B" if word.startswith("byte") else word if word[1:2] == "i" else word.upper()
    return f"{unit}/s" if match["per"] else unit


def _operations(match: re.Match[str]) -> str:
    """ "TFLOPs" counts operations; "TFLOP/s" and "TFLOPS" are a rate."""
    rate = match["per"] or match["word"] in ("FLOPS", "flops/s")
    return f"{match['prefix'] or ''}{'FLOPS' if rate else 'FLOPs'}"


_Reader = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]
# Tried in this order; those in _SCALABLE may also follow "thousand" or "M".
_SCALABLE: tuple[_Reader, ...] = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (rf"\s?(?P<item>{_ITEM}){_PER}(?:GPU{_PER})?(?P<per>seconds?|s|sec|minutes?|min|hours?|h)\b", _rate),
        (r"\s?(?P<item>tok|it|req|img|op|frame)s?/(?P<per>s)(?:ec)?\b", _rate),
        (r"\s?(?:[A-Z]\w*\s)?(?:GPU|TPU|CPU|[A-Z]\d{2,4})[\s-]hours?\b", lambda _: "GPU hours"),
        (r"\s?(?:[A-Z]\w*\s)?(?:GPU|TPU|CPU|[A-Z]\d{2,4})[\s-]days?\b", lambda _: "GPU days"),
        (rf"[\s-](?:{_KIND_OF_PARAMETER}\s)?(?P<noun>parameters?|params?|weights)\b", _counted),
        (rf"[\s-](?:(?:generated|instruction|training)\s)?(?P<noun>{_COUNTED})\b", _counted),
    )
)
_READERS: tuple[_Reader, ...] = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (
            r"\s?(?:%[\s-]?|-)?(?:percentage[\s-]points?|points?\b|pp\b)|\s(?:absolute|[A-Z][\w-]*)\spoints?\b",
            lambda _: "points",
        ),
        (r"\s?(?:%|percent\b|per\s?cent\b)", lambda _: "%"),
        (r"\s?(?P<prefix>[KMGT]?)(?:bps|bits?/s)\b", lambda m: f"{m['prefix']}bit/s"),
        (
            r"\s?(?P<prefix>[MGTPE])?(?:(?:inference|training|total)\s)?"
            r"(?P<word>FLOPS|FLOPs?|Flops?|flops|floating[\s-]point operations)"
            r"(?P<per>/s|ps\b|\s+per\s+(?:second|GPU|device|chip|card))?(?![A-Za-z])",
            _operations,
        ),
        (
            # "on 16 GB cards" says how large the cards are.
            r"[\s-]?(?P<byte>[KMGTP]i?B|[kmg]b|bytes?)(?P<per>/s(?:ec)?|\s+per\s+second)?\b"
            r"(?!\s*-?(?:GPU|card|class|[A-Z]\d{2,4})s?\b)",
            _bytes,
        ),
        (r"[\s-]?bits?\b", lambda _: "bits"),
        (rf"[\s-]?(?P<time>{_TIME_WORD})\b(?:{_PER}(?P<item>{_SPENT_ON})\b)?", _time),
        (r"\s?(?P<unit>k?J|[mM]J|[kM]?Wh)\b", lambda m: m["unit"]),
        (r"\s?(?:joules?)\b", lambda _: "J"),
        (r"(?:\s?[xX×](?!\w|\s?\d)|\s?-?\s?fold\b(?![\s-]cross)|\s+times\b)", lambda _: "x"),
    )
)
_SCALE = re.compile(r"[\s-]?(?P<scale>thousand|million|billion|trillion)\b|\s?(?P<letter>[kKMBT])\b(?!\s?/)")


def read_unit(text: str, at: int) -> Unit:
    """The unit printed at a position: ``read_unit("40 GB of", 2)`` is GB, ending at 5; "" where there is none.

    A bare "7B" or "7 billion" counts parameters, as model names do; a bare "7K" or "7 thousand" counts nothing known.
    """
    scale = _SCALE.match(text, at)
    start = scale.end() if scale else at
    for pattern, name in _SCALABLE if scale else (*_READERS, *_SCALABLE):
        # "a 7B model" is one model.
        if (match := pattern.match(text, start)) and not (scale and match[0].strip() in ("model", "models")):
            return Unit(name(match), match.end(), SCALES[scale["scale"] or scale["letter"]] if scale else 1.0)
    if not scale:
        return Unit("", at)
    word = scale["scale"] or scale["letter"]
    return Unit("" if word in ("k", "K", "thousand") else "parameters", start, SCALES[word])
