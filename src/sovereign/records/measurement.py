"""Measurements of the laboratory and the verdict of the empirical gate."""

from __future__ import annotations

from typing import Literal

from .base import Model
from .protocol import ProtocolKey
from .quantity import Quantity

How = Literal["measured", "composed", "tiled", "modelled", "counted", "inspected"]
GateReason = Literal[
    "passed",
    "failed",
    "proxy_consistent",
    "proxy_inconsistent",
    "accounting_not_stated",
    "needs",
    "no_protocol",
    "not_measured",
    "error",
]


class Measurement(Model):
    """One figure that a protocol found; ``artifact`` is the SHA-256 of its stored result.

    ``ratio`` is to ``key.comparator``, from the same run. ``low`` and ``high`` are the quartiles of the repeats, in the
    unit of ``quantity``. ``where`` says on what it was measured and when, in one line.
    """

    id: str
    protocol: str
    key: ProtocolKey
    quantity: Quantity
    artifact: str
    how: How
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    repeats: int | None = None
    where: str = ""


class GateVerdict(Model):
    """Verdict of the empirical gate on one claim. Only a protocol with an ``exact`` match verifies or falsifies.

    ``code`` is the reason as one word, ``reason`` in a sentence. ``needs`` lists what a run would take ("GPU",
    "LLaMA-2 7B weights"). ``untested`` quotes the parts of the claim that the protocol does not speak to.
    ``isolation`` is the level at which the sandbox held.
    """

    status: Literal["UNVERIFIED", "VERIFIED", "FALSIFIED"]
    reason: str
    code: GateReason | None = None
    protocol: str | None = None
    protocol_match: Literal["exact", "proxy"] | None = None
    measurement_ids: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    untested: tuple[str, ...] = ()
    isolation: str | None = None
