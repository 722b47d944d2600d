"""What blocks of results say of a question, in sentences that name their measurements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from sovereign.records import AnswerSentence, Model, Quantity

from .blocks import TIMED, Block, Kind, Metric, Question, Row, Wanted
from .citing import Cited
from .results import Latency
from .words import (
    count_of,
    duration,
    label,
    model_error,
    named,
    nominal,
    on_main_axis,
    percent,
    size,
    size_of,
    times,
    where,
)

_VERBS: dict[Kind, str] = {
    "decode": "decodes one token in",
    "prefill": "reads a prompt in",
    "training": "needs for training",
    "inference": "needs for inference",
}
_WHAT: dict[Kind, str] = {"decode": "time", "prefill": "time", "training": "memory", "inference": "memory"}


class FacetEvidence(Model):
    """What was found for one facet: headlines first, then crossovers; ``sizes`` have figures of every side."""

    facet_id: str
    metric: Metric
    headlines: tuple[AnswerSentence, ...]
    crossovers: tuple[AnswerSentence, ...]
    sizes: tuple[Quantity, ...]
    sized_by: tuple[str, ...]
    reason: str


class _Span(NamedTuple):
    """One method against the comparator, from the smallest to the largest shape."""

    method: str
    ratios: dict[str, float]

    @property
    def low(self) -> str:
        return min(self.ratios, key=lambda shape: self.ratios[shape])

    @property
    def high(self) -> str:
        return max(self.ratios, key=lambda shape: self.ratios[shape])

    @property
    def shapes(self) -> list[str]:
        """Where its smallest and largest ratio stand, and the ends of its range."""
        ordered = sorted(self.ratios, key=count_of)
        return list(dict.fromkeys([ordered[0], self.low, self.high, ordered[-1]]))

    def __str__(self) -> str:
        low, high = times(self.ratios[self.low]), times(self.ratios[self.high])
        return low if low == high else f"{low} to {high}"


def told(
    blocks: Sequence[Block], question: Question, wanted: Wanted, cited: Cited, crossed: tuple[AnswerSentence, ...]
) -> FacetEvidence:
    """A facet's evidence: a headline for each block, what stands for what, then the crossovers."""
    headlines = [found for block in blocks if (found := _headline(block, question, cited, block is blocks[0]))]
    headlines += [found for block in blocks[:1] if (found := _equal(block, cited))]
    shapes = _covered(blocks, question)
    ids = []
    for shape in sorted(shapes, key=count_of):
        block = next(b for b in blocks if (shape, b.against) in b.rows)
        ids.append(cited.id(block.rows[shape, block.against], block.against, 1.0))
    at = sizes(shapes)
    span = f"{at[0].text} to {at[-1].text}" if len(at) > 1 else "".join(q.text for q in at)
    kinds = " and ".join(sorted({row.how for block in blocks for row in block.rows.values()}))
    return FacetEvidence(
        facet_id=wanted.facet_id,
        metric=wanted.metric,
        headlines=tuple(headlines),
        crossovers=crossed,
        sizes=at,
        sized_by=tuple(dict.fromkeys(ids)),
        reason=f"the laboratory has figures for all sides at {len(at)} sizes from {span} ({kinds})",
    )


def _covered(blocks: Sequence[Block], question: Question) -> list[str]:
    """Shapes at which each subject and the comparator have figures in one block."""
    return list(
        dict.fromkeys(
            shape
            for block in blocks
            for shape in block.shapes
            if (shape, block.against) in block.rows
            and all(any((shape, method) in block.rows for method in group) for group in question.subjects)
        )
    )


def _headline(block: Block, question: Question, cited: Cited, is_first: bool) -> AnswerSentence | None:
    """The methods of the question against the comparator, over all scales."""
    asked = {m for group in question.subjects for m in group}
    columns = {method: [m for m in same if m in asked] for method, same in block.columns.items() if method in asked}
    spans = [span for method in columns if method != block.against and (span := _span(block, method)).ratios]
    if not spans:
        return None
    lead, *others = spans
    rest = "".join(
        f"; {' and '.join(map(label, [span.method, *columns[span.method]]))} {span}{_apart(block, span, lead)}"
        for span in others
    )
    ends = sorted(lead.ratios, key=count_of)
    many = len(ends) > 1
    over = f"at {len(ends)} scales from {named(ends[0])} to {named(ends[-1])}" if many else f"at {named(ends[0])}"
    trust, error = _trust(block, cited)
    text = (
        f"{_named(lead, columns)} {_VERBS[block.kind]} {lead} times the {_WHAT[block.kind]} of {_against(block)} "
        f"{over}{rest} ({_example(block, lead.method, ends[-1])}; {block.setting}; {_found(block, lead)}{trust})."
    )
    ids = [
        cited.id(block.rows[shape, span.method], block.against, span.ratios[shape])
        for span in spans
        for shape in span.shapes
    ]
    ids.append(cited.id(block.rows[ends[-1], block.against], block.against, 1.0))
    ids += error
    start = f"Measured on {where(cited.results.environment)}: " if is_first and block.kind in TIMED else ""
    return AnswerSentence(text=f"{start}{text}", measurement_ids=tuple(dict.fromkeys(ids)))


def _named(span: _Span, columns: dict[str, list[str]]) -> str:
    """The method that leads a sentence, with those for which the same holds."""
    same = " and ".join(map(label, columns[span.method]))
    return f"{label(span.method)}, like {same}," if same else label(span.method)


def _against(block: Block) -> str:
    return f"the {label(block.against)}" if block.against == "base" else label(block.against)


def _span(block: Block, method: str) -> _Span:
    """Ratios of a method on the main axis, and beyond its ends where only another architecture reaches."""
    ratios = {s: r for s in block.shapes if (r := block.ratio(s, method)) is not None}
    main = [count_of(shape) for shape in ratios if on_main_axis(shape)]
    low, high = (min(main), max(main)) if main else (0, 0)
    return _Span(method, {s: r for s, r in ratios.items() if on_main_axis(s) or not low <= count_of(s) <= high})


def _example(block: Block, method: str, shape: str) -> str:
    """The figures at one shape, ``392 GB against 2.81 TB at OPT 175B``: both, if they were found in one way."""
    mine, theirs = block.rows[shape, method], block.rows[shape, block.against]
    beside = f" against {_amount(theirs)}" if (mine.how == "modelled") == (theirs.how == "modelled") else ""
    return f"{_amount(mine)}{beside}{' a token' * (block.kind in TIMED)} at {named(shape)}"


def _amount(row: Row) -> str:
    return duration(row.seconds) if isinstance(row, Latency) else size(row.total)


def _found(block: Block, span: _Span) -> str:
    """How the figures of a method were found: ``composed, at OPT 175B tiled``."""
    ordered = sorted(span.ratios, key=count_of)
    runs = [(how, list(shapes)) for how, shapes in groupby(ordered, lambda shape: block.rows[shape, span.method].how)]
    if len(runs) == 1:
        return runs[0][0]
    ends = [(how, named(s[0]) if len(s) == 1 else f"{named(s[0])} to {named(s[-1])}") for how, s in runs]
    return ", ".join(f"{how} at {reach}" for how, reach in ends)


def _apart(block: Block, span: _Span, lead: _Span) -> str:
    """What sets the figures of a method apart from those of the first: other scales, or how they were found."""
    ends = sorted(span.ratios, key=count_of)
    scales = f"at {len(ends)} scales from {named(ends[0])} to {named(ends[-1])}" if len(ends) > 1 else named(ends[0])
    said = [scales] * (set(ends) != set(lead.ratios))
    said += [_found(block, span)] * (_found(block, span) != _found(block, lead))
    return f" ({', '.join(said)})" if said else ""


def _trust(block: Block, cited: Cited) -> tuple[str, list[str]]:
    """How far the cost model was from what was measured, where it gave figures, and the measurement that says so."""
    error, checks = model_error(cited.results), len(cited.results.memory_checks)
    if error is None or all(row.how != "modelled" for row in block.rows.values()):
        return "", []
    said = f"; the model misses {checks} measured peaks by {percent(error)} in the median"
    return said, [cited.model_error(error, checks)]


def _equal(block: Block, cited: Cited) -> AnswerSentence | None:
    """That the comparator was not measured by itself, where another method computes the same."""
    rows = [(shape, row) for (shape, m), row in block.rows.items() if m == block.against and isinstance(row, Latency)]
    ends = sorted((one for one in rows if one[1].same_as), key=lambda one: count_of(one[0]))
    if not ends:
        return None
    _, row = ends[0]
    same = label(row.same_as or "")
    text = (
        f"At inference, {label(block.against)} computes the same products as the {same} on weights of the same size, so "
        "that one measurement stands for both."
    )
    ids = [cited.id(one, block.against, 1.0) for _, one in (ends[0], ends[-1])]
    return AnswerSentence(text=text, measurement_ids=tuple(dict.fromkeys(ids)), inferred=True)


def sizes(shapes: Iterable[str]) -> tuple[Quantity, ...]:
    """Sizes that shapes go by, smallest first."""
    found = {nominal(shape): size_of(shape) for shape in shapes}
    return tuple(Quantity(value=value, unit="parameters", text=found[value]) for value in sorted(found))
