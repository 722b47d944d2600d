"""Review of a record as it was published: plain JSON, which may not even load."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from sovereign.errors import InputError
from sovereign.records import Finding, Record

from .brief import brief_of
from .kinds import finding
from .round import CHECKS, findings_of

_MOST_REPAIRS = 200
_UNCARRIED = "must name a claim or a measurement"


def review_json(data: Mapping[str, Any]) -> tuple[Finding, ...]:
    """What the reviewers find by checks in the public JSON of a record. The content hash is not looked at.

    A sentence that names nothing, which no record can be loaded with, is found, left out, and the rest is reviewed.

    Raises:
        InputError: if the JSON is no record.
    """
    record, found = _loaded(data)
    brief = brief_of(record)
    return (*found, *dict.fromkeys(f for role in CHECKS for f in findings_of(role, brief)))


def _loaded(data: Mapping[str, Any]) -> tuple[Record, list[Finding]]:
    """The record, and findings of the sentences that it could not be loaded with."""
    rest: Any = copy.deepcopy(dict(data))
    found: list[Finding] = []
    for _ in range(_MOST_REPAIRS):
        try:
            return Record.model_validate(rest), found
        except ValidationError as error:
            bad = next((e for e in error.errors() if _UNCARRIED in e["msg"]), None)
            if bad is None:
                first = error.errors()[0]
                where = "/".join(map(str, first["loc"]))
                raise InputError(
                    f"this is no record: {where}: {first['msg']}", "Give the record.json of an export."
                ) from None
            place = "/" + "/".join(map(str, bad["loc"]))
            text = str(_at(rest, bad["loc"]).get("text", ""))
            found.append(
                finding("uncited-sentence", "the sentence names nothing that carries it", at=[place], evidence=text)
            )
            # It stays where it is, so that the places of the others keep their numbers.
            _at(rest, bad["loc"])["of_record"] = True
    raise InputError("this is no record: too many sentences name nothing", "Give the record.json of an export.")


def _at(data: Any, path: tuple[int | str, ...]) -> Any:
    for step in path:
        data = data[step]
    return data
