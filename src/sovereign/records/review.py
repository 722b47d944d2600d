"""Findings of the three reviewers, the arithmetic of their scores, and how a revision answered each finding."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .base import Model

Role = Literal["SKEPTIC", "VALIDATOR", "SYNTHESIZER"]
Severity = Literal["note", "minor", "major", "critical"]
ResponseOutcome = Literal["resolved", "limitation", "rejected"]


def _absent(value: object) -> bool:
    return value in (None, "", (), False)


class Finding(Model):
    """One objection. ``code`` names its kind, ``at`` what it attacks, as JSON Pointers (RFC 6901) into the record.

    ``evidence`` says what was held against what. ``model`` is the name of the language model that proposed it, empty for a
    finding of our own checks; ``upheld`` says of a proposed one whether a check confirmed it: only then does it count.
    Fields after ``facet_ids`` are written only where they say something, so that older records keep their canonical form.
    """

    role: Role
    code: str
    severity: Severity
    text: str
    claim_ids: tuple[str, ...] = ()
    facet_ids: tuple[str, ...] = ()
    id: str = Field(default="", exclude_if=_absent)
    at: tuple[str, ...] = Field(default=(), exclude_if=_absent)
    evidence: str = Field(default="", exclude_if=_absent)
    model: str = Field(default="", exclude_if=_absent)
    upheld: bool = Field(default=False, exclude_if=_absent)

    @property
    def counts(self) -> bool:
        """Whether the finding has a say in the score: what a model proposed has one only if a check upheld it."""
        return not self.model or self.upheld


class ScoreTerm(Model):
    """One line of a score's arithmetic: ``points = weight * share``, ``share`` in 0..1 or None when unassessed."""

    name: str
    share: float | None
    weight: float
    points: float
    basis: str


class RoleScore(Model):
    """What one reviewer gives, 0..10: the sum of its terms, its own findings among them. ``text`` is what the role is told."""

    role: Role
    text: str
    terms: tuple[ScoreTerm, ...]
    score: float


class Response(Model):
    """How the revision answered one finding of the round before, and why so."""

    finding_id: str
    outcome: ResponseOutcome
    reason: str


class ReviewRound(Model):
    """One round of review. ``score`` is 0..10, the mean of ``scores`` less what ``terms`` say of caps.

    ``spread`` is the distance between the highest and the lowest of the three; ``discarded`` counts findings of models that
    point at nothing that exists, by the reason. ``changes`` is what the revision before this round did, and ``responses`` how
    it answered the findings of the round before, one by one; ``withdrawn`` are the claims that it took out of the answer, ``downgraded`` those
    that no sentence of it may rest on.
    """

    number: int
    findings: tuple[Finding, ...]
    terms: tuple[ScoreTerm, ...]
    score: float
    changes: tuple[str, ...] = ()
    scores: tuple[RoleScore, ...] = Field(default=(), exclude_if=_absent)
    spread: float | None = Field(default=None, exclude_if=_absent)
    discarded: dict[str, int] | None = Field(default=None, exclude_if=_absent)
    responses: tuple[Response, ...] = Field(default=(), exclude_if=_absent)
    withdrawn: tuple[str, ...] = Field(default=(), exclude_if=_absent)
    downgraded: tuple[str, ...] = Field(default=(), exclude_if=_absent)
