"""The answer object. Each sentence names the claims or measurements that carry it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from .base import Model

AnswerState = Literal["ANSWERED", "PARTLY_ANSWERED", "NOT_ANSWERABLE"]


class AnswerSentence(Model):
    """A sentence of the answer. ``inferred`` marks a step of ours that no single claim states.

    ``of_record`` marks a sentence about this record alone ("19 works were read"), which no claim could carry.

    Raises:
        ValueError: if it names neither a claim nor a measurement, and is not about the record alone.
    """

    text: str
    claim_ids: tuple[str, ...] = ()
    measurement_ids: tuple[str, ...] = ()
    inferred: bool = False
    of_record: bool = Field(default=False, exclude_if=lambda value: not value)

    @model_validator(mode="after")
    def _carried(self) -> AnswerSentence:
        if not (self.claim_ids or self.measurement_ids or self.of_record):
            raise ValueError("a sentence of the answer must name a claim or a measurement")
        return self


class Part(Model):
    """How far a facet is answered within a scope: "on the measured processor", "on GPUs"."""

    scope: str
    state: AnswerState
    reason: str


class FacetAnswer(Model):
    """What the evidence says of one facet, and what it leaves open (``missing``).

    With ``parts``, the weakest counts, but a facet of which one part has an answer is answered in part.
    """

    facet_id: str
    state: AnswerState
    reason: str
    parts: tuple[Part, ...] = ()
    sentences: tuple[AnswerSentence, ...] = ()
    missing: tuple[str, ...] = ()


class Side(Model):
    """One side of a disagreement."""

    statement: str
    claim_ids: tuple[str, ...]
    source_ids: tuple[str, ...]


class Sureness(Model):
    """How sure the answer to one facet is, by a written rule, and why in words; ``rule`` is the condition that gave the degree.

    Counts are over the claims and measurements that the facet's sentences and comparisons rest on. ``groups`` are works no
    two of which share an author or take a figure from each other; ``depths`` says how much of its sources was read.
    """

    facet_id: str
    degree: Literal["none", "very low", "low", "moderate", "high"]
    rule: str
    text: str
    claims: int
    works: int
    groups: int
    verified: int
    depths: tuple[str, ...] = ()
    measured: int = 0
    modelled: int = 0


class Agreement(Model):
    """Two works or more that agree on one pair and metric: the same direction, and ratios near each other."""

    subject: str
    metric: str
    sides: tuple[Side, ...]
    text: str


class MatrixCell(Model):
    """Ratios that sources give for one scale and method: the smallest, the largest, and the claims that carry them."""

    low: float
    high: float
    claim_ids: tuple[str, ...]


class MatrixRow(Model):
    """One scale. ``cells`` are by column; None where no source gives a figure."""

    scale: str
    cells: tuple[MatrixCell | None, ...]


class Matrix(Model):
    """What sources say of one metric against one comparator: a row for each scale, a column for each method."""

    facet_id: str
    metric: str
    comparator: str
    columns: tuple[str, ...]
    rows: tuple[MatrixRow, ...]


class MeasuredCell(Model):
    """One cell of a measured table: ``ratio`` to the table's comparator, and the measurement that carries it."""

    ratio: float
    measurement_id: str


class MeasuredRow(Model):
    """One scale. ``cells`` are by column; None where nothing was measured.

    ``other``: of another architecture than the rows that differ in scale alone.
    """

    scale: str
    parameters: int
    cells: tuple[MeasuredCell | None, ...]
    other: bool = False


class MeasuredTable(Model):
    """Figures of the laboratory: a row for each scale, a column for each method, each a ratio to ``comparator``.

    ``comparator`` is the first column. ``where`` says on what it was measured, when, and with what. ``anew``: measured
    for this record, beside figures that were there before.
    """

    facet_id: str
    caption: str
    metric: str
    comparator: str
    where: str
    columns: tuple[str, ...]
    rows: tuple[MeasuredRow, ...]
    anew: bool = False


class Figure(Model):
    """A plot of measured figures, an SVG kept as an artifact under its SHA-256; ``alt`` says in words what it shows."""

    facet_id: str
    title: str
    caption: str
    alt: str
    artifact: str
    measurement_ids: tuple[str, ...]


class Comparison(Model):
    """One row of the answer's table: subject against comparator, computed from the figures of one claim.

    ``ratio`` is subject over comparator. ``scale`` and ``setting`` are as printed in the source.
    """

    facet_id: str
    metric: str
    subject: str
    comparator: str
    subject_value: str
    comparator_value: str
    ratio: float | None
    scale: str
    setting: str
    claim_id: str


DisagreementType = Literal[
    "different_version", "different_setting", "different_baseline", "own_work", "real_disagreement", "not_comparable"
]
"""Why sources do not agree. ``own_work``: a claim against a table or another passage of its own work; ``not_comparable``:
their protocol keys differ in metric, data set or split, so that nothing may be said of agreement."""


class Disagreement(Model):
    """Sources that do not agree. ``why`` names what differs between them, or says that nothing named does; ``type`` is that
    in one word."""

    subject: str
    metric: str
    kind: Literal["direction", "magnitude", "level"]
    sides: tuple[Side, ...]
    why: str
    type: DisagreementType | None = Field(default=None, exclude_if=lambda value: value is None)


class OpenPoint(Model):
    """Something that the evidence does not settle, and what would settle it."""

    text: str
    facet_id: str | None = None
    needs: str = ""


class Answer(Model):
    """The answer as a whole. ``state`` is that of the weakest facet.

    ``title`` and ``abstract`` are our own words; the first sentence of the abstract answers the question, or says that it
    cannot be answered.
    """

    state: AnswerState
    summary: tuple[AnswerSentence, ...]
    facets: tuple[FacetAnswer, ...]
    measured: tuple[MeasuredTable, ...] = ()
    figures: tuple[Figure, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
    open_points: tuple[OpenPoint, ...] = ()
    title: str = Field(default="", exclude_if=lambda value: not value)
    abstract: tuple[AnswerSentence, ...] = Field(default=(), exclude_if=lambda value: not value)
    matrices: tuple[Matrix, ...] = Field(default=(), exclude_if=lambda value: not value)
    agreements: tuple[Agreement, ...] = Field(default=(), exclude_if=lambda value: not value)
    sureness: tuple[Sureness, ...] = Field(default=(), exclude_if=lambda value: not value)

    def sentences(self) -> tuple[AnswerSentence, ...]:
        """All sentences, those of the abstract first."""
        return (*self.abstract, *self.summary, *(s for f in self.facets for s in f.sentences))

    def places(self) -> tuple[tuple[str, AnswerSentence], ...]:
        """All sentences with their JSON Pointers (RFC 6901) from the record's root."""
        rows = [(f"/answer/abstract/{n}", s) for n, s in enumerate(self.abstract)]
        rows += [(f"/answer/summary/{n}", s) for n, s in enumerate(self.summary)]
        rows += [
            (f"/answer/facets/{i}/sentences/{n}", s)
            for i, facet in enumerate(self.facets)
            for n, s in enumerate(facet.sentences)
        ]
        return tuple(rows)

    def measured_by(self) -> tuple[str, ...]:
        """Ids of the measurements that its sentences rest on, in order, each once."""
        sentences = self.sentences()
        return tuple(dict.fromkeys(i for s in sentences for i in s.measurement_ids))

    def cited(self) -> tuple[str, ...]:
        """Ids of the claims that the answer rests on, in order, each once."""
        sentences = self.sentences()
        ids = [i for s in sentences for i in s.claim_ids]
        ids += [c.claim_id for c in self.comparisons]
        sides = (*(s for a in self.agreements for s in a.sides), *(s for d in self.disagreements for s in d.sides))
        ids += [i for side in sides for i in side.claim_ids]
        return tuple(dict.fromkeys(ids))
