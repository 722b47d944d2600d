"""What every source of documents can do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

from sovereign.errors import SovereignError
from sovereign.records import Document, Failure, Model, Paper, Query

NOT_IN_TIME = "not read: the time budget of this run was spent"
"""The reason of a failure that is none of the file's."""


Kind = Literal["search", "record", "fulltext"]
"""What a request is for; how long its answer may be kept depends on it."""


class BadAnswer(SovereignError):
    """An answer, or an entry of one, that is not what its provider documents."""


class Answer(Protocol):
    """What a server answered."""

    @property
    def url(self) -> str:
        """The address that answered."""
        ...

    @property
    def status(self) -> int:
        """The HTTP status."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers, names in lower case."""
        ...

    @property
    def body(self) -> bytes:
        """The bytes, with any content coding undone."""
        ...

    def json(self) -> object:
        """The body as JSON.

        Raises:
            SovereignError: if it is none.
        """
        ...

    def text(self) -> str:
        """The body as text."""
        ...


class Fetcher(Protocol):
    """The HTTP client, as providers see it. Errors are ``SovereignError``; those of a status carry it as ``status``."""

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] = ...,
        headers: Mapping[str, str] = ...,
        kind: Kind = ...,
        anywhere: bool = ...,
    ) -> Answer:
        """The answer to a GET. ``anywhere`` allows a host that is in no table, over https and at a public address."""
        ...

    def post(
        self,
        url: str,
        *,
        json: object,
        params: Mapping[str, str] = ...,
        headers: Mapping[str, str] = ...,
        kind: Kind = ...,
    ) -> Answer:
        """The answer to a POST of JSON."""
        ...

    def check(self) -> None:
        """Called while an answer is worked on for long: raises if the run was asked to stop."""
        ...


class Hit(Model):
    """A work that a query found. ``score`` is positive, higher is better, comparable within one query only.

    ``text`` is what of the work the source had at hand: its abstract, or the passage that comes nearest to the query.
    """

    paper: Paper
    score: float
    text: str = ""


class PassageHit(Model):
    """A passage that a query found: from where to where it stands in the stored text of its work, the ``text`` of its sentences without
    what is no evidence between them, and its rank by words and by meaning, 0 where that way did not find it. ``cosine`` is None
    without an embedder."""

    paper: Paper
    start: int
    end: int
    text: str
    section: str
    page: int | None
    score: float
    by_words: int
    by_meaning: int
    cosine: float | None


class Source(Protocol):
    """A provider of documents. A new source is one file with one class of this shape."""

    @property
    def name(self) -> str:
        """The source's name in settings and records."""
        ...

    @property
    def failures(self) -> tuple[Failure, ...]:
        """What could not be used so far, and why."""
        ...

    def search(self, queries: Sequence[Query], limit: int) -> tuple[tuple[Hit, ...], ...]:
        """For each query at most ``limit`` hits, best first."""
        ...

    def document(self, paper_id: str) -> Document:
        """The fullest text of a work that a search found.

        Raises:
            NotFound: if the source has no such work.
        """
        ...
