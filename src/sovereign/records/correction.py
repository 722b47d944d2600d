"""Corrections of a published record: each is added, none replaces what stood before."""

from __future__ import annotations

from typing import Literal

from .base import Model

CorrectionType = Literal["METADATA", "ARTIFACT", "CLAIM", "BENCHMARK", "PROVENANCE", "QUALITY_ASSESSMENT"]
CorrectionState = Literal["CURRENT", "CORRECTED", "SUPERSEDED"]


class Correction(Model):
    """One correction, which made version ``to_version`` of a record out of the version before it.

    ``number`` counts from 1; ``event_id`` is ``<record id>/corrections/<number>``, the subject of its event in the ledger.
    ``note`` is what the public is told, ``by`` and ``at`` are who made it and when (UTC). ``affected_fields`` are JSON Pointers (RFC 6901)
    into the version before, the ones named by the owner first, then all that followed from them; ``claim_ids`` and ``measurement_ids`` what was withdrawn.
    ``from_hash`` is the content hash of the version before.
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
    from_version: int
    to_version: int
    from_hash: str
