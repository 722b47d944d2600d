"""Check ``terms``: does the evidence speak of the same things?

Sees: the share of the claim's content words that stand in the evidence, and names (``MixLoRA``, ``GPT-3``) that are missing.
Cannot see: who did what to whom, and synonyms. It never supports a claim; it only says whether the other checks have
something to compare.
"""

from __future__ import annotations

import re

from sovereign.language.quantities import find_quantities
from sovereign.language.words import STOP, TOKEN, content_stems, normalize, overlap, stem, tokens
from sovereign.records import CheckOutcome

SAME_TOPIC, SAME_STATEMENT = 0.6, 0.8
_ANAPHORA = re.compile(r"^(?:we|our|this|these|it|its|the (?:proposed|framework|method|model|approach|system|authors?)|they|their|here|additionally|moreover|furthermore)\b", re.IGNORECASE)  # fmt: skip

# Words of direction, degree and polarity are compared by other checks; as terms they would punish a flipped claim twice.
DIRECTION_STEMS = frozenset(
    stem(w)
    for w in """increase increases increased decrease decreases decreased reduce reduces reduced reduction lower lowers lowered
    higher raise raises more less fewer greater smaller larger faster slower better worse improve improves improved improvement
    outperform outperforms exceed exceeds drop drops cut cuts save saves saving gain gains grow rise fall add adds times percent
    percentage points slow slows speed up down double halve fail fails""".split()
)


def wanted(claim: str) -> frozenset[str]:
    """Content stems of a claim that the evidence should hold."""
    return frozenset(s for s in content_stems(claim) if s not in DIRECTION_STEMS and s not in STOP)


def names(text: str) -> frozenset[str]:
    """Names in a text, lower case: words with inner capitals, acronyms, letters with digits, capitals inside a sentence."""
    text = normalize(text)
    figures = [(m.start, m.end) for m in find_quantities(text)]
    found = set()
    for match in TOKEN.finditer(text):
        word = match[0]
        if any(a <= match.start() < b for a, b in figures):
            continue
        inner = any(c.isupper() for c in word[1:])
        coded = word[0].isupper() and any(c.isdigit() for c in word)
        proper = word[0].isupper() and match.start() > 0 and text[: match.start()].rstrip()[-1:] not in ("", ".", ":", "!", "?")
        if inner or coded or proper:
            found.add(word.lower())
    return frozenset(found)


def _named_in(name: str, text: str) -> bool:
    """Whole words only: "LoRA" is not named by "MixLoRA"; "GPT-3" is named by "GPT 3"."""
    words = set(tokens(normalize(text)))
    parts = {part for word in words for part in word.split("-")}
    return name in words or name.rstrip("s") in words or all(part in parts for part in name.split("-"))


def coverage(claim: str, evidence: str, context: str = "") -> float:
    """Share of the claim's content stems in the evidence. Words found only in the context count half."""
    terms = wanted(claim)
    if not terms:
        return 0.0
    here = content_stems(evidence)
    near = content_stems(context) - here
    return (len(terms & here) + 0.5 * len(terms & near)) / len(terms)


def check_terms(claim: str, evidence: str, context: str = "") -> CheckOutcome:
    """``context`` is the title and the sentences before; a name may stand there when the sentence says "we" or "this framework"."""
    terms = wanted(claim)
    if not terms:
        return CheckOutcome(check="terms", outcome="unclear", reason="the claim has no content words", value=0.0)
    share = coverage(claim, evidence, context)
    body = evidence + " " + context if _ANAPHORA.match(evidence.strip()) or not context else evidence
    missing = sorted(n for n in names(claim) if not _named_in(n, body + " " + _title(context)))
    if missing:
        outcome = "unclear" if share >= SAME_STATEMENT else "fail"
        return CheckOutcome(check="terms", outcome=outcome, reason=f"the evidence does not name {', '.join(missing)}", value=round(share, 3))  # type: ignore[arg-type]
    outcome = "pass" if share >= SAME_STATEMENT else "unclear" if share >= SAME_TOPIC else "fail"
    lost = sorted(terms - content_stems(evidence))
    reason = f"{share:.0%} of the claim's content words" + (f"; not there: {', '.join(lost[:6])}" if lost else "")
    return CheckOutcome(check="terms", outcome=outcome, reason=reason, value=round(share, 3))  # type: ignore[arg-type]


def _title(context: str) -> str:
    return context.split("\n", 1)[0]


def topic(claim: str, evidence: str) -> float:
    """Overlap of content stems, for ranking candidate sentences."""
    return overlap(wanted(claim), content_stems(evidence))
