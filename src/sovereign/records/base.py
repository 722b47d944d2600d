"""The base of every record type: frozen, closed to unknown fields, with one canonical form."""

from __future__ import annotations

import hashlib
from json.encoder import encode_basestring
from typing import Any

import rfc8785
from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """Frozen pydantic model. Equal values have equal canonical bytes (RFC 8785)."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")


def canonical_json(value: Any) -> bytes:
    """Canonical JSON bytes of plain data, after RFC 8785 (JCS): sorted keys, one number format.

    Raises:
        CanonicalizationError: of ``rfc8785``, for what has no such form: NaN, an integer beyond 2**53, half a surrogate pair.
    """
    try:
        return _canonical(value).encode("utf-8")
    except (TypeError, UnicodeEncodeError, RecursionError):
        return rfc8785.dumps(value)  # which says what is wrong


def _canonical(value: Any) -> str:
    """The same text as ``rfc8785`` gives, in less than half of its time.

    Raises:
        TypeError: for a value or a key of another type.
    """
    kind = type(value)
    if kind is str:
        return encode_basestring(value)
    if kind is dict:
        keys = sorted(value) if all(map(str.isascii, value)) else sorted(value, key=_utf16)
        return f"{{{','.join([f'{encode_basestring(key)}:{_canonical(value[key])}' for key in keys])}}}"
    if kind is list or kind is tuple:
        return f"[{','.join([_canonical(one) for one in value])}]"
    if value is None or value is True or value is False:
        return {None: "null", True: "true", False: "false"}[value]
    if kind is int and abs(value) < 1 << 53:
        return str(value)
    # Beyond these bounds Python and the standard differ on when to write an exponent.
    if kind is float and (value == 0 or 1e-4 <= abs(value) < 1 << 53):
        return str(int(value)) if value.is_integer() else repr(value)
    if kind is int or kind is float:
        return rfc8785.dumps(value).decode("ascii")
    raise TypeError(f"{kind.__name__} is no plain data")


def _utf16(key: str) -> bytes:
    """By what keys are sorted: above U+FFFF the order of UTF-16 is not that of the characters."""
    return key.encode("utf-16-be")


def sha256_hex(data: bytes) -> str:
    """Hex SHA-256 of ``data``."""
    return hashlib.sha256(data).hexdigest()
