"""Check ``assertion``: does the evidence state anything, as strongly as the claim does, in a language that we read?

Sees: questions, aims and hypotheses ("we tested whether"), "may" and "might", words such as "all" and "only" that the
evidence does not have, sentences that give orders to a reader or a model, and text that is not English.
Cannot see: how sure the authors are beyond such words.
"""

from __future__ import annotations

import re
from functools import lru_cache

from sovereign.records import CheckOutcome

from .outcome import checked
from .view import view
from .ways import word_set

_TO_STUDY = (
    "determine|test|assess|evaluate|investigate|examine|explore|study|compare|identify|describe|estimate|analy[sz]e"
)
_AIM = re.compile(
    r"\?\s*$|\bwhether(?! or not)|\bhypothes\w+|\b(?:aim|objective|purpose|goal)s?:? (?:of|was|is|were|to)\b"
    r"|^objectives?\b"
    r"|\bwe (?:ask|asked|wondered)\b|\bsought to\b|\baim(?:s|ed)? to\b"
    rf"|\bin order to (?:{_TO_STUDY})\b|^to (?:{_TO_STUDY})\b"
    r"|\bto \w+ (?:if|how)\b|\bremains? (?:unclear|unknown|controversial|to be)\b|\blittle is known\b"
    r"|\b(?:is|are) (?:unclear|unknown|controversial|not known)\b"
    r"|\b(?:was|were|is|are|been) (?:hypothesi[sz]ed|proposed|postulated|speculated|thought|believed)\b",
    re.IGNORECASE,
)
_HEDGE = re.compile(
    r"\b(?:may|might|could|possibly|perhaps|potentially|presumably|putative|conceivably|would|should|if|unless"
    r"|appears? to|seems? to|suspected|expected to|in theory|likely)\b",
    re.IGNORECASE,
)
_ABSOLUTE = re.compile(
    r"\b(?:all|always|every|only|solely|exclusively|must|entirely|invariably|any|both|first|unique(?:ly)?|sole"
    r"|completely|fully|necessary|sufficient|essential|required)\b"
)
_ORDER = re.compile(
    r"\b(?i:ignore|disregard|forget|override)\b.{0,60}"
    r"\b(?:above|previous|prior|earlier|instructions?|rules?|claims?|checks?)\b"
    r"|\b(?i:answer|reply|respond|output|return|print|say|mark|label|classify)\b.{0,40}"
    r"\b(?:SUPPORT(?:ED)?|CONTRADICT(?:ED)?|NOT_ENOUGH_INFO|VERIFIED|UNCHECKED|TRUE)\b"
    r"|\b(?i:you) (?:must|should|are|will) (?:now |always )?(?:answer|reply|respond|output|treat|consider|an? )\b",
)
_ENGLISH = word_set(
    "the of and to in is are was were with for that by as on than from at be this an it which we not has have can"
)
# Function words of German, French, Spanish, Italian, Dutch, Portuguese, Swedish and Polish, without those that English
# text has as names or short forms.
_FOREIGN = word_set(
    "der das und nicht ist dem eine wird durch für zu bei kein keine auf sind weniger les des une dans que avec aux "
    "sont moins una del más menos sono della meno più het een niet voor wordt não uma são och inte är nie jest się"
)
_WORD = re.compile(r"[^\W\d_]+")


@lru_cache(maxsize=4096)
def _strength(text: str) -> tuple[bool, bool, frozenset[str]]:
    """Whether a text states an aim, whether it hedges, and its absolute words."""
    text = view(text).text
    return bool(_AIM.search(text)), bool(_HEDGE.search(text)), frozenset(_ABSOLUTE.findall(text.lower()))


@lru_cache(maxsize=4096)
def is_english(text: str) -> bool:
    """False when many letters are of another script, or foreign function words outnumber the English ones."""
    words = _WORD.findall(view(text).text.lower())
    letters = "".join(words)
    if sum(c > "\u024f" for c in letters) > 0.3 * len(letters):
        return False
    return sum(w in _FOREIGN for w in words) <= sum(w in _ENGLISH for w in words)


def check_assertion(claim: str, evidence: str) -> CheckOutcome:
    """Fails when the evidence states less than the claim does, or nothing at all."""
    if (
        not (is_english(evidence) and is_english(claim))
        and view(claim).text.casefold() != view(evidence).text.casefold()
    ):
        return checked("assertion", "fail", "not English: the checks read English only")
    if _ORDER.search(evidence):
        return checked("assertion", "fail", "the sentence orders its reader and states no result")
    aim, hedge, absolute = _strength(claim)
    other_aim, other_hedge, other_absolute = _strength(evidence)
    if other_aim and not aim:
        return checked("assertion", "fail", "the evidence names a question or an aim, not a result")
    if other_hedge and not hedge:
        return checked("assertion", "fail", "the evidence is less sure than the claim")
    if absolute - other_absolute:
        stronger = ", ".join(sorted(absolute - other_absolute))
        return checked("assertion", "fail", f"the evidence does not say {stronger}")
    return checked("assertion", "pass", "stated as a result")
