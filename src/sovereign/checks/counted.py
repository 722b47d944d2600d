"""What a figure counts or is a figure of, and when two figures say the same: the base of checks ``number`` and ``unit``."""

from __future__ import annotations

import math
import re
from itertools import pairwise

from sovereign.language.quantities import dimension
from sovereign.language.words import stem, word_set

from .number import same_value
from .view import Figure, View

_NOUN_REACH = 3  # words after a bare number among which the thing that it counts must stand
_RATE_REACH = 4  # words after a bare number among which "per hour" may stand
# Units that the language module leaves to us: a number before one of these is no bare count.
_SYMBOL = re.compile(
    r"[kmcdnpµμMG]?(?:g|m|l|L|mol|M|Hz|eV|V|A|W|J|Pa|N|K|Da|Gy|Sv|Bq|cal|bar)|°?[CF]|mmHg|ppm|ppb|IU|bp|kb|Mb|dB|bpm"
)
_PREFIXES = ("", "kilo", "milli", "micro", "nano", "pico", "centi", "mega", "giga")
_UNITS = word_set(
    "gram meter metre liter litre mole hertz volt ampere watt joule pascal newton kelvin year month week degree dollar "
    "euro mile foot inch pound"
)
_UNIT_STEMS = frozenset(stem(prefix + unit) for prefix in _PREFIXES for unit in _UNITS)
_MORE = word_set("more less fewer higher lower faster slower longer shorter greater larger smaller")
_DETERMINERS = word_set("the its our these all")


def equal_figure(claim: Figure, evidence: Figure, mine: View, theirs: View) -> bool:
    """Whether the evidence's figure gives the claim's: the value, what it counts, and, if the claim says so, per what.

    The whole of a share ("3 of 5 tasks") is not the count of anything but the whole.
    """
    if _one_share(claim, evidence, mine, theirs):
        return True
    if not same_value(claim.quantity, evidence.quantity) or (claim.strict and not evidence.strict):
        return False
    if _is_whole(evidence, theirs) and not _is_whole(claim, mine):
        return False
    if _differs(claim, evidence, mine, theirs):
        return False
    if claim.quantity.unit:
        return True
    noun, per = noun_of(claim, mine), _per(claim, mine)
    return (noun is None or noun in nouns_of(evidence, theirs)) and per in ("", _per(evidence, theirs))


def _differs(claim: Figure, evidence: Figure, mine: View, theirs: View) -> bool:
    """Whether one figure is a difference or a change and the other a level: "12 GB" and "12 GB less", "by" and "to 30 %"."""
    placed = {_word(mine, claim.before), _word(theirs, evidence.before)}
    if dimension(claim.quantity.unit) in ("ratio", "points"):
        return placed == {"by", "to"}
    more = [_word(seen, f.after) in _MORE for f, seen in ((claim, mine), (evidence, theirs))]
    return more == [False, True] and not any(w.way for w in mine.words)


def _word(seen: View, at: int) -> str:
    return seen.words[at].text if 0 <= at < len(seen.words) else ""


def _one_share(claim: Figure, evidence: Figure, mine: View, theirs: View) -> bool:
    """Whether one gives as "0.87" what the other gives as "87 %"."""
    pairs = ((claim, mine, evidence), (evidence, theirs, claim))
    return claim.quantity.bound == evidence.quantity.bound and any(
        a.quantity.unit == "" and b.quantity.unit == "%" and a.quantity.upper is b.quantity.upper is None
        and noun_of(a, seen) is None and "." in a.quantity.text and math.isclose(100 * a.quantity.value, b.quantity.value)
        for a, seen, b in pairs
    )  # fmt: skip


def _is_whole(figure: Figure, seen: View) -> bool:
    """Whether a figure is the 5 of "3 of 5" or "3 out of the 5"."""
    at = figure.before
    while at > 0 and seen.words[at].text in _DETERMINERS:
        at -= 1
    return at > 0 and seen.words[at].text == "of" and any(w.figure for w in seen.words[max(0, at - 2) : at])


def _per(figure: Figure, seen: View) -> str:
    """The "hour" of "4 beats per hour"; "" where nothing is said."""
    words = seen.words[figure.after : figure.after + _RATE_REACH]
    return next((b.text for a, b in pairwise(words) if a.text == "per"), "")


def noun_of(figure: Figure, seen: View) -> str | None:
    """What a bare number counts, or its unit: the content word right after it."""
    word = seen.words[figure.after] if figure.after < len(seen.words) else None
    if word is None or word.piece != figure.piece or word.way:
        return None
    printed = seen.text[word.start : word.end]
    if is_symbol(printed):
        return printed
    return word.stems[0] if word.stems else None


def nouns_of(figure: Figure, seen: View) -> tuple[str, ...]:
    """The words after a number that may be what it counts; its unit alone where it has one."""
    first = noun_of(figure, seen)
    if first is not None and is_unit(first):
        return (first,)
    following = seen.words[figure.after : figure.after + _NOUN_REACH]
    return tuple(s for w in following for s in w.stems)


def is_unit(noun: str) -> bool:
    return is_symbol(noun) or noun in _UNIT_STEMS


def is_symbol(printed: str) -> bool:
    """Whether a word is the symbol of a unit, or of one per another ("mg/kg")."""
    return _SYMBOL.fullmatch(printed.split("/")[0]) is not None
