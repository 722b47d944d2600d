"""The words by which claims compare figures: which kind of statement they make, and which way it points."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from sovereign.language.words import any_of

Kind = Literal["compare", "best", "equal", "change"]
Sense = Literal["better", "worse", "more", "less", "fast", "slow"]

# Up to seven words, some with a bracket behind them, between what compares and "than".
_QUALIFIED = r"(?:\s+[\w/-]+(?:\s*\([^()]*\))?){0,7}?"
_THAN = {"better": "than to over compared when_compared", "worse": "than to compared when_compared"}

_VERBS: dict[Sense, str] = {
    "better": r"(?:out-?perform|surpass|exceed|beat|outrank|top)(?:s|ed|ing|en)?",
    "worse": r"under-?perform(?:s|ed|ing)? lag(?:s|ged)?_behind falls?_behind trails?",
    "fast": "faster",
    "slow": "slower",
    "more": "greater_than",
}
_COMPARATIVES: dict[Sense, str] = {
    "better": r"better superior stronger more_(?:accurate|effective|robust|precise|efficient)",
    "worse": r"worse inferior weaker poorer less_(?:accurate|effective|robust|precise)",
    "more": "higher larger greater bigger more above",
    "less": "lower smaller less fewer shorter below",
}
_EQUALS = "comparable similar on_par competitive equivalent the_same match(?:es|ed)? comparably similarly"
_SUPERLATIVES: dict[Sense, str] = {
    "better": r"""best (?:highest|top)[\s-](?:performing|scoring|quality) strongest
        most_(?:effective|accurate|robust|efficient|successful|beneficial)""",
    "worse": "worst poorest weakest least_(?:effective|accurate|robust|efficient|beneficial)",
    "more": "highest largest greatest biggest peaks?_(?:at|on|with) the_most",
    "less": "lowest smallest fewest the_least",
    "fast": "fastest",
    "slow": "slowest",
}
# "our best model", "over the best baseline": there the superlative only picks a thing out.
_ATTRIBUTES = (
    "previous prior existing current published our their its than_the over_the to_the with_the by_the against_the at"
)
_NO_ATTRIBUTE = "".join(rf"(?<!\b{word.replace('_', ' ')} )" for word in _ATTRIBUTES.split())
_CHANGES: dict[Sense, str] = {
    "better": r"""improv(?:e|es|ed|ing|ements?) boost(?:s|ed|ing)? enhanc(?:e|es|ed|ing) help(?:s|ed|ful)?
        benefit(?:s|ed|ial)? gains? positive_(?:impacts?|effects?|influence)""",
    "worse": r"""hurt(?:s|ing)? degrad(?:e|es|ed|ing|ation) harm(?:s|ed|ing|ful)? worsen(?:s|ed|ing)? deteriorat\w+
        negative_(?:impacts?|effects?|influence)""",
    "more": "increas(?:e|es|ed|ing) rais(?:e|es|ed) ris(?:e|es|ing) rose grow(?:s|n)? grew",
    "less": r"""decreas(?:e|es|ed|ing) reduc(?:e|es|ed|ing|tions?) drop(?:s|ped|ping)? lower(?:s|ed|ing)
        declin(?:e|es|ed|ing) fall(?:s|ing)? fell""",
    "fast": "accelerat(?:e|es|ed|ing) speeds?_up",
    "slow": "slow(?:s|ed)?_down",
}


def _cues() -> Iterator[tuple[Kind, Sense, str]]:
    for sense, words in _VERBS.items():
        yield "compare", sense, rf"\b{any_of(words)}\b"
    for sense, words in _COMPARATIVES.items():
        than = any_of(_THAN.get(sense, "than compared"))
        yield "compare", sense, rf"\b{any_of(words)}\b(?={_QUALIFIED}\s+{than}\b)"
        yield "compare", sense, rf"\b{any_of(words)}\b(?!.*\b{than}\b)"
    yield "equal", "better", rf"\b{any_of(_EQUALS)}\b(?=(?:\s+[\w-]+){{0,4}}?\s+(?:to|with|as|that|than)\b)"
    for sense, words in _SUPERLATIVES.items():
        yield "best", sense, rf"{_NO_ATTRIBUTE}\b{any_of(words)}\b"
    yield "best", "better", r"(?<=achiev)\w*\s+(?:an?\s+|the\s+)?(?:new\s+)?state-of-the-art"
    for sense, words in _CHANGES.items():
        yield "change", sense, rf"\b{any_of(words)}\b"


CUES = tuple((kind, sense, re.compile(pattern, re.IGNORECASE)) for kind, sense, pattern in _cues())
"""Kinds and senses with the words that make them; where two fit the same words, the first counts."""
