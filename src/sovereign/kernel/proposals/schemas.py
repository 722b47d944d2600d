"""What a model may propose. These types are all that it can say: there is no field for a verdict, a level, a tier or a score.

Lists and texts are bounded, so that an answer without end is unreadable rather than costly. An unknown field makes an
answer unreadable, too: a model that was talked into saying more than it was asked is not to be read.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Line = Annotated[str, Field(max_length=2000)]
Name = Annotated[str, Field(max_length=200)]


class Proposal(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FacetProposal(Proposal):
    """Words of the question that stand for a thing or a metric and that the planner missed."""

    kind: Literal["subject", "comparator", "topic", "metric"]
    text: Line


class PlanProposal(Proposal):
    """Further search queries, and facets that the planner missed."""

    queries: Annotated[tuple[Line, ...], Field(max_length=40)] = ()
    facets: Annotated[tuple[FacetProposal, ...], Field(max_length=40)] = ()


class ClaimProposal(Proposal):
    """One statement of a passage: ``quote`` are the passage's own words, ``text`` the statement in short."""

    passage_id: Name
    quote: Line
    text: Line


class ClaimsProposal(Proposal):
    """Statements of the passages that bear on the question."""

    claims: Annotated[tuple[ClaimProposal, ...], Field(max_length=100)] = ()


class SentenceProposal(Proposal):
    """Another wording of the sentence of that number (from 1), with the ids of the claims that carry it."""

    number: int
    text: Line
    claim_ids: Annotated[tuple[Name, ...], Field(max_length=40)] = ()


class WordingProposal(Proposal):
    """Other wordings of numbered sentences."""

    sentences: Annotated[tuple[SentenceProposal, ...], Field(max_length=40)] = ()


class ObjectionProposal(Proposal):
    """One objection: ``target`` is the id of the sentence (``S1``) or claim (``C1``) that it attacks."""

    kind: Literal[
        "unsupported", "misread", "number", "citation", "overclaim", "one_sided", "missing", "off_topic", "setting"
    ]
    target: Name
    severity: Literal["note", "minor", "major", "critical"]
    reason: Line


class ObjectionsProposal(Proposal):
    """What a reviewer objects to."""

    objections: Annotated[tuple[ObjectionProposal, ...], Field(max_length=60)] = ()
