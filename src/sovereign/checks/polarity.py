"""Check ``polarity``: does one sentence deny what the other states?

Sees: not, never, no, neither, cannot, fails to, without, no longer, in the clause that speaks of the claim.
Cannot see: irony, implied denial, or a denial several sentences away.
"""

from __future__ import annotations

import re

from sovereign.language.words import content_stems, normalize
from sovereign.records import CheckOutcome

_NEGATION = re.compile(
    r"\b(?:not|never|neither|nor|cannot|can't|doesn't|don't|didn't|isn't|aren't|wasn't|weren't|won't|hardly|scarcely|barely|"
    r"fails? to|failed to|failing to|unable to|no longer|no evidence|no (?:significant|measurable|clear)|by no means|far from|lacks?|without)\b",
    re.IGNORECASE,
)
# "no added latency" states equality and "not only" affirms; neither denies the predicate.
_HARMLESS = re.compile(
    r"\b(?:not only|not just|not necessarily|whether or not|without (?:any )?(?:added|extra|additional|loss|sacrificing|losing|compromising|gradient|using|requiring|needing)\b)",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[,;:]\s+|\s+(?:but|while|whereas|although|though|however|and)\s+")


def negations(text: str) -> int:
    """How many negations a text holds."""
    return len(_NEGATION.findall(_HARMLESS.sub(" ", normalize(text))))


def nearest_clause(claim: str, evidence: str) -> str:
    """The clause of the evidence with most of the claim's content; the whole sentence when none stands out."""
    wanted = content_stems(claim)
    pieces = [p for p in _CLAUSE.split(normalize(evidence)) if p and p.strip()]
    if len(pieces) < 2 or not wanted:
        return evidence
    best = max(pieces, key=lambda p: len(content_stems(p) & wanted))
    return best if len(content_stems(best) & wanted) >= 0.6 * len(content_stems(evidence) & wanted) else evidence


def check_polarity(claim: str, evidence: str) -> CheckOutcome:
    """Fails when exactly one of claim and matching clause is denied."""
    mine, theirs = negations(claim), negations(nearest_clause(claim, evidence))
    if mine % 2 == theirs % 2:
        return CheckOutcome(check="polarity", outcome="pass", reason="both stated" if mine % 2 == 0 else "both denied")
    who = "the claim denies what the evidence states" if mine % 2 else "the evidence denies what the claim states"
    return CheckOutcome(check="polarity", outcome="fail", reason=who)
