"""Check ``assertion``: does the evidence state anything, as strongly as the claim does, in a language that the checks read?

Sees: questions, aims and hypotheses ("we tested whether"), "may" and "might", words such as "all" and "only" that the evidence
does not have, sentences that give orders to a reader or a model, and text that is not English.
Cannot see: how sure the authors are beyond such words.
"""

from __future__ import annotations

import re
from functools import lru_cache

from sovereign.language.words import normalize
from sovereign.records import CheckOutcome

_AIM = re.compile(
    r"\?\s*$|\b(?:whether(?! or not)|hypothes\w+|(?:the |our )?(?:aim|aims|aimed|objective|purpose|goal) (?:of|was|is|were|to)|objectives?:|we (?:ask|asked|wondered)\b|"
    r"sought to|aim(?:s|ed)? to|in order to (?:determine|test|assess|evaluate|investigate|examine)|^to (?:determine|test|assess|evaluate|investigate|examine|explore|study|compare|"
    r"identify|describe|define|estimate|analy[sz]e)|to (?:determine|test|assess|investigate) (?:if|how)|remains? (?:unclear|unknown|controversial|to be)|(?:is|are) (?:unclear|unknown|controversial)|"
    r"little is known|it is (?:not known|unclear|unknown)|(?:was|were|is|are|has been|have been) (?:hypothesi[sz]ed|proposed|postulated|speculated|thought|believed) )",
    re.IGNORECASE,
)
_HEDGE = re.compile(
    r"\b(?:may|might|could|possibly|perhaps|potentially|presumably|putative|conceivably|would|should|if|unless|appears? to|seems? to|suspected|expected to|in theory|likely)\b",
    re.IGNORECASE,
)
_ABSOLUTE = re.compile(r"\b(?:all|always|every|only|solely|exclusively|must|entirely|invariably|any|first|unique(?:ly)?|sole|completely|fully|necessary|sufficient|essential|required)\b")
_ORDER = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,60}\b(?:above|previous|prior|earlier|instructions?|rules?|claims?|checks?)\b"
    r"|\b(?:answer|reply|respond|output|return|print|say|mark|label|classify)\b.{0,40}\b(?:SUPPORT(?:ED)?|CONTRADICT(?:ED)?|NOT_ENOUGH_INFO|VERIFIED|UNCHECKED|TRUE)\b"
    r"|\byou (?:must|should|are|will) (?:now |always )?(?:answer|reply|respond|output|treat|consider|an? )\b",
)
_ENGLISH = frozenset("the of and to in is are was were with for that by as on than from at be this an it which we not has have can".split())
_FOREIGN = frozenset(
    "der die das und nicht ist mit von dem den ein eine wird durch für im zu bei als kein keine auf sind weniger "
    "le la les des est une dans pas du et que pour par sur avec ne au aux sont moins "
    "el los las una con por del no es un se su más menos para en como "
    "il lo di che non sono della dei meno più het een van niet met voor wordt minder "
    "não uma dos das com mais menos é são em и не на что och inte med för nie jest w z się".split()
) - _ENGLISH - frozenset("no an in as is die den se van per pour con par sur la do das un w z".split())
_WORD = re.compile(r"[^\W\d_]+")


@lru_cache(maxsize=4096)
def _strength(text: str) -> tuple[bool, bool, frozenset[str]]:
    """Whether a text states an aim, whether it hedges, and its absolute words."""
    text = normalize(text)
    return bool(_AIM.search(text)), bool(_HEDGE.search(text)), frozenset(_ABSOLUTE.findall(text.lower()))


@lru_cache(maxsize=4096)
def is_english(text: str) -> bool:
    """False when most letters are of another script, or function words of other languages outnumber the English ones."""
    words = _WORD.findall(normalize(text).lower())
    letters = "".join(words)
    if sum(c > "\u024f" for c in letters) > 0.3 * len(letters):
        return False
    return sum(w in _FOREIGN for w in words) <= sum(w in _ENGLISH for w in words)


def check_assertion(claim: str, evidence: str) -> CheckOutcome:
    """Fails when the evidence states less than the claim does, or nothing at all."""
    if not is_english(evidence) or not is_english(claim):
        return CheckOutcome(check="assertion", outcome="fail", reason="not English: the checks read English only")
    if _ORDER.search(evidence):
        return CheckOutcome(check="assertion", outcome="fail", reason="the sentence gives orders to its reader and states no result")
    aim, hedge, absolute = _strength(claim)
    other_aim, other_hedge, other_absolute = _strength(evidence)
    if other_aim and not aim:
        return CheckOutcome(check="assertion", outcome="fail", reason="the evidence names a question or an aim, not a result")
    if other_hedge and not hedge:
        return CheckOutcome(check="assertion", outcome="fail", reason="the evidence is less sure than the claim")
    if absolute - other_absolute:
        return CheckOutcome(check="assertion", outcome="fail", reason=f"the evidence does not say {', '.join(sorted(absolute - other_absolute))}")
    return CheckOutcome(check="assertion", outcome="pass", reason="stated as a result")
