"""The ten claims that this project started from, as data that ships with the package."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Literal

from .base import Model


class SeedClaim(Model):
    """One claim of the first record. ``completed`` marks a text that was cut there and is completed in our words."""

    id: str
    text: str
    printed_verified: bool
    printed_cosine: float
    completed: bool


class SeedClaims(Model):
    """The seed's question and claims, and the work that they speak of."""

    schema_version: Literal["1.0"]
    about: str
    question: str
    source_id: str
    claims: tuple[SeedClaim, ...]


@cache
def seed_claims() -> SeedClaims:
    """The shipped claims."""
    return SeedClaims.model_validate_json(resources.files(__package__).joinpath("seed.json").read_text("utf-8"))
