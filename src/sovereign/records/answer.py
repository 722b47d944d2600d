"""The answer object. Each sentence names the claims or measurements that carry it."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from .base import Model

AnswerState = Literal["ANSWERED", "PARTLY_ANSWERED", "NOT_ANSWERABLE"]


class AnswerSentence(Model):
    """A sentence of the answer. ``inferred`` marks a step of ours that no single claim states.

    Raises:
        ValueError: if it names neither a claim nor a measurement.
    """

    text: str
    claim_ids: tuple[str, ...] = ()
    measurement_ids: tuple[str, ...] = ()
    inferred: bool = False

    @model_validator(mode="after")
    def _carried(self) -> AnswerSentence:
        if not (self.claim_ids or self.measurement_ids):
            raise ValueError("a sentence of the answer must name a claim or a measurement")
        return self


class FacetAnswer(Model):
    """What the evidence says of one facet, and what it leaves open (``missing``)."""

    facet_id: str
    state: AnswerState
    reason: str
    sentences: tuple[AnswerSentence, ...] = ()
    missing: tuple[str, ...] = ()


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


class Side(Model):
    """One side of a disagreement."""

    statement: str
    claim_ids: tuple[str, ...]
    source_ids: tuple[str, ...]


class Disagreement(Model):
    """Sources that do not agree. ``why`` names what differs between them, or says that nothing named does."""

    subject: str
    metric: str
    kind: Literal["direction", "magnitude", "level"]
    sides: tuple[Side, ...]
    why: str


class OpenPoint(Model):
    """Something that the evidence does not settle, and what would settle it."""

    text: str
    facet_id: str | None = None
    needs: str = ""


class Answer(Model):
    """The answer as a whole. ``state`` is that of the weakest facet."""

    state: AnswerState
    summary: tuple[AnswerSentence, ...]
    facets: tuple[FacetAnswer, ...]
    comparisons: tuple[Comparison, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
    open_points: tuple[OpenPoint, ...] = ()

    def cited(self) -> tuple[str, ...]:
        """Ids of the claims that the answer rests on, in order, each once."""
        sentences = [*self.summary, *(s for f in self.facets for s in f.sentences)]
        ids = [i for s in sentences for i in s.claim_ids]
        ids += [c.claim_id for c in self.comparisons]
        ids += [i for d in self.disagreements for side in d.sides for i in side.claim_ids]
        return tuple(dict.fromkeys(ids))
