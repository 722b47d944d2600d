"""The typed key by which claims, reported numbers and laboratory protocols find each other."""

from __future__ import annotations

from pydantic import Field

from .base import Model


class ProtocolKey(Model):
    """What a number is a measurement of. Two numbers are comparable only if their keys agree.

    ``None`` means that the text does not say; in a protocol's key, that any value will do. ``method`` is what was
    measured and ``comparator`` the baseline that a difference or ratio is against. ``model`` is the base model and
    ``size`` its parameters; ``setting`` holds further conditions by name ("batch size": "1"), sorted.
    """

    metric: str
    method: str
    comparator: str | None = None
    setting: tuple[tuple[str, str], ...] = ()
    unit: str | None = None
    task: str | None = Field(default=None, exclude_if=lambda value: value is None)
    dataset: str | None = Field(default=None, exclude_if=lambda value: value is None)
    split: str | None = Field(default=None, exclude_if=lambda value: value is None)
    model: str | None = Field(default=None, exclude_if=lambda value: value is None)
    size: float | None = Field(default=None, exclude_if=lambda value: value is None)
