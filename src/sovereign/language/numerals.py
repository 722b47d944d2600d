"""Counts written as words, in digits: "three of five tasks" is "3 of 5 tasks", "twenty-five patients" is "25 patients".

Left alone: words that are part of a quantity ("two fifths", "two-fold", "three times"), and "one" where it is no count
("this one", "one of the", "one can", "one-sided").
"""

from __future__ import annotations

import re

from .quantities import find_quantities
from .words import any_of

_SMALL = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_VALUES = {word: i for i, word in enumerate(_SMALL)} | {word: 10 * i for i, word in enumerate(_TENS, 2)}
_ONES = any_of(" ".join(_SMALL[1:10]))
_NUMERAL = re.compile(
    rf"(?<![\w-])(?:(?P<ten>{any_of(' '.join(_TENS))})(?:[ -](?P<one>{_ONES}))?|(?P<small>{any_of(' '.join(_SMALL))}))"
    r"(?!\w)",
    re.IGNORECASE,
)
_NO_COUNT_BEFORE = re.compile(
    rf"\b{any_of('this that the no any every each which some another only either neither with')}\s$", re.IGNORECASE
)
_NO_COUNT_AFTER = re.compile(
    rf"\s(?:{any_of('of can may might could must should would will has is was and or that who which in at on to another')}\b)"
    r"|[^\w\s]|$"
)


def in_digits(text: str) -> str:
    """The text with its counts in digits; ``text`` is normalised.

    >>> in_digits("matches three of five baselines, a gain for one task")
    'matches 3 of 5 baselines, a gain for 1 task'
    """
    found = list(_NUMERAL.finditer(text))
    if not found:
        return text
    taken = [(m.start, m.end) for m in find_quantities(text)]
    pieces, end = [], 0
    for match in found:
        if any(a < match.end() and match.start() < b for a, b in taken) or _no_count(text, match):
            continue
        value = _VALUES[(match["ten"] or match["small"]).lower()]
        value += _VALUES[match["one"].lower()] if match["one"] else 0
        pieces += [text[end : match.start()], str(value)]
        end = match.end()
    return "".join([*pieces, text[end:]])


def _no_count(text: str, match: re.Match[str]) -> bool:
    return (match["small"] or "").lower() == "one" and bool(
        _NO_COUNT_BEFORE.search(text, 0, match.start()) or _NO_COUNT_AFTER.match(text, match.end())
    )
