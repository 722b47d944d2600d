"""Colours as pages name them: whether words in one can be seen on white paper."""

from __future__ import annotations

import re

_LIGHT = 240  # of 255, each part: lighter words are not seen on white
_NAMES = frozenset(
    ("white", "snow", "ivory", "ghostwhite", "floralwhite", "mintcream", "azure", "whitesmoke", "seashell")
)
_HEX = re.compile(r"#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})\b")
_CALL = re.compile(r"(rgb|hsl)a?\(([^)]*)\)")


def is_light(colour: str) -> bool:
    """Whether a colour, in lower case, is white or all but white."""
    if set(colour.split()) & _NAMES:
        return True
    if found := _HEX.search(colour):
        digits = found[1] if len(found[1]) > 4 else "".join(digit * 2 for digit in found[1])
        return all(int(digits[at : at + 2], 16) >= _LIGHT for at in (0, 2, 4))
    if called := _CALL.search(colour):
        parts = re.findall(r"[\d.]+", called[2])
        if called[1] == "hsl":
            return len(parts) >= 3 and float(parts[2]) >= 95
        scale = 2.55 if "%" in called[2] else 1.0
        return len(parts) >= 3 and all(float(part) * scale >= _LIGHT for part in parts[:3])
    return False


def is_transparent(colour: str) -> bool:
    """Whether a colour, in lower case, lets all of what is behind it through."""
    if colour == "transparent":
        return True
    if (found := _HEX.fullmatch(colour)) and len(found[1]) in (4, 8):
        return found[1][-1 if len(found[1]) == 4 else -2 :] in ("0", "00")
    called = _CALL.fullmatch(colour)
    parts = re.findall(r"[\d.]+", called[2]) if called else []
    return len(parts) == 4 and float(parts[3]) <= 0.05
