"""What changed between the claims of two versions of one work: figures, directions, scopes, arguments, and what only one says.

Claims are laid side by side: sentences by their words, figures by what they measure.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Literal, NamedTuple

from sovereign.checks import setting_differences
from sovereign.language.changes import way_of
from sovereign.language.quantities import find_quantities
from sovereign.language.stance import sides_of
from sovereign.language.words import content_stems, normalize, tokens
from sovereign.records import Claim, Quantity, Result

from ..wording import series
from .places import turned_place
from .works import jaccard

Kind = Literal["figure", "direction", "scope", "argument", "only"]
ALIGNED = 0.5  # overlap (Jaccard) of content words from which two sentences are one statement, reworded
REWORDED = 0.3  # the same where both speak of one metric
SAME_METRIC = 0.1  # the same where both give a change of one metric
MOST = 300  # claims of a version that are compared with each of the other's

_PHASES = {"training": re.compile(r"\btrain(?:ing|ed)?\b(?!\s+(?:data|set))", re.IGNORECASE), "inference": re.compile(r"\binference\b|\bdecoding\b|\bserving\b", re.IGNORECASE)}  # fmt: skip
_NOT = ("in", "un", "im", "non", "non-", "dis")  # before a word, they deny it
_DENIED = re.compile(r"\b(?:not|no|never|cannot|without|fails? to)\b", re.IGNORECASE)


class Change(NamedTuple):
    """One change: the claims of the older and of the newer version (None where it has none), and what changed in words."""

    kind: Kind
    older: Claim | None
    newer: Claim | None
    metric: str
    why: str


def changes(older: Sequence[Claim], newer: Sequence[Claim]) -> tuple[Change, ...]:
    """Every change between the claims of two versions, the figures first; nothing for equal claims.

    Of claims that the other version does not make in the same words, the first :data:`MOST` are compared. Where there are more, nothing
    is said of what only one version makes: its like may be among those that were left out.
    """
    said = {_folded(c.text) for c in older} & {_folded(c.text) for c in newer}
    first, then = ([c for c in claims if _folded(c.text) not in said] for claims in (older, newer))
    a, b = first[:MOST], then[:MOST]
    pairs = _aligned(a, b)
    found = [*_figures(a, b, pairs)]
    for one, other in pairs:
        found += _statement(one, other, [c for c in found if c.older is one or c.newer is other])
    found += _arguments(a, b, pairs)
    taken = {id(c) for pair in pairs for c in pair} | {id(c) for f in found for c in (f.older, f.newer)}
    if len(first) <= MOST and len(then) <= MOST:
        gone, come = ([c for c in claims if id(c) not in taken and _states(c)] for claims in (a, b))
        found += [Change("only", c, None, c.metric or "", "only the earlier version says so") for c in gone]
        found += [Change("only", None, c, c.metric or "", "only the later version says so") for c in come]
    return tuple(sorted(found, key=lambda c: _ORDER.index(c.kind)))


_ORDER: tuple[Kind, ...] = ("figure", "direction", "argument", "scope", "only")


def _folded(text: str) -> str:
    """A sentence as it is compared: "40 %", "40%" and "40 percent" are one."""
    return " ".join(re.sub(r"\s*(?:%|\bper\s?cent\b)", "%", normalize(text)).casefold().split())


def _states(claim: Claim) -> bool:
    """Whether a claim gives a figure or a comparison; what else only one version says is wording."""
    return any(r.value or r.direction for r in claim.results) or bool(find_quantities(normalize(claim.text)))


def _aligned(older: Sequence[Claim], newer: Sequence[Claim]) -> list[tuple[Claim, Claim]]:
    """Claims that say one thing in two wordings, each once, the most alike first; of one sentence, those of one metric."""
    stems = {c.text: content_stems(c.text) for c in (*older, *newer)}
    scored = [
        (jaccard(stems[a.text], stems[b.text]), a.metric == b.metric, n, m)
        for (n, a), (m, b) in product(enumerate(older), enumerate(newer))
    ]
    pairs, left, right = [], set[int](), set[int]()
    for score, _, n, m in sorted(scored, key=lambda s: (-s[0], not s[1], s[2], s[3])):
        one_metric = older[n].metric is not None and older[n].metric == newer[m].metric
        if score >= (REWORDED if one_metric else ALIGNED) and n not in left and m not in right:
            pairs.append((older[n], newer[m]))
            left.add(n)
            right.add(m)
    return pairs


def _figures(older: Sequence[Claim], newer: Sequence[Claim], pairs: Sequence[tuple[Claim, Claim]]) -> Iterator[Change]:
    """Figures of one metric that are not the same: in one statement, or changes of the work's own in two."""
    done: set[tuple[str, str]] = set()
    for a, b in pairs:
        for x, y in _unequal(a.text, b.text):
            if (key := (f"{a.quote.start} {x.text}", f"{b.quote.start} {y.text}")) not in done:
                done.add(key)
                was, now = _stating(x, a, older), _stating(y, b, newer)
                metric = was.metric or now.metric or ""
                yield Change("figure", was, now, metric, f"{x.text} became {y.text}{_scope(was, now)}")
    paired = {id(c) for pair in pairs for c in pair}
    rest = [[c for c in claims if id(c) not in paired] for claims in (older, newer)]
    for a, b in product(*rest):
        mine, theirs = (next((r for r in c.results if _own_change(r)), None) for c in (a, b))
        if not mine or not theirs or not mine.value or not theirs.value or mine.metric != theirs.metric:
            continue
        if mine.direction != theirs.direction or mine.value.unit != theirs.value.unit:
            continue
        if (
            jaccard(content_stems(a.text), content_stems(b.text)) >= SAME_METRIC
            and mine.value.value != theirs.value.value
        ):
            said = f"{mine.value.text} became {theirs.value.text}{_scope(a, b)}"
            yield Change("figure", a, b, mine.metric or "", said)


def _stating(figure: Quantity, claim: Claim, claims: Sequence[Claim]) -> Claim:
    """Of the claims of one sentence, one for each metric, the one that gives a figure."""
    same = (c for c in claims if (c.quote.text_hash, c.quote.start) == (claim.quote.text_hash, claim.quote.start))
    giving = (c for c in same if any(r.value and r.value.value == figure.value for r in c.results))
    return next(giving, claim)


def _own_change(result: Result) -> bool:
    return result.ratio is not None and result.direction is not None and result.comparator in (None, "before")


def _unequal(one: str, other: str) -> list[tuple[Quantity, Quantity]]:
    """Figures of one unit that stand in the same order in two wordings of one statement, and differ."""
    found = []
    for mine, theirs in _by_unit(one, other):
        left, right = (Counter((q.value, q.upper) for q in figures) for figures in (mine, theirs))
        gone = [q for q in mine if (q.value, q.upper) in left - right]
        come = [q for q in theirs if (q.value, q.upper) in right - left]
        found += list(zip(gone, come, strict=False))
    return found


def _by_unit(one: str, other: str) -> Iterator[tuple[list[Quantity], list[Quantity]]]:
    mine, theirs = ([m.quantity for m in find_quantities(normalize(t))] for t in (one, other))
    for unit in dict.fromkeys(q.unit for q in mine):
        yield [q for q in mine if q.unit == unit], [q for q in theirs if q.unit == unit]


def _phases(text: str) -> frozenset[str]:
    return frozenset(name for name, pattern in _PHASES.items() if pattern.search(text))


def _scope(a: Claim, b: Claim) -> str:
    """What differs in scope between two claims, to be said after their figures."""
    one, two = _phases(a.text), _phases(b.text)
    if one == two or not (one or two):
        return ""
    return f"; the earlier version speaks of {_phased(one)}, the later of {_phased(two)}"


def _phased(phases: frozenset[str]) -> str:
    if not phases:
        return "no phase"
    return series(sorted(phases, reverse=True)) + (" only" if len(phases) == 1 else "")


def _statement(a: Claim, b: Claim, figures: Sequence[Change]) -> Iterator[Change]:
    """A direction, scope or denial that changed between two wordings of one statement."""
    gone, come = _replaced(a.text, b.text)
    metric = a.metric or b.metric or ""
    if turned := next(((x, y) for x, y in product(gone, come) if _opposite(x, y)), None):
        yield Change("direction", a, b, metric, f"“{turned[0]}” became “{turned[1]}”")
    elif (
        bool(_DENIED.search(a.text)) != bool(_DENIED.search(b.text)) and jaccard(tokens(a.text), tokens(b.text)) >= 0.8
    ):
        yield Change("direction", a, b, metric, "one version denies what the other says")
    if not figures:
        # A condition that opens the sentence, quoted whole, may be wording.
        apart = [d for d in setting_differences(a.text, b.text) if not d.startswith("“")]
        scope = _scope(a, b).removeprefix("; ")
        if apart or scope:
            yield Change("scope", a, b, metric, scope or f"another setting: {'; '.join(apart)}")


def _replaced(one: str, other: str) -> tuple[list[str], list[str]]:
    """Words that only one of two texts has, in order."""
    mine, theirs = tokens(normalize(one)), tokens(normalize(other))
    left, right = Counter(mine), Counter(theirs)
    return list((left - right).elements()), list((right - left).elements())


def _opposite(one: str, other: str) -> bool:
    """Whether one word is the other's opposite: by the tables of change and stance, or denied by its first letters."""
    denied = any(f"{p}{one}" == other or f"{p}{other}" == one for p in _NOT)
    theirs = sides_of(other)
    turned = any((n, -sign) in theirs for n, sign in sides_of(one))
    return denied or turned or {way_of(one), way_of(other)} in ({"increase", "decrease"}, {"better", "worse"})


def _arguments(
    older: Sequence[Claim], newer: Sequence[Claim], pairs: Sequence[tuple[Claim, Claim]]
) -> Iterator[Change]:
    """Statements on other places of one thing: higher layers in one version, middle layers in the other.

    A claim that has its like in the other version is compared with that alone.
    """
    paired = {id(c) for pair in pairs for c in pair}
    rest = ([c for c in claims if id(c) not in paired] for claims in (older, newer))
    seen: set[tuple[int, int]] = set()
    for a, b in (*pairs, *product(*rest)):
        place = a.quote.start, b.quote.start
        if place not in seen and (turned := turned_place(a.text, b.text)):
            seen.add(place)
            yield Change("argument", a, b, a.metric or b.metric or "", f"“{turned[0]}” became “{turned[1]}”")
