"""Numbers as they are printed, where they are read as no single figure: ranges, spreads, and units behind a hyphen.

Sees both ends of a range however it is joined ("40-65", "40 to 65", "between 40 and 65"), mean and spread of "58 ± 5 mm",
and the unit of "200-mg". Cannot see a range in other words ("from the age of 40 until 65"), nor an equal value in another
unit, but for weeks in days and years in months.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from sovereign.language.words import stem

from .counted import is_symbol, is_unit
from .view import DIGIT, View, view

_NUMBER = r"(?:(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?|\.\d+)"
_UNIT = r"(?:%|[^\W\d_]+(?:/[^\W\d_]+)?)"
_SPREAD = rf"(?:\s?(?:±|\+/?-)\s?{_NUMBER})"
# "2-8-8" and "2010-05-12" are no ranges, and "40 and 65" are two numbers without "between".
_PRINTED = re.compile(
    rf"(?P<opening>\b(?:between|from)\s)?(?<![\w.,/^@#])(?<!\w-)(?P<low>{_NUMBER})(?![\d^]|[.,]\d)(?P<spread>{_SPREAD})?"
    rf"(?:(?:\s?{_UNIT})??(?P<joint>\s?--?\s?|\sto\s|(?(opening)\sand\s|(?!)))"
    rf"(?P<high>{_NUMBER})(?![\d/^]|[.,]\d|-\d){_SPREAD}?)?(?:(?P<gap>\s?-?\s?|\)\s)(?P<unit>{_UNIT}))?",
    re.IGNORECASE,
)
_RANGING = re.compile(r"\b(?:rang|vari|vary|span)\w*\s$", re.IGNORECASE)
_SHORT = {
    "s": "second", "sec": "second", "min": "minut", "h": "hour", "hr": "hour", "hrs": "hour", "yr": "year", "yrs": "year",
}  # fmt: skip
_TIMES = frozenset(map(stem, ("second", "minute", "hour", "day")))
_PARTS = {"week": (7.0, "day"), "year": (12.0, "month")}


class Printed(NamedTuple):
    """A number, or the two ends of a range, with its spread and its unit ("" if none is known).

    ``joined`` marks what is more than one plain number; ``start`` is its place in the view's text.
    """

    text: str
    start: int
    ends: tuple[float, ...]
    spread: float | None
    unit: str
    joined: bool

    def same(self, other: Printed) -> bool:
        """Whether both ends are equal, and the spread where both give one."""
        return self.ends == other.ends and (None in (self.spread, other.spread) or self.spread == other.spread)

    def alike(self, other: Printed) -> bool:
        return self.same(other) and self.unit == other.unit

    def years(self) -> bool:
        """Whether these are years of our time."""
        return not self.unit and all(n.is_integer() and 1900 <= n < 2100 for n in self.ends)

    def in_parts(self) -> Printed:
        """The same in days for weeks, in months for years."""
        times, unit = _PARTS.get(self.unit, (1.0, self.unit))
        return self._replace(ends=tuple(times * n for n in self.ends), unit=unit)


def misprinted(claim: str, texts: Sequence[str]) -> str:
    """A range, a spread or a hyphenated unit of the claim that no text has so; "" if there is none.

    What the texts give in a unit that is not known is taken for the same, and a period needs no date where none is given:
    a document tells its period once.
    """
    asked = [p for p in printed(claim) if p.joined and not _is_figure(p, view(claim))]
    there = [p for text in texts for p in printed(text)] if asked else []
    for mine in asked:
        units = {p.unit for p in there if mine.same(p)}
        if units and (not mine.unit or mine.unit in units or units == {""}):
            continue
        undated = mine.years() and not any(p.years() for p in there)
        if not undated and not any(mine.unit and p.unit and mine.in_parts().alike(p.in_parts()) for p in there):
            return mine.text
    return ""


@lru_cache(maxsize=4096)
def printed(text: str) -> tuple[Printed, ...]:
    """All numbers of a text with what belongs to them."""
    seen = view(text).text
    return tuple(_read(seen, match) for match in _PRINTED.finditer(seen)) if DIGIT.search(seen) else ()


def _read(text: str, match: re.Match[str]) -> Printed:
    unit, spread = _unit_of(match["unit"] or ""), match["spread"]
    # "from 40 to 65" is a change.
    change = (
        match["opening"] is not None and match["opening"][0] in "fF" and not _RANGING.search(text, 0, match.start())
    )
    ranges = match["high"] is not None and not change
    return Printed(
        text=text[match.start("low") : match.end("unit" if unit else "high" if match["high"] else "low")],
        start=match.start("low"),
        ends=tuple(_value(n) for n in match.group("low", "high") if n),
        spread=_value(spread.lstrip(" ±+/-")) if spread else None,
        unit=unit,
        joined=ranges or spread is not None or bool(unit and "-" in match["gap"]),
    )


def _value(number: str) -> float:
    return float(number.replace(",", ""))


def _unit_of(word: str) -> str:
    """The name of a unit, or its symbol; "" for any other word."""
    if word == "%" or word.lower() == "percent":
        return "%"
    root = _SHORT.get(word) or stem(word.lower())
    return root if root in _TIMES or (is_unit(root) and not is_symbol(root)) else word if is_symbol(word) else ""


def _is_figure(number: Printed, seen: View) -> bool:
    """Whether it is read as a figure with a unit, which the checks compare in any unit."""
    for figure in seen.figures:
        start = seen.words[figure.before].end if figure.before >= 0 else 0
        end = seen.words[figure.after].start if figure.after < len(seen.words) else len(seen.text)
        whole = len(number.ends) == 1 or figure.quantity.upper is not None
        if start <= number.start < end and figure.quantity.unit and whole and number.spread is None:
            return True
    return False
