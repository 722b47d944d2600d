"""Check ``terms``: does the evidence speak of the same things?

Sees: which content words of the claim the evidence lacks. A word counts as there in another form ("inhibitor", "inhibition"),
or in the context when the sentence points back to it ("It …", "This method …").
Cannot see: synonyms, and who did what to whom. It never supports a claim; it says whether the other checks have something
to compare.
"""

from __future__ import annotations

import re

from sovereign.records import CheckOutcome, Outcome

from .view import view

SAME_TOPIC, SAME_STATEMENT = 0.6, 0.8
_POINTS_BACK = re.compile(
    r"^(?:we|our|this|these|it|its|they|their|both|the (?:proposed|framework|method|model|approach|system|authors?|drug|treatment)|here|additionally|"
    r"moreover|furthermore)\b",
    re.IGNORECASE,
)
_ENDINGS = re.compile(r"(?:or|er|ion|ation|ive|al|ity|ment|ic|ous|ing|ant|ent|ance|ence|ly|ness|abl|ibl|iz|is|e|i|y|s)")
_ROOT = 5  # letters that two forms of one word share at least


def anaphoric(evidence: str) -> bool:
    """Whether a sentence begins with a word that points to what stands before it."""
    return _POINTS_BACK.match(evidence.strip()) is not None


def _one_word(a: str, b: str) -> bool:
    short, long = sorted((a, b), key=len)
    return len(short) >= _ROOT and long.startswith(short) and _ENDINGS.fullmatch(long[len(short) :]) is not None


def _lacking(terms: frozenset[str], found: frozenset[str]) -> frozenset[str]:
    return frozenset(t for t in terms - found if not any(_one_word(t, f) for f in found))


def check_terms(claim: str, evidence: str, context: str = "") -> CheckOutcome:
    """Passes when nothing is missing; ``value`` is the share of the claim's content words in the evidence itself."""
    terms = view(claim).content
    if not terms:
        return CheckOutcome(check="terms", outcome="unclear", reason="the claim has no content words", value=0.0)
    missing = _lacking(terms, view(evidence).all_stems)
    share = round(1 - len(missing) / len(terms), 3)
    if missing and context and anaphoric(evidence):
        missing = _lacking(missing, view(context).all_stems)
    outcome: Outcome = "pass" if not missing and share >= SAME_TOPIC else "unclear" if share >= SAME_TOPIC else "fail"
    reason = f"{share:.0%} of the claim's content words" + (f"; not there: {', '.join(sorted(missing)[:6])}" if missing else "")
    return CheckOutcome(check="terms", outcome=outcome, reason=reason, value=share)


def topic(claim: str, evidence: str) -> float:
    """Share of the claim's content stems in the evidence, for ranking candidate sentences; 0.0 for a claim without any."""
    terms = view(claim).content
    return len(terms & view(evidence).all_stems) / len(terms) if terms else 0.0
