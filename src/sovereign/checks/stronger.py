"""Vetoes against claims that say more than their evidence: stronger words, no hedge, a cause for a link, a wider scope."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sovereign.language.stance import words
from sovereign.records import CheckOutcome

from .assertion import only_linked, strength
from .marked import HEDGES, unmarked
from .outcome import checked
from .overlap import found_in, share, terms_of
from .swaps import restates
from .view import view

_HEDGE = re.compile(r"\b(?:may|might|could|possibly|perhaps|potentially)\b(?!\s(?:19|20)\d\d)")
_CLAUSE_END = re.compile(r"[;:]|,\s(?:but|while|whereas|although)\s|$")
NEAR = 0.7  # share of the claim in a sentence whose hedge is meant for the claim: what is said otherwise may be said elsewhere
_HEDGED = 1 / 3  # share of the claim behind the hedge


def veto_strength(claim: str, best: Sequence[str]) -> CheckOutcome:
    near = [text for text in best if restates(text, claim)] or best
    lost = _lost(claim, " ".join(near), words().absolutes)
    if lost:
        return checked("strength", "fail", f"the nearest sentences do not say {lost}")
    return checked("strength", "pass", "no word is stronger than the evidence's")


def veto_hedge(claim: str, best: Sequence[str]) -> CheckOutcome:
    """A claim stated flatly, where the sentence that says it has "may" or "might" before it."""
    terms = terms_of(claim)
    hedges = []
    for text in () if strength(claim).hedged else best:
        if not restates(text, claim, NEAR):
            continue
        lower = text.lower()
        hedge = _HEDGE.search(lower)
        end = _CLAUSE_END.search(lower, hedge.end()) if hedge else None
        behind = text[hedge.start() : end.start()] if hedge and end else ""
        hedges.append(hedge[0] if hedge and share(found_in(terms, behind), terms) >= _HEDGED else "")
    if hedges and all(hedges):
        return checked("hedge", "fail", f"the nearest sentence says “{hedges[0]}”, and the claim does not")
    near = [strength(text) for text in best if restates(text, claim, NEAR)]
    if (
        near
        and not strength(claim).aim
        and all(how.aim or (how.limited and not strength(claim).limited) for how in near)
    ):
        return checked("hedge", "fail", "the nearest sentence does not state it, or only of some or under a condition")
    if verb := unmarked(claim, best, HEDGES):
        return checked("hedge", "fail", f"the nearest sentences only say that it may {verb}")
    return checked("hedge", "pass", "no hedge of the evidence is left out")


def veto_cause(claim: str, best: Sequence[str]) -> CheckOutcome:
    if any(words().causes.fullmatch(w.text) for text in best for w in view(text).words):
        return checked("cause", "pass", "the evidence names a cause")
    if any(words().causal.fullmatch(w.text) for w in view(claim).words):
        return checked("cause", "fail", "the evidence names no cause")
    if any(only_linked(claim, text) for text in best):
        return checked("cause", "fail", "the evidence names a link, not what is done to it")
    return checked("cause", "not_applicable", "the claim names no cause")


def veto_scope(claim: str, around: str) -> CheckOutcome:
    there = _forms(around)
    for word in _forms(claim):
        for said, meant in words().scopes:
            if said.fullmatch(word) and not any(meant.fullmatch(t) for t in there):
                return checked("scope", "fail", f"nothing is said of {word}")
    return checked("scope", "pass", "no group or setting that the evidence does not name")


def _forms(text: str) -> list[str]:
    """Every word in lower case and as it is printed: "US" is a country."""
    seen = view(text)
    printed = [(w.text, seen.text[w.start : w.end]) for w in seen.words]
    return list(dict.fromkeys(form.removesuffix("'s") for forms in printed for form in forms))


def _lost(claim: str, text: str, table: Sequence[re.Pattern[str]]) -> str:
    there = {w.text for w in view(text).words}
    for word in view(claim).words:
        lines = [p for p in table if p.fullmatch(word.text)]
        if lines and word.text not in there and not any(p.fullmatch(t) for p in lines for t in there):
            return word.text
    return ""
