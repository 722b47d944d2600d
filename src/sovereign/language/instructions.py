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
_MOST = 20_000  # characters that are looked at: a sentence is shorter, and a longer one is no claim


class _Form(NamedTuple):
    reason: str
    pattern: re.Pattern[str]


@cache
def _forms() -> tuple[_Form, ...]:
    """The forms of ``instructions.toml``, with its word lists put into their places."""
    data = loads((files("sovereign.language") / "instructions.toml").read_text(encoding="utf-8"))
    words = {f"<{name}>": f"(?:{pattern})" for name, pattern in data["words"].items()}

    def filled(pattern: str) -> str:
        return re.sub(r"<[a-z_]+>", lambda found: words.get(found.group(), found.group()), pattern)

    return tuple(
        _Form(form["reason"], re.compile(filled(pattern))) for form in data["form"] for pattern in form["patterns"]
    )


def instruction(text: str) -> str | None:
    """Why ``text`` counts as addressed to a machine that reads it, in a few words; None if it does not."""
    text = text[:_MOST]
    for reading in (text, *_decoded(text)):
        for spelled in spellings(reading):
            for form in _forms():
                if form.pattern.search(spelled):
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
