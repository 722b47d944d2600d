"""Noun phrases beside a figure: what it opens, and whether that is something unknown."""

from __future__ import annotations

import re

from .verbs import BASE, FINITE, PARTICIPLES
from .words import any_of, content_stems, stem, tokens, word_set

_END_OF_PHRASE = re.compile(
    any_of(
        r"""in on at for with without against than over above below when while whereas from to and or but of by under
        after before per as via across compared relative_to versus vs both using that which is are was were has have
        had respectively during between through throughout until since into within among"""
    ).join((r"\b", r"\b|[,;:()]"))
)
_NOUN_OF_CHANGE = any_of("increases? decreases? reductions? improvements? gains? savings? drops? degradation boosts?")
_ADJECTIVE = any_of("relative absolute average overall mean net total further additional")
_QUANTIFIER = re.compile(
    r"^\s*(?:"
    + any_of(
        """of more less fewer lower higher greater smaller larger better worse longer shorter extra additional added
        absolute overall as_much as_many the its their average mean peak"""
    )
    + rf"|(?:{_ADJECTIVE}\s+)*{_NOUN_OF_CHANGE}\s+(?:in|of|on|to))\s+"
)
_LOSS_OF = re.compile(r"\b(accuracy|quality|performance|recall)\s+loss(?:es)?\b")
# Words beside a figure that say nothing of what it measures.
GENERIC = frozenset(
    stem(w)
    for w in word_set(
        """improvement improvements gain gains increase increases decrease reduction reductions drop saving savings
        overhead relative absolute average mean overall higher lower better worse larger smaller longer shorter
        greater further additional extra total factor value values maximum minimum best worst respectively points
        point significant significantly substantial substantially margin figure figures high low peak end median
        consistently even still also reported able capable expected estimated designed known comparable competitive
        original baseline baselines percent percentage much many half double large wide close equal equivalent new
        now small only up down result results boost least most less more fewer cost costs degradation difference
        change growth range level levels rate speed-up slow-down usage consumption footprint size test validation set"""
    )
)


def noun_phrase(after: str) -> str:
    """The noun phrase that a figure opens: "40 % | less GPU memory | and …" gives "GPU memory"."""
    text = _LOSS_OF.sub(r"\1 drop", after)
    while match := _QUANTIFIER.match(text):
        text = text[match.end() :]
    return _END_OF_PHRASE.split(text, maxsplit=1)[0].strip()


def is_unknown(text: str) -> bool:
    """Whether a text names something that is no known metric: "token consumption by" does, "by up to" does not."""
    for word in tokens(text):
        if word in FINITE or word in BASE or word in PARTICIPLES or word.endswith("ly"):
            continue
        if content_stems(word) - GENERIC:
            return True
    return False
