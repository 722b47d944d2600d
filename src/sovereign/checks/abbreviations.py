"""Abbreviations that a text defines, "chronic kidney disease (CKD)", written out so that both spellings meet.

Sees: a short form in brackets whose letters stand in the words before it, in order. Cannot see: one that is defined
elsewhere, or the other way round.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_BRACKET = re.compile(r"\((?P<short>[^\W\d_][\w-]{1,9}?)s?\)")
_CAPITALS = 3  # letters that a short form needs to be known in capitals alone
_REACH = 120  # characters before a bracket in which its long form stands
_WORD = re.compile(r"[^\W_][\w'’/-]*")
_STOP = re.compile(r".*[.,;:()]", re.DOTALL)


def definitions(text: str) -> dict[str, str]:
    """Long forms by short form, as a text defines them; the first definition counts."""
    found: dict[str, str] = {}
    for match in _BRACKET.finditer(text):
        short = match["short"]
        if short not in found and any(c.isupper() for c in short):
            before = _STOP.sub("", text[max(0, match.start() - _REACH) : match.start()])
            if long := _long_form(short, _WORD.findall(before)):
                found[short] = long
    return found


def _long_form(short: str, words: list[str]) -> str | None:
    """The shortest run of words before the bracket that holds the letters in order, the first one at its start."""
    letters = [c for c in short.lower() if c.isalnum()]
    for n in range(2, min(len(words), len(letters) + 5) + 1):
        phrase = " ".join(words[-n:])
        if phrase[0].lower() == letters[0] and _holds(letters, phrase.lower()):
            return phrase
    return None


def _holds(letters: list[str], phrase: str) -> bool:
    rest = iter(phrase)
    return all(letter in rest for letter in letters)


def written_out(text: str, long_forms: Mapping[str, str]) -> str:
    """The text with every short form as its long form, and without the brackets that define them.

    One of some length may also be written in capitals alone ("AIRE" for "Aire").
    """
    if not long_forms:
        return text
    shorts = "|".join(re.escape(s) for s in sorted(long_forms, key=len, reverse=True))
    text = re.sub(rf"\s*\((?:{shorts})s?\)", "", text)
    upper = {short.upper(): short for short in long_forms if len(short) >= _CAPITALS}

    def long_form(match: re.Match[str]) -> str:
        short = match[1] if match[1] in long_forms else upper.get(match[1], "")
        return long_forms.get(short, match[1])

    return re.sub(rf"(?<![\w-])({shorts})(?![\w-])", long_form, text, flags=re.IGNORECASE)
