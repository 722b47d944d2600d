"""Whether two numbers may be held against each other at all, by the typed keys of what they measure.

"Not comparable" comes before "contested": figures of two metrics, data sets, splits or settings do not disagree. Percent against
fraction (86.0 against 0.86) is a change of notation. What only one of two texts states leaves the question open.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from sovereign.language.units import base_factor, dimension
from sovereign.records import Comparability, ProtocolKey, Quantity, ReportedNumber

from .rules import rules

SHARE = "%"
_NAMES = {"metric": "metric", "task": "task", "dataset": "data set", "split": "split", "model": "model"}


class Field(NamedTuple):
    """A field of two keys as each states it, None where it does not."""

    name: str
    one: str | None
    other: str | None

    @property
    def differs(self) -> bool:
        return self.one is not None and self.other is not None and folded(self.one) != folded(self.other)


@lru_cache(maxsize=65536)
def folded(name: str) -> str:
    """A name without case, accents, spaces and signs: "CoNLL-2003" and "CoNLL 2003" are one. A figure keeps its point and sign,
    and "+" tells names apart.

    >>> folded("GPT-3.5 (few shot)"), folded("1e-4"), folded("Accuracy (%)")
    ('gpt3.5fewshot', '1e-4', 'accuracy')
    """
    if re.fullmatch(r"\s*[-+]?[\d.,]+(?:e[-+]?\d+)?\s*", name, re.IGNORECASE):
        return name.strip().lower()
    letters = unicodedata.normalize("NFKD", name.casefold())
    return re.sub(r"(?<!\d)\.|\.(?!\d)|[^\w+.]|_", "", "".join(c for c in letters if not unicodedata.combining(c)))


@lru_cache(maxsize=65536)
def compare(a: ProtocolKey, b: ProtocolKey) -> Comparability:
    """Whether figures of two keys are comparable. The method is what is compared, and may differ.

    ``not_comparable`` if a field that both state differs; else ``unknown`` if one that only one of them states is open, or neither
    says the metric or the data set; else ``comparable``. What neither states of the other fields is named in ``silent``.

    >>> one = ProtocolKey(metric="F1", method="A", dataset="CoNLL 2003", split="test")
    >>> compare(one, one.model_copy(update={"split": "dev"})).text
    'not comparable: split (test against dev)'
    """
    fields = tuple(_fields(a, b))
    differs = [f for f in fields if f.differs]
    alone = [f for f in fields if (f.one is None) != (f.other is None)]
    # Without these a text does not say what was measured. A time or a size in bytes is on no data set.
    needed = ("metric", "data set") if "score" in (kind_of(a.unit), kind_of(b.unit)) else ("metric",)
    silent = [f.name for f in fields if f.one is None and f.other is None]
    unstated = (*(f.name for f in alone), *(name for name in silent if name in needed))
    said = [f"neither says {_listed(silent)}"] if silent else []
    if differs:
        text = "not comparable: " + "; ".join(f"{f.name} ({f.one} against {f.other})" for f in differs)
    elif unstated:
        text = "unknown: " + "; ".join([f"only one says {f.name} ({f.one or f.other})" for f in alone] + said)
    else:
        text = "; ".join(["comparable", *said])
    return Comparability(
        status="not_comparable" if differs else "unknown" if unstated else "comparable",
        differs=tuple(f.name for f in differs),
        unstated=unstated,
        silent=tuple(silent),
        text=text,
    )


def _fields(a: ProtocolKey, b: ProtocolKey) -> Iterator[Field]:
    for attribute, name in _NAMES.items():
        yield Field(name, getattr(a, attribute) or None, getattr(b, attribute) or None)
    yield Field("size", *(f"{key.size:.2g}" if key.size else None for key in (a, b)))
    settings = dict(a.setting), dict(b.setting)
    for name in sorted({*settings[0], *settings[1]}):
        yield Field(name, settings[0].get(name), settings[1].get(name))
    if a.comparator or b.comparator or "x" in (a.unit, b.unit):
        yield Field("baseline", _baseline(a), _baseline(b))
    if kind_of(a.unit) != kind_of(b.unit):
        yield Field("unit", a.unit or "a plain number", b.unit or "a plain number")


def _baseline(key: ProtocolKey) -> str | None:
    """What a figure is against. One without a baseline is absolute, unless its unit says that it is a ratio to something."""
    return key.comparator or (None if key.unit == "x" else "none: an absolute figure")


def kind_of(unit: str | None) -> str:
    """What kind of unit a figure is in; percent, fractions and bare numbers are one, since tables leave the sign out."""
    return "score" if unit in (None, "", "%", "points") else dimension(unit or "")


@lru_cache(maxsize=65536)
def is_share(metric: str, unit: str) -> bool:
    """Whether a metric's figures are parts of a hundred: accuracies, F1, BLEU, but no perplexity and no loss."""
    if kind_of(unit) != "score":
        return False
    stems = tuple(rules()["metrics"]["not_shares"])
    return unit in ("%", "points") or not any(
        word.startswith(stems) for word in re.findall(r"[a-z]+", metric.casefold())
    )


def is_score(number: ReportedNumber) -> bool:
    """Whether a figure can be what its key says. A share of a hundred lies between 0 and 100. A whole number without a unit that stands in
    a sentence is a count as a rule ("a 3-layer LSTM", "200-way"), also where a metric is named beside it."""
    value = number.value
    if kind_of(value.unit) != "score" or number.key.comparator:
        return True
    if is_share(number.key.metric, value.unit) and not 0 <= score_of(number) <= 100:
        return False
    return number.cell is not None or value.unit != "" or "." in value.text


def score_of(number: ReportedNumber) -> float:
    """The value on a scale on which figures of one key can be held against each other: percent for shares, else base units.

    A share that is printed as a fraction of one is turned into percent.
    """
    return round(number.value.value * factor_of(number.key.metric, number.value), 10)


def factor_of(metric: str, value: Quantity) -> float:
    """What a printed value is multiplied by for :func:`score_of`."""
    if not is_share(metric, value.unit):
        return 1.0 if kind_of(value.unit) == "score" else base_factor(value.unit)
    return 100.0 if value.unit == "" and abs(value.value) <= 1 else 1.0


def rounding_of(number: ReportedNumber) -> float:
    """How far a figure may be from what was measured because of the digits that are printed: 0.05 for 86.1."""
    decimals = re.search(r"\d\.(\d+)", number.value.text)
    return 0.5 * 10.0 ** -(len(decimals[1]) if decimals else 0) * factor_of(number.key.metric, number.value)


def _listed(names: list[str]) -> str:
    return ", ".join(names[:-1]) + (" or " if len(names) > 1 else "") + names[-1]
