"""Ledger events: each carries the hash of the one before."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from .base import Model, canonical_json, sha256_hex

GENESIS = "0" * 64


class Event(Model):
    """One event of the ledger. ``hash`` is the SHA-256 of the canonical JSON of all other fields."""

    seq: int
    at: str
    kind: str
    subject: str
    payload: dict[str, Any]
    prev_hash: str
    hash: str

    def computed_hash(self) -> str:
        """The hash that this event's content has now."""
        return sha256_hex(canonical_json(self.model_dump(mode="json", exclude={"hash"})))


class LedgerHead(Model):
    """Count of events and hash of the last one, kept outside the ledger so that a cut tail shows.

    ``root`` is the Merkle root over the hashes of all events (RFC 9162, 2.1), where it was computed: with it some events
    can be proven to be in the ledger without the others.
    """

    count: int
    hash: str
    root: str | None = Field(default=None, exclude_if=lambda value: value is None)


class LedgerProof(Model):
    """Some events of a ledger, in order, and what shows that they are in it: ``nodes`` are the hashes of the subtrees without them.

    With ``head`` from elsewhere, a reader who has only these events knows that none of them was changed (``sovereign.store.merkle``).
    """

    head: LedgerHead
    events: tuple[Event, ...]
    nodes: tuple[str, ...]
