"""The record: everything that was found, checked, answered and decided for one question."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal
from uuid import UUID

from pydantic import Field

from .answer import Answer
from .base import Model, canonical_json, sha256_hex
from .claim import Claim
from .correction import Correction, Withdrawn, withdrawn
from .decision import Decision
from .event import LedgerHead
from .measurement import Measurement
from .model_use import ModelUse
from .paper import Paper, Retrieval
from .question import Plan
from .quote import Quote
from .review import ReviewRound

SCHEMA_VERSION: Final = "1.0"


class Counters(Model):
    """Counts of claims, kept apart: an extracted claim is not anchored, a supported one not verified."""

    papers_seen: int
    papers_kept: int
    extracted: int
    anchored: int
    supported: int
    contradicted: int
    mixed: int
    not_enough_info: int
    unchecked: int
    verified: int
    measured: int
    cited: int


class Environment(Model):
    """Where and how the record was made. It is no part of the content hash."""

    sovereign: str
    python: str
    platform: str
    seed: int
    settings: dict[str, str]
    files_read: int
    files_unchanged: int
    seconds: dict[str, float]


class Record(Model):
    """One published record.

    ``content_hash`` is over the canonical JSON of everything but ids, times, environment (with it file locations, failures and
    limits) and ledger head, so that the same question over the same evidence by the same code has the same hash. ``version`` counts
    from 1; each of ``corrections``, oldest first, made the next one. When and by whom they were made is no part of the hash.
    """

    schema_version: Literal["1.0"] = SCHEMA_VERSION
    id: UUID
    short_id: str
    created_at: str
    question: str
    plan: Plan
    retrieval: Retrieval
    papers: tuple[Paper, ...]
    claims: tuple[Claim, ...]
    measurements: tuple[Measurement, ...]
    answer: Answer
    reviews: tuple[ReviewRound, ...]
    decision: Decision
    counters: Counters
    level: int
    limits: tuple[str, ...]
    environment: Environment
    model_use: ModelUse | None = Field(default=None, exclude_if=lambda value: value is None)
    version: int = Field(default=1, ge=1, exclude_if=lambda value: value == 1)
    corrections: tuple[Correction, ...] = Field(default=(), exclude_if=lambda value: value == ())
    content_hash: str = ""
    ledger_head: LedgerHead | None = None

    def computed_hash(self) -> str:
        """The content hash of the record as it is now.

        Ids, times and environment are left out, and with them where files lay and which could not be read: the same evidence
        in other folders is the same evidence.
        """
        left_out = {"id", "short_id", "created_at", "environment", "limits", "content_hash", "ledger_head"}
        data = self.model_dump(mode="json", exclude=left_out)
        data["retrieval"] = {k: v for k, v in data["retrieval"].items() if k not in ("failures", "merged")}
        for place in (*data["papers"], *data["retrieval"]["candidates"]):
            del place["location"]
        for measurement in data["measurements"]:  # by the hash of its artifact; on which machine is environment
            del measurement["where"]
        for call in (data.get("model_use") or {}).get("calls", ()):
            del call["seconds"], call["attempts"], call["replayed"]
        for correction in data.get("corrections", ()):
            del correction["event_id"], correction["at"], correction["by"]
        for claim in data["claims"]:
            if claim["gate"]:
                del claim["gate"]["isolation"]
        return sha256_hex(canonical_json(data))

    def quotes(self) -> Iterator[Quote]:
        """Every quote of the record: of each claim, then those of its evidence."""
        for claim in self.claims:
            yield claim.quote
            for evidence in claim.verification.evidence if claim.verification else ():
                yield evidence.quote

    @property
    def withdrawn(self) -> Withdrawn:
        """Claims and measurements that corrections took back. They stay in the record, and nothing of it rests on them."""
        return withdrawn(self.corrections)

    @property
    def standing(self) -> tuple[Claim, ...]:
        """The claims that were not withdrawn: those that are counted."""
        gone = self.withdrawn.claims
        return tuple(c for c in self.claims if c.id not in gone)

    def claim(self, claim_id: str) -> Claim:
        """The claim of that id.

        Raises:
            KeyError: if the record has no such claim.
        """
        for claim in self.claims:
            if claim.id == claim_id:
                return claim
        raise KeyError(claim_id)

    def paper(self, paper_id: str) -> Paper | None:
        """The paper of that id, or None when a claim's source has no entry of its own."""
        return next((p for p in self.papers if p.id == paper_id), None)


def short_id(record_id: UUID) -> str:
    """``SRCH:`` and the first eight hex digits of the UUID, in capitals."""
    return "SRCH:" + record_id.hex[:8].upper()
