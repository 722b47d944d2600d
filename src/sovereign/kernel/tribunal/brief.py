"""What the reviewers are given: the public parts of a record, and what can be worked out of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Brief:
    """A record as far as it is made. ``level`` and ``counters`` are None before they are counted; ``withdrawn`` are claims that a revision took
    out of the answer, ``downgraded`` those that none of its sentences may rest on."""

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
        for n, claim in enumerate(self.claims):
            yield f"/claims/{n}/quote", claim.id, claim.quote
            for m, evidence in enumerate(claim.verification.evidence if claim.verification else ()):
                yield f"/claims/{n}/verification/evidence/{m}/quote", claim.id, evidence.quote

    def place(self, claim_id: str) -> str:
        """JSON Pointer to a claim."""
        return f"/claims/{next(n for n, c in enumerate(self.claims) if c.id == claim_id)}"


def brief_of(record: Record) -> Brief:
    """What a published record gives its reviewers."""
    last = record.reviews[-1] if record.reviews else None
    return Brief(
        plan=record.plan,
        retrieval=record.retrieval,
        papers=record.papers,
        claims=record.claims,
        measurements=record.measurements,
        answer=record.answer,
        level=record.level,
        counters=record.counters,
        withdrawn=frozenset(last.withdrawn if last else ()),
        downgraded=frozenset(last.downgraded if last else ()),
    )
