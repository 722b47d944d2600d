"""Pairs of figures: those before a comparison word with those after it, those of one clause with those of the next."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sovereign.records import Result

from .figures import Figure, same_kind, with_unit
from .metrics import only_metric
from .names import core_name
from .results import Context, compare, metrics_for, own_name

_DOING = re.compile(r"^[A-Za-z-]+ing\b.*?\b(?P<prep>with|using|under|via)\s+(?P<name>.+)$")
_WITH = re.compile(r"\bwith\s+(?:only\s+)?$")


def paired(own: Sequence[Figure], other: Sequence[Figure], context: Context) -> list[Result]:
    """Pair figures before and after a comparison word: for each comparator, the k-th figure of a kind with the k-th.

    "scores 80 on T and 75 on U against 78 and 76 for B" pairs 80 with 78 and 75 with 76. One figure of a comparator
    stands against all of the subject's figures of that kind.
    """
    readings = metrics_for(own, context)
    results = []
    for comparator, figures in _by_name(other).items():
        for mine, reading in zip(own, readings, strict=True):
            theirs = _rival(mine, own, figures)
            if theirs is not None and reading is not None:
                value = with_unit(theirs.quantity, mine.quantity)
                subject = _who(mine, theirs, comparator, figures, context)
                results.append(compare(subject, mine, comparator or None, value, reading.metric))
    return results


def _who(mine: Figure, theirs: Figure, comparator: str, figures: Sequence[Figure], context: Context) -> str | None:
    """The subject of a pair: where both sides are named alike ("15 GB *with A* against 16 GB *with B*"), that name."""
    if not comparator:
        return own_name(mine, context.subject)
    if mine.name and any(f.name and f.preposition == mine.preposition != "of" for f in figures):
        return mine.name
    doing = _DOING.match(context.clause.subject)
    if mine.name is None and doing and doing["prep"] == theirs.preposition:
        # "Training with A takes 14 h against 31 h with B"
        return core_name(doing["name"])
    return own_name(mine, context.subject)


def _rival(mine: Figure, own: Sequence[Figure], figures: Sequence[Figure]) -> Figure | None:
    """The comparator's figure for one of the subject's: same kind, same place; a lone figure serves for all."""
    kind = [f for f in own if same_kind(f.quantity, mine.quantity)]
    rivals = [f for f in figures if f.quantity.unit and same_kind(mine.quantity, f.quantity)]
    if not rivals:
        bare = any(f.quantity.unit == "" for f in own)
        if bare and mine.quantity.unit != "":
            return None
        rivals = [f for f in figures if f.quantity.unit == ""]
        if len(figures) == len(own):
            there = figures[own.index(mine)]
            return there if there in rivals else None
        kind = kind if bare else list(own)
    place = kind.index(mine)
    if place < len(rivals):
        return rivals[place]
    return rivals[0] if len(rivals) == 1 and len(figures) == 1 else None


def _by_name(figures: Sequence[Figure]) -> dict[str, list[Figure]]:
    """Figures after a comparison word by the comparator they are tied to; "78 % for B with 2 %" are both of B."""
    groups: dict[str, list[Figure]] = {}
    pending: list[Figure] = []
    name = core_name(figures[0].before)
    name = "" if only_metric(name) else name
    named_before = name != ""
    for figure in figures:
        if groups and not pending and _WITH.search(figure.before):
            groups[name].append(figure)
            continue
        pending.append(figure)
        if figure.name and not named_before:
            name = figure.name
            groups.setdefault(name, []).extend(pending)
            pending = []
    if pending:
        groups.setdefault(name, []).extend(pending)
    return groups


def against_previous(results: list[Result], found: list[Result]) -> list[Result]:
    """ "A needs 780 GB where B needs 48 GB": figures of the second clause become the comparator's of the first.

    Changes ``results`` in place and returns what is left of ``found``.
    """
    left = list(found)
    for i, earlier in enumerate(results):
        later = next((f for f in left if _are_opposed(earlier, f)), None)
        if later is None or earlier.value is None or later.value is None:
            continue
        value = with_unit(later.value, earlier.value)
        both = compare(earlier.subject, Figure(earlier.value), later.subject, value, earlier.metric)
        results[i] = both.model_copy(update={"condition": earlier.condition})
        left.remove(later)
    return left


def _are_opposed(earlier: Result, later: Result) -> bool:
    """Whether two results are one comparison: plain values of one metric, of two things."""
    if earlier.value is None or later.value is None or not same_kind(earlier.value, later.value):
        return False
    plain = all(r.direction is None and r.comparator is None for r in (earlier, later))
    other = later.subject is not None and later.subject != earlier.subject and "alone" not in later.subject
    return plain and other and earlier.metric == later.metric
