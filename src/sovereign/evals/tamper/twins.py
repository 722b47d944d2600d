"""Every kind of twin, its generator, and whether the twin must stay supported."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from . import denial, numbers, same, strength, ways
from .words import Source

_MOST = 4  # twins of one kind from one pair: a claim with ten figures is one claim

Expected = Literal["not_support", "support"]
Generator = Callable[[Source, Sequence[Source]], Iterator[str]]


@dataclass(frozen=True)
class Twin:
    """A changed claim. ``source`` is the true pair; its claim is "" where a file of twins does not give it."""

    source: Source
    claim: str
    kind: str
    expected: Expected


KINDS: dict[str, tuple[Expected, Generator]] = {
    "negation_in": ("not_support", denial.negation_in),
    "negation_out": ("not_support", denial.negation_out),
    "direction": ("not_support", ways.direction),
    "number_digit": ("not_support", numbers.digit),
    "number_tenfold": ("not_support", numbers.tenfold),
    "unit": ("not_support", numbers.unit),
    "percent_points": ("not_support", numbers.points),
    "range_end": ("not_support", numbers.range_end),
    "comparator": ("not_support", ways.comparator),
    "subject": ("not_support", ways.subject),
    "quantifier": ("not_support", strength.quantifier),
    "scope": ("not_support", strength.scope),
    "hedge_removed": ("not_support", strength.hedge_removed),
    "causal": ("not_support", strength.causal),
    "reordered": ("support", same.reordered),
    "number_format": ("support", same.number_format),
    "abbreviation": ("support", same.abbreviation),
    "padded": ("support", same.padded),
}


def make(sources: Sequence[Source]) -> Iterator[Twin]:
    """All twins of all pairs, in the order of the pairs."""
    return (twin for source in sources for kind in KINDS for twin in of_kind(kind, source, sources))


def of_kind(kind: str, source: Source, others: Sequence[Source]) -> list[Twin]:
    """The twins of one kind from one pair; a twin that equals its claim or its evidence is none."""
    expected, generator = KINDS[kind]
    known = (plain(source.claim), plain(source.text))
    claims = [c for c in dict.fromkeys(generator(source, others)) if plain(c) not in known]
    return [Twin(source, claim, kind, expected) for claim in claims[:_MOST]]


def plain(text: str) -> str:
    """A text for comparison: white space and a full stop at the end make no difference, everything else does."""
    return " ".join(text.split()).rstrip(".")
