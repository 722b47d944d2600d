"""One result from one or two figures: its metric, its direction, its ratio, its condition."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from sovereign.records import Direction, Quantity, Result

from .changes import Change
from .clauses import Clause
from .comparators import BEATING, beaten_object, over_object
from .figures import Figure, same_kind, with_unit
from .metrics import Naming, Surroundings, metrics, named, naming, noun_phrase, only_metric, read_metric
from .quantities import base_value
from .words import any_of

TURNED: dict[Direction, Direction] = {"increase": "decrease", "decrease": "increase", "equal": "equal"}

_CONDITION = re.compile(
    r"^[^,]*?\b((?:in|at|on|during)\s+(?!the\b|total\b|terms\b)(?:[^,]|,(?=\d))+?)(?:,(?!\d)|\s+and\s*$|$)"
)
_CONDITION_END = re.compile(
    r"\s+"
    + any_of(
        "with and over against compared approximately about nearly up_to at more_than on for of by to an? the while but"
    )
    + r"$"
    r"|\s+(?:over|compared (?:with|to)|than|but|while|relative to|against)\s.*$"
)
_BEATEN_IN = re.compile(r"\b(?:in terms of|in|on)\s+(?P<what>.+?)\s+by\b")
# "13 tasks": a bare whole number before a common noun counts it.
_COUNTED = re.compile(
    r"^\s+(?!"
    + any_of(
        """on against for with at and in to of over than points? compared versus vs while from by as or which
        respectively across after when"""
    )
    + r"\b)[a-z]"
)


@dataclass(frozen=True)
class Context:
    """What a figure's reading needs: clause, its subject, sentence, and a topic ("In terms of accuracy")."""

    clause: Clause
    subject: str | None
    sentence: str
    topic: str = ""

    @property
    def words(self) -> str:
        """The topic and the clause as one text."""
        return f"{self.topic} {self.clause.subject} {self.clause.verb} {self.clause.predicate}"


def metric_for(figure: Figure, context: Context, listed: Naming | None = None) -> Naming | None:
    """The metric of one figure, or None when nothing points to one; ``listed`` is that of the one before in a list."""
    if figure.quantity.unit == "" and figure.quantity.value.is_integer() and _COUNTED.match(figure.after):
        return None
    clause, words, object_ = context.clause, context.words, figure.before
    if BEATING.match(clause.verb) and beaten_object(object_):
        # In "outperforms B by 15 %", only "in accuracy" would say of what.
        measured = _BEATEN_IN.search(object_)
        words, object_ = "", measured["what"] if measured and named(measured["what"]) else ""
    elif over := over_object(object_):
        object_ = object_[: over.start()]
    elif figure.listed and not naming(object_):
        object_ = ""  # the end of what the figure before it is about
    around = Surroundings(
        after=figure.after,
        sentence=context.sentence,
        own=figure.quantity.text,
        object=object_,
        subject=clause.subject,
        verb=clause.verb,
        clause=words,
        listed=listed,
    )
    return read_metric(figure.quantity.unit, around)


def metrics_for(own: Sequence[Figure], context: Context) -> list[Naming | None]:
    """Metrics of figures in order; a figure that continues a list may have that of the one before."""
    found: list[Naming | None] = []
    for i, figure in enumerate(own):
        if i == 0 or not (figure.listed or _continues(own[i - 1], figure)):
            found.append(metric_for(figure, context))
            continue
        same_unit = own[i - 1].quantity.unit == figure.quantity.unit
        unread = found[-1] is None and same_unit and naming(noun_phrase(figure.after)) is None
        found.append(None if unread else metric_for(figure, context, found[-1]))
    return found


def _continues(previous: Figure, figure: Figure) -> bool:
    """Whether a value goes on with the value before it: "26 MB, *B* 567 MB"."""
    both = previous.plain and figure.plain and same_kind(previous.quantity, figure.quantity)
    return both and re.search(r",|\band\b", figure.before) is not None


def compare(subject: str | None, mine: Figure, comparator: str | None, theirs: Quantity, metric: str | None) -> Result:
    """The result of two values held against each other; ``ratio`` is subject over comparator, None for ranges."""
    a, b = base_value(mine.quantity), base_value(theirs)
    ratio = a / b if b > 0 and a > 0 and mine.quantity.upper is None and theirs.upper is None else None
    return Result(
        subject=subject,
        comparator=comparator,
        metric=metric,
        value=mine.quantity,
        comparator_value=theirs,
        direction="equal" if a == b else "increase" if a > b else "decrease",
        ratio=_short(ratio),
        condition=condition_of(mine.after),
    )


def relation(
    subject: str | None,
    comparator: str | None,
    reading: Naming,
    figure: Figure,
    direction: Direction | None,
    ratio: float | None,
) -> Result:
    """A result whose figure is itself relative ("40 % less"); "2.5 times the speed" is turned into less latency."""
    if reading.turned and direction:
        direction, ratio = TURNED[direction], 1 / ratio if ratio else None
    return Result(
        subject=subject,
        comparator=comparator,
        metric=reading.metric,
        value=figure.quantity,
        direction=direction,
        ratio=_short(ratio) if figure.quantity.upper is None else None,
        condition=condition_of(figure.after),
    )


def _short(ratio: float | None) -> float | None:
    """Four significant digits, as many as figures of a text carry; None where there is no finite positive ratio."""
    return None if ratio is None or not math.isfinite(ratio) or ratio <= 0 else float(f"{ratio:.4g}")


def resolve(change: Change | None, reading: Naming) -> Direction | None:
    """The direction of a change: better is less of a cost and more of an accuracy; more speed is less latency."""
    if change is None:
        return None
    if change in ("better", "worse"):
        costly = metrics()[reading.metric].cost > 0
        return "increase" if costly == (change == "worse") else "decrease"
    direction: Direction = "increase" if change == "increase" else "decrease"
    return TURNED[direction] if reading.turned else direction


def condition_of(after: str) -> str | None:
    """The condition that follows a figure: "on T" of "15 GB on T, …"."""
    match = _CONDITION.match(after)
    if not match:
        return None
    text = match[1].strip()
    while ending := _CONDITION_END.search(text):
        text = text[: ending.start()]
    bare = text.islower() and only_metric(text.split(" ", 1)[-1])
    return text if " " in text and not bare else None


def own_name(figure: Figure, subject: str | None) -> str | None:
    """A figure's own name where the clause's subject is none, or only a metric."""
    return figure.name if figure.name and (subject is None or only_metric(subject)) else subject


def changed(own: Sequence[Figure], context: Context, before: str | None = None) -> list[Result]:
    """Changes: "lowers training memory from 1.2 TB for B to 350 GB" holds the second figure against the first.

    The comparator is the name tied to the first figure, else ``before``, else the word "before".
    """
    results = []
    for first, second in pairwise(own):
        if not (first.starts and second.ends and same_kind(first.quantity, second.quantity)):
            continue
        reading = metric_for(replace(second, before=first.before, listed=False), context) or metric_for(first, context)
        if reading is None:
            continue
        start = with_unit(first.quantity, second.quantity)
        mine = replace(second, quantity=with_unit(second.quantity, start))
        comparator = first.name or before or "before"
        results.append(compare(own_name(second, context.subject), mine, comparator, start, reading.metric))
    return results
