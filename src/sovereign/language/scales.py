"""Sizes of models that a text names."""

from __future__ import annotations

import re
from functools import lru_cache

from sovereign.records import Quantity

from .units import SCALES, rounded
from .words import any_of, normalize

_COUNTED_THINGS = any_of(
    r"""tokens? examples? samples? images? instruction generated words GPU hours are_active
    (?:trainable|trained|tunable|active|activated|updated)\s+param"""
)
_SIZE = re.compile(
    r"(?<![\w.])(?P<number>\d+(?:\.\d+)?)\s?(?P<scale>[MBT]|million|billion|trillion)\b"
    rf"(?!\s*-?{_COUNTED_THINGS})(?!\s+(?:of|training)\s)(?P<noun>[\s-](?:model\s)?(?:parameters?|params?|models?))?"
)
_OWN = re.compile(r"(?:train\w*|with only|updat\w*|tun(?:e|es|ing)|against)\s$", re.IGNORECASE)


@lru_cache(maxsize=16384)
def find_scales(text: str) -> tuple[Quantity, ...]:
    """Model sizes that a text names ("Model-2-7B", "175B parameters"), in parameters, in order of mention.

    Counts of trained or active parameters are not sizes of models.
    """
    text = normalize(text)
    sizes = []
    for match in _SIZE.finditer(text):
        before = text[max(0, match.start() - 24) : match.start()]
        if match["noun"] and "param" in match["noun"] and _OWN.search(before):
            continue
        value = rounded(float(match["number"]) * SCALES[match["scale"]])
        if 1e6 <= value <= 1e14:
            sizes.append(Quantity(value=value, unit="parameters", text=f"{match['number']}{match['scale'][0].upper()}"))
    return tuple(sizes)
