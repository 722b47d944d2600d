"""Corrections of a published record: each is added, none replaces what stood before."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from pydantic import Field

from .base import Model

CorrectionType = Literal["METADATA", "ARTIFACT", "CLAIM", "BENCHMARK", "PROVENANCE", "QUALITY_ASSESSMENT"]
CorrectionState = Literal["CURRENT", "CORRECTED", "SUPERSEDED"]


_NUMBERED = re.compile(r"([A-Za-z]+)([0-9]{1,9})")


def _absent(value: object) -> bool:
    return value == ()


class Correction(Model):
    """One correction, which made version ``to_version`` of a record out of the version before it.

    ``number`` counts from 1; ``event_id`` is ``<record id>/corrections/<number>``, the subject of its event in the ledger.
    ``note`` is what the public is told, ``by`` and ``at`` are who made it and when (UTC). ``affected_fields`` are JSON Pointers (RFC 6901)
    into the version before, the ones named by the owner first, then all that followed from them; ``claim_ids`` and ``measurement_ids`` what was withdrawn.
    ``restored_ids`` are claims and measurements that an earlier correction withdrew and that stand again, ``undoes`` the numbers of those
    corrections, which stay. ``from_hash`` is the content hash of the version before.
    """

    event_id: str
    number: int
    type: CorrectionType
    at: str
    by: str
    note: str
    affected_fields: tuple[str, ...]
    claim_ids: tuple[str, ...] = ()
    measurement_ids: tuple[str, ...] = ()
    restored_ids: tuple[str, ...] = Field(default=(), exclude_if=_absent)
    undoes: tuple[int, ...] = Field(default=(), exclude_if=_absent)
    from_version: int
    to_version: int
    from_hash: str


class Withdrawn(Model):
    """What corrections have withdrawn and not restored, each with the number of the correction that did it last."""

    claims: dict[str, int]
    measurements: dict[str, int]


def spans(ids: Iterable[str]) -> str:
    """Ids in words, in the order given; three or more that follow each other as a span: ``C1, C4 to C9, G2``."""
    runs: list[list[str]] = []
    for name in ids:
        if runs and _follows(runs[-1][-1], name):
            runs[-1].append(name)
        else:
            runs.append([name])
    return ", ".join(f"{run[0]} to {run[-1]}" if len(run) > 2 else ", ".join(run) for run in runs)


def _follows(one: str, other: str) -> bool:
    first, second = _NUMBERED.fullmatch(one), _NUMBERED.fullmatch(other)
    return bool(first and second and first[1] == second[1] and int(second[2]) == int(first[2]) + 1)


def withdrawn(corrections: Iterable[Correction]) -> Withdrawn:
    """What is withdrawn after all these corrections, which come oldest first."""
    found = Withdrawn(claims={}, measurements={})
    for one in corrections:
        for ids, into in ((one.claim_ids, found.claims), (one.measurement_ids, found.measurements)):
            into.update(dict.fromkeys(ids, one.number))
        for name in one.restored_ids:
            found.claims.pop(name, None)
            found.measurements.pop(name, None)
    return found
