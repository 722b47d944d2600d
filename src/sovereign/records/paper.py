"""A work (paper, tool, benchmark) and what retrieval did with it."""

from __future__ import annotations

from pydantic import Field

from .base import Model


def _absent(value: object) -> bool:
    return value is None or value == ()


class Paper(Model):
    """Bibliographic facts of one work. ``id`` is ``doi:…``, ``arxiv:…`` or ``title:…``, whichever comes first.

    ``source`` names the provider that gave it and ``location`` where it lies there (a path relative to the
    library, or a URL). ``our_words`` is true for a secondary note: its sentences are a summary, not the work's.

    ``retracted`` says who withdrew or retracted the work, and where that stands; None if nothing is known of it.
    ``version`` is the number of the version that was found, where the provider counts them. Both are written only where
    they say something, so that records made before there were such fields keep their canonical form.
    """

    id: str
    title: str
    authors: tuple[str, ...] = ()
    year: int | None = None
    venue: str | None = None
    doi: str | None = None
    arxiv_id: str | None = None
    url: str | None = None
    topics: tuple[str, ...] = ()
    source: str = "library"
    location: str = ""
    our_words: bool = False
    retracted: str | None = Field(default=None, exclude_if=_absent)
    version: int | None = Field(default=None, exclude_if=_absent)


class Candidate(Model):
    """One work that retrieval saw: its fused score, rank in each query (0 is absent), why it was kept or dropped.

    ``also`` are the further ids under which sources know it or a version of it, ``sources`` those that found it, and
    ``version`` is that of the description that stands for it. They are written only where they say something.
    """

    paper_id: str
    title: str
    location: str
    score: float
    ranks: tuple[int, ...]
    kept: bool
    reason: str
    also: tuple[str, ...] = Field(default=(), exclude_if=_absent)
    sources: tuple[str, ...] = Field(default=(), exclude_if=_absent)
    version: int | None = Field(default=None, exclude_if=_absent)

    @property
    def ids(self) -> tuple[str, ...]:
        """All ids of the work, that of the description that stands for it first."""
        return self.paper_id, *self.also


class Failure(Model):
    """Something that could not be used (a file, a source), where, why, and what to do about it."""

    where: str
    reason: str
    advice: str = ""


class Retrieval(Model):
    """The log of retrieval. ``candidates`` are in rank order, kept ones first."""

    sources: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    failures: tuple[Failure, ...] = ()
    merged: tuple[str, ...] = ()
