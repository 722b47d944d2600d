"""The setting of a sentence: model, size, phase, batch size, sequence length and opening conditions."""

from __future__ import annotations

import re

from sovereign.records import Setting

from .metrics import phase_of
from .quantities import find_scales
from .words import word_set

_NUMBER = r"\d{1,3}(?:,\d{3})+|\d{1,9}"
_KEYED = re.compile(
    rf"(?:batch\s+sizes?(?:\s+of)?[\s=]+(?P<batch>{_NUMBER})"
    rf"|(?:sequence\s+length|context(?:\s+length)?)(?:\s+of)?[\s=]+(?P<sequence>{_NUMBER}))(?!\w|[.,]\d)",
    re.IGNORECASE,
)
_SIZE = r"(?:\d+(?:\.\d+)?[BM]\b|(?:small|base|medium|large|[Xx][Ll]|[Xx]{2}[Ll])\b)"
MODEL = re.compile(rf"\b(?P<family>[A-Z][\w.]*)(?:-[\w.]+)*(?:\s\d(?:\.\d+)?)?[\s-]{_SIZE}")
# Capitalised only because they open the sentence.
_OPENERS = word_set(
    """A An The At In On For With From Of Our This These Both All Each Using Under During When While After Across By To
    And Training Pre Fine"""
)


def read_setting(text: str, conditions: tuple[str, ...]) -> Setting:
    """The setting that a normalised sentence gives; "batch size 1 and batch size 8" gives no one batch size."""
    scales = find_scales(text)
    model = next((match[0] for match in MODEL.finditer(text) if match["family"] not in _OPENERS), None)
    keyed = list(_KEYED.finditer(text))
    return Setting(
        model=model,
        scale=scales[0] if scales else None,
        phase=phase_of(" ".join(conditions)) or phase_of(text),
        batch_size=_only([m["batch"] for m in keyed]),
        sequence_length=_only([m["sequence"] for m in keyed]),
        conditions=conditions,
    )


def _only(numbers: list[str | None]) -> int | None:
    """The one number that a key has, None when it has none or several."""
    values = {int(number.replace(",", "")) for number in numbers if number}
    return values.pop() if len(values) == 1 else None
