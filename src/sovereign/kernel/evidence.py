"""What the laboratory has measured of a question: which of its methods the question speaks of, and how their figures
join what the sources say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec

from sovereign.errors import SovereignError
from sovereign.lab.overhead.blocks import Metric, Question, Wanted
from sovereign.lab.overhead.evidence import Evidence, anew, beside, evidence
from sovereign.lab.overhead.results import Results
from sovereign.lab.overhead.shipped import Kept, shipped
from sovereign.lab.overhead.words import LABELS
from sovereign.language.metrics import phase_of
from sovereign.records import AnswerSentence, AnswerState, Facet, FacetAnswer, Part

from .aspects import Aspects, in_range, speaks_of
from .coverage import gaps, span_text

STATES: tuple[AnswerState, ...] = ("NOT_ANSWERABLE", "PARTLY_ANSWERED", "ANSWERED")
METRICS: dict[str, Metric] = {"latency": "latency", "memory": "memory"}
QUICK_SECONDS = 45.0  # what the quick set takes on two cores

Put = Callable[[bytes], str]
Tell = Callable[[str], None]


def question_of(aspects: Aspects) -> Question | None:
    """What the laboratory is asked; None unless every side of the question is one of its methods."""
    comparators = aspects.plan.of_kind("comparator")
    against = [name for facet in comparators for name in _methods(facet, aspects)]
    # "the training memory of A": a phase may stand as a subject of its own, and narrows the metric.
    sides = {facet: _methods(facet, aspects) for facet in aspects.plan.of_kind("subject", "topic")}
    phases = [phase_of(facet.text) for facet, names in sides.items() if not names and phase_of(facet.text)]
    subjects = tuple(
        tuple(name for name in names if name not in against[:1])
        for facet, names in sides.items()
        if names or phase_of(facet.text) is None
    )
    wanted = tuple(
        Wanted(facet.id, METRICS[facet.metric], phase_of(facet.text) or next(iter(phases), None))
        for facet in aspects.measured
        if facet.metric in METRICS
    )
    if not wanted or not subjects or not all(subjects) or bool(comparators) != bool(against):
        return None
    return Question(subjects, against[0] if against else None, wanted)


def _methods(facet: Facet, aspects: Aspects) -> list[str]:
    """Methods of the laboratory that a facet speaks of, by the names that papers call them."""
    return [name for name, label in LABELS.items() if speaks_of(label, facet, aspects)]


def measured_anew(aspects: Aspects, seconds: float, tell: Tell) -> tuple[Results | None, str]:
    """The quick set of the overhead protocol, run now on this machine if the question asks for a latency that it has.

    Without results it says why, in words for the record; in none where the question asks for nothing of the kind.
    """
    question = question_of(aspects)
    if question is None or all(wanted.metric != "latency" for wanted in question.wanted):
        return None, ""
    if not seconds:
        return None, "Nothing was measured anew: measuring is switched off for this run."
    if seconds < QUICK_SECONDS:
        return (
            None,
            f"Nothing was measured anew: {seconds:g} s are allowed for it, and the quick set takes {QUICK_SECONDS:g} s.",
        )
    if find_spec("torch") is None:
        return None, "Nothing was measured anew on this machine: the extra “lab” is not installed."
    from sovereign.lab.overhead.run import quick

    try:
        return quick(tell), ""
    except SovereignError as error:
        return None, f"Nothing was measured anew: {error.message}."


def lab_evidence(
    aspects: Aspects, put: Put, fresh: Results | None = None, notice: str = "", first: int = 1
) -> Evidence:
    """What the laboratory has on a question: the results that ship, and beside them those of a run made now.

    ``put`` keeps bytes in the store and gives their SHA-256. ``notice`` says why nothing was measured now.
    """
    question = question_of(aspects)
    if question is None:
        return Evidence()
    made = Kept(fresh, fresh.model_dump_json().encode("utf-8")) if fresh else None
    found = shown(question, shipped(), made, put)
    return found.model_copy(update={"notices": (notice,)}) if notice else found


def shown(question: Question, kept: Kept | None, fresh: Kept | None, put: Put) -> Evidence:
    """Evidence from results that were there, from results made now, or from both side by side."""
    main = kept or fresh
    if main is None:
        return Evidence()
    found = evidence(main.results, put(main.data), question, put)
    if kept is None or fresh is None or not found.tables:
        return found
    more = anew(kept.results, fresh.results, put(fresh.data), question, len(found.measurements) + 1)
    return beside(found, more)


def joined(facet: FacetAnswer, found: Evidence, aspects: Aspects) -> FacetAnswer:
    """What the sources say of a metric, with what was measured of it before.

    Memory is an account, the same on every machine. Latency holds for the processor that was timed; for others the
    sources alone speak, and the weaker of the two counts. What was answered for one is answered in part.
    """
    mine = found.of(facet.facet_id)
    if mine is None:
        return facet
    left = [gap for scale in aspects.plan.of_kind("scale") for gap in gaps(mine.sizes, scale)]
    state: AnswerState = "PARTLY_ANSWERED" if left else "ANSWERED"
    reason = mine.reason + (f"; {'; '.join(left)}" if left else "")
    parts: tuple[Part, ...] = ()
    if mine.metric == "latency":
        processor, others = ("GPU", "other processors") if found.on_gpu else ("CPU", "GPUs")
        parts = (
            Part(scope=f"on the measured {processor}, {found.processor}", state=state, reason=reason),
            Part(scope=f"on {others}", state=facet.state, reason=f"not measured; in what was read, {facet.reason}"),
        )
        state = _weaker(parts)
    elif left:
        state = max(state, facet.state, key=STATES.index)
    points = [point.text for point in found.open_points if point.facet_id == facet.facet_id]
    return FacetAnswer(
        facet_id=facet.facet_id,
        state=state,
        reason=f"{reason}; in what was read, {facet.reason}",
        parts=parts,
        sentences=(*mine.headlines, *mine.crossovers, *facet.sentences),
        missing=(*points, *(facet.missing if left else ())),
    )


def _weaker(parts: Sequence[Part]) -> AnswerState:
    states = {part.state for part in parts}
    return "PARTLY_ANSWERED" if "NOT_ANSWERABLE" in states and len(states) > 1 else min(states, key=STATES.index)


def measured_at(found: Evidence, metric: Facet, scale: Facet) -> AnswerSentence | None:
    """At which sizes of a range the laboratory has figures of a metric."""
    mine = found.of(metric.id)
    inside = [size for size in mine.sizes if in_range(size, scale)] if mine else []
    if mine is None or not inside:
        return None
    text = f"Figures of our own on {metric.text} stand at {span_text(inside)}."
    return AnswerSentence(text=text, measurement_ids=mine.sized_by)
