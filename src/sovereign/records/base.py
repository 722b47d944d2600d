"""The base of every record type: frozen, closed to unknown fields, with one canonical form."""

from __future__ import annotations

import hashlib
from typing import Any

import rfc8785
from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """Frozen pydantic model. Equal values have equal canonical bytes (RFC 8785)."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")


def canonical_json(value: Any) -> bytes:
    """Canonical JSON bytes of plain data, after RFC 8785 (JCS): sorted keys, one number format."""
    return rfc8785.dumps(value)


def sha256_hex(data: bytes) -> str:
    """Hex SHA-256 of ``data``."""
    return hashlib.sha256(data).hexdigest()
