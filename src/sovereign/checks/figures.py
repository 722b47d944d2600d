"""Checks ``number`` and ``unit``: are the claim's figures the evidence's figures, of the same thing?

``number`` sees values in any notation, ranges, bounds, which metric or which part of the sentence a figure belongs to,
and "by", "to" and "from" before it. ``unit`` sees an equal number with another unit (GB and MB, percent and points, mg
and g). Neither can see a figure that must be computed from others, one that only a table holds, or a list of bare
figures ("80, 75 and 70, respectively"), which stays unclear.
"""

from __future__ import annotations

from sovereign.language.quantities import dimension
from sovereign.records import CheckOutcome, Outcome, Quantity

from .counted import equal_figure, is_unit, noun_of, nouns_of
from .number import compatible, same_metric
from .outcome import checked
from .printed import misprinted
from .view import Figure, View, view

_PLACING = ("from", "to", "by")


def check_number(claim: str, evidence: str) -> CheckOutcome:
    """Every figure of the claim must stand in the evidence, for the same thing, and in the same order."""
    mine, theirs = view(claim), view(evidence)
    if other := misprinted(claim, (evidence,)):
        return checked("number", "unclear", f"{other} is not printed there so")
    if not mine.figures:
        return checked("number", "not_applicable", "the claim has no figure")
    against: list[str] = []
    missing: list[str] = []
    places: list[int] = []
    for figure in mine.figures:
        outcome, reason, fitting = _find(figure, mine, theirs)
        if outcome == "pass":
            # Two figures of the claim are two figures there, and come in the same order.
            free = [i for i in fitting if i not in places]
            later = [i for i in free if all(i > j for j in places if _one_kind(theirs.figures[i], theirs.figures[j]))]
            if later:
                places.append(later[0])
                continue
            reason = f"{figure.quantity.text} stands in another order there"
        (against if outcome == "fail" else missing).append(reason)
    if against:
        return checked("number", "fail", "; ".join(against[:3]))
    if missing:
        return checked("number", "unclear", "; ".join(missing[:3]))
    found = ", ".join(f.quantity.text for f in mine.figures)
    return checked("number", "pass", f"all figures found: {found}")


def _find(figure: Figure, mine: View, theirs: View) -> tuple[Outcome, str, list[int]]:
    """Look for one figure of the claim; with "pass" come the places of equal figures among the evidence's."""
    printed = figure.quantity.text
    equal = [i for i, f in enumerate(theirs.figures) if equal_figure(figure, f, mine, theirs)]
    if not equal:
        rivals = [f.quantity.text for f in theirs.figures if _rival(figure, f, mine, theirs)]
        if rivals:
            return "fail", f"{printed} against {', '.join(rivals[:3])}", []
        return "unclear", f"no figure to hold against {printed}", []
    listed = {i for i in equal if _bare(theirs.figures[i], mine, theirs)}
    plain = [i for i in equal if i not in listed and _same_words(figure, theirs.figures[i], mine, theirs)]
    if plain:
        return "pass", "", plain
    metric = _metric(figure.quantity, mine)
    fitting = [i for i in equal if same_metric(metric, _metric(theirs.figures[i].quantity, theirs))]
    if not fitting:
        other = _metric(theirs.figures[equal[0]].quantity, theirs)
        return "fail", f"{printed} is a figure of {_plain(other)} there, not of {_plain(metric)}", []
    meant = [i for i in fitting if _placing(figure, theirs.figures[i], mine, theirs)]
    meant = [i for i in meant if _one_ratio(figure, theirs.figures[i], mine, theirs)]
    if not meant:
        return "unclear", f"{printed} is meant otherwise there", []
    own = [i for i in meant if i not in listed and _fits(figure, i, mine, theirs)]
    if not own:
        return "unclear", f"{printed} may belong to another thing there", []
    return "pass", "", own


def _same_words(claim: Figure, evidence: Figure, mine: View, theirs: View) -> bool:
    """Whether all that stands with the claim's figure stands with the evidence's, and no other figure does.

    Then nothing has to be read to know what the figure measures.
    """
    if claim.quantity.unit != evidence.quantity.unit or _before(claim, mine) != _before(evidence, theirs):
        return False
    alone = sum(f.piece == evidence.piece for f in theirs.figures) == 1
    words, ways = _words_of(claim, mine), {w.way for w in mine.words if w.way and w.piece == claim.piece}
    there = {w.way for w in theirs.words if w.way and w.piece == evidence.piece}
    return alone and bool(words) and words <= theirs.pieces[evidence.piece] and ways <= there


def _rival(claim: Figure, evidence: Figure, mine: View, theirs: View) -> bool:
    """Another value of the same dimension and metric: what the evidence says instead."""
    a, b = claim.quantity, evidence.quantity
    if dimension(a.unit) != dimension(b.unit) or compatible(a, b):
        return False
    if a.unit == "" and noun_of(claim, mine) not in (None, *nouns_of(evidence, theirs)):
        return False
    return same_metric(_metric(a, mine), _metric(b, theirs))


def _metric(quantity: Quantity, seen: View) -> str | None:
    return next((r.metric for r in seen.parsed.results if quantity in (r.value, r.comparator_value)), None)


def _plain(metric: str | None) -> str:
    return (metric or "something else").replace("_", " ")


def _before(figure: Figure, seen: View) -> str:
    return seen.words[figure.before].text if figure.before >= 0 else ""


def _placing(claim: Figure, evidence: Figure, mine: View, theirs: View) -> bool:
    """ "By 40 %" is not "to 40 %", and "from 12" is not "to 12"; a figure with none of these may be any but "from"."""
    a, b = _before(claim, mine), _before(evidence, theirs)
    if a == b or (a not in _PLACING and b not in _PLACING):
        return True
    if a in _PLACING and b in _PLACING:
        return False
    relative = dimension(claim.quantity.unit) in ("ratio", "points")
    return "from" not in (a, b) and not (relative and "to" in (a, b))


def _one_ratio(claim: Figure, evidence: Figure, mine: View, theirs: View) -> bool:
    """40 % of B's memory is 0.4 times it, 40 % less is 0.6 times: where both ratios are known, they must be equal."""
    ours, other = _ratios(claim.quantity, mine), _ratios(evidence.quantity, theirs)
    if not ours or not other:
        alike = claim.quantity.unit == evidence.quantity.unit or dimension(claim.quantity.unit) != "ratio"
        return alike or _before(claim, mine) == _before(evidence, theirs) == "by"
    return any(abs(a - b) <= 0.011 * b or abs(a * b - 1) <= 0.011 for a in ours for b in other)


def _ratios(quantity: Quantity, seen: View) -> list[float]:
    if dimension(quantity.unit) != "ratio":
        return []
    return [r.ratio for r in seen.parsed.results if r.value == quantity and r.ratio]


def _bare(figure: Figure, claim: View, seen: View) -> bool:
    """Whether a figure stands in a list whose members cannot be told: a piece of only figures, or "respectively".

    A claim with the same words in the same order means the same list.
    """
    if [w.stems for w in claim.words] == [w.stems for w in seen.words]:
        return False
    kind = dimension(figure.quantity.unit)
    alone = {f.piece for f in seen.figures if not seen.pieces[f.piece] and dimension(f.quantity.unit) == kind}
    several = sum(dimension(f.quantity.unit) == kind for f in seen.figures) > 1
    return several and ("respectively" in seen.text or any(abs(figure.piece - piece) <= 1 for piece in alone))


def _fits(claim: Figure, place: int, mine: View, theirs: View) -> bool:
    """Whether the figure stands among the claim's words: not when some of them stand with another figure instead."""
    figure = theirs.figures[place]
    own = theirs.pieces[figure.piece]
    words = _words_of(claim, mine)
    metric = _metric(figure.quantity, theirs)
    ending = {s for w in theirs.words[figure.after :] if w.piece == figure.piece for s in w.stems}
    for other in theirs.figures:
        if other.piece == figure.piece or not (other.quantity.unit == "" or _one_kind(other, figure)):
            continue
        # "memory by 40 % and latency by 30 % in training": the metric says whose figure it is, and the end is of both.
        told_apart = metric is not None and _metric(other.quantity, theirs) not in (None, metric)
        if told_apart and metric == _metric(claim.quantity, mine) and ending <= words:
            continue
        beside = theirs.pieces[other.piece]
        if words & (beside - own) and (own - beside) - words:
            return False
    return True


def _words_of(figure: Figure, seen: View) -> frozenset[str]:
    """Words that a figure stands with. The only one of its kind owns all: "On B, it needs 5 ms" ties the 5 ms to B."""
    alone = sum(_one_kind(f, figure) for f in seen.figures) == 1
    return frozenset[str]().union(*seen.pieces) if alone else seen.pieces[figure.piece]


def _one_kind(a: Figure, b: Figure) -> bool:
    return dimension(a.quantity.unit) == dimension(b.quantity.unit)


def check_unit(claim: str, evidence: str) -> CheckOutcome:
    """An equal number with a unit of another kind or size is another figure."""
    mine, theirs = view(claim), view(evidence)
    wanted = [f for f in mine.figures if f.quantity.unit or is_unit(noun_of(f, mine) or "")]
    if not wanted or not theirs.figures:
        return checked("unit", "not_applicable", "no unit to compare")
    left = [f for f in wanted if not any(equal_figure(f, g, mine, theirs) for g in theirs.figures)]
    clashes = [
        f"{_shown(f, mine)} against {_shown(g, theirs)}"
        for f in left
        for g in theirs.figures
        if _clash(f, g, mine, theirs)
    ]
    if clashes:
        return checked("unit", "fail", "; ".join(clashes[:3]))
    if left:
        return checked("unit", "unclear", "no figure of that size to compare units with")
    return checked("unit", "pass", "units agree")


def _clash(a: Figure, b: Figure, mine: View, theirs: View) -> bool:
    if a.quantity.value != b.quantity.value:
        return False
    one, other = a.quantity.unit or noun_of(a, mine), b.quantity.unit or noun_of(b, theirs)
    known = bool(a.quantity.unit and b.quantity.unit) or (is_unit(one or "") and is_unit(other or ""))
    return known and one != other


def _shown(figure: Figure, seen: View) -> str:
    return f"{figure.quantity.text} {'' if figure.quantity.unit else noun_of(figure, seen) or ''}".strip()
