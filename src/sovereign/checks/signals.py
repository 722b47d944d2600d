"""What a claim and a document have in common, as numbers: what ``graded`` weighs.

Nothing here decides. Shares are of the claim's words, each weighted by how rare it is, so that "mice" counts less than
"rapamycin". Signs are those of words of change, turned by a denial that governs them: "does not increase" is no change.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from sovereign.language.rarity import rarity

from .assertion import strength
from .changes import Change, changes_of, denied_words, opposites_of
from .view import view

_RESULT = re.compile(
    r"\b(?:conclu\w*|results?|findings?|we (?:show|found|find|demonstrate|report|conclude)|suggest\w*|indicat\w*|reveal\w*"
    r"|demonstrat\w*|thus|therefore|these data|significant\w*|associated|p ?[<=])", re.IGNORECASE,
)  # fmt: skip
_ROOT = 5
_ONE_AXIS = frozenset(("amount", "quality", "speed", "length", "sign", "same"))


@lru_cache(maxsize=8192)
def keys_of(text: str) -> frozenset[str]:
    """Every form under which a word of a text may be looked for."""
    seen = view(text)
    found = {k for w in seen.words for k in (*w.keys, *w.stems)} | set(seen.all_stems)
    found |= {a + b for a, b in pairwise([w.text for w in seen.words]) if any(c.isdigit() for c in b) or len(a) < 4}
    return frozenset(found)


@lru_cache(maxsize=8192)
def _roots(text: str) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for key in keys_of(text):
        found.setdefault(key[:_ROOT], set()).add(key)
    return {root: frozenset(v) for root, v in found.items()}


@lru_cache(maxsize=8192)
def terms_of(text: str) -> tuple[str, ...]:
    """Content words of a text, in order: names with digits whole, no words of change."""
    return tuple(dict.fromkeys(k for w in view(text).words for k in w.keys))


def found_in(terms: Iterable[str], text: str) -> frozenset[str]:
    """Those of the terms that stand in a text, in any form of the word."""
    keys, roots = keys_of(text), _roots(text)
    return frozenset(
        t for t in terms if t in keys or (len(t) >= _ROOT and any(_near(t, o) for o in roots.get(t[:_ROOT], ())))
    )


def _near(a: str, b: str) -> bool:
    """Two stems of one root: they share all but the last letters of the longer one."""
    same = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    return same >= max(_ROOT, max(len(a), len(b)) - 4)


def weight(terms: Iterable[str]) -> float:
    return math.fsum(sorted(map(rarity, terms)))


def share(part: Iterable[str], whole: Iterable[str]) -> float:
    return weight(part) / (weight(whole) or 1.0)


@lru_cache(maxsize=8192)
def grams_of(text: str) -> frozenset[str]:
    """Runs of four letters of the content words: they meet where stems do not ("tumorigenic", "tumour")."""
    return frozenset(
        g for w in view(text).words if w.stems for g in (w.text[i : i + 4] for i in range(max(1, len(w.text) - 3)))
    )


def gram_share(claim: str, text: str) -> float:
    mine = grams_of(claim)
    return len(mine & grams_of(text)) / (len(mine) or 1)


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


def shares_of_denial(claim: str, text: str) -> tuple[float, float]:
    """Shares of the claim's words that a sentence denies, and that it states."""
    terms, seen = terms_of(claim), view(text)
    here = found_in(terms, text)
    governed: frozenset[int] = frozenset().union(*denied_words(text))
    keys = {k for i in governed for k in (*seen.words[i].keys, *seen.words[i].stems)}
    free = {k for i, w in enumerate(seen.words) if i not in governed for k in (*w.keys, *w.stems)}
    return share(here & keys, terms), share(here & free, terms)


class Stance(NamedTuple):
    """How a sentence stands to the claim; all are shares of the claim, by how rare its words are, or of its changes."""

    agree: float
    oppose: float
    product: float
    denied: float
    opposite: float
    alike: float
    silent: float


@lru_cache(maxsize=16384)
def stance(claim: str, text: str) -> Stance:
    """Hold the claim's words of change, denials and opposites against those of a sentence."""
    mine, theirs = changes_of(claim), changes_of(text)
    terms = terms_of(claim)
    here = found_in(terms, text)
    agree = oppose = silent = 0.0
    for change in mine:
        scored = [(beside(change, o), o) for o in theirs if o.axis == change.axis or {o.axis, change.axis} <= _ONE_AXIS]
        total = math.fsum(sorted(b * b for b, _ in scored))
        if total <= 0:
            silent += 1
            continue
        same = math.fsum(sorted(b * b for b, o in scored if o.sign == change.sign)) / total
        agree += same
        oppose += 1 - same
    n = len(mine) or 1
    behind, stated = shares_of_denial(claim, text)
    denies = bool(denied_words(claim))
    denied = (stated - behind if behind < 0.15 else 0.0) if denies else behind
    ours, others = opposites_of(claim), opposites_of(text)
    sides = {n for n, side in ours if (n, -side) in others and (n, side) not in others}
    both = {n for n, side in ours if (n, side) in others}
    return Stance(
        agree / n, oppose / n, _product(mine, theirs, here), denied, float(len(sides)), float(len(both)), silent / n
    )


def beside(a: Change, b: Change) -> float:
    shared = a.near.keys() & b.near.keys()
    near = math.fsum(sorted(rarity(k) / (2 + a.near[k] + b.near[k]) for k in shared))
    return (0.1 + near) * (1.0 if a.axis == b.axis or "same" in (a.axis, b.axis) else 0.5)


def _product(mine: Sequence[Change], theirs: Sequence[Change], here: frozenset[str]) -> float:
    """1 where the signs multiply to the same, -1 where not: "low A with low B" is "high A with high B"."""
    close = [c for c in theirs if any(far <= 3 for key, far in c.near.items() if key in here)]
    a, b = math.prod(c.sign for c in mine), math.prod(c.sign for c in close)
    return float(a * b) if mine and close else 0.0


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
