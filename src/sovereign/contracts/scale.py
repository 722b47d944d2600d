"""The scale of the quality dimensions: a score 0..10, and a level by published cuts."""

from __future__ import annotations

from typing import Final, Literal

DimensionLevel = Literal["UNASSESSED", "LOW", "MEDIUM", "HIGH"]
MEDIUM_FROM: Final = 4.0
HIGH_FROM: Final = 7.5


def level_of(score: float | None) -> DimensionLevel:
    """HIGH from 7.5 on, MEDIUM from 4.0 on, LOW below; UNASSESSED without a score."""
    if score is None:
        return "UNASSESSED"
    return "HIGH" if score >= HIGH_FROM else "MEDIUM" if score >= MEDIUM_FROM else "LOW"
