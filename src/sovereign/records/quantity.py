"""A number with its unit."""

from __future__ import annotations

from typing import Literal

from .base import Model


class Quantity(Model):
    """A quantity as a text gives it: ``value`` in ``unit`` (``"%"``, ``"GB"``, ``"ms/token"``, ``"x"``, ``""``).

    ``upper`` is the end of a range. ``bound`` keeps words such as "more than". ``text`` is the printed form.
    """

    value: float
    unit: str
    text: str
    upper: float | None = None
    bound: Literal["exact", "about", "at_least", "at_most"] = "exact"
