"""What a claim and a document have in common, as numbers: what ``graded`` weighs.

Nothing here decides. Shares are of the claim's words, each weighted by how rare it is, so that "mice" counts less than
"rapamycin". Signs are those of words of change, turned by a denial that governs them: "does not increase" is no change.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from sovereign.language.rarity import rarity

from .assertion import strength
from .changes import changes_of, denied_words
from .overlap import found_in, gram_share, share, terms_of
from .stance import Stance, stance
from .view import view

_RESULT = re.compile(
    r"\b(?:conclu\w*|results?|findings?|we (?:show|found|find|demonstrate|report|conclude)|suggest\w*|indicat\w*|reveal\w*"
    r"|demonstrat\w*|thus|therefore|these data|significant\w*|associated|p ?[<=])", re.IGNORECASE,
)  # fmt: skip


@lru_cache(maxsize=256)
def _covers(claim: str, sentences: tuple[str, ...]) -> tuple[tuple[float, float, float], ...]:
    """Per sentence: share of the claim's words, the same with words weighted by how few sentences hold them, and of grams."""
    mine = terms_of(claim)
    found = [found_in(mine, s) for s in sentences]
    counts = {t: sum(t in f for f in found) for t in mine}
    special = {t: rarity(t) * math.log1p(len(sentences) / n) for t, n in counts.items() if n}
    total = math.fsum(sorted(special.values())) or 1.0
    return tuple(
        (share(f, mine), math.fsum(sorted(special[t] for t in f)) / total, gram_share(claim, s))
        for f, s in zip(found, sentences, strict=True)
    )


_CONCLUSION = re.compile(
    r"\b(?:conclu\w*|in summary|taken together|thus|therefore|these (?:results|findings|data)|our (?:results|findings|data)|we (?:conclude|show|found|find|demonstrate))\b",
    re.IGNORECASE,
)
_METHOD = re.compile(
    r"\b(?:methods?|design|setting|participants|we (?:used|performed|conducted|measured|analy[sz]ed|investigated|examined|studied|assessed|evaluated|searched|enrolled)|were (?:randomi[sz]ed|randomly|measured|assessed|included|enrolled|searched|collected|performed)|background|objectives?|context|main outcome|data sources)\b",
    re.IGNORECASE,
)


def sentence_signals(claim: str, sentences: Sequence[str], index: int, context: str) -> list[float]:
    """One sentence as a place where the claim may be decided; names in ``SENTENCE``."""
    text = sentences[index]
    mine, theirs = terms_of(claim), terms_of(text)
    here = found_in(mine, text)
    whole = found_in(mine, context) | here
    two, other = set(pairwise(mine)), [set(theirs[i : i + 4]) for i in range(len(theirs))]
    near = sum(any({a, b} <= window for window in other) for a, b in two) / len(two) if two else 0.0
    how = strength(text)
    place = index / max(1, len(sentences) - 1)
    covered = share(here, mine)
    figures = {f.quantity.value for f in view(claim).figures}
    there = {f.quantity.value for f in view(text).figures}
    ways = changes_of(claim)
    covers = _covers(claim, tuple(sentences))
    most = [max(column) or 1.0 for column in zip(*covers, strict=True)]
    own = stance(claim, text)
    around = [covers[i][0] for i in (index - 1, index + 1) if 0 <= i < len(covers)]
    return [
        covers[index][1],
        covers[index][2],
        *(value / top for value, top in zip(covers[index], most, strict=True)),
        float(sum(c[0] > covers[index][0] for c in covers)) / len(covers),
        max(around, default=0.0),
        float(bool(_CONCLUSION.search(text))),
        float(bool(_METHOD.search(text))),
        own.agree + own.oppose,
        float(bool(view(text).figures)),
        covered,
        covered * covered,
        share(whole, mine),
        share(found_in(theirs, claim), theirs),
        near,
        float(len(here)),
        math.log1p(len(theirs)),
        place,
        float(index == 0),
        float(index == len(sentences) - 1),
        float(bool(_RESULT.search(text))),
        float(how.aim),
        float(how.hedged),
        len(figures & there) / len(figures) if figures else 0.0,
        float(bool(ways) and bool(changes_of(text))),
        float(bool(ways) and any(w.near.keys() & here for w in changes_of(text))),
        float(bool(denied_words(claim)) and bool(denied_words(text))),
    ]


SENTENCE = (
    "special", "grams", "covered_relative", "special_relative", "grams_relative", "better", "around", "conclusion", "method",
    "changes_met", "has_figures",
    "covered", "covered_squared", "covered_with_context", "held", "neighbours", "count", "length", "place", "first",
    "last", "result", "aim", "hedged", "figures", "changes", "changes_near", "denials",
)  # fmt: skip


PAIR_TOPIC = (
    "rank1", "rank2", "rank3", "whole", "near", "two", "title", "missing", "subject", "object", "neighbours",
    "count", "figures_found", "figures_missing", "aim", "hedged", "whole2", "sentences", "changes_met", "evenness", "grams_top", "grams_three", "grams_all", "special_top",
)  # fmt: skip
PAIR_STANCE = (
    *(f"{n}1" for n in Stance._fields), *(f"{n}3" for n in Stance._fields), *(f"{n}_all" for n in Stance._fields),
    "denies", "changes", "denies_here", "near", "rank1", "whole", "hedged", "figures_missing", "absolute", "figures_other",
)  # fmt: skip


def pair_signals(
    claim: str, title: str, sentences: Sequence[str], ranked: Sequence[tuple[float, int]]
) -> tuple[list[float], list[float]]:
    """What bears on the claim, and which way; ``ranked`` are scores and indices of the sentences, best first."""
    mine = terms_of(claim)
    scores = [s for s, _ in ranked[:3]] + [0.0] * 3
    best = [sentences[i] for _, i in ranked[:3]]
    top = best[0]
    everything = " ".join([title, *sentences])
    whole = found_in(mine, everything)
    near, two = found_in(mine, top), found_in(mine, " ".join(best[:2]))
    missing = max((rarity(t) for t in mine if t not in whole), default=0.0)
    half = max(1, len(mine) // 2)
    theirs = terms_of(top)
    windows = [set(theirs[i : i + 4]) for i in range(len(theirs))]
    pairs = set(pairwise(mine))
    neighbours = sum(any({a, b} <= w for w in windows) for a, b in pairs) / len(pairs) if pairs else 0.0
    figures = {f.quantity.value for f in view(claim).figures}
    there = {f.quantity.value for text in best for f in view(text).figures}
    how = strength(top)
    stances = [stance(claim, text) for text in best]
    relevance = [
        *scores[:3],
        share(whole, mine),
        share(near, mine),
        share(two, mine),
        share(found_in(mine, title), mine),
        missing,
        share(found_in(mine[:half], " ".join(best)), mine[:half]),
        share(found_in(mine[half:], " ".join(best)), mine[half:]),
        neighbours,
        math.log1p(len(mine)),
        float(bool(figures & there)),
        float(bool(figures - there)),
        float(how.aim),
        float(how.hedged),
        share(whole, mine) ** 2,
        math.log1p(len(sentences)),
        max((s.agree + s.oppose for s in stances), default=0.0),
        scores[1] / (scores[0] + 0.01),
        gram_share(claim, top),
        gram_share(claim, " ".join(best)),
        gram_share(claim, everything),
        _covers(claim, tuple(sentences))[ranked[0][1]][1],
    ]
    # Sentences weigh by their rank, and the last ones hardly at all.
    weights = [(s + 0.02) ** 2 for s, _ in ranked]
    total = math.fsum(sorted(weights))
    rows = [stance(claim, sentences[i]) for _, i in ranked]
    covered = share(near, mine)
    three = math.fsum(sorted(weights[:3]))
    mixed = [
        math.fsum(w * v for w, v in zip(weights[:3], column, strict=False)) / three
        for column in zip(*rows[:3], strict=True)
    ]
    mean = [
        math.fsum(w * v for w, v in zip(weights, column, strict=True)) / total for column in zip(*rows, strict=True)
    ]
    absolute = strength(claim).absolute - frozenset().union(*(strength(t).absolute for t in best))
    dims = {f.quantity.unit for f in view(claim).figures}
    which = [
        *stances[0],
        *mixed,
        *mean,
        float(bool(denied_words(claim))),
        float(bool(changes_of(claim))),
        float(bool(denied_words(top))) * covered,
        covered,
        scores[0],
        share(whole, mine),
        float(how.hedged),
        float(bool(figures - there)),
        float(bool(absolute)),
        float(bool(figures - there) and any(f.quantity.unit in dims for f in view(top).figures)),
    ]
    return relevance, which
