"""Check ``terms``: does the evidence speak of the same things?

Sees: which content words of the claim the evidence lacks. A word counts as there in another form ("inhibitor",
"inhibition"), or in the context when the sentence points back to it ("It …", "This method …").
Cannot see: synonyms, and who did what to whom. It never supports a claim; it says whether the other checks have
something to compare.
"""

from __future__ import annotations

import re
from collections import Counter

from sovereign.language.metrics import metrics
from sovereign.language.words import content_stems, overlap, stem
from sovereign.records import CheckOutcome, Outcome

from .view import View, view

SAME_TOPIC, SAME_STATEMENT = 0.6, 0.8
_POINTS_BACK = re.compile(
    r"^(?:we|our|this|these|it|its|they|their|both|here|additionally|moreover|furthermore"
    r"|the (?:proposed|framework|method|model|approach|system|authors?|drug|treatment))\b",
    re.IGNORECASE,
)
_POINTS_INSIDE = re.compile(r"\b(?:those|that of|the former|the latter|ones?)\b")
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
    said, there = view(claim), view(evidence)
    terms = said.content
    if len(terms) + len(said.figures) + sum(w.way is not None for w in said.words) < 2 or not terms:
        reason = "the claim has no content words" if not terms else "the claim is one word: it states nothing"
        return CheckOutcome(check="terms", outcome="unclear", reason=reason, value=0.0)
    missing = _lacking(terms, there.all_stems)
    if missing:
        missing -= _spoken_of(there)
    share = round(1 - len(missing) / len(terms), 3)
    if missing and context and anaphoric(evidence):
        missing = _lacking(missing, view(context).all_stems)
    missing |= _repeated(said, there)
    outcome: Outcome = "fail" if share < SAME_TOPIC else "unclear" if missing else "pass"
    lost = f"; not there: {', '.join(sorted(missing)[:6])}" if missing else ""
    reason = f"{share:.0%} of the claim's content words{lost}"
    return CheckOutcome(check="terms", outcome=outcome, reason=reason, value=share)


def _spoken_of(evidence: View) -> frozenset[str]:
    """One-word names of metrics that comparisons speak of without a name: "faster" is a lower latency."""
    spoken = {r.metric for r in evidence.parsed.results if r.metric and r.direction}
    wordless = [metrics()[m] for m in spoken if metrics()[m].more or metrics()[m].less]
    return frozenset(stem(n) for m in wordless if m.id != "accuracy" for n in m.names if " " not in n)


def _repeated(claim: View, evidence: View) -> frozenset[str]:
    """Words that the claim says more often than the evidence: one of them may stand in the place of another word."""
    said = [s for w in claim.words for s in w.stems]
    if len(said) == len(claim.content) or _POINTS_INSIDE.search(evidence.text):
        return frozenset()
    there = Counter(s for w in evidence.words for s in w.stems)
    return frozenset(s for s, n in Counter(said).items() if n > there[s] > 0)


def topic(claim: str, evidence: str) -> float:
    """Share of the claim's content stems in the evidence, for ranking sentences; 0.0 for a claim without any."""
    return overlap(content_stems(claim), content_stems(evidence))
