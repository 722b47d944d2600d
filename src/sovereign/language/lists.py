"""Figures without a second one to hold against: differences, shares, and lists of named values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from sovereign.records import Direction, Result

from .comparators import beaten, comparator_name, compared_with
from .figures import Figure, same_kind, with_unit
from .metrics import Naming, naming, noun_phrase
from .names import core_name
from .quantities import base_value
from .results import Context, compare, condition_of, metric_for, metrics_for, own_name, relation, resolve
from .words import any_of, stems

_WORDS = r"^\s*(?:[\w/-]+\s+){0,4}?"
# "a 3.5 times increase" may mean 3.5 or 4.5 times as much; "25 % faster" may mean 0.8 or 0.75 of the time.
_AMBIGUOUS = re.compile(
    rf"{_WORDS}{any_of('increases? decreases? reductions? improvements? gains? overheads? savings? drops? boosts?')}\b"
)
_FASTER = re.compile(rf"{_WORDS}{any_of('faster slower quicker speed-?ups? slow-?downs? accelerations?')}\b")
_FACTOR = re.compile(r"\b(?:of|by|ratio|factor|(?<!up )to|is|was|reach\w*)\s+(?:up to |about |around |over )?$")
_OF_THE = re.compile(r"\s*of\s+(?:the\s+)?")
_OF_VALUES = re.compile(r"^\s*of\s+(?:the\s+)?(?P<name>[^,;]+?)\s+(?:figures?|values?|numbers?)\b")
_NOT_OF = re.compile(r"\b(?:gap|difference|loss)\w*$")
_JOINT = re.compile(r",|\band\b")
_BOUND_END = re.compile(r"\s*(?:up to|about|at most|over|more than|only|nearly)\s*$")
_CONDITION = re.compile(r"(?:with|without|using|after|before|at|on|in|for)\b")
_FUNCTION = re.compile(r"(?:of|by|to|from|than|over|as|per|up|about|only|and|or|a|an)\b")


def listed(own: Sequence[Figure], comparator: str | None, context: Context) -> list[Result]:
    """Results of figures that stand alone; ``comparator`` is what the clause compares with, if it says so.

    "41 GB with A and 21 GB with B" compares B with A; "12 GB of gradients" names a part and compares nothing.
    """
    results: list[Result] = []
    bases: list[Figure] = []
    names = {f.name for f in own if _is_named(f)}
    for i, (figure, reading) in enumerate(zip(own, metrics_for(own, context), strict=True)):
        if figure.starts or (figure.quantity.unit == "x" and figure.plain and not _FACTOR.search(figure.before)):
            continue
        if figure.share and i + 1 < len(own) and _OF_THE.fullmatch(figure.after):
            return _one_comparator(results + _share_of_next(figure, own[i + 1], context, results))
        if figure.share:
            results += _share(figure, reading, results, comparator, context)
        elif reading and not figure.plain:
            if not any(r.comparator_value for r in results) or compared_with(figure):
                results.append(_difference(figure, i, own, reading, comparator, context))
        elif reading:
            base = next((b for b in bases if same_kind(b.quantity, figure.quantity)), None)
            in_list = len(names) > 1 and _is_named(figure)
            if base and in_list:
                results.append(compare(figure.name, figure, base.name, base.quantity, reading.metric))
                continue
            if _is_named(figure):
                bases.append(figure)
            who, condition = (figure.name, None) if in_list else _gapped(figure, i, own, context)
            condition = condition or condition_of(figure.after)
            value = Result(subject=who, metric=reading.metric, value=figure.quantity, condition=condition)
            results.append(value.model_copy(update={"comparator": comparator}))
    return _one_comparator(results)


def _is_named(figure: Figure) -> bool:
    """Whether a figure has a name that can be a subject: "41 GB with A", but not "12 GB of gradients"."""
    return figure.name is not None and figure.preposition != "of"


def _one_comparator(results: list[Result]) -> list[Result]:
    """ "by 4 times on T and by 5 times on U over B": the one comparator of a list of differences is that of all."""
    relative = [r for r in results if r.direction and r.value and r.value.unit in ("%", "x", "points")]
    names = {r.comparator for r in relative if r.comparator}
    if len(names) != 1:
        return results
    (name,) = names
    return [r.model_copy(update={"comparator": name}) if r in relative and not r.comparator else r for r in results]


def _gapped(figure: Figure, i: int, own: Sequence[Figure], context: Context) -> tuple[str | None, str | None]:
    """Subject and condition of a figure: "A takes 26 MB, *B* 567 MB and *with C* 31 MB" leaves its verb out."""
    default = own_name(figure, context.subject)
    if i == 0 or not same_kind(figure.quantity, own[i - 1].quantity) or not _JOINT.search(figure.before):
        return default, None
    words = _BOUND_END.sub("", re.split(r",|\band\b", figure.before)[-1]).strip()
    if not re.search(r"[A-Za-z]", words) or naming(words) or _FUNCTION.match(words):
        return default, None
    if _CONDITION.match(words):
        return default, None if re.search(r"\b(?:of|to|by|than)$", words) else words
    return core_name(words) or context.subject, None


def _share_of_next(share: Figure, base: Figure, context: Context, results: list[Result]) -> list[Result]:
    """ "needs 532 us per token, 220 % of the 241 us of B": the next figure is B's, the one before is the subject's.

    Takes the result of the one before off ``results``.
    """
    last = results[-1] if results else None
    if last and last.value and last.comparator_value is None and same_kind(last.value, base.quantity):
        results.pop()
        mine = replace(share, quantity=last.value, after="")
        both = compare(context.subject, mine, base.name, with_unit(base.quantity, last.value), last.metric)
        return [both.model_copy(update={"condition": last.condition})]
    reading = metric_for(replace(base, before=""), context)
    if reading is None or base.name is None:
        return []
    ratio = base_value(share.quantity)
    return [relation(context.subject, base.name, reading, share, "increase" if ratio > 1 else "decrease", ratio)]


def _share(
    figure: Figure, reading: Naming | None, results: list[Result], comparator: str | None, context: Context
) -> list[Result]:
    """ "57 % of the memory of B", "3 times the speed of B"; "10 % of the memory" compares nothing."""
    other, phrase = compared_with(figure), noun_phrase(figure.after)
    last = results[-1].metric if results else None
    if last and (values := _OF_VALUES.match(figure.after)):
        reading, other = Naming(last), comparator_name(values["name"])
    elif last and not re.search(r"\w", figure.before):
        # "trains 105 M parameters, 1.5 % of B"
        reading, other = Naming(last), other or comparator_name(_OF_THE.sub("", figure.after, count=1))
    elif phrase and not _ends_with_metric(phrase):
        return []
    if reading is None:
        return []
    other, ratio = other or comparator, base_value(figure.quantity)
    if other is None:
        whole = figure.quantity.unit == "%"
        return [relation(context.subject, None, reading, figure, None, None)] if whole else []
    direction: Direction = "increase" if ratio > 1 else "decrease" if ratio < 1 else "equal"
    return [relation(context.subject, other, reading, figure, direction, ratio)]


def _ends_with_metric(phrase: str) -> bool:
    """Whether a share is of a metric: "of the decoding latency" is, "of the performance gap" is not."""
    found = naming(phrase, last=True)
    return found is not None and found.end >= len(stems(phrase)) - 1 and not _NOT_OF.search(phrase)


def _difference(
    figure: Figure, i: int, own: Sequence[Figure], reading: Naming, comparator: str | None, context: Context
) -> Result:
    """ "40 % less", "2.5 times slower", "a 3x speed-up", "by 7 %"."""
    who, condition = _gapped(figure, i, own, context)
    subject = own_name(figure, who) if figure.preposition == "for" else who
    other = compared_with(figure) or beaten(figure, context.clause.verb) or comparator
    direction = resolve(figure.change, reading)
    result = relation(
        subject, other, reading._replace(turned=False), figure, direction, _ratio(figure, reading, direction)
    )
    return result.model_copy(update={"condition": condition}) if condition else result


def _ratio(figure: Figure, reading: Naming, direction: Direction | None) -> float | None:
    """The ratio that a difference means, where it can mean only one: "40 % less" is 0.6, "3 times more" is 3."""
    value, unit = base_value(figure.quantity), figure.quantity.unit
    if direction is None or value <= 0:
        return None
    faster = _FASTER.match(figure.after) is not None
    if unit == "x" and (faster or not _AMBIGUOUS.match(figure.after)):
        return value if direction == "increase" else 1 / value
    if unit != "%" or faster or figure.change not in ("increase", "decrease") or reading.turned:
        return None
    # Percent of an accuracy may be points of it.
    if reading.metric in ("accuracy", "error_rate"):
        return None
    return 1 + value if direction == "increase" else 1 - value
