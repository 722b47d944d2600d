"""The base of every record type: frozen, closed to unknown fields, with one canonical form."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import rfc8785
from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """Frozen pydantic model. Equal values have equal canonical bytes (RFC 8785)."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")


def canonical_json(value: Any) -> bytes:
    """Canonical JSON bytes of plain data, after RFC 8785 (JCS): sorted keys, one number format.

    Raises:
        ValueError: if it holds what is no JSON, or no number of JSON's.
    """
    # The standard library's encoder is ten times as fast. What it would write otherwise goes the long way.
    try:
        return _ENCODE(_simple(value)).encode("utf-8")
    except (_NotSimple, UnicodeEncodeError, RecursionError, TypeError):  # the last for a key that is no text
        return rfc8785.dumps(value)


class _NotSimple(Exception):
    """The two encoders may differ."""


_ENCODE = json.JSONEncoder(ensure_ascii=False, check_circular=False, sort_keys=True, separators=(",", ":")).encode
_LEAVES = frozenset((str, bool, type(None)))
_EXACT = 2**53  # whole numbers below it are the same as int and as float


def _simple(value: Any) -> Any:
    """The value as the standard encoder writes it in the canonical form: whole floats as integers.

    Raises:
        _NotSimple: if there is none: a large or a very small number, a name of a key that may sort otherwise, a type of its own.
    """
    kind = type(value)
    if kind is dict:
        if not "".join(value).isascii():
            raise _NotSimple
        return {key: one if type(one) in _LEAVES else _simple(one) for key, one in value.items()}
    if kind is list or kind is tuple:
        return [one if type(one) in _LEAVES else _simple(one) for one in value]
    if kind in _LEAVES:
        return value
    if kind is int and -_EXACT < value < _EXACT:
        return value
    if kind is float and -_EXACT < value < _EXACT:
        if value.is_integer():
            return int(value)
        if abs(value) >= 0.0001:  # from here on without an exponent, in both
            return value
    raise _NotSimple


def sha256_hex(data: bytes) -> str:
    """Hex SHA-256 of ``data``."""
    return hashlib.sha256(data).hexdigest()
