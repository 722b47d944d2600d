"""What the catalogue says of records, claims, works and how they hang together: enough for lists, search, filters and the graph."""

from __future__ import annotations

from typing import Generic, Literal, TypeVar
from uuid import UUID

from sovereign.contracts.gates import Status
from sovereign.contracts.tiers import Tier
from sovereign.records import AnswerState, CorrectionState, DecisionOutcome, Depth, Model, OwnerOutcome, Verdict

Row = TypeVar("Row", bound=Model)
EdgeKind = Literal["has_claim", "taken_from", "supported_by", "contradicted_by", "measured", "about", "corrected"]
NodeKind = Literal["record", "claim", "work", "method"]


class RecordRow(Model):
    """One record as a list shows it, by its newest version.

    ``summary`` is the beginning of its answer in whole sentences; ``stands``: the owner approved it, or the policy did and the
    owner did not hold or reject it; ``updated_at`` is the time of the last event of the ledger on it but exports; ``triggers`` names the
    open review triggers.
    """

    id: UUID
    short_id: str
    version: int
    state: CorrectionState
    title: str
    question: str
    summary: str
    answer_state: AnswerState
    outcome: DecisionOutcome
    owner: OwnerOutcome | None
    stands: bool
    tier: Tier
    level: int
    gate: Status
    score: float | None
    doi: str | None
    created_at: str
    updated_at: str
    topics: tuple[str, ...]
    triggers: tuple[str, ...]
    works: int
    extracted: int
    anchored: int
    supported: int
    contradicted: int
    verified: int
    measured: int


class ClaimRow(Model):
    """One claim as a list shows it. ``id`` is ``<UUID of the record>.<claim_id>``, which is the end of its permanent address."""

    id: str
    record_id: UUID
    short_id: str
    claim_id: str
    text: str
    quote: str
    verdict: Verdict
    verified: bool
    falsified: bool
    level: int
    gate: Status
    depth: Depth
    cited: bool
    withdrawn: bool
    source_id: str
    source_title: str
    source_year: int | None
    subject: str | None
    comparator: str | None
    metric: str | None


class Filters(Model):
    """What a list of records or claims is narrowed to; None and empty: not at all.

    ``q`` are words that must all be found, in any of their forms; ``topic`` is one of a record's topics; ``verdict`` and
    ``verified`` are of claims, and of records that have such a claim.
    """

    q: str = ""
    tier: Tier | None = None
    level: int | None = None
    gate: Status | None = None
    topic: str = ""
    state: AnswerState | None = None
    verdict: Verdict | None = None
    verified: bool | None = None


class Found(Model, Generic[Row]):
    """A page of a list. ``page`` counts from 1. ``capped``: so much was found that only the first ``total`` were ranked."""

    items: tuple[Row, ...]
    total: int
    capped: bool
    page: int
    size: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.size))


class Choice(Model):
    """A value that a list can be narrowed to, and how many records have it."""

    value: str
    count: int


class Choices(Model):
    """The values that records have, most frequent first."""

    tier: tuple[Choice, ...]
    level: tuple[Choice, ...]
    gate: tuple[Choice, ...]
    topic: tuple[Choice, ...]
    state: tuple[Choice, ...]


class Node(Model):
    """A node of the graph. ``address`` is the path of its page, empty where it has none; ``weight`` the number of its edges."""

    id: str
    kind: NodeKind
    label: str
    address: str
    weight: int


class Edge(Model):
    """An edge of the graph, from one node's id to another's."""

    source: str
    target: str
    kind: EdgeKind


class Graph(Model):
    """A part of the graph: ``total_nodes`` are there, the ones with most edges are given where that is too many."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    total_nodes: int
    total_edges: int
