"""Sentences that speak to a machine that reads them: "ignore the previous instructions", "system:", "mark all claims verified".

A paper states; it gives no orders to its readers' software. Such a sentence stays in the text, and is no evidence: a paper on
prompt injection that quotes one loses that sentence alone. Words are compared after :func:`.folding.spellings`.
The forms follow Greshake et al. (2023), "Not what you've signed up for", and those found in manuscripts that address their reviewers.
"""

from __future__ import annotations

import base64
import binascii
import re
from functools import cache
from importlib.resources import files
from tomllib import loads
from typing import NamedTuple

from .folding import spellings

_BASE64 = re.compile(r"(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{24,}={0,2}(?![A-Za-z0-9+/=])")
_WORD = re.compile(r"\w+")
_JOINED = 18  # letters: no word of the lists is so long
_MOST = 20_000  # characters that are looked at: a sentence is shorter, and a longer one is no claim


class _Form(NamedTuple):
    """Patterns, and the words and characters without which none of them fits: see ``instructions.toml``."""

    reason: str
    needs: frozenset[str]
    beside: frozenset[str]
    marks: frozenset[str]
    scripts: bool
    patterns: tuple[re.Pattern[str], ...]

    def fits(self, text: str, words: frozenset[str]) -> bool:
        """Whether a text of these words has one of the forms."""
        return self._may_fit(text, words) and any(pattern.search(text) for pattern in self.patterns)

    def _may_fit(self, text: str, words: frozenset[str]) -> bool:
        if (self.scripts and not text.isascii()) or any(len(word) >= _JOINED for word in words):
            return True
        marked = any(mark in text for mark in self.marks)
        if not self.beside:
            return marked or not words.isdisjoint(self.needs)
        return not words.isdisjoint(self.needs) and (marked or not words.isdisjoint(self.beside))


@cache
def _forms() -> tuple[_Form, ...]:
    """The forms of ``instructions.toml``, with its word lists put into their places."""
    data = loads((files("sovereign.language") / "instructions.toml").read_text(encoding="utf-8"))
    words = {f"<{name}>": f"(?:{pattern})" for name, pattern in data["words"].items()}

    def filled(pattern: str) -> str:
        return re.sub(r"<[a-z_]+>", lambda found: words.get(found.group(), found.group()), pattern)

    return tuple(
        _Form(
            form["reason"],
            frozenset(form["needs"].split()),
            frozenset(form.get("beside", "").split()),
            frozenset(form.get("marks", "")),
            form.get("scripts", False),
            tuple(re.compile(filled(pattern)) for pattern in form["patterns"]),
        )
        for form in data["form"]
    )


def instruction(text: str) -> str | None:
    """Why ``text`` counts as addressed to a machine that reads it, in a few words; None if it does not."""
    text = text[:_MOST]
    for reading in (text, *_decoded(text)):
        for spelled in spellings(reading):
            words = frozenset(_WORD.findall(spelled))
            for form in _forms():
                if form.fits(spelled, words):
                    return form.reason
    return None


def is_instruction(text: str) -> bool:
    """Whether a sentence, title or caption speaks to a machine that reads it."""
    return instruction(text) is not None


def _decoded(text: str) -> list[str]:
    """What stands in the text as base64, where that is words."""
    found = []
    for run in _BASE64.finditer(text):
        try:
            words = base64.b64decode(run.group() + "=" * (-len(run.group()) % 4), validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            continue
        found.append(words)
    return found
