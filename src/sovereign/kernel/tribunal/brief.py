"""What the reviewers are given: the public parts of a record, and what can be worked out of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from sovereign.records import (
    Answer,
    AnswerSentence,
    Claim,
    Counters,
    Measurement,
    Paper,
    Plan,
    Quote,
    Record,
    Retrieval,
)

from ..aspects import Aspects, aspects_of


class Said(NamedTuple):
    """A sentence of the answer and its JSON Pointer (RFC 6901)."""

    at: str
    sentence: AnswerSentence


class Order(NamedTuple):
    """The ids of all claims and measurements as the record numbers them; empty where a brief has them all itself."""

    claims: tuple[str, ...] = ()
    measurements: tuple[str, ...] = ()


@dataclass(frozen=True)
class Brief:
    """A record as far as it is made. ``level`` and ``counters`` are None before they are counted; ``withdrawn`` are claims that a revision took
    out of the answer, ``downgraded`` those that none of its sentences may rest on. Claims and measurements that a correction took back are
    not in it; ``order`` then says where in the record the others stand."""

    plan: Plan
    retrieval: Retrieval
    papers: tuple[Paper, ...]
    claims: tuple[Claim, ...]
    measurements: tuple[Measurement, ...]
    answer: Answer
    level: int | None = None
    counters: Counters | None = None
    withdrawn: frozenset[str] = frozenset()
    downgraded: frozenset[str] = frozenset()
    order: Order = field(default_factory=Order)

    @cached_property
    def aspects(self) -> Aspects:
        """How phrases meet the facets of the question."""
        return aspects_of(self.plan, self.papers)

    @cached_property
    def claim(self) -> dict[str, Claim]:
        """Claims by id."""
        return {c.id: c for c in self.claims}

    @cached_property
    def measurement(self) -> dict[str, Measurement]:
        """Measurements by id."""
        return {m.id: m for m in self.measurements}

    @cached_property
    def paper(self) -> dict[str, Paper]:
        """Papers by id."""
        return {p.id: p for p in self.papers}

    @cached_property
    def cited(self) -> tuple[Claim, ...]:
        """The claims that the answer cites and that exist."""
        return tuple(self.claim[i] for i in self.answer.cited() if i in self.claim)

    @cached_property
    def said(self) -> tuple[Said, ...]:
        """All sentences of the answer, with where each stands."""
        return tuple(Said(*row) for row in self.answer.places())

    @cached_property
    def resting(self) -> frozenset[str]:
        """Ids of the claims that a sentence of a facet rests on. Those of tables, of sides of a disagreement, and of sentences of the
        abstract that tell of one are cited, but not rested on."""
        return frozenset(i for facet in self.answer.facets for s in facet.sentences for i in s.claim_ids)

    @cached_property
    def answering(self) -> tuple[Claim, ...]:
        """The claims that the answer was made of."""
        return tuple(c for c in self.claims if c.id not in self.withdrawn)

    def quotes(self) -> Iterator[tuple[str, str, Quote]]:
        """Every quote: its JSON Pointer, the id of the claim it stands under, and itself."""
        for claim in self.claims:
            place = self.place(claim.id)
            yield f"{place}/quote", claim.id, claim.quote
            for m, evidence in enumerate(claim.verification.evidence if claim.verification else ()):
                yield f"{place}/verification/evidence/{m}/quote", claim.id, evidence.quote

    def place(self, claim_id: str) -> str:
        """JSON Pointer to a claim."""
        return f"/claims/{self._claim_numbers[claim_id]}"

    def measured_place(self, measurement_id: str) -> str:
        """JSON Pointer to a measurement."""
        return f"/measurements/{self._measurement_numbers[measurement_id]}"

    @cached_property
    def _claim_numbers(self) -> dict[str, int]:
        return _first_places(self.order.claims or [c.id for c in self.claims])

    @cached_property
    def _measurement_numbers(self) -> dict[str, int]:
        return _first_places(self.order.measurements or [m.id for m in self.measurements])


def _first_places(ids: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for number, one in enumerate(ids):
        found.setdefault(one, number)
    return found


def brief_of(record: Record) -> Brief:
    """What a published record gives its reviewers."""
    last = record.reviews[-1] if record.reviews else None
    gone = record.withdrawn
    return Brief(
        plan=record.plan,
        retrieval=record.retrieval,
        papers=record.papers,
        claims=record.standing,
        measurements=tuple(m for m in record.measurements if m.id not in gone.measurements),
        answer=record.answer,
        level=record.level,
        counters=record.counters,
        withdrawn=frozenset(last.withdrawn if last else ()),
        downgraded=frozenset(last.downgraded if last else ()),
        order=order_of(record),
    )


def order_of(record: Record) -> Order:
    """How a record numbers its claims and measurements."""
    return Order(tuple(c.id for c in record.claims), tuple(m.id for m in record.measurements))
