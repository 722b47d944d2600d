"""Which metric a figure measures, from its unit and the words around it. The vocabulary is in ``vocabulary.py``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .phrases import GENERIC, is_unknown, noun_phrase
from .units import dimension
from .vocabulary import (
    Metric,
    Naming,
    Phase,
    comparative,
    comparative_words,
    mentions,
    metrics,
    named,
    naming,
    only_metric,
    phase_of,
    phased,
)
from .words import any_of, stems

__all__ = [
    "Metric",
    "Naming",
    "Phase",
    "Surroundings",
    "comparative_words",
    "mentions",
    "metric_of",
    "metrics",
    "named",
    "naming",
    "noun_phrase",
    "only_metric",
    "phase_of",
    "phased",
    "read_metric",
]

# What a unit can measure; the first is taken when no words say.
_BY_DIMENSION: dict[str, tuple[str, ...]] = {
    "bytes": ("memory", "storage"),
    "time": ("latency", "training_time"),
    "time/token": ("latency", "training_time"),
    "time/item": ("latency", "training_time"),
    "rate": ("throughput",),
    "operation_rate": ("throughput",),
    "gpu_time": ("training_time",),
    "operations": ("compute",),
    "energy": ("energy",),
    "money": ("price",),
}
# Dimensions that any metric without a unit of its own may have.
_RELATIVE = ("ratio", "points", "")

_TIME = re.compile(r"\btime\b")
_SPENT = re.compile(r"\b(?:in|at|within|by)\s+(?:about |under |only |just )?$")
_ON = re.compile(r"^\s*on\s+(?P<what>[^,;]+?)(?=\s+(?:with|and|at|in|for|against|when|using)\b|[,;]|$)")
_END_OF_HEAD = re.compile(
    rf"\s{any_of('of with without for on in under at from by during when to after between across per')}\s"
)
_EVALUATED = re.compile(
    rf"\b{any_of('model task benchmark train fine-?tun dataset classif accura learn predict neural language')}",
    re.IGNORECASE,
)
_ACTIVE = re.compile(r"\bactiv(?:e|ated|ates?)\b")
_TRAINED = re.compile(rf"\b{any_of('trainable trained tunable tuned updat[a-z]+ trains? tunes? learns? learnable')}\b")


@dataclass(frozen=True)
class Surroundings:
    """The words around a figure that may say what it measures.

    ``own`` is its printed text and ``after`` what follows it; ``object`` stands between ``verb`` and it. ``clause`` and
    ``sentence`` are whole; ``listed`` is the metric of the figure before it in one list.
    """

    after: str
    sentence: str
    own: str = ""
    object: str = ""
    subject: str = ""
    verb: str = ""
    clause: str = ""
    listed: Naming | None = None

    @property
    def near(self) -> str:
        """All that is close to the figure, for its phase."""
        return f"{self.subject} {self.verb} {self.object} {self.after}"

    def timed(self, found: Naming) -> Naming:
        """The metric, where latency in training is training time."""
        return found._replace(metric=phased(found.metric, self.near, self.sentence))


def metric_of(unit: str, after: str, before: str, sentence: str) -> str | None:
    """The metric that a figure measures.

    The unit limits what it can be (bytes are memory or storage); then the words right after it decide, then those right
    before it, then a unit's usual metric. A share or a ratio of something that has no name here measures nothing known.

    >>> metric_of("%", " less memory than B", "A takes ", "A takes 40 % less memory than B.")
    'memory'
    """
    around = Surroundings(after, sentence, object=before if naming(before) else "", subject=before, clause=sentence)
    found = read_metric(unit, around)
    return found.metric if found else None


def read_metric(unit: str, around: Surroundings) -> Naming | None:
    """The metric of one figure and how it is named; None when nothing points to one, or something to an unknown one."""
    kind = dimension(unit)
    if kind == "parameters":
        return Naming(_kind_of_parameters(f"{around.own} {around.verb} {around.object}", around.after))
    phrase = noun_phrase(around.after)
    if found := _named_in(phrase, unit, around):
        return found
    if kind in _RELATIVE and (naming(phrase) or is_unknown(phrase)):
        return None
    if around.listed and _fits(around.listed, unit, around.sentence):
        return around.listed
    if found := _named_in(around.object, unit, around):
        return found
    if kind in ("ratio", "") and (on := _ON.match(around.after)) and named(on["what"]) == "accuracy":
        return Naming("accuracy")
    if kind in _RELATIVE and (word := comparative(around.verb)):
        return around.timed(Naming(word))
    if _is_of_something_else(kind, around):
        return None
    return _from_subject(unit, around) or _from_clause(unit, around)


def _named_in(text: str, unit: str, around: Surroundings) -> Naming | None:
    """The metric that a phrase beside a figure names, by its name, a comparative ("faster") or as "time"."""
    kind = dimension(unit)
    found = naming(text, last=True)
    if found and _fits(found, unit, around.sentence):
        if found.metric == "parameters":
            return Naming(_kind_of_parameters(f"{text} {around.verb} {around.object}", ""))
        return around.timed(found)
    if kind in _RELATIVE and (word := comparative(text)):
        return around.timed(Naming(word))
    if kind in ("ratio", "points") and _TIME.search(text):
        return around.timed(Naming("latency"))
    return None


def _kind_of_parameters(words: str, after: str) -> str:
    """Trained, active, or all parameters: "0.3M trainable parameters", "updates 28,672 parameters", "1.3B active"."""
    if _ACTIVE.search(words) or re.match(r"\s*(?:are\s)?active\b", after):
        return "active_parameters"
    return "trainable_parameters" if _TRAINED.search(words) else "parameters"


def _fits(found: Naming, unit: str, sentence: str) -> bool:
    """Whether a unit can measure a metric: GB is no accuracy, points are no memory, a bare number is no time."""
    if found.weak and (unit == "x" or not _EVALUATED.search(sentence)):
        return False
    kind = dimension(unit)
    if allowed := _BY_DIMENSION.get(kind):
        return found.metric in allowed
    return kind == "ratio" or not metrics()[found.metric].dimensions


def _is_of_something_else(kind: str, around: Surroundings) -> bool:
    """Whether a figure's object is no known metric: "shrinks a file to 2 GB", "a stay of 3 h", "cuts requests by 60 %".

    A time that is spent on something is still a time: "answers a query in 3 ms".
    """
    if kind == "bytes":
        return is_unknown(around.object) or re.match(r"\s*in\s*$", around.after) is not None
    if kind.startswith("time"):
        return is_unknown(around.object) and not _SPENT.search(around.object)
    return kind in _RELATIVE and is_unknown(around.object)


def _from_subject(unit: str, around: Surroundings) -> Naming | None:
    """The metric that the subject is ("the average accuracy of A is"), or that the verb speaks of ("scores")."""
    head = _END_OF_HEAD.split(f"{around.subject} ", maxsplit=1)[0]
    for part in reversed(head.split(" and ")):
        found = naming(part, last=True)
        if found and GENERIC.issuperset(stems(part)[found.end :]) and _fits(found, unit, around.sentence):
            return around.timed(found)
    scored = around.verb.startswith(("score", "scoring", "average", "averaging"))
    return Naming("accuracy") if scored and unit != "x" and dimension(unit) in _RELATIVE else None


def _from_clause(unit: str, around: Surroundings) -> Naming | None:
    """A unit's usual metric; for a share or for points, the one metric that the clause names."""
    kind = dimension(unit)
    if allowed := _BY_DIMENSION.get(kind):
        if unit == "days" and phase_of(around.near) is None and phase_of(around.sentence) is None:
            return None
        found = [metric for _, _, metric in mentions(around.sentence) if metric in allowed]
        return around.timed(Naming(found[-1] if found else allowed[0]))
    names = {metric for _, _, metric in mentions(around.clause)}
    if kind == "points" and not names:
        return Naming("accuracy")
    if kind not in ("ratio", "points") or len(names) != 1:
        return None
    (only,) = names
    return around.timed(Naming(only)) if _fits(Naming(only), unit, around.sentence) else None
