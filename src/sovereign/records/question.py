"""The question and its plan: facets and search queries."""

from __future__ import annotations

from typing import Literal

from .base import Model
from .quantity import Quantity

FacetKind = Literal["subject", "comparator", "metric", "scale", "topic"]


class Facet(Model):
    """One aspect of a question that the answer must speak to.

    ``terms`` are the words of the question; ``synonyms`` come from the vocabulary of metrics and, for things, from the
    topics of the starter library, never from a model. A ``scale`` facet carries its range as two quantities with one unit.
    """

    id: str
    kind: FacetKind
    text: str
    terms: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    metric: str | None = None
    low: Quantity | None = None
    high: Quantity | None = None


class Query(Model):
    """One search query, with the facets that it was made for."""

    text: str
    facet_ids: tuple[str, ...]


class Plan(Model):
    """What to look for. ``notes`` says what the planner could not recognise."""

    question: str
    facets: tuple[Facet, ...]
    queries: tuple[Query, ...]
    notes: tuple[str, ...] = ()

    def of_kind(self, *kinds: FacetKind) -> tuple[Facet, ...]:
        """The facets of the given kinds, in the order of the question."""
        return tuple(f for f in self.facets if f.kind in kinds)
