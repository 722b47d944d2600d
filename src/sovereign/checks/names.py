"""Check ``names``: names and settings with digits in them, and numbers that count nothing (``GPT-3``, ``IL-6``, batch size 16).

Sees: another version, model, gene, year or setting. Cannot see: names without a digit, which are words for check ``terms``.
"""

from __future__ import annotations

import re
from functools import lru_cache

from sovereign.records import CheckOutcome

from .view import View, parts, squeezed, view

_DIGIT = re.compile(r"\d")
_LONGEST = 4  # tokens that one name may be spread over: "Llama 2 7 B"


@lru_cache(maxsize=4096)
def _coded(text: str) -> frozenset[str]:
    """Names with digits that a text holds, letters and digits only, in every way that neighbouring tokens can be joined."""
    tokens = [part for word in view(text).words for part in parts(word.text)]
    return frozenset(
        name
        for i in range(len(tokens))
        for j in range(i + 1, min(i + _LONGEST, len(tokens)) + 1)
        if _DIGIT.search(name := "".join(tokens[i:j]))
    )


def _numbers(seen: View) -> list[tuple[str, frozenset[str]]]:
    """Bare numbers outside figures, with the content words right beside them."""
    found = []
    for i, word in enumerate(seen.words):
        if word.figure or not word.text.replace(".", "").replace(",", "").isdigit():
            continue
        before = next((w.stems[-1:] for w in reversed(seen.words[:i]) if w.stems), ())
        after = seen.words[i + 1].stems[:1] if i + 1 < len(seen.words) else ()
        found.append((word.text, frozenset((*before, *after))))
    return found


def check_names(claim: str, evidence: str, context: str = "") -> CheckOutcome:
    """Every coded name and bare number of the claim must stand in the evidence; a name may stand in ``context``."""
    mine, theirs = view(claim), view(evidence)
    numbers = _numbers(mine)
    coded = [w.text for w in mine.words if not w.figure and _DIGIT.search(w.text) and not w.text.replace(".", "").replace(",", "").isdigit()]
    if not numbers and not coded:
        return CheckOutcome(check="names", outcome="not_applicable", reason="no name or setting with a number")
    known = _coded(evidence) | (_coded(context) if context else frozenset())
    others = _numbers(theirs)
    missing = [name for name in coded if squeezed(name) not in known]
    missing += [number for number, near in numbers if not any(n == number and (not near or near & beside) for n, beside in others)]
    if missing:
        return CheckOutcome(check="names", outcome="unclear", reason=f"the evidence does not name {', '.join(missing[:5])}")
    return CheckOutcome(check="names", outcome="pass", reason="names and settings agree")
