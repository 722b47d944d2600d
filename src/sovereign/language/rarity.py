"""How rare a word is in abstracts: a table of inverse document frequencies that comes with the package."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources


@lru_cache(maxsize=1)
def _table() -> dict[str, float]:
    lines = resources.files(__package__).joinpath("rarity.txt").read_text("utf-8").splitlines()
    return {stem: float(value) for stem, value in (line.split() for line in lines if not line.startswith("#"))}


@lru_cache(maxsize=1)
def _rarest() -> float:
    return max(_table().values())


def rarity(stem: str) -> float:
    """Natural logarithm of how many sentences there are for one with this stem; a stem not in the table is as rare as any."""
    return _table().get(stem, _rarest())
