"""Checks ``number`` and ``unit``: are the claim's figures the evidence's figures, of the same thing?

``number`` sees values in any notation, ranges, bounds, which metric or which part of the sentence a figure belongs to, and
"by", "to" and "from" before it. ``unit`` sees an equal number with another unit (GB and MB, percent and points, mg and g).
Neither can see a figure that must be computed from others, one that only a table holds, or a list of bare figures
("80, 75 and 70, respectively"), which stays unclear.
"""

from __future__ import annotations

import re

from sovereign.language.quantities import dimension
from sovereign.language.words import stem
from sovereign.records import CheckOutcome, Outcome, Quantity, Result

from .number import same_metric, same_value
from .view import Figure, View, view

_NOUN_REACH = 3  # words after a bare number among which the thing that it counts must stand
_PLACING = ("from", "to", "by")
# Units that the language module leaves to us: a number before one of these is no bare count.
_SYMBOL = re.compile(r"[kmcdnpµμMG]?(?:g|m|l|L|mol|M|Hz|eV|V|A|W|J|Pa|N|K|Da|Gy|Sv|Bq|cal|bar)|°?[CF]|mmHg|ppm|ppb|IU|bp|kb|Mb|dB|bpm")
_UNIT_STEMS = frozenset(
    stem(prefix + unit)
    for prefix in ("", "kilo", "milli", "micro", "nano", "pico", "centi", "mega", "giga")
    for unit in "gram meter metre liter litre mole hertz volt ampere watt joule pascal newton kelvin year month week degree "
    "dollar euro mile foot inch pound".split()
)


def check_number(claim: str, evidence: str) -> CheckOutcome:
    """Every figure of the claim must stand in the evidence, for the same thing, and in the same order."""
    mine, theirs = view(claim), view(evidence)
    if not mine.figures:
        return CheckOutcome(check="number", outcome="not_applicable", reason="the claim has no figure")
    against: list[str] = []
    missing: list[str] = []
    places: list[int] = []
    for figure in mine.figures:
        outcome, reason, place = _find(figure, mine, theirs)
        if outcome == "pass":
            places.append(place)
        else:
            (against if outcome == "fail" else missing).append(reason)
    if against:
        return CheckOutcome(check="number", outcome="fail", reason="; ".join(against[:3]))
    if missing:
        return CheckOutcome(check="number", outcome="unclear", reason="; ".join(missing[:3]))
    if not _ordered(mine.figures, places):
        return CheckOutcome(check="number", outcome="unclear", reason="the figures stand in another order")
    found = ", ".join(f.quantity.text for f in mine.figures)
    return CheckOutcome(check="number", outcome="pass", reason=f"all figures found: {found}")


def _find(figure: Figure, mine: View, theirs: View) -> tuple[Outcome, str, int]:
    """Look for one figure of the claim; the place is that of the equal figure among the evidence's."""
    quantity, metric = figure.quantity, _metric(figure.quantity, mine)
    equal = [i for i, f in enumerate(theirs.figures) if _equal(figure, f, mine, theirs)]
    rivals = [f.quantity.text for f in theirs.figures if _rival(figure, f, mine, theirs)]
    if not equal:
        if rivals:
            return "fail", f"{quantity.text} against {', '.join(rivals[:3])}", 0
        return "unclear", f"no figure to hold against {quantity.text}", 0
    fitting = [i for i in equal if same_metric(metric, _metric(theirs.figures[i].quantity, theirs))]
    if not fitting:
        other = _metric(theirs.figures[equal[0]].quantity, theirs)
        return "fail", f"{quantity.text} is a figure of {_plain(other)} there, not of {_plain(metric)}", 0
    placed = [i for i in fitting if _placing(figure, theirs.figures[i], mine, theirs) and _one_ratio(figure, i, mine, theirs)]
    if not placed:
        return "unclear", f"{quantity.text} is meant otherwise there", 0
    best = next((i for i in placed if not _bare(theirs.figures[i], mine, theirs) and _fits(figure, i, mine, theirs)), None)
    if best is None:
        return "unclear", f"{quantity.text} may belong to another thing there", 0
    return "pass", "", best


def _equal(claim: Figure, evidence: Figure, mine: View, theirs: View) -> bool:
    if not same_value(claim.quantity, evidence.quantity) or (claim.strict and not evidence.strict):
        return False
    noun = _noun(claim, mine)
    return claim.quantity.unit != "" or noun is None or noun in _nouns(evidence, theirs)


def _rival(claim: Figure, evidence: Figure, mine: View, theirs: View) -> bool:
    """Another value of the same dimension and metric: what the evidence says instead."""
    a, b = claim.quantity, evidence.quantity
    if dimension(a.unit) != dimension(b.unit) or same_value(a, b):
        return False
    if a.unit == "" and _noun(claim, mine) not in (None, *_nouns(evidence, theirs)):
        return False
    return same_metric(_metric(a, mine), _metric(b, theirs))


def _noun(figure: Figure, seen: View) -> str | None:
    """What a bare number counts, or its unit: the content word right after it."""
    word = seen.words[figure.after] if figure.after < len(seen.words) else None
    if word is None or word.piece != figure.piece or word.way:
        return None
    printed = seen.text[word.start : word.end]
    if _SYMBOL.fullmatch(printed):
        return printed
    return word.stems[0] if word.stems else None


def _nouns(figure: Figure, seen: View) -> tuple[str, ...]:
    first = _noun(figure, seen)
    if first is not None and _is_unit(first):
        return (first,)
    following = seen.words[figure.after : figure.after + _NOUN_REACH]
    return tuple(s for w in following for s in w.stems)


def _is_unit(noun: str) -> bool:
    return bool(_SYMBOL.fullmatch(noun)) or noun in _UNIT_STEMS


def _metric(quantity: Quantity, seen: View) -> str | None:
    return next((r.metric for r in seen.parsed.results if quantity in (r.value, r.comparator_value)), None)


def _plain(metric: str | None) -> str:
    return (metric or "something else").replace("_", " ")


def _before(figure: Figure, seen: View) -> str:
    return seen.words[figure.before].text if figure.before >= 0 else ""


def _placing(claim: Figure, evidence: Figure, mine: View, theirs: View) -> bool:
    """ "By 40 %" is not "to 40 %", and "from 12" is not "to 12"; a figure with none of these may be any but "from"."""
    a, b = _before(claim, mine), _before(evidence, theirs)
    if a == b or a not in _PLACING and b not in _PLACING:
        return True
    if a in _PLACING and b in _PLACING:
        return False
    relative = dimension(claim.quantity.unit) in ("ratio", "points")
    return "from" not in (a, b) and not (relative and "to" in (a, b))


def _one_ratio(claim: Figure, place: int, mine: View, theirs: View) -> bool:
    """40 % of B's memory is 0.4 times it, 40 % less is 0.6 times: where both ratios are known, they must be equal."""
    ours = _ratios(claim.quantity, mine)
    other = _ratios(theirs.figures[place].quantity, theirs)
    if not ours or not other:
        return claim.quantity.unit == theirs.figures[place].quantity.unit or dimension(claim.quantity.unit) != "ratio"
    return any(abs(a - b) <= 0.011 * b or abs(a * b - 1) <= 0.011 for a in ours for b in other)


def _ratios(quantity: Quantity, seen: View) -> list[float]:
    if dimension(quantity.unit) != "ratio":
        return []
    return [r.ratio for r in seen.parsed.results if r.value == quantity and r.ratio]


def _bare(figure: Figure, claim: View, seen: View) -> bool:
    """Whether a figure stands in a list whose members cannot be told: a piece of nothing but figures, or "respectively".

    A claim with the same words in the same order means the same list.
    """
    if [w.stems for w in claim.words] == [w.stems for w in seen.words]:
        return False
    kind = dimension(figure.quantity.unit)
    alone = {f.piece for f in seen.figures if not seen.pieces[f.piece] and dimension(f.quantity.unit) == kind}
    several = sum(dimension(f.quantity.unit) == kind for f in seen.figures) > 1
    return several and ("respectively" in seen.text or any(abs(figure.piece - piece) <= 1 for piece in alone))


def _fits(claim: Figure, place: int, mine: View, theirs: View) -> bool:
    """Whether no other figure of the kind stands among more of the claim's words than the equal one does."""
    figure = theirs.figures[place]
    words = mine.pieces[claim.piece]
    own = theirs.pieces[figure.piece]
    for other in theirs.figures:
        if other.piece != figure.piece and dimension(other.quantity.unit) == dimension(figure.quantity.unit):
            beside = theirs.pieces[other.piece]
            if len(words & (beside - own)) > len(words & (own - beside)):
                return False
    return True


def _ordered(figures: tuple[Figure, ...], places: list[int]) -> bool:
    """Figures of one dimension must come in the same order: "15 GB against 16 GB" is not "16 GB against 15 GB"."""
    for i, first in enumerate(figures):
        for j in range(i + 1, len(figures)):
            if dimension(first.quantity.unit) == dimension(figures[j].quantity.unit) and places[i] > places[j]:
                return False
    return True


def check_unit(claim: str, evidence: str) -> CheckOutcome:
    """An equal number with a unit of another kind or size is another figure."""
    mine, theirs = view(claim), view(evidence)
    wanted = [f for f in mine.figures if f.quantity.unit or _is_unit(_noun(f, mine) or "")]
    if not wanted or not theirs.figures:
        return CheckOutcome(check="unit", outcome="not_applicable", reason="no unit to compare")
    left = [f for f in wanted if not any(_equal(f, g, mine, theirs) for g in theirs.figures)]
    clashes = [
        f"{_shown(f, mine)} against {_shown(g, theirs)}" for f in left for g in theirs.figures if _clash(f, g, mine, theirs)
    ]
    if clashes:
        return CheckOutcome(check="unit", outcome="fail", reason="; ".join(clashes[:3]))
    if left:
        return CheckOutcome(check="unit", outcome="unclear", reason="no figure of that size to compare units with")
    return CheckOutcome(check="unit", outcome="pass", reason="units agree")


def _clash(a: Figure, b: Figure, mine: View, theirs: View) -> bool:
    if a.quantity.value != b.quantity.value:
        return False
    one, other = a.quantity.unit or _noun(a, mine), b.quantity.unit or _noun(b, theirs)
    known = bool(a.quantity.unit and b.quantity.unit) or (_is_unit(one or "") and _is_unit(other or ""))
    return known and one != other


def _shown(figure: Figure, seen: View) -> str:
    return f"{figure.quantity.text} {'' if figure.quantity.unit else _noun(figure, seen) or ''}".strip()
