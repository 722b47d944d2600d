"""Check ``lexical``: the rule of the seed, kept so that its numbers can be compared. It decides nothing.

TF-IDF cosine over word 1-grams and 2-grams with smoothed two-document IDF, threshold 0.15. Sees: whether two texts
share words. Cannot see: anything else; a claim with its meaning reversed keeps its score.
"""

from __future__ import annotations

import math
from collections import Counter
from functools import lru_cache
from itertools import pairwise

from sovereign.language.words import tokens
from sovereign.records import CheckOutcome

THRESHOLD = 0.15


@lru_cache(maxsize=4096)
def _grams(text: str) -> Counter[str]:
    words = tokens(text)
    return Counter(words + [f"{a} {b}" for a, b in pairwise(words)])


def cosine(a: str, b: str) -> float:
    """TF-IDF cosine of two texts in 0..1; 0.0 when either is empty."""
    first, second = _grams(a), _grams(b)
    if not first or not second:
        return 0.0
    # idf = ln((1 + n) / (1 + df)) + 1 with n = 2, so a shared gram weighs 1 and any other 1.405.
    shared = first.keys() & second.keys()
    alone = math.log(3 / 2) + 1

    def norm(grams: Counter[str]) -> float:
        return math.sqrt(sum((n * (1.0 if g in shared else alone)) ** 2 for g, n in grams.items()))

    return sum(first[g] * second[g] for g in shared) / (norm(first) * norm(second))


def check_lexical(claim: str, evidence: str) -> CheckOutcome:
    """Report the seed's figure; ``decides`` is False."""
    value = cosine(claim, evidence)
    return CheckOutcome(
        check="lexical",
        outcome="pass" if value >= THRESHOLD else "fail",
        reason=f"TF-IDF cosine {value:.2f}, threshold {THRESHOLD}; measures topic, decides nothing",
        decides=False,
        value=round(value, 4),
    )
