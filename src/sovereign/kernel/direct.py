"""The direct answer from what was measured: the question's methods held against its comparator, in one sentence, then what the figures
hang on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sovereign.lab.overhead.evidence import Evidence
from sovereign.language.words import content_stems
from sovereign.records import AnswerSentence, Facet, MeasuredCell, MeasuredRow, MeasuredTable, Measurement

from .aspects import Aspects, speaks_of
from .wording import series, times

# What a table's figures are of, by metric and by step or phase: the verb, and the words behind "times as …".
_TOLD = {
    ("latency", "decode"): ("takes", "as long as {against} to generate a token"),
    ("latency", "prefill"): ("takes", "as long as {against} to read a prompt"),
    ("memory", "training"): ("needs", "the memory of {against} in training"),
    ("memory", "inference"): ("needs", "the memory of {against} at inference"),
}


class _Span(NamedTuple):
    """One column of a measured table: its method and its cells with their rows, smallest model first."""

    method: str
    table: MeasuredTable
    kind: tuple[str, str]
    cells: tuple[tuple[MeasuredRow, MeasuredCell], ...]

    @property
    def low(self) -> tuple[MeasuredRow, MeasuredCell]:
        return min(self.cells, key=lambda one: one[1].ratio)

    @property
    def high(self) -> tuple[MeasuredRow, MeasuredCell]:
        return max(self.cells, key=lambda one: one[1].ratio)

    @property
    def family(self) -> str:
        """ "A" of "A (naive)"."""
        return self.method.partition(" (")[0]

    @property
    def variant(self) -> str:
        return self.method.partition(" (")[2].removesuffix(")")

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one[1].measurement_id for one in (self.low, self.high)))

    def __str__(self) -> str:
        return span(self.low[1].ratio, self.high[1].ratio)


def span(low: float, high: float) -> str:
    """ "1.01 to 1.60 times", "1.05 times"."""
    return f"{times(low)} times" if times(low) == times(high) else f"{times(low)} to {times(high)} times"


def measured_directly(aspects: Aspects, found: Evidence) -> tuple[AnswerSentence, ...]:
    """The answer in figures, then what it hangs on: implementation and size. Nothing where the tables hold no method of a subject."""
    spans = _spans(aspects, found)
    if not spans:
        return ()
    lead = _lead(_by_kind(spans))
    subject = next(f for f in aspects.plan.of_kind("subject", "topic") if speaks_of(lead[0].method, f, aspects))
    timed = lead[0].kind[0] == "latency"
    ids = tuple(dict.fromkeys(i for one in lead for i in one.ids))
    where = f"On the measured {'GPU' if found.on_gpu else 'CPU'}, " if timed else _by(ids, found)
    text = f"{where}{_subject(subject, lead[0])} {_clauses(lead)}{_reach(lead)}."
    first = AnswerSentence(text=text[:1].upper() + text[1:], measurement_ids=ids)
    return (first, *_hangs_on(spans, lead))


def _by(ids: Sequence[str], found: Evidence) -> str:
    """How figures came about that hold for every machine."""
    modelled = {m.how == "modelled" for m in found.measurements if m.id in ids}
    if len(modelled) > 1:
        return "By measurement and in part by a cost model, "
    return "By a cost model, " if True in modelled else "As measured here, "


def _lead(kinds: Sequence[Sequence[_Span]]) -> list[_Span]:
    """One column of each kind: the best implementation of the first, and the same one elsewhere."""
    best = min(kinds[0], key=lambda one: one.high[1].ratio)
    return [next((one for one in group if one.method == best.method), group[0]) for group in kinds]


def _subject(facet: Facet, lead: _Span) -> str:
    """ "adapters, measured as A,"; a method that is asked for by name is that name."""
    if frozenset(facet.terms) <= content_stems(lead.family):
        return lead.family
    return f"{facet.text}, measured as {lead.family},"


def _clauses(lead: Sequence[_Span]) -> str:
    """ "takes 1.01 to 1.60 times as long as … to generate a token, and needs …"; verb and comparator are said once."""
    by_verb: dict[str, list[str]] = {}
    for one in lead:
        verb, words = _TOLD[one.kind]
        against = model_of(one.table.comparator) if verb == "takes" else one.table.comparator
        if verb in by_verb:
            words = words.replace("as {against} ", "").replace("of {against} ", "")
        by_verb.setdefault(verb, []).append(f"{one} {words.format(against=against)}")
    return ", and ".join(f"{verb} {series(said)}" for verb, said in by_verb.items())


def model_of(method: str) -> str:
    """What runs at inference: "a model after full fine-tuning", "the base model"."""
    return f"a model after {method}" if method.endswith("tuning") else f"the {method}" if "model" in method else method


def _reach(lead: Sequence[_Span]) -> str:
    """Over which models the figures go: "over models from 1B to 9B parameters"."""
    rows = sorted({(row.parameters, row.scale) for one in lead for row, _ in one.cells})
    first, last = (scale.rpartition(" ")[2] for _, scale in (rows[0], rows[-1]))
    return f", over models from {first} to {last} parameters" if first != last else f", at {first} parameters"


def _hangs_on(spans: Sequence[_Span], lead: Sequence[_Span]) -> tuple[AnswerSentence, ...]:
    """How the first figure changes with the size of the model, and with the implementation where several were measured."""
    one = lead[0]
    (small, at_small), (large, at_large) = one.cells[0], one.cells[-1]
    parts, ids = [], []
    _, words = _TOLD[one.kind]
    what = "time to generate a token" if one.kind[1] == "decode" else words.partition("{")[0].strip() or "figure"
    what = {"as long as": "time to read a prompt", "the memory of": f"memory {'in' if one.kind[1] == 'training' else 'at'} {one.kind[1]}"}.get(what, what)  # fmt: skip
    if times(at_small.ratio) != times(at_large.ratio):
        falls = "falls" if at_large.ratio < at_small.ratio else "rises"
        parts.append(
            f"the relative {what} {falls} with the size of the model, from {times(at_small.ratio)} at {small.scale} to "
            f"{times(at_large.ratio)} at {large.scale}"
        )
        ids += [at_small.measurement_id, at_large.measurement_id]
    same = [s for s in spans if s.kind == one.kind and s.family == one.family and s.variant]
    if len(same) > 1:
        worst = max(same, key=lambda s: s.high[1].ratio)
        forms = "two" if len(same) == 2 else "three" if len(same) == 3 else str(len(same))
        parts.append(
            f"these are figures of the “{one.variant}” implementation, while the “{worst.variant}” one, the slowest of {forms}, takes {worst} as long"
            if one.kind[0] == "latency"
            else f"these are figures of the “{one.variant}” implementation, while the “{worst.variant}” one needs {worst}"
        )
        ids += worst.ids
    if not parts:
        return ()
    text = "; ".join(parts)
    return (AnswerSentence(text=f"{text[:1].upper()}{text[1:]}.", measurement_ids=tuple(dict.fromkeys(ids))),)


def _by_kind(spans: Sequence[_Span]) -> list[list[_Span]]:
    """Spans of the first method by what they are figures of, in the order of the tables."""
    family = spans[0].family
    groups: dict[tuple[str, str], list[_Span]] = {}
    for one in spans:
        if one.family == family:
            groups.setdefault(one.kind, []).append(one)
    return list(groups.values())


def _spans(aspects: Aspects, found: Evidence) -> list[_Span]:
    """Columns of the tables that hold a subject of the question; those that go by its own name, if there are such."""
    measurements = {m.id: m for m in found.measurements}
    subjects = aspects.plan.of_kind("subject", "topic")
    spans = []
    for table in found.tables:
        for at, column in enumerate(table.columns):
            names = [n for n in column.split(" = ") if any(speaks_of(n, f, aspects) for f in subjects)]
            cells = _cells(table, at)
            if table.anew or at == 0 or not names or not cells:
                continue
            kind = _kind(measurements[cells[0][1].measurement_id])
            if kind in _TOLD:
                spans.append(_Span(names[0], table, kind, cells))
    own = [s for s in spans if any(frozenset(f.terms) <= content_stems(s.family) for f in subjects)]
    return own or spans


def _cells(table: MeasuredTable, at: int) -> tuple[tuple[MeasuredRow, MeasuredCell], ...]:
    """Cells of a column by size: rows that differ in scale alone, and others where they reach beyond."""
    main = [row.parameters for row in table.rows if not row.other]
    found = [
        (row, cell)
        for row in table.rows
        if (cell := row.cells[at]) and (not row.other or not main or not min(main) <= row.parameters <= max(main))
    ]
    return tuple(sorted(found, key=lambda one: one[0].parameters))


def _kind(measurement: Measurement) -> tuple[str, str]:
    setting = dict(measurement.key.setting)
    return measurement.key.metric, setting.get("step") or setting.get("phase", "")
