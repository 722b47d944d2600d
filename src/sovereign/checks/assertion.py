"""Check ``assertion``: does the evidence state anything, as strongly as the claim does, in a language that we read?

Sees: questions, aims and hypotheses ("we tested whether"), "may" and "might", words such as "all" and "only" that the
evidence does not have, sentences that give orders to a reader or a model, and text that is not English.
Cannot see: how sure the authors are beyond such words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from sovereign.language.stance import words
from sovereign.language.words import word_set
from sovereign.records import CheckOutcome

from .marked import HEDGES, unmarked
from .outcome import checked
from .view import View, view

_TO_STUDY = (
    "determine|test|assess|evaluate|investigate|examine|explore|study|compare|identify|describe|estimate|analy[sz]e"
)
_AIM = re.compile(
    r"\bwhether(?! or not)|\bhypothes\w+|\b(?:aim|objective|purpose|goal)s?:? (?:of|was|is|were|to)\b|^objectives?\b"
    r"|\bwe (?:ask|asked|wondered)\b|\bsought to\b|\baim(?:s|ed)? to\b"
    rf"|\bin order to (?:{_TO_STUDY})\b|^to (?:{_TO_STUDY})\b"
    r"|\bto \w+ (?:if|how)\b|\bremains? (?:unclear|unknown|controversial|to be)\b|\blittle is known\b"
    r"|\b(?:is|are) (?:unclear|unknown|controversial|not known)\b"
    r"|\b(?:was|were|is|are|been) (?:hypothesi[sz]ed|proposed|postulated|speculated|thought|believed)\b"
    r"|\b(?:assumed|expected|believed|thought|supposed|predicted|hoped|planned|intended) to\b"
    r"|\bdoubt\w* (?:that|if)\b|\b(?:wrong|false|untrue|incorrect|mistaken) (?:to|that)\b"
    r"|\b(?:target|hope|idea|assumption|expectation|notion|belief|claim|plan)s? (?:was|is|were|are)? ?that\b"
    r"|\b(?:refuted|disproved|debunked|retracted|debated|disputed|contested)\b|\bwill be\b|^if\b",
)
# TeX commands and signs of mathematics, but for those that are read ("\\times", "±", "≤").
_FORMULA = re.compile(r"\\(?!times|%)[A-Za-z]{2,}|[\u2200-\u220e\u2211\u221a-\u222f\u2282-\u22bf]")
# A statement about some, or under a condition, is none about all.
_LIMITED = re.compile(
    r"\b(?:almost|nearly|virtually|practically|not) (?:all|every|each|any|always)\b"
    r"|\bonly (?:in|for|when|under|with|on|if|among|at)\b"
)
_HEDGES = word_set(
    "may might could possibly perhaps potentially presumably putative conceivably would should if unless appear "
    "appears seem seems suspected expected likely theoretically"
)
_ABSOLUTES = word_set(
    "all always every only solely exclusively must entirely invariably any both first unique uniquely sole completely "
    "fully necessary sufficient essential required"
)
_ORDER = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,60}"
    r"\b(?:above|previous|prior|earlier|instructions?|rules?|claims?|checks?)\b"
    r"|\b(?:answer|reply|respond|output|return|print|say|mark|label|classify)\b.{0,40}"
    r"\b(?:support(?:ed)?|contradict(?:ed)?|not_enough_info|verified|unchecked|true)\b"
    r"|\byou (?:must|should|are|will) (?:now |always )?(?:answer|reply|respond|output|treat|consider|an? )\b",
)
# Words without which the two patterns cannot match: most sentences have none, and a set is quicker than a pattern.
_OF_AIMS = word_set(
    "whether hypothesis hypotheses hypothesize hypothesized hypothesise hypothesised aim aims aimed objective "
    "objectives purpose goal goals ask asked wondered sought to remain remains little unclear unknown controversial "
    "not proposed postulated speculated thought believed assumed expected supposed predicted hoped planned intended doubt "
    "doubts doubted wrong false untrue incorrect mistaken target targets hope hopes idea ideas assumption expectation "
    "notion belief claim claims plan plans refuted disproved debunked retracted debated disputed contested will if"
)
_OF_ORDERS = word_set(
    "ignore disregard forget override answer reply respond output return print say mark label classify you"
)
_ENGLISH = word_set(
    "the of and to in is are was were with for that by as on than from at be this an it which we not has have can"
)
# Function words of eight languages, without those that English text has as names or short forms.
_FOREIGN = word_set(
    "der das und nicht ist dem eine wird durch für zu bei kein keine auf sind weniger les des une dans que avec aux "
    "sont moins una del más menos sono della meno più het een niet voor wordt não uma são och inte är nie jest się"
)


@dataclass(frozen=True)
class Strength:
    """How a sentence states what it states: as an aim, with a hedge, as an order, in which absolute words, of only some."""

    aim: bool
    hedged: bool
    order: bool
    english: bool
    absolute: frozenset[str]
    limited: bool
    formula: frozenset[str]


@lru_cache(maxsize=4096)
def strength(text: str) -> Strength:
    seen = view(text)
    words, lower = {w.text for w in seen.words}, seen.text.lower()
    return Strength(
        aim=lower.endswith("?") or (not words.isdisjoint(_OF_AIMS) and _AIM.search(lower) is not None),
        hedged=not words.isdisjoint(_HEDGES),
        order=not words.isdisjoint(_OF_ORDERS) and _ORDER.search(lower) is not None,
        english=_is_english(seen),
        absolute=_ABSOLUTES & words,
        limited=_LIMITED.search(lower) is not None,
        formula=frozenset(_FORMULA.findall(seen.text)),
    )


def _is_english(seen: View) -> bool:
    """False when many letters are of another script, or foreign function words outnumber the English ones."""
    if not seen.text.isascii() and sum(c > "\u024f" for c in seen.text if c.isalpha()) > 0.3 * len(seen.text):
        return False
    words = [w.text for w in seen.words]
    return sum(w in _FOREIGN for w in words) <= sum(w in _ENGLISH for w in words)


def only_linked(claim: str, evidence: str) -> bool:
    """Whether the claim says what one thing does to another, where the evidence only says that the two go together."""
    table = words()
    return (
        any(table.doing.fullmatch(w.text) for w in view(claim).words)
        and any(table.links.fullmatch(w.text) for w in view(evidence).words)
        and not any(table.causes.fullmatch(w.text) for w in view(evidence).words)
    )


def check_assertion(claim: str, evidence: str) -> CheckOutcome:
    """Fails when the evidence states less than the claim does, or nothing at all."""
    mine, theirs = strength(claim), strength(evidence)
    if not (mine.english and theirs.english) and view(claim).text.casefold() != view(evidence).text.casefold():
        return checked("assertion", "fail", "not English: the checks read English only")
    if mine.formula - theirs.formula:
        return checked("assertion", "fail", f"mathematics is not read: {min(mine.formula - theirs.formula)}")
    if theirs.order:
        return checked("assertion", "fail", "the sentence orders its reader and states no result")
    if theirs.aim and not mine.aim:
        return checked("assertion", "fail", "the evidence names a question or an aim, not a result")
    if theirs.hedged and not mine.hedged:
        return checked("assertion", "fail", "the evidence is less sure than the claim")
    if word := unmarked(claim, (evidence,), HEDGES):
        return checked("assertion", "fail", f"the evidence only says that it may be so: {word}")
    if theirs.limited and not mine.limited:
        return checked("assertion", "fail", "the evidence states it of some, or under a condition")
    if only_linked(claim, evidence):
        return checked("assertion", "fail", "the evidence names a link, not a cause")
    if mine.absolute - theirs.absolute:
        stronger = ", ".join(sorted(mine.absolute - theirs.absolute))
        return checked("assertion", "fail", f"the evidence does not say {stronger}")
    return checked("assertion", "pass", "stated as a result")
