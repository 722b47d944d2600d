"""Numbers with their units, found in running text.

Reads the notations of papers: ``40%``, ``4% to 6%``, ``10-24 ms``, ``1.2 TB``, ``532.8 microseconds per token``,
``7-fold``, ``2.5 times``, ``6,738,415,616``, ``350M parameters``, ``3.1e23``, ``10^-3``, ``two fifths``. Digits inside
names (``Model-2-7B``, ``A100``, ``top-2``) and keyed numbers (``batch size 1``, ``p < 0.05``) are not quantities.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, cast

from sovereign.records import Quantity

from .scales import find_scales
from .units import base_factor, dimension, read_unit, rounded
from .words import STOP, any_of, normalize, word_set

__all__ = ["Mention", "base_value", "dimension", "find_quantities", "find_scales"]

Bound = Literal["exact", "about", "at_least", "at_most"]

_NUMBER = r"\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+"
_FIGURE = re.compile(rf"(?<![\w.,/^@#])(?<!\w-)(?P<sign>[-+±~≈<>≤≥]\s?)?(?P<money>\$)?(?P<number>{_NUMBER})")
_POWER = re.compile(r"\s?[x×*]\s?10(?:\^\s?)?(?P<exp>[+-]?\d{1,3})(?!\d)|\^(?P<own>[+-]?\d{1,3})(?!\d)")
_DASHED = re.compile(rf"\s?--?\s?(?P<upper>{_NUMBER})(?!\s?-[\d.]|[\w.]*\w-)")
_BETWEEN = re.compile(r"\s?(?:to|-{1,2}|and)\s?")
_RANGING = re.compile(r"\b(?:rang|vari|vary|span)\w*\s+from\s?$")
_REACH = 48  # characters before a number that can say what it is

# A number right after one of these names or keys something; it measures nothing.
_KEYS = any_of(
    r"""batch(?:\s+size)?s?(?:\s+of)? sequence_length sequences?_of_length context(?:\s+length)?(?:\s+of)? beam_size
    block_size ranks? top alpha seed version v tables? sections? sec\.? figure fig\.? appendix equation eq\.?
    footnote layer step epoch page chapter theorem lemma level stage phase gate arXiv capacity_factor coefficient_of
    learning_rate width size length dimension hidden_size k n e r d p python pytorch cuda year CI
    confidence_interval IQR degree grade type class day week month question"""
)
_KEYED = re.compile(rf"\b{_KEYS}\s?[-=:<>≤≥]?\s?$", re.IGNORECASE)
_DATED = re.compile(r"\b(?:in|since|until|before|after|of|by|from)\s?$", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d")
_NAME_BEFORE = re.compile(r"(?:[A-Z][\w.]*[A-Za-z][\w.]*|[A-Z]{2,}[\w.]*)[\s-]$")
_DEVICE_BEFORE = re.compile(r"(?:[A-Z]+\d+\w*|\b[A-Z][a-z]+\s[A-Z]\w+)[\s-]$")
_INTERVAL_AFTER = re.compile(r"\s?(?:CIs?\b|confidence|credible|prediction interval)")
_BOUND_WORDS: dict[Bound, str] = {
    "at_least": "more_than over above at_least exceeds exceeding > ≥",
    "at_most": "less_than under below at_most up_to fewer_than within < ≤ as_little_as",
    "about": r"about around roughly nearly almost approximately approx\. some ~ ≈ ca\. circa",
}
_BOUNDED = re.compile(
    "|".join(rf"(?P<{bound}>{any_of(words)}\s?$)" for bound, words in _BOUND_WORDS.items()), re.IGNORECASE
)
_LONGEST_BOUND = 20  # characters

_ONES = "one two three four five six seven eight nine ten eleven twelve"
_COUNTS = {word: float(i) for i, word in enumerate(_ONES.split(), 1)}
_SHARES = "half third quarter fifth sixth seventh eighth ninth tenth"
_PARTS = {word: float(i) for i, word in enumerate(_SHARES.split(), 2)}
_MULTIPLES = {"twice": 2.0, "thrice": 3.0} | {f"{w}fold": n for w, n in (("two", 2.0), *list(_COUNTS.items())[2:])}
_COUNT = "|".join(_COUNTS)
_WORDED = re.compile(
    rf"\b(?:(?P<a>a|{_COUNT})[\s-](?P<part>{'|'.join(_PARTS)})s?\b(?![\w-])"
    r"|(?P<half>half)\b(?!-)(?=\s+(?:of|the|as|its|that|their)\b|\s*[,.;)]|$)"
    rf"|(?P<multiple>{'|'.join(_MULTIPLES)})\b|(?P<orders>an|{_COUNT})\sorders?\sof\smagnitude\b"
    rf"|(?:(?P<low>{_COUNT})\s(?:to|or)\s)?(?P<count>{_COUNT})"
    r"(?=\s+(?:times|percent|percentage\spoints?|points?)\b|-?fold\b))",
    re.IGNORECASE,
)
# Without one of these, no number is written as a word; it spares most texts the long pattern.
_WORDY = word_set(
    "half twice thrice fold times percent point magnitude third quarter fifth sixth sevent eight nin tenth"
)
# "a third" is a share before these words and an ordinal before others.
_SHARED = re.compile(r"\s+(?:of|the|as|less|fewer|more|lower|faster|cheaper|smaller)\b|\s*(?:[,.;)]|$)")


@dataclass(frozen=True)
class Mention:
    """A quantity and its span: ``normalize(text)[start:end] == quantity.text``."""

    start: int
    end: int
    quantity: Quantity


@lru_cache(maxsize=16384)
def find_quantities(text: str) -> tuple[Mention, ...]:
    """All quantities of a text, left to right, none overlapping; spans refer to ``normalize(text)``.

    >>> [m.quantity.text for m in find_quantities("A needs 4% to 6% less memory than 40 GB")]
    ['4% to 6%', '40 GB']
    """
    text = normalize(text)
    found: list[Mention] = []
    for match in _FIGURE.finditer(text):
        if found and match.start() < found[-1].end:
            continue
        mention = _read(text, match)
        if mention is None:
            continue
        if found and (joined := _joined(text, found[-1], mention)):
            found[-1] = joined
        else:
            found.append(mention)
    for mention in _worded(text):
        if not any(m.start < mention.end and mention.start < m.end for m in found):
            found.append(mention)
    return tuple(sorted(found, key=lambda m: m.start))


def _read(text: str, match: re.Match[str]) -> Mention | None:
    """The quantity of one printed number; None when the digits belong to a name or a key, or are no finite number."""
    number, end = match["number"], match.end()
    value = float(number.replace(",", ""))
    if power := _POWER.match(text, end):
        exponent = int(power["exp"] or power["own"])
        if power["exp"] and abs(exponent) <= 300:
            value, end = value * 10.0**exponent, power.end()
        elif number in ("10", "2") and abs(exponent) <= 300:
            value, end = value**exponent, power.end()
    upper, plain_end = None, end
    if dashed := _DASHED.match(text, end):
        upper, end = float(dashed["upper"].replace(",", "")), dashed.end()
    name, end, factor = read_unit(text, end)
    if upper is not None and (upper <= value or (not name and number.isdigit())):
        # "2-8-8" and "2010-2015" are no ranges of a quantity.
        upper = None
        name, end, factor = read_unit(text, plain_end)
    if match["money"] and not name and text[end : end + 1] != "$":
        name = "USD"
    sign, start = (match["sign"] or "").strip(), match.start()
    if sign == "-":
        if start == 0 or text[start - 1] in " (=:[":
            value = -value
        else:
            start = match.start("money") if match["money"] else match.start("number")
    before = text[max(0, start - _REACH) : start]
    value, upper = rounded(value * factor), None if upper is None else rounded(upper * factor)
    spread = sign == "±" or before.rstrip().endswith(("+/", "+/-"))
    if not math.isfinite(value) or spread or _is_name(text, before + sign, match, name, end):
        return None
    bound = _bound_of(before + sign) if upper is None else "exact"
    return Mention(start, end, Quantity(value=value, unit=name, upper=upper, text=text[start:end], bound=bound))


def _bound_of(before: str) -> Bound:
    """What the words before a number make of it: "up to" is at most."""
    found = _BOUNDED.search(before[-_LONGEST_BOUND:])
    return cast(Bound, found.lastgroup) if found else "exact"


def _joined(text: str, first: Mention, second: Mention) -> Mention | None:
    """Two neighbours as ends of one range: "4% to 6%", "1.8 to 2.4 times". "from 4 to 6" is a change, not a range."""
    low, high = first.quantity, second.quantity
    if low.upper is not None or high.upper is not None or low.unit not in ("", high.unit):
        return None
    between, before = text[first.end : second.start], text[max(0, first.start - _REACH) : first.start].rstrip().lower()
    if len(between) > 5 or not _BETWEEN.fullmatch(between):
        return None
    value = low.value if low.unit else rounded(low.value * _factor(second, text))
    if between.strip() == "and":
        if not before.endswith("between"):
            return None
    elif high.unit == "" or high.value <= value or (before.endswith("from") and not _RANGING.search(before + " ")):
        return None
    update = {"value": value, "upper": high.value, "text": text[first.start : second.end], "bound": "exact"}
    return Mention(first.start, second.end, high.model_copy(update=update))


def _factor(mention: Mention, text: str) -> float:
    """What the unit of a mention multiplied its printed number by: 1e9 for "7 billion parameters"."""
    match = _FIGURE.match(text, mention.start)
    return read_unit(text, match.end()).factor if match else 1.0


def _is_name(text: str, before: str, match: re.Match[str], unit: str, end: int) -> bool:
    """Whether digits belong to a name ("Model 2", "top-2", "A100 80GB") or to a key ("rank 16") and measure nothing."""
    after = text[end : end + 1]
    if after.isalpha() or after == "_" or (after == "^" and not unit and match["number"] in ("10", "2")):
        return True
    if after == "-" and unit in ("", "parameters") and text[end + 1 : end + 2].isalnum():
        return True
    if unit == "" and (_KEYED.search(before) or (_YEAR.fullmatch(match["number"]) and _DATED.search(before))):
        return True
    named = _NAME_BEFORE.search(before) if unit in ("", "x") and match["number"].isdigit() else None
    if named and named[0][:-1].lower() not in STOP:  # "In 412 adults" names nothing
        return unit == "" or match.end() == end - 1
    if unit == "%" and _INTERVAL_AFTER.match(text, end):
        return True
    if dimension(unit) == "bytes" and _DEVICE_BEFORE.search(before):
        return True
    if unit == "parameters" and not re.search(r"param|weight", text[match.end() : end]):
        # A bare "7B" is the size of a model, which find_scales reads; it measures nothing here.
        return not re.match(r"\s(?:are|is|of|in total)\b", text[end : end + 12])
    return False


def _worded(text: str) -> list[Mention]:
    """Numbers written as words: "twice", "half", "two fifths", "four times", "two to three times"."""
    found: list[Mention] = []
    lower = text.lower()
    if not any(word in lower for word in _WORDY):
        return found
    for match in _WORDED.finditer(text):
        upper = None
        if match["part"]:
            count = match["a"].lower()
            if count == "a" and not (
                _SHARED.match(text, match.end()) or text[: match.start()].endswith((" by ", " to "))
            ):
                continue
            value = _COUNTS.get(count, 1.0) / _PARTS[match["part"].lower()]
        elif match["half"]:
            value = 0.5
        elif match["multiple"]:
            value = _MULTIPLES[match["multiple"].lower()]
        elif match["orders"]:
            value = 10.0 ** _COUNTS.get(match["orders"].lower(), 1.0)
        else:
            value = _COUNTS[match["count"].lower()]
            if match["low"] and (low := _COUNTS[match["low"].lower()]) < value:
                value, upper = low, value
        unit, end, _ = read_unit(text, match.end()) if match["count"] else ("x", match.end(), 1.0)
        start = match.start()
        bound = _bound_of(text[max(0, start - _REACH) : start]) if upper is None else "exact"
        quantity = Quantity(value=value, unit=unit or "x", upper=upper, text=text[start:end], bound=bound)
        found.append(Mention(start, end, quantity))
    return found


def base_value(quantity: Quantity) -> float:
    """The value in the base unit of its dimension: bytes, seconds, operations, a plain ratio (40 % is 0.4)."""
    return quantity.value * base_factor(quantity.unit)
