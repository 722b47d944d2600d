"""Features of a claim and its document for the baselines: overlap, figures, negation, direction.

They are what a simple classifier would see, made without the checks, so that the checks can be held against them.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from sovereign.language.words import STOP, stems, tokens, word_set

from .pairs import Pair

Weights = Mapping[str, float]

_NEGATION = re.compile(
    r"\b(?:not|no|never|neither|nor|without|cannot|\w+n't|fail\w*|lack\w*|absence|unable|unlikely|independent of)\b",
    re.I,
)
_UP = re.compile(
    r"\b(?:increas\w*|high\w*|more|great\w*|improv\w*|enhanc\w*|promot\w*|activat\w*|induc\w*|elevat\w*|positiv\w*|better|"
    r"stimulat\w*|up-?regulat\w*|gain\w*|longer|stronger|faster|protect\w*)\b", re.I
)  # fmt: skip
_DOWN = re.compile(
    r"\b(?:decreas\w*|low\w*|less|few\w*|reduc\w*|impair\w*|inhibit\w*|suppress\w*|negativ\w*|worse\w*|poor\w*|block\w*|"
    r"down-?regulat\w*|los[st]\w*|shorter|weak\w*|slower|prevent\w*|attenuat\w*|deficien\w*|deplet\w*)\b", re.I
)  # fmt: skip
_SAME = re.compile(
    r"\b(?:similar\w*|same|equal\w*|comparable|unchanged|no (?:significant )?(?:difference|effect)\w*)\b", re.I
)
_RESULT = re.compile(
    r"\b(?:conclu\w*|results?|findings?|we (?:show|found|find|demonstrate|report)|suggest\w*|indicat\w*|reveal\w*)\b",
    re.I,
)
_HEDGE = re.compile(r"\b(?:may|might|could|possibl\w*|suggest\w*|potential\w*|likely|hypothes\w*|whether)\b", re.I)
_NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?")
_COMPARED = word_set("than versus vs compared comparison relative")


@lru_cache(maxsize=16384)
def _content(text: str) -> tuple[str, ...]:
    return tuple(s for s in stems(text) if s not in STOP and len(s) > 1)


def weights(pairs: Iterable[Pair]) -> Weights:
    """Smoothed inverse document frequency of every stem over the sentences of the pairs' documents."""
    documents = {pair.group: pair.sentences for pair in pairs}
    sentences = [set(_content(s)) for group in sorted(documents) for s in documents[group]]
    seen = Counter(s for sentence in sentences for s in sentence)
    return {s: math.log((1 + len(sentences)) / (1 + n)) + 1 for s, n in seen.items()}


def _overlap(claim: Sequence[str], text: Sequence[str], idf: Weights) -> tuple[float, float, float]:
    """Weighted share of the claim's stems in the text, of the text's in the claim, and of the claim's pairs of stems."""
    rare = max(idf.values(), default=1.0)
    mine, theirs = set(claim), set(text)

    def weigh(terms: Iterable[str]) -> float:
        return math.fsum(sorted(idf.get(t, rare) for t in terms))

    shared = weigh(mine & theirs)
    two, other = set(pairwise(claim)), set(pairwise(text))
    return (
        shared / (weigh(mine) or 1.0),
        shared / (weigh(theirs) or 1.0),
        len(two & other) / len(two) if two else 0.0,
    )


def of_sentence(pair: Pair, index: int, idf: Weights) -> list[float]:
    """Features of one sentence as a rationale of the claim."""
    text = pair.sentences[index]
    claim, words = _content(pair.claim), _content(text)
    covered, held, two = _overlap(claim, words, idf)
    mine, theirs = set(_NUMBER.findall(pair.claim)), set(_NUMBER.findall(text))
    place = index / max(1, len(pair.sentences) - 1)
    return [
        covered,
        covered * covered,
        held,
        two,
        float(len(set(claim) & set(words))),
        math.log1p(len(words)),
        place,
        float(index == 0),
        float(index == len(pair.sentences) - 1),
        float(bool(_RESULT.search(text))),
        float(bool(_HEDGE.search(text))),
        len(mine & theirs) / len(mine) if mine else 0.0,
        float(bool(_UP.search(pair.claim)) and bool(_UP.search(text) or _DOWN.search(text))),
    ]


def of_pair(pair: Pair, ranked: Sequence[tuple[float, int]], idf: Weights) -> list[float]:
    """Features of the claim and its document; ``ranked`` are scores and indices of its sentences, best first.

    With a document of no sentences only the claim's own features differ from zero.
    """
    claim = _content(pair.claim)
    best = [pair.sentences[i] for _, i in ranked[:2]]
    scores = [s for s, _ in ranked[:3]] + [0.0] * 3
    whole = _overlap(claim, [s for text in pair.sentences for s in _content(text)], idf)
    top = best[0] if best else ""
    near = _overlap(claim, _content(top), idf)
    two = _overlap(claim, [s for text in best for s in _content(text)], idf)
    mine = set(_NUMBER.findall(pair.claim))
    there = set(_NUMBER.findall(" ".join(best)))
    said = [_signs(pair.claim), _signs(top) if best else [0.0] * 5]
    differences = [abs(a - b) * near[0] for a, b in zip(*said, strict=True)]
    # "Up" in one and "down" in the other, both ways.
    turned = (
        min(said[0][1], said[1][2])
        + min(said[0][2], said[1][1])
        - min(said[0][1], said[1][1])
        - min(said[0][2], said[1][2])
    )
    return [
        *scores[:3],
        *whole,
        *near,
        *two,
        len(mine & there) / len(mine) if mine and best else 0.0,
        float(bool(mine - there)) if best else 0.0,
        *said[0],
        *said[1],
        *differences,
        turned * near[0],
        float(bool(mine)),
        math.log1p(len(claim)),
        float(bool(_COMPARED & set(tokens(pair.claim)))),
    ]


def _signs(text: str) -> list[float]:
    """Negation, up, down, same, hedge: whether a text has a word of each."""
    return [float(bool(p.search(text))) for p in (_NEGATION, _UP, _DOWN, _SAME, _HEDGE)]
