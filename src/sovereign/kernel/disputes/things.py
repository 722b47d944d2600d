"""Which thing a phrase names, so that "rank-32 X", "plain X" and "X training" of different works meet.

No name of a method is known here. A name is a word that is spelled like one (capitals or digits inside); what has no such
name is known by its words, or by a topic that the library's works carry.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from sovereign.language.metrics import mentions
from sovereign.language.words import content_stems, stems, word_set
from sovereign.records import Paper

Terms = tuple[frozenset[str], ...]

_TAIL = re.compile(
    r"\s(?:with(?:out)?|of|on|at|in|under|using|per|after|that|which|from|for|when|by|into|over|through|as)\b.*$",
    re.IGNORECASE,
)
_OTHERS = re.compile(r"\s+(?:or|and)\s+|,\s+")
_CONFIGURED = re.compile(
    r"\b(?:rank|top|batch)[\s-]?\d+\b|\b\d+-bit\b|(?<![\w.-])\d[\d.,]*[BMKT]?(?![\w-])", re.IGNORECASE
)
# Words beside a name that leave the thing what it is.
_GENERIC = word_set(
    """model models approach approaches method methods training inference decoding serving layout version versions figures
    figure value values number one ones library baseline baselines performance latency memory speed plain standard parameter
    default single same normal usual typical ordinary vanilla original merged unmerged optimised optimized unoptimised
    unoptimized existing the a an its their our this that these alone authors paper run variant
    system systems framework algorithm technique techniques previous prior best stage"""
)
# "the state of the art", "earlier baselines": words that stand for whatever a work was compared with.
_ANY = frozenset(
    stems(
        "proposed art sota baselines traditional conventional existing prior author suggests competing alternatives counterpart recent various others prior strong"
    )
)
_NAME = re.compile(r"[A-Za-z][\w+.-]*[A-Z0-9][\w+.-]*")
_PLAIN = re.compile(r"(?<![A-Za-z\d])[A-Z]?[a-z]{3,}(?![A-Za-z\d])")
# What a topic says of how a work looks at a thing, and not which thing it is.
_VIEW = re.compile(r"-(?:comparison|scale|reference|size|cost|budget|study|analysis|family)$")


@lru_cache(maxsize=8)
def terms_of(topics: frozenset[str]) -> Terms:
    """Topics of a library as sets of stems, longest first; those that name a metric are no things."""
    found = {
        content_stems(_VIEW.sub("", topic).replace("-", " "))
        for topic in topics
        if not mentions(topic.replace("-", " "))
    }
    return tuple(sorted((t for t in found if t), key=lambda t: (-len(t), sorted(t))))


def topics_of(papers: Iterable[Paper]) -> frozenset[str]:
    """All topics of a library's works."""
    return frozenset(topic for paper in papers for topic in paper.topics)


@lru_cache(maxsize=16384)
def keys_of(phrase: str, terms: Terms) -> tuple[str, ...]:
    """Keys of what a phrase names, the most exact first; "A or B" names both, "dense X" an X and something dense.

    >>> keys_of("rank-32 X-Net training", ()), keys_of("the full fine-tuning approach", ())
    (('x-net',), ('full tune',))
    """
    found: list[str] = []
    for part in _OTHERS.split(_TAIL.sub("", f"{phrase.strip()} ")):
        words = [w.strip(".,;:()") for w in _CONFIGURED.sub(" ", part).split()]
        words = [w for w in words if w and w.lower() not in _GENERIC]
        if not words:
            continue
        # "Adapter-L" is a name, and says that it is an adapter.
        plain = content_stems(
            " ".join(p for w in words for p in ([w] if not _NAME.fullmatch(w) else _PLAIN.findall(w)))
        )
        if _NAME.fullmatch(words[-1]):
            found.append(words[-1].lower())
        elif (whole := content_stems(" ".join(words))) and not whole & _ANY:
            last = content_stems(words[-1])
            found.append(_text(next((t for t in terms if t <= whole and last & t), whole)))
        found += [_text(t) for t in terms if t <= plain]
    return tuple(dict.fromkeys(found))


def _text(words: frozenset[str]) -> str:
    return " ".join(sorted(words))
