"""Check ``polarity``: does one sentence deny what the other states?

Sees: not, no, never, neither, cannot, fails to, without, non- and their like, where the words that they govern are the
claim's. Cannot see: irony, a denial in another sentence, or one that lies in the sense of a word ("ineffective").
"""

from __future__ import annotations

import re
from functools import lru_cache

from sovereign.records import CheckOutcome

from .outcome import checked
from .view import View, view

_DENIES = re.compile(
    r"\b(?:not|never|neither|nor|none|nobody|nothing|cannot|\w+n't|hardly|scarcely|barely|rarely|seldom"
    r"|fail(?:s|ed|ing|ure)?(?: to)?|unable to|unlikely|no (?:longer|evidence|sign|indication)|no(?! ?\d)|by no means"
    r"|far from|lack(?:s|ed|ing)?|absence|absent|without|(?<!\w)non(?=-)|rather than|instead of|rule[sd]? out|except"
    r"|excluding|(?:false|untrue|wrong|incorrect)(?= (?:that|to say)))\b"
)
_AFFIRMS = re.compile(r"\b(?:not only|not just|not merely|whether or not)\b")
_END = re.compile(r"[,;:]\s|\s(?:but|while|whereas|although|though|however|yet)\s|$")
_WHOLE = re.compile(r"\b(?:in|at|for|of|by|to|under|on|from|among) $")
_PREPOSITIONS = ("without", "except", "excluding", "rather than", "instead of")
_SCOPE = 6  # content words that a denial governs, at most


@lru_cache(maxsize=4096)
def denials(text: str) -> tuple[frozenset[str], ...]:
    """What each denial of a sentence governs: stems and words of change after it, up to the end of its clause.

    One with nothing after it ("was not") or behind a preposition ("in no case") governs what stands before it.
    """
    seen = view(text)
    lower = _AFFIRMS.sub(lambda m: " " * len(m[0]), seen.text.lower().replace("\u2019", "'"))
    found = []
    for match in _DENIES.finditer(lower):
        end = _END.search(lower, match.end())
        stop = end.start() if end else len(lower)
        after, before = _terms(seen, match.end(), stop), _terms(seen, 0, match.start())
        if not after and match[0] in _PREPOSITIONS and end and end.end() < len(lower):
            # "without it, two experts received most tokens": the condition of the clause behind it
            stop = next((m.start() for m in _END.finditer(lower, end.end())), len(lower))
            after = _terms(seen, end.end(), stop)
        found.append(after | before if _WHOLE.search(lower, 0, match.start()) else after or before)
    return tuple(found)


def _free(text: str) -> frozenset[str]:
    """Words of a text that stand in a clause without any denial."""
    seen, lower = view(text), view(text).text.lower()
    starts = [0, *(m.end() for m in _END.finditer(lower))]
    clauses = [(a, b) for a, b in zip(starts, [*starts[1:], len(lower) + 1], strict=True)]
    return frozenset(
        t
        for a, b in clauses
        if not _DENIES.search(lower, a, b)
        for w in seen.words
        if a <= w.start < b
        for t in (w.stems or ((w.text,) if w.way else ()))
    )


def _terms(seen: View, start: int, stop: int) -> frozenset[str]:
    words = [w for w in seen.words if start <= w.start < stop and (w.stems or w.way)]
    return frozenset(t for w in words[:_SCOPE] for t in (w.stems or (w.text,)))


def check_polarity(claim: str, evidence: str) -> CheckOutcome:
    """Fails when exactly one of the two denies; a denial in the evidence counts if it governs words of the claim."""
    said = view(claim)
    terms = said.content | {w.text for w in said.words if w.way}
    mine = len(denials(claim))
    theirs = sum(bool(governed & terms) for governed in denials(evidence))
    if theirs and terms and terms <= _free(evidence):
        return checked("polarity", "unclear", "the evidence denies it in one place and states it in another")
    if bool(mine) != bool(theirs):
        who = "the claim denies what the evidence states" if mine else "the evidence denies what the claim states"
        return checked("polarity", "fail", who)
    if mine != theirs:
        return checked("polarity", "unclear", "both deny, but not the same number of times")
    return checked("polarity", "pass", "both denied" if mine else "both stated")
