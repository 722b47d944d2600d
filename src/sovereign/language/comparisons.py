"""Results and comparisons stated in one sentence.

Turns "A takes 15.43 GB against 16.32 GB for B" into a ``Result`` with subject, comparator, both values, direction and
ratio. Every part that the sentence does not give stays None. Checks and extraction share this one reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import zip_longest

from sovereign.records import Direction, Result, Setting

from .clauses import MARKER, Clause, frame
from .comparators import comparator_name, compared_with
from .figures import Figure, read_figures, same_kind, with_unit
from .lists import listed
from .metrics import mentions, named
from .names import core_name, is_reporter
from .pairs import against_previous, paired
from .qualitative import compare_in_words
from .quantities import dimension, find_quantities
from .results import Context, changed, compare, metric_for
from .setting import read_setting
from .subjects import subject_of
from .words import normalize

__all__ = ["MAX_FIGURES", "MAX_SENTENCE", "Parsed", "parse"]

MAX_SENTENCE = 2000
MAX_FIGURES = 60

# "25.8 with B, which is 30.3 % more": the same comparison said twice.
_RESTATED = re.compile(r",? which is [\d.]+\s?% (?:more|less|higher|lower)(?=,|\.|\sand\s)")
# A bracket is read apart: a figure in it is not the subject's. A character of the private use area marks its place.
_ASIDE = re.compile(r"\s?\((?P<words>[^()]*)\)")
_SIGNED: dict[str, Direction] = {"+": "increase", "-": "decrease"}
_FIRST_MARK = 0xE000
_MARK = re.compile("[\ue000-\uf8ff]")
_ADDED = re.compile(
    r"\b(?:added|extra|additional)\s+(?P<metric>[\w\s-]+?)\s+of\s+(?P<subject>.+?)\s+over\s+(?P<comparator>.+)$"
)
_TOPIC = ("In terms of", "Regarding", "With respect to")
_CONTRASTING = ("where", "while", "whereas", "but")


@dataclass(frozen=True)
class Parsed:
    """What one sentence says: its setting, and its results in order of mention."""

    setting: Setting
    results: tuple[Result, ...]


@lru_cache(maxsize=8192)
def parse(sentence: str) -> Parsed:
    """Read one sentence. Never raises; what is not recognised is left out.

    Only the first ``MAX_SENTENCE`` characters are read, and more than ``MAX_FIGURES`` figures give no results: no
    sentence has so many, only a table or a text that was not cut into sentences. A question states nothing.
    """
    text = " ".join(_MARK.sub(" ", normalize(sentence[:MAX_SENTENCE])).split())[:MAX_SENTENCE]
    plain, asides = _without_asides(_RESTATED.sub("", text))
    parts = frame(plain)
    conditions = tuple(_MARK.sub(lambda mark: f" ({_aside(mark[0], asides)})", c) for c in parts.conditions)
    setting = read_setting(text, conditions)
    if text.endswith("?") or len(find_quantities(text)) > MAX_FIGURES:
        return Parsed(setting, ())
    lead = _MARK.sub("", " ".join(parts.conditions))
    baseline = core_name(_MARK.sub("", parts.baseline or "")) or None
    results: list[Result] = []
    for clause in parts.clauses:
        found = list(_clause_results(clause, lead, text, baseline, asides))
        opposed = clause.opener in _CONTRASTING or clause.verb == ":"
        if opposed and not clause.subject.startswith(("its ", "their ")):
            found = against_previous(results, found)
        results += _inherit(results, found, clause)
    return Parsed(setting, tuple(r for r in results if r.metric and (r.value or r.direction)))


def _without_asides(text: str) -> tuple[str, list[str]]:
    """The text with a mark for each bracket, and what stood in them."""
    asides: list[str] = []

    def keep(match: re.Match[str]) -> str:
        asides.append(match["words"])
        return chr(_FIRST_MARK + len(asides) - 1)

    return _ASIDE.sub(keep, text), asides


def _aside(mark: str, asides: list[str]) -> str:
    """What stood in the bracket of a mark."""
    return asides[ord(mark) - _FIRST_MARK]


def _clause_results(
    clause: Clause, lead: str, sentence: str, baseline: str | None, asides: list[str]
) -> Iterator[Result]:
    """The results of one clause, those in its brackets last; none of a denied clause ("A does not take 4 s")."""
    marks = [(m[0], _MARK.sub("", clause.predicate[: m.start()])) for m in _MARK.finditer(clause.predicate)]
    clause = replace(clause, subject=_MARK.sub("", clause.subject), predicate=_MARK.sub("", clause.predicate))
    if re.match(r"not\b", clause.predicate) or re.search(r"\b(?:not|cannot)$", clause.subject):
        return
    context = Context(clause, subject_of(clause, lead), sentence, lead if lead.startswith(_TOPIC) else "")
    predicate = clause.predicate
    if clause.verb.startswith(("rang", "vari", "vary", "span")):
        predicate = re.sub(r"^from\s+", "", predicate)
    results: list[Result] = []
    for left, right in _segments(predicate):
        results += _segment_results(context, left, right, baseline)
    comparator = next((r.comparator for r in results if r.comparator), None)
    for result in results:
        needs = result.comparator is None and result.comparator_value is not None
        yield result.model_copy(update={"comparator": comparator}) if needs else result
    for mark, before in marks:
        yield from _aside_results(_aside(mark, asides), results, context, comparator or baseline)
        yield from _measured_aside(_aside(mark, asides), before, context, comparator or baseline)


def _segments(predicate: str) -> list[tuple[str, str]]:
    """Cut a predicate at its comparison words into (before, after); a second one takes its own figures with it."""
    markers = list(MARKER.finditer(predicate))
    if not markers:
        return [(predicate, "")]
    segments, start = [], 0
    for marker, following in zip_longest(markers, markers[1:]):
        stop = len(predicate)
        if following:
            between = predicate[marker.end() : following.start()]
            cut = max(between.rfind(", "), between.rfind(" and "))
            stop = marker.end() + cut if cut >= 0 else following.start()
        segments.append((predicate[start : marker.start()], predicate[marker.end() : stop]))
        start = stop
    return segments


def _segment_results(context: Context, left: str, right: str, baseline: str | None) -> list[Result]:
    """The results of one comparison: figures on both sides, on one side, or on none."""
    verb = context.clause.verb
    own, other = read_figures(left, verb), read_figures(right, verb)
    bare = own and all(f.quantity.unit == "" and f.plain for f in own)
    if own:
        # "12 ms less than B at a load of 5 requests per second" compares no loads.
        other = [
            f for f in other if bare or f.quantity.unit == "" or any(same_kind(f.quantity, o.quantity) for o in own)
        ]
    if bare and other and dimension(other[0].quantity.unit) not in ("ratio", "points"):
        # "at 43.1 against 32.5 tokens per second"
        own = [replace(f, quantity=with_unit(f.quantity, other[0].quantity)) for f in own]
    own = _distributed(own, context)
    if not own:
        return [] if other and find_quantities(left) else compare_in_words(context, right, baseline)
    comparator = (comparator_name(right) if right and not other else None) or baseline
    changes = changed(own, context, comparator)
    values = [f for f in own if not f.starts and (f.plain or _is_whole_share(f, verb))]
    if other and (changes or values):
        return changes or paired(values, other, context) or listed(values, None, context)
    rest = [f for f in own if not changes or (not f.starts and not f.ends)]
    return [*changes, *listed(rest, comparator, context)]


def _is_whole_share(figure: Figure, verb: str) -> bool:
    """Whether a share is a value of its own: "trains 4 % of the parameters against 1 % for B"."""
    kept = verb.startswith(("recover", "retain", "preserv", "keep"))
    return figure.share and figure.quantity.unit == "%" and not kept and not compared_with(figure)


def _distributed(own: list[Figure], context: Context) -> list[Figure]:
    """ "A and B reach 80 % and 75 %, respectively": each figure gets its own name, and of a list of places its own place
    ("on S and T, respectively"). Only the last list of figures is meant; where no list is as long, it goes.
    """
    if "respectively" not in context.clause.predicate:
        return own
    first = len(own) - 1
    while first > 0 and own[first].listed and not re.search(r"[A-Za-z]{4}", own[first].before):
        first -= 1
    rest, last = own[:first], own[first:]
    places = _PLACES_AFTER.match(last[-1].after) if last else None
    if places and len(items := _items(places["items"])) == len(last):
        lead = f"{places['noun']}{places['prep']} "
        return [
            *rest,
            *(replace(f, after=lead + item, listed=i > 0) for i, (f, item) in enumerate(zip(last, items, strict=True))),
        ]
    before = _PLACES_BEFORE.search(last[0].before) if last else None
    if before and len(items := _items(before["items"])) == len(last):
        return [*rest, *(replace(f, after=f" {before['prep']} {item}") for f, item in zip(last, items, strict=True))]
    names = [core_name(n) for n in _items(context.clause.subject)]
    if len(names) != len(own) or any(named(n) for n in names):
        return rest
    return [replace(f, name=n, preposition="for", listed=False) for f, n in zip(own, names, strict=True)]


# "99 % and 98 % *accuracy on S and T, respectively*"
_PLACES_AFTER = re.compile(
    r"^(?P<noun>[^,]*?)\b(?P<prep>on|in|for|at|under|across|over|with)\s+(?P<items>[^;]+?),?\s+respectively"
)


# "the error *for S and T by* 9 % and 5 %, respectively"
_PLACES_BEFORE = re.compile(r"\b(?P<prep>on|in|for|at|under|across)\s+(?P<items>.+?)\s+by\s*$")


def _items(phrase: str) -> list[str]:
    """The items of a list in words."""
    return [item for item in re.split(r",\s*(?:and\s+)?|\s+and\s+", phrase) if item.strip()]


def _aside_results(aside: str, results: list[Result], context: Context, comparator: str | None) -> Iterator[Result]:
    """What a bracket after a result adds: "(from 120 ms to 78 ms)", "(78 ms vs. 120 ms)"."""
    figures = read_figures(aside, context.clause.verb)
    if len(figures) != 2 or not results or not same_kind(figures[0].quantity, figures[1].quantity):
        return
    first, second = figures
    main = results[-1]
    reading = metric_for(replace(first, before="", after=""), context) if first.quantity.unit else None
    metric = reading.metric if reading else main.metric
    if first.starts and second.ends:
        start = with_unit(first.quantity, second.quantity)
        yield compare(main.subject, second, comparator or "before", start, metric)
    elif MARKER.search(aside):
        theirs = with_unit(second.quantity, first.quantity)
        mine = replace(first, quantity=with_unit(first.quantity, theirs))
        yield compare(main.subject, mine, comparator, theirs, metric)


def _measured_aside(aside: str, before: str, context: Context, comparator: str | None) -> Iterator[Result]:
    """The one figure of a bracket behind the name of a metric: "the highest accuracy (81 %)", "in accuracy (+2 % on average)"."""
    found = read_figures(aside, "")
    behind = next((metric for _, end, metric in mentions(before) if end == len(before)), None)
    if len(found) != 1 or behind is None or not aside.startswith(found[0].quantity.text):
        return
    direction = _SIGNED.get(aside[0])
    against = comparator if direction else None
    yield Result(
        subject=context.subject, metric=behind, value=found[0].quantity, direction=direction, comparator=against
    )


def _inherit(results: list[Result], found: list[Result], clause: Clause) -> list[Result]:
    """A relative clause speaks of the subject before it; a second "slower" has the comparator of the first."""
    subject = next((r.subject for r in reversed(results) if r.subject), None)
    comparator = next((r.comparator for r in reversed(results) if r.comparator and not r.comparator_value), None)
    added = _ADDED.search(clause.subject)
    finished = []
    for result in found:
        update: dict[str, str | None] = {}
        relative = result.value is not None and result.value.unit in ("%", "x", "points")
        if added and relative:
            names = {key: core_name(added[key]) for key in ("subject", "comparator")}
            update = {**names, "direction": "increase"}
        elif result.subject is None and subject and not is_reporter(clause.subject):
            update["subject"] = subject
        inherits = (
            result.comparator is None and result.direction and relative and clause.opener in ("", "although", "but")
        )
        if inherits and comparator and not added:
            update["comparator"] = comparator
        finished.append(result.model_copy(update=update) if update else result)
    return finished
