"""What sources of abstracts share: a search by words, and the abstract of a work as its document."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence

from sovereign.reading import Limits
from sovereign.records import Document, Failure, Query

from .base import Fetcher, Hit
from .provider import Shelf, Work, abstract_document


class AbstractSource(ABC):
    """A source that gives abstracts. A provider says how a text is searched for, and how a work is looked up."""

    name: str

    def __init__(self, client: Fetcher, limits: Limits | None = None) -> None:
        self._client = client
        self._limits = limits or Limits()
        self._shelf = Shelf(self.name)

    @property
    def failures(self) -> tuple[Failure, ...]:
        """What could not be used so far, and why."""
        return self._shelf.failures

    def search(self, queries: Sequence[Query], limit: int) -> tuple[tuple[Hit, ...], ...]:
        """For each query at most ``limit`` works (100 at most), in the provider's order of relevance."""
        return self._shelf.search(queries, limit, self._ask)

    def document(self, paper_id: str) -> Document:
        """The abstract of a work.

        Raises:
            NotFound: if there is no such work, or no abstract of it.
            SovereignError: if it cannot be asked for.
        """
        return abstract_document(self._shelf.require(paper_id, self._fetch), self._limits)

    @abstractmethod
    def _ask(self, text: str, limit: int) -> Iterable[Work]:
        """The works that a text finds, best first."""

    @abstractmethod
    def _fetch(self, paper_id: str) -> Iterable[Work]:
        """The works that the provider has under an id; nothing where it has no such ids."""
