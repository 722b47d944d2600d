"""Twins by denial: a claim denied, a denied claim affirmed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .words import BASE, Source, denies, inside, main_verb, quantified

# Dropping the denial leaves a sentence: "does not affect" becomes "does affect".
_AFTER_VERB = re.compile(
    r"\b(is|are|was|were|do|does|did|has|have|can|could|will|should) not (?!only|just|merely|necessarily)"
)
_CANNOT = re.compile(r"\bcannot\b")
_NO_EFFECT = re.compile(
    r"\b(has|have|had|shows?|showed|is|are) no (?=(?:effect|role|impact|influence|association|relationship|correlation|link|evidence)\b)"
)
_AN = {"e": "an", "i": "an", "a": "an"}


def negation_in(source: Source, others: Sequence[Source] = ()) -> Iterator[str]:
    """The claim denied at its main verb, and as a whole."""
    claim = source.claim
    if denies(claim) or quantified(claim) or re.search(r"\b(?:may|might|could|only)\b", claim):
        return
    if verb := main_verb(claim):
        before, after = claim[: verb.start()], claim[verb.end() :]
        if verb[0] in BASE:
            yield f"{before}does not {BASE[verb[0]]}{after}"
            yield f"{before}fails to {BASE[verb[0]]}{after}"
        elif verb[0] == "can":
            yield f"{before}cannot{after}"
        elif verb[0] in ("has", "have") and not re.match(r"\s\w+(?:ed|en|wn|ne)\b", after):
            yield f"{before}{'does' if verb[0] == 'has' else 'do'} not have{after}"
        else:
            yield f"{before}{verb[0]} not{after}"
    yield f"It is not the case that {inside(source)}"


def negation_out(source: Source, others: Sequence[Source] = ()) -> Iterator[str]:
    """The claim's one denial taken out."""
    claim = source.claim
    if len(re.findall(r"\b(?:not|no|cannot|never|nor|neither|without)\b", claim)) != 1:
        return
    if match := _AFTER_VERB.search(claim):
        yield f"{claim[: match.start()]}{match[1]} {claim[match.end() :]}"
    elif match := _CANNOT.search(claim):
        yield f"{claim[: match.start()]}can{claim[match.end() :]}"
    elif match := _NO_EFFECT.search(claim):
        article = _AN.get(claim[match.end()], "a")
        yield f"{claim[: match.start()]}{match[1]} {'clear' if claim.startswith('evidence', match.end()) else article} {claim[match.end() :]}"
