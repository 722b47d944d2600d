"""Statements about one pair of things that do not go together: opposite ways, no difference against one, or sizes far apart."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

from sovereign.records import DisagreementType

from .protocol import Typing, typed
from .statements import Statement

BASELINES, TWICE = "baselines", "told twice"  # what stands in ``about`` where there is no second thing
CLEAR = 1.1  # a cost this many times another contradicts "the same"
CLEAR_QUALITY = 1.02
NAMED = 4  # differences that are said
FAR = 3.0  # an extra of 30 % and one of 10 % are far apart
_ORDER: tuple[DisagreementType, ...] = (
    "different_version", "different_baseline", "different_setting", "not_comparable", "real_disagreement", "own_work",
)  # fmt: skip


@dataclass(frozen=True)
class Found:
    """Sides that disagree, as groups of statements, with the types of all pairs across them."""

    about: tuple[str, str, str]
    kind: Literal["direction", "magnitude", "level"]
    sides: tuple[tuple[Statement, ...], ...]
    pairs: tuple[Typing, ...]

    @property
    def works(self) -> frozenset[str]:
        """The works on all sides."""
        return frozenset(s.work for side in self.sides for s in side)


def comparisons(found: Iterable[Statement]) -> Iterator[Found]:
    """Disagreements on one pair of things and one aspect, between works."""
    groups: dict[tuple[str, str, str], list[Statement]] = {}
    for statement in found:
        for turned in _about(statement):
            groups.setdefault(turned[0], []).append(turned[1])
    for about, group in groups.items():
        yield from _opposed(about, group)
        yield from _far(about, group)


def _about(s: Statement) -> Iterator[tuple[tuple[str, str, str], Statement]]:
    """A statement under each pair of keys, in the order of the alphabet, turned where that needs it."""
    seen = set()
    # How good one method of a kind is says nothing of another; what the kind costs may.
    classes = s.classes if s.aspect != "quality" else ()
    for one in (*s.things, *(f"[{c}]" for c in classes)):
        for other in s.others:
            if one.strip("[]") != other and (one, other) not in seen:
                seen.add((one, other))
                first, second = sorted((one, other), key=lambda k: k.strip("[]"))
                # The key stays as the sentence puts it; under a kind the methods differ, and it says so.
                method = s.key.method if one.startswith("[") else one
                meant = replace(s, key=s.key.model_copy(update={"method": method, "comparator": other}))
                yield (s.aspect, first, second), (meant if first == one else turned(meant))


def turned(s: Statement) -> Statement:
    """The same comparison seen from the other side."""
    return replace(s, sign=-s.sign, ratio=1 / s.ratio if s.ratio else None, things=s.others, others=s.things)


def _opposed(about: tuple[str, str, str], group: Sequence[Statement]) -> Iterator[Found]:
    """At least two works on opposite sides; works that see no difference stand between."""
    kept, pairs = clashing(group, _contrary)
    by_sign = {sign: tuple(s for s in kept if s.sign == sign) for sign in (1, 0, -1)}
    sides = tuple(side for side in by_sign.values() if side)
    if len(sides) > 1:
        yield Found(about, "direction", sides, pairs)


def _contrary(a: Statement, b: Statement) -> bool:
    if a.sign == b.sign:
        return False
    if a.sign and b.sign:
        return True
    other = a if a.sign else b
    clear = math.log(CLEAR_QUALITY if other.aspect == "quality" else CLEAR)
    return other.ratio is None or abs(math.log(other.ratio)) >= clear


def _far(about: tuple[str, str, str], group: Sequence[Statement]) -> Iterator[Found]:
    """Costs that go one way, but by amounts far apart; how far one accuracy is above another is the data's matter."""
    for sign in (1, -1):
        same = [s for s in group if s.sign == sign and s.ratio and s.aspect != "quality"]
        kept, pairs = clashing(same, lambda a, b: excess(a, b) >= FAR, own=True)
        if len(kept) > 1:
            yield Found(about, "magnitude", split(kept, extra), pairs)


def extra(s: Statement) -> float:
    """How much more the larger of the two takes: 0.3 for "30 % more" and for "23 % less" alike."""
    ratio = s.ratio or 1.0
    return max(ratio, 1 / ratio) - 1


def excess(a: Statement, b: Statement) -> float:
    """How many times larger the extra of one is than that of the other."""
    one, two = extra(a), extra(b)
    return max(one, two) / min(one, two) if min(one, two) > 0.001 else 0.0


def split(kept: Sequence[Statement], size: Callable[[Statement], float]) -> tuple[tuple[Statement, ...], ...]:
    """Two sides, small and large, cut at the widest gap between their sizes."""
    ordered = sorted(kept, key=size)
    at = max(range(1, len(ordered)), key=lambda n: size(ordered[n]) / size(ordered[n - 1]))
    return tuple(ordered[:at]), tuple(ordered[at:])


def clashing(
    group: Sequence[Statement], contrary: Callable[[Statement, Statement], bool], own: bool = False
) -> tuple[list[Statement], tuple[Typing, ...]]:
    """Statements that clash with one of another work in the same phase, and what their keys say of each such pair.

    With ``own``, a work whose own figures clash in settings that it names joins in: then the setting may be why works clash.
    """
    kept: dict[int, Statement] = {}
    pairs: list[Typing] = []
    inside: list[tuple[Statement, Statement, Typing]] = []
    for a, b in combinations(group, 2):
        if not contrary(a, b) or (a.phase and b.phase and a.phase != b.phase):
            continue
        if a.work == b.work:
            if own and (said := typed(a.key, b.key)).apart:
                inside.append((a, b, said))
            continue
        if a.claim.quote.text == b.claim.quote.text and not (a.told or b.told):
            continue
        kept |= {id(a): a, id(b): b}
        pairs.append(_versions(a, b) or typed(a.key, b.key))
    for a, b, said in inside:
        if id(a) in kept or id(b) in kept:
            kept |= {id(a): a, id(b): b}
            pairs.append(said)
    return [s for s in group if id(s) in kept], tuple(pairs)


def _versions(a: Statement, b: Statement) -> Typing | None:
    """Whether two works are versions of one: then that is why they differ."""
    return (
        Typing("different_version", ("versions of one work",))
        if _apart(a, b) and a.title and a.title == b.title
        else None
    )


def _apart(a: Statement, b: Statement) -> bool:
    return a.claim.quote.source_id != b.claim.quote.source_id


def type_of(pairs: Sequence[Typing]) -> Typing:
    """The type of a group: real where a pair shares its protocol; else what explains at least half of the pairs; else real.

    Pairs that may not be compared say nothing where others may.
    """
    pairs = [p for p in pairs if p.type != "not_comparable"] or pairs
    if shared := next((p for p in pairs if p.shared), None):
        return shared
    told = Counter(p.type for p in pairs if p.apart)
    if not told or sum(told.values()) * 2 < len(pairs):
        return next(p for p in pairs if not p.apart)
    best = max(told, key=lambda t: (told[t], -_ORDER.index(t)))
    # What is named most often is said first, each kind of difference once.
    texts = Counter(text for p in sorted(pairs, key=lambda p: p.type != best) for text in p.apart)
    named: dict[str, str] = {}
    for text, _ in texts.most_common():
        named.setdefault(text.split()[0], text)
    first = [t for p in pairs if p.type == best for t in p.apart if t in named.values()]
    return Typing(best, tuple(dict.fromkeys([*first, *named.values()]))[:NAMED])


def other_baselines(found: Iterable[Statement]) -> Iterator[Found]:
    """What a kind of method costs, told by works that hold it against different things, and far apart."""
    groups: dict[tuple[str, str, str | None], list[Statement]] = {}
    for s in found:
        for kind in s.classes if s.sign == -1 and s.ratio and s.aspect != "quality" else ():
            groups.setdefault((s.aspect, kind, s.phase), []).append(s)
    for (aspect, kind, _), group in groups.items():
        kept, pairs = clashing(group, lambda a, b: a.others[0] != b.others[0] and excess(a, b) >= FAR)
        if len(kept) > 1:
            sides: dict[str, list[Statement]] = {}
            for s in kept:
                sides.setdefault(s.others[0], []).append(s)
            yield Found((aspect, f"[{kind}]", BASELINES), "magnitude", tuple(map(tuple, sides.values())), pairs)
