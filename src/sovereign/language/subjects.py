"""The subject of a clause: the thing that its figures are of."""

from __future__ import annotations

import re

from .clauses import Clause
from .metrics import named, only_metric
from .names import core_name, is_reporter, without_fronted
from .quantities import find_quantities
from .setting import MODEL
from .verbs import past, third_person
from .words import word_set

_OF = re.compile(r"\b(?:of|with|for|under|by|in)\s+(?P<name>.+)$")
_OWNER = re.compile(r"(?P<name>.+?)'s\s+(?P<what>.+)$")
# "With SYS," opens a sentence about SYS; so does "On T with SYS," but not "In the SYS benchmark,".
_WITH = re.compile(r"^(?:With|Using)\s+(?:the\s+)?(?P<name>[A-Z][\w.+-]*(?:\s[A-Z0-9][\w.+-]*)?),?$")
_PROPER = re.compile(
    r"\b[A-Z]\w*[A-Z]\w*\b"
    r"(?!\s+(?:benchmark|experiment|paper|comparison|measurement|setting|study|table|library|dataset|task|test))"
)
# The subject of these verbs tells a figure; the figure is of another thing.
_TELLING = frozenset(
    form(verb)
    for verb in word_set("report count estimate claim credit attribute quote predict measure observe note")
    for form in (str, third_person, past)
)
_ACTIVITIES = ("training", "inference", "decoding", "serving")


def subject_of(clause: Clause, lead: str) -> str | None:
    """The clause's subject; "peak memory of A" and "training with A" speak of A, "we" and "the experiments" of nobody.

    A subject that is only a metric leaves it to ``lead``, the opening phrases ("With A, latency drops …").
    """
    subject = without_fronted(clause.subject)
    of = _OF.search(subject)
    owner = _OWNER.match(subject)
    if of and named(subject[: of.start()]) and not re.match(r"rank\b|\d", of["name"]):
        subject = of["name"]
    elif not of and is_activity(subject):
        subject = _from_lead(lead)
    elif owner and only_metric(owner["what"]):
        subject = owner["name"]
    if re.match(r"\d|half\b|twice\b", subject) and find_quantities(subject):
        return None
    name = core_name(subject)
    return None if not name or is_reporter(name) or clause.verb in _TELLING else name


def is_activity(subject: str) -> bool:
    """Whether a subject names no thing but a metric or an activity: "throughput per unit", "training"."""
    return only_metric(subject.split(" per ")[0]) or subject.lower() in _ACTIVITIES


def _from_lead(lead: str) -> str:
    """The first proper name of the opening phrases that is no part of a model's name."""
    if match := _WITH.match(lead):
        return match["name"]
    model = MODEL.search(lead)
    return next((name for name in _PROPER.findall(lead) if not model or name not in model[0]), "")
