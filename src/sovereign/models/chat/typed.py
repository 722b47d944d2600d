"""A raw answer, read as the type that was asked for. The text is hostile: it may be prose, cut off, nested without end, or huge."""

from __future__ import annotations

import json
import math
from typing import NoReturn

from pydantic import ValidationError

from .ports import T

MOST_CHARS = 1_000_000
_STARTS = 20  # braces that are tried: prose before the object may have some
_ERRORS = 4


class Unreadable(ValueError):
    """The answer is not what was asked for; the message says why, for a person and for the model."""


def typed(text: str, kind: type[T]) -> T:
    """The first JSON object in the text, as ``kind``: code fences and words around it are passed over.

    Raises:
        Unreadable: if there is none, or it has another form.
    """
    if not text.strip():
        raise Unreadable("the answer is empty")
    if len(text) > MOST_CHARS:
        raise Unreadable(f"the answer has more than {MOST_CHARS:,} characters")
    try:
        return kind.model_validate_json(_object(text))
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)[:_ERRORS]
        said = "; ".join(f"{'.'.join(str(part) for part in e['loc']) or 'it'}: {e['msg']}" for e in found)
        raise Unreadable(f"it does not fit the schema: {said[:500]}") from None


def _object(text: str) -> str:
    """The text of the first whole JSON object: finite numbers only."""
    decoder = json.JSONDecoder(parse_constant=_no_number, parse_float=_finite)
    start, why = text.find("{"), "it holds no JSON object"
    for _ in range(_STARTS):
        if start < 0:
            break
        try:
            _, end = decoder.raw_decode(text, start)
            return text[start:end]
        except RecursionError:
            raise Unreadable("its JSON is nested too deeply") from None
        except ValueError as error:
            why = f"its JSON cannot be read or is cut off: {getattr(error, 'msg', error)}"
        start = text.find("{", start + 1)
    raise Unreadable(why[:300])


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _no_number(text)


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text[:20]} is no finite number")
