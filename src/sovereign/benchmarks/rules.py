"""The written rules of clusters: when figures agree, and what degrees of coverage and of spread are called."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib import resources
from typing import Any


@lru_cache(maxsize=1)
def rules() -> dict[str, Any]:
    """The rules as ``rules.toml`` has them."""
    return tomllib.loads(resources.files(__package__).joinpath("rules.toml").read_text("utf-8"))


def coverage_level(works: int) -> str:
    """How well a cluster of so many distinct works is covered.

    >>> [coverage_level(n) for n in (1, 2, 3, 4, 5)]
    ['SINGLE', 'LIMITED', 'MODERATE', 'MODERATE', 'BROAD']
    """
    return _highest(rules()["coverage"], works) or "NONE"


def severity_of(spread: float, tolerance: float = 0.0) -> str | None:
    """How severe a spread is, in percentage points or in percent of the larger figure; None within the tolerance."""
    return _highest(rules()["severity"], spread) if spread > tolerance else None


def basis(table: str, of: str) -> str:
    """A table of thresholds in words: "SINGLE from 1, LIMITED from 2 distinct works"."""
    return ", ".join(f"{name} from {cut:g}" for name, cut in rules()[table].items() if cut) + f" {of}"


def _highest(cuts: dict[str, float], value: float) -> str | None:
    return max(((cut, name) for name, cut in cuts.items() if value >= cut), default=(0, None))[1]
