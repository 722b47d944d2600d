"""What happens to a record, by which rule."""

from __future__ import annotations

from typing import Literal

from .base import Model

DecisionOutcome = Literal["AUTO_APPROVE", "HOLD", "REJECT"]
OwnerOutcome = Literal["APPROVED", "HELD", "REJECTED"]


class Decision(Model):
    """The policy's decision: the rule that fired, its inputs, and the reasons in words."""

    outcome: DecisionOutcome
    rule: str
    policy: str
    inputs: dict[str, float | int | str | bool]
    reasons: tuple[str, ...]


class OwnerDecision(Model):
    """A decision of the owner, kept beside the record and never inside it."""

    record_id: str
    outcome: OwnerOutcome
    reason: str
    by: str
    at: str
