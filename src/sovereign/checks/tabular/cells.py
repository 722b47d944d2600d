"""The text of a cell, read: figure, unit, spread, marks of footnotes, and what stands for "no value".

Reads what result tables print: ``71.2``, ``-0.5`` with any dash, ``85.1 ± 0.3``, ``0.85 (0.02)``, ``12.3_{0.4}``, ``1,234``,
``12,34`` in a column of decimal commas, ``1.2M``, ``x2``, ``3-5``, ``81.3%``, ``71.1/79.5``, ``0.538†``, ``3rd``, ``[OOM]``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from sovereign.language.units import SCALES, read_unit, rounded
from sovereign.language.words import normalize

_NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,3})?"
_COMMA = r"\d+,\d+"
_MISSING = re.compile(
    r"[-—*.?/\s]*|n\.?\s?/?\s?[ad]\.?|none|nil|nan|null|oom|out of memory|tbd|not (?:available|applicable|reported)|[\[(]empty[\])]",
    re.IGNORECASE,
)
# What may stand around a figure and says nothing of its size: footnote marks, stars, raised letters, brackets, bold signs.
_MARKS_BEFORE = re.compile(r"^(?:\^?[*†‡§¶#♣♠♦♥}{$(\[]|\\[a-z]+\b|~)+(?=\s*[-+<>≈]?\s*[\d.x(])", re.IGNORECASE)
_MARKS_AFTER = re.compile(
    r"(?:\s*(?:(?<!10)\^\{?[\w,*†‡§¶]{1,4}\}?|[*†‡§¶♣♠♦♥#}$\])↑↓]|\*\*|(?<=\d)[a-e](?:,[a-e])*(?![a-z])|\[\d{1,3}\]))+$"
)
# Signs of type that a source leaves in a cell: "<bold>71.2</bold>", "**71.2**", "\\textbf{71.2}".
_DRESS = re.compile(r"</?[a-z]{1,10}>|\*\*|\\(?:text\w\w|mathbf|underline|emph|bf)\b\s*")
_SPREAD = re.compile(
    rf"\s*(?:(?:±|\+/?-|\\pm)\s*(?P<plus>{_NUMBER})|\(\s*(?:±|\+/-)?\s*(?P<round>{_NUMBER})\s*%?\s*\)"
    rf"|_\{{?\s*(?:±\s*)?(?P<low>{_NUMBER})\}}?)"
)
_RANGE = re.compile(rf"\s?(?:-|to|~)\s?(?P<upper>{_NUMBER})(?=\s*%?\s*[A-Za-z]*$)")
_POWER = re.compile(r"\s?[x*·]\s?10\s?\^?\s?\{?(?P<exponent>[-+]?\d{1,3})\}?")
_RANK = re.compile(r"(?:st|nd|rd|th)\b")
_TIMES = re.compile(rf"^[x]\s?(?P<number>{_NUMBER})$|^(?P<after>{_NUMBER})\s?[x]$")
_FACTOR = re.compile(r"[(\[]?\s?(?:[x*·]\s?)?10\s?\^\s?\{?(?P<exponent>[-+]?\d{1,2})\}?\s?[)\]]?")
_IN_UNIT = re.compile(r"[(\[]\s?(?:in\s)?(?P<unit>[^()\[\]]{1,24})[)\]]|\bin\s(?P<named>[\w/%]{1,14})\b|(?P<percent>%)")


@dataclass(frozen=True)
class Reading:
    """What a cell says: ``values`` in ``unit`` (several for "71.1/79.5"), the ``upper`` end of a range, the ``spread``.

    ``decimals`` are those printed, of the first value; ``rank`` is true for "3rd".
    """

    values: tuple[float, ...]
    unit: str = ""
    spread: float | None = None
    upper: float | None = None
    decimals: int = 0
    rank: bool = False

    @property
    def value(self) -> float:
        """The first figure."""
        return self.values[0]


def missing(text: str) -> bool:
    """Whether a cell says that there is no value: empty, a dash, "n/a", "OOM"."""
    return _MISSING.fullmatch(normalize(text).strip()) is not None


@lru_cache(maxsize=65536)
def read_cell(text: str, decimal_comma: bool = False) -> Reading | None:
    """The figure of a cell; None where it holds none, or words that make it something else.

    >>> read_cell("−85.1 ± 0.3*").value, read_cell("1.2M").value, read_cell("BERT-2") is None
    (-85.1, 1200000.0, True)
    """
    if len(text) > 80:
        return None
    plain = _DRESS.sub("", normalize(text)).replace("×", "x").replace("∗", "*").replace("\\%", "%").strip()
    if missing(plain):
        return None
    plain = _MARKS_AFTER.sub("", _MARKS_BEFORE.sub("", plain)) if plain[-1:] != ")" else _MARKS_BEFORE.sub("", plain)
    if decimal_comma:
        plain = re.sub(r"(\d)\.(\d{3})(?=\D|$)", r"\1\2", plain)
        plain = re.sub(r"(\d),(\d)", r"\1.\2", plain)
    if both := _both(plain):
        return both
    return _one(plain)


def _both(plain: str) -> Reading | None:
    """Two figures of one cell: "71.1/79.5", "6,063 / 400"."""
    pieces = re.split(r"\s?/\s?", plain)
    if not 2 <= len(pieces) <= 3:
        return None
    found = [_one(_MARKS_AFTER.sub("", piece.strip())) for piece in pieces]
    read = [f for f in found if f is not None]
    if len(read) < len(pieces):
        return None
    return Reading(tuple(f.value for f in read), read[-1].unit, decimals=read[0].decimals)


def _one(plain: str) -> Reading | None:
    if times := _TIMES.match(plain):
        number = times["number"] or times["after"]
        return Reading((_value(number),), "x", decimals=_decimals(number))
    sign = re.match(r"[<>≈~+]?\s?(?P<minus>-\s?)?", plain)
    at = sign.end() if sign else 0
    number = re.compile(_NUMBER).match(plain, at)
    if number is None:
        return None
    value, end, decimals = _value(number[0]), number.end(), _decimals(number[0])
    if power := _POWER.match(plain, end):
        value, end = value * 10.0 ** int(power["exponent"]), power.end()
    upper = spread = None
    if (ranged := _RANGE.match(plain, end)) and _value(ranged["upper"]) > value:
        upper, end = _value(ranged["upper"]), ranged.end()
    rank = _RANK.match(plain, end)
    end = rank.end() if rank else end
    unit, end, factor = _unit(plain, end)
    if around := _SPREAD.match(plain, end):
        spread, end = _value(around["plus"] or around["round"] or around["low"]), around.end()
        if not unit:
            unit, end, factor = _unit(plain, end)
    end = tail.end() if (tail := _MARKS_AFTER.match(plain, end)) else end
    if plain[end:].strip(" .)]}*"):
        return None
    value = -value if sign and sign["minus"] else value
    scaled = [None if v is None else rounded(v * factor) for v in (value, upper, spread)]
    assert scaled[0] is not None
    return Reading((scaled[0],), unit, scaled[2], scaled[1], decimals, rank is not None)


def _unit(plain: str, at: int) -> tuple[str, int, float]:
    """The unit at a place. A bare "M" or "B" scales and names nothing."""
    if scale := re.compile(r"\s?(?P<letter>[kKMBT])(?=$|[\s)*])").match(plain, at):
        return "", scale.end(), SCALES[scale["letter"]]
    name, end, factor = read_unit(plain, at)
    return name, end, factor


def _value(number: str) -> float:
    return float(number.replace(",", ""))


def _decimals(number: str) -> int:
    return len(number.partition(".")[2]) if "e" not in number.lower() else 12


def decimal_commas(texts: Iterable[str]) -> bool:
    """Whether a column prints decimal commas: every comma is between digits, one is no thousands mark, no point is a decimal one."""
    numbers = [n for text in texts for n in re.findall(r"\d[\d.,]*\d|\d", normalize(text))]
    commas = [n for n in numbers if "," in n]
    points = [n for n in numbers if "." in n and not re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", n)]
    odd = [n for n in commas if not re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", n)]
    return bool(odd) and not points and all(re.fullmatch(rf"{_COMMA}|\d{{1,3}}(?:\.\d{{3}})+,\d+", n) for n in odd)


@lru_cache(maxsize=8192)
def unit_in(text: str) -> tuple[str, float]:
    """The unit, and the factor, that a header or a caption gives for its figures: "Time (ms)", "in GB", "(x 10^3)".

    >>> unit_in("Latency (ms)"), unit_in("Params (x 10^3)"), unit_in("Dev set")
    (('ms', 1.0), ('', 1000.0), ('', 1.0))
    """
    plain = _DRESS.sub("", normalize(text)).replace("×", "x")
    if factor := _FACTOR.search(plain):
        return "", 10.0 ** int(factor["exponent"])
    for match in _IN_UNIT.finditer(plain):
        if match["percent"]:
            return "%", 1.0
        named = (match["unit"] or match["named"]).strip()
        if named.lower() in ("percent", "percentage", "percentages"):
            return "%", 1.0
        if scale := re.fullmatch(r"(?:k|K|M|B|thousands?|millions?|billions?)", named):
            return "", SCALES[scale[0].removesuffix("s")]
        unit, end, scaled = read_unit(f"1 {named}", 1)
        if unit and end == len(named) + 2:
            return unit, scaled
    return "", 1.0
