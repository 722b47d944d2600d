"""Findings of the three reviewers and the arithmetic of the score."""

from __future__ import annotations

from typing import Literal

from .base import Model

Role = Literal["SKEPTIC", "VALIDATOR", "SYNTHESIZER"]
Severity = Literal["note", "minor", "major"]


class Finding(Model):
    """One objection. ``code`` names the rule; the ids say what it is about."""

    role: Role
    code: str
    severity: Severity
    text: str
    claim_ids: tuple[str, ...] = ()
    facet_ids: tuple[str, ...] = ()


class ScoreTerm(Model):
    """One line of the score's arithmetic: ``points = weight * share``, ``share`` in 0..1 or None when unassessed."""

    name: str
    share: float | None
    weight: float
    points: float
    basis: str


class ReviewRound(Model):
    """One round of review. ``score`` is 0..10; ``changes`` is what the revision before this round did."""

    number: int
    findings: tuple[Finding, ...]
    terms: tuple[ScoreTerm, ...]
    score: float
    changes: tuple[str, ...] = ()
