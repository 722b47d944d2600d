"""Measurements of the laboratory and the verdict of the empirical gate."""

from __future__ import annotations

from typing import Literal

from .base import Model
from .protocol import ProtocolKey
from .quantity import Quantity


class Measurement(Model):
    """One figure that a protocol measured; ``artifact`` is the SHA-256 of its stored result."""

    id: str
    protocol: str
    key: ProtocolKey
    quantity: Quantity
    artifact: str
    how: Literal["measured", "composed", "tiled", "modelled"]


class GateVerdict(Model):
    """Verdict of the empirical gate on one claim. Only a protocol with an ``exact`` match verifies or falsifies."""

    status: Literal["UNVERIFIED", "VERIFIED", "FALSIFIED"]
    reason: str
    protocol: str | None = None
    protocol_match: Literal["exact", "proxy"] | None = None
    measurement_ids: tuple[str, ...] = ()
