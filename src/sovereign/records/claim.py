"""A claim: what a sentence says of a subject, in parts that checks can compare."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, computed_field, model_validator

from .base import Model
from .check import Verdict, Verification
from .measurement import GateVerdict
from .quantity import Quantity
from .quote import Quote

Direction = Literal["increase", "decrease", "equal"]


class Setting(Model):
    """Under what conditions a claim holds, as far as its sentence says.

    ``scale`` is the model's size in parameters; ``conditions`` are other phrases, verbatim ("on GSM8K").
    """

    model: str | None = None
    scale: Quantity | None = None
    phase: Literal["training", "inference"] | None = None
    batch_size: int | None = None
    sequence_length: int | None = None
    conditions: tuple[str, ...] = ()


class Result(Model):
    """One figure or comparison: ``subject`` has ``value`` of ``metric``, against ``comparator``.

    ``direction`` is that of the subject against the comparator (``increase``: the subject has more of the metric).
    ``ratio`` is subject over comparator, dimensionless, where the sentence allows to compute it.
    ``condition`` is a condition of this figure alone, verbatim ("in training").
    """

    subject: str | None = None
    comparator: str | None = None
    metric: str | None = None
    value: Quantity | None = None
    comparator_value: Quantity | None = None
    direction: Direction | None = None
    ratio: float | None = None
    condition: str | None = None


class Claim(Model):
    """One claim: a sentence's statement about one metric, with the sentence it rests on. Text is never cut.

    A sentence that speaks of two metrics gives two claims. ``results`` holds all its figures, the main one first.
    ``credited`` is whom the sentence names as the one who found it, where that is not the work it stands in. ``headline`` is
    the place of the sentence among those that say what its work mainly claims, from 1; None for any other.
    """

    id: str
    text: str
    quote: Quote
    setting: Setting
    results: tuple[Result, ...] = ()
    relevance: float = 0.0
    verification: Verification | None = None
    gate: GateVerdict | None = None
    rungs: tuple[int, ...] = ()
    credited: str | None = Field(default=None, exclude_if=lambda value: value is None)
    headline: int | None = Field(default=None, ge=1, exclude_if=lambda value: value is None)

    @model_validator(mode="before")
    @classmethod
    def _drop_computed(cls, data: Any) -> Any:
        """Let a dumped claim load again: computed fields are derived, so they are not read back."""
        return {k: v for k, v in data.items() if k not in _COMPUTED} if isinstance(data, dict) else data

    @property
    def main(self) -> Result:
        """The main result, empty when the sentence gives no part of one."""
        return self.results[0] if self.results else Result()

    @computed_field  # type: ignore[prop-decorator]
    @property
    def subject(self) -> str | None:
        """Who or what the claim is about."""
        return self.main.subject

    @computed_field  # type: ignore[prop-decorator]
    @property
    def comparator(self) -> str | None:
        """What the subject is compared with."""
        return self.main.comparator

    @computed_field  # type: ignore[prop-decorator]
    @property
    def metric(self) -> str | None:
        """Name of the metric in the vocabulary."""
        return self.main.metric

    @computed_field  # type: ignore[prop-decorator]
    @property
    def value(self) -> float | None:
        """The main figure, in ``unit``."""
        return self.main.value.value if self.main.value else None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def unit(self) -> str | None:
        """Unit of ``value``."""
        return self.main.value.unit if self.main.value else None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def direction(self) -> Direction | None:
        """Direction of the subject against the comparator."""
        return self.main.direction

    @computed_field  # type: ignore[prop-decorator]
    @property
    def verdict(self) -> Verdict:
        """The verdict, ``UNCHECKED`` before verification."""
        return self.verification.verdict if self.verification else "UNCHECKED"

    @property
    def falsified(self) -> bool:
        """Whether an exact protocol disagreed."""
        return self.gate is not None and self.gate.status == "FALSIFIED"

    @property
    def verified(self) -> bool:
        """SUPPORT from other evidence than the claim's own sentence, or an exact protocol that passed; never if one failed."""
        if self.falsified:
            return False
        by_gate = self.gate is not None and self.gate.status == "VERIFIED"
        return by_gate or (self.verification is not None and self.verification.verified)


_COMPUTED = frozenset(Claim.model_computed_fields)
