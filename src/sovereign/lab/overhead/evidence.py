"""Results as evidence of a record: the measured figures that answer a question, and nothing that it does not cite."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median

from sovereign.records import (
    AnswerSentence,
    Figure,
    MeasuredTable,
    Measurement,
    Model,
    OpenPoint,
    sha256_hex,
)

from . import plots
from .blocks import Metric, Question, Wanted, blocks
from .citing import Cited, table
from .crossovers import Crossover, crossovers
from .results import Latency, Memory, Results
from .sentences import FacetEvidence, told
from .words import (
    label,
    named,
    on_gpu,
    percent,
    setting,
    timed,
    where,
)


class Evidence(Model):
    """All that a record takes from results. ``processor`` is what was timed, on a GPU if ``on_gpu``.

    ``notices`` say what was not done and why.
    """

    processor: str = ""
    on_gpu: bool = False
    measurements: tuple[Measurement, ...] = ()
    tables: tuple[MeasuredTable, ...] = ()
    figures: tuple[Figure, ...] = ()
    facets: tuple[FacetEvidence, ...] = ()
    open_points: tuple[OpenPoint, ...] = ()
    notices: tuple[str, ...] = ()

    def of(self, facet_id: str) -> FacetEvidence | None:
        """What was found for that facet."""
        return next((one for one in self.facets if one.facet_id == facet_id), None)


def evidence(results: Results, artifact: str, question: Question, put: Callable[[bytes], str]) -> Evidence:
    """Tables, plots, sentences and the measurements that they cite; nothing where the results do not speak to it.

    ``artifact`` is the SHA-256 of ``results.json``; ``put`` keeps the bytes of a plot and gives their SHA-256.
    """
    cited = Cited(results, artifact)
    tables, figures, facets = [], [], []
    for wanted in question.wanted:
        there = blocks(results, question, wanted)
        if not there:
            continue
        tables += [table(block, wanted.facet_id, cited) for block in there]
        facets.append(told(there, question, wanted, cited, _crossed(results, wanted.metric, question, cited)))
        ids = tuple(
            c.measurement_id for t in tables if t.facet_id == wanted.facet_id for r in t.rows for c in r.cells if c
        )
        if plot := _plot(results, wanted.metric):
            figures.append(
                Figure(
                    facet_id=wanted.facet_id, title=plot.title, caption=plot.caption, alt=plot.alt, artifact=put(plot.svg),
                    measurement_ids=tuple(dict.fromkeys(ids)),
                )
            )  # fmt: skip
    return Evidence(
        processor=timed(results.environment),
        on_gpu=on_gpu(results.environment),
        measurements=tuple(cited.found.values()),
        tables=tuple(tables),
        figures=tuple(figures),
        facets=tuple(facets),
        open_points=tuple(
            _open(results, [f for f in question.wanted if any(f.facet_id == o.facet_id for o in facets)])
        ),
    )


_DRAWN: dict[tuple[str, Metric], plots.Plot | None] = {}


def _plot(results: Results, metric: Metric) -> plots.Plot | None:
    """The plot of a metric, drawn once in a process: equal results have equal plots, and nearly every run shows those that ship."""
    key = sha256_hex(results.model_dump_json().encode("utf-8")), metric
    if key not in _DRAWN:
        _DRAWN[key] = plots.svg(results, metric)
    return _DRAWN[key]


def anew(shipped: Results, fresh: Results, artifact: str, question: Question, first: int) -> Evidence:
    """Latency tables of a run made just now, to stand beside those of an earlier one, and how far the two differ."""
    cited = Cited(fresh, artifact, first)
    tables, facets = [], []
    for wanted in question.wanted:
        there = blocks(fresh, question, wanted) if wanted.metric == "latency" else []
        made = [table(block, wanted.facet_id, cited, is_anew=True) for block in there]
        pairs = _common(shipped, fresh)
        if made and pairs:
            differences = [abs(mine.ratio / theirs.ratio - 1) for theirs, mine in pairs]
            worst = max(pairs, key=lambda pair: abs(pair[1].ratio / pair[0].ratio - 1))[1]
            text = (
                f"Measured anew on this machine ({where(fresh.environment)}), {len(pairs)} ratios to the base model that "
                f"the earlier run gives too differ from it by {percent(median(differences))} in the median and by at most "
                f"{percent(max(differences))} ({label(worst.method)}, {named(worst.shape)}, {setting(worst)})."
            )
            ids = (
                cited.id(worst, "base", worst.ratio),
                cited.difference("median", median(differences), len(pairs), fresh),
                cited.difference("largest", max(differences), len(pairs), fresh),
            )
            sentence = AnswerSentence(text=text, measurement_ids=ids, inferred=True)
            facets.append(
                FacetEvidence(
                    facet_id=wanted.facet_id, metric="latency", headlines=(sentence,), crossovers=(), sizes=(),
                    sized_by=(), reason="",
                )
            )  # fmt: skip
        tables += made
    return Evidence(measurements=tuple(cited.found.values()), tables=tuple(tables), facets=tuple(facets))


def beside(shown: Evidence, fresh: Evidence) -> Evidence:
    """Both: what was measured anew stands after what was there."""
    more = {one.facet_id: one.headlines for one in fresh.facets}
    facets = tuple(
        one.model_copy(update={"headlines": (*one.headlines, *more.get(one.facet_id, ()))}) for one in shown.facets
    )
    return shown.model_copy(
        update={
            "facets": facets,
            "measurements": (*shown.measurements, *fresh.measurements),
            "tables": (*shown.tables, *fresh.tables),
        }
    )


def _common(shipped: Results, fresh: Results) -> list[tuple[Latency, Latency]]:
    """Latencies of both runs in one setting, but for the base model, to which all are relative."""

    def keyed(results: Results) -> dict[tuple[object, ...], Latency]:
        return {
            (r.shape, r.method, r.phase, r.batch_size, r.tokens, r.context_length, r.routing): r
            for r in results.latency
            if r.method != "base" and r.same_as is None
        }

    theirs, mine = keyed(shipped), keyed(fresh)
    return [(theirs[key], row) for key, row in mine.items() if key in theirs]


def _crossed(results: Results, metric: Metric, question: Question, cited: Cited) -> tuple[AnswerSentence, ...]:
    """Crossovers of a metric, those of the question's own methods first."""
    asked = {method for group in question.subjects for method in group} | {question.comparator}
    found = [one for one in crossovers(results) if one.metric == metric]
    against = _against(results, metric, question.comparator)
    return tuple(_sentence(one, cited, against) for one in sorted(found, key=lambda one: not asked & set(one.methods)))


def _sentence(one: Crossover, cited: Cited, against: str) -> AnswerSentence:
    ids = [cited.id(row, against, row.ratio) for row in one.rows]
    ids += [cited.share(row, one.part) for row in one.rows if one.part and isinstance(row, Memory)]
    return AnswerSentence(text=one.text, measurement_ids=tuple(dict.fromkeys(ids)), inferred=True)


def _against(results: Results, metric: Metric, comparator: str | None) -> str:
    """What the ratios of rows are relative to, by the question's name for it where that computes the same."""
    if metric == "memory":
        return "full_fine_tuning"
    same = {row.method for row in results.latency if row.same_as == "base"}
    return comparator if comparator in same else "base"


def _open(results: Results, wanted: Sequence[Wanted]) -> list[OpenPoint]:
    """What this protocol leaves open, whatever it finds."""
    points = []
    latency = next((one.facet_id for one in wanted if one.metric == "latency"), None)
    if latency and not on_gpu(results.environment):
        text = "Latency on GPUs was not measured: their kernels, caches and memory differ from those of the measured processor."
        points.append(OpenPoint(text=text, facet_id=latency, needs="a GPU"))
    if wanted:
        text = (
            "Whether the methods are equally accurate at these scales is not measured: the weights of the measured blocks "
            "are random."
        )
        points.append(OpenPoint(text=text, needs="trained weights, the tasks, and GPUs to train on"))
    return points
