"""Accents that are painted as letters of their own, above the letter that they belong to, as TeX's older fonts do."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

_COMBINING = {
    "`": "\u0300", "\u02cb": "\u0300", "´": "\u0301", "\u02ca": "\u0301", "ˆ": "\u0302", "˜": "\u0303", "¯": "\u0304",
    "˘": "\u0306", "˙": "\u0307", "¨": "\u0308", "˚": "\u030a", "˝": "\u030b", "ˇ": "\u030c", "¸": "\u0327",
    "˛": "\u0328",
}  # fmt: skip
_DOTLESS = {"ı": "i", "ȷ": "j"}
_REACH = 60  # letters back that an accent may have been painted after its own
ACCENTS = frozenset(_COMBINING)

Box = tuple[float, float, float, float]


def accented(letter: str, accent: str) -> str | None:
    """The letter with the accent, None if there is no such letter. Hats on capitals but vowels are mathematics."""
    made = unicodedata.normalize("NFC", _DOTLESS.get(letter, letter) + _COMBINING[accent])
    hat = accent in "ˆ˜¯˙" and letter.isupper() and letter not in "AEIOUN"
    return made if letter.isalpha() and len(made) == 1 and not hat else None


def is_over(accent: Box, letter: Box) -> bool:
    """Whether an accent stands over a letter: its middle is within the letter's width, in the same line."""
    return letter[0] <= (accent[0] + accent[2]) / 2 <= letter[2] and letter[1] < (accent[1] + accent[3]) / 2 < letter[3]


def letter_under(accent: Box, boxes: Sequence[Box]) -> int | None:
    """Index of the last letter, of those painted before an accent, that stands under it."""
    return next((k for k in range(len(boxes) - 1, max(-1, len(boxes) - _REACH), -1) if is_over(accent, boxes[k])), None)
