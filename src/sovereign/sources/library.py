"""The local library: files in folders, read once, searched by their evidence."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import RLock
from typing import TypeVar

from sovereign.errors import InputError, NotFound, NothingToRead, SovereignError
from sovereign.reading import SUFFIXES, Limits, work_keys
from sovereign.records import Document, Failure, Model, Paper, Query, Sentence, canonical_json, sha256_hex

from .base import Hit
from .index import Cache, ForeignDatabase
from .intake import Reading, read_again, take_in
from .jobs import Job
from .ranks import fused
from .rows import entry_of
from .semantic import Semantic
from .terms import query_terms
from .walk import find_files
from .works import Work, works_of

_T = TypeVar("_T")
LIBRARY = "library"
_SHOWN_FAILURES = 5
_RANKED = 200  # works of each ranking of a query; what both put behind that is chance


class LibraryReport(Model):
    """What a refresh did. ``read`` and ``unchanged`` count files; ``merged`` and ``notices`` are in words.

    ``signature`` changes with what is in the library, whatever its files are called.
    """

    signature: str
    read: int
    unchanged: int
    failures: tuple[Failure, ...] = ()
    merged: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


class Library:
    """A source over files and folders.

    ``cache_path`` is a file that may be deleted at any time, in a folder that is read only if it is named itself; without one, the cache is in memory. ``progress`` is
    called with one line for each file that is read, and may raise to stop; when ``out_of_time`` says so, no further file
    is begun. With ``semantic``, a search is by words and by meaning. ``growing`` is for paths to which others are added later: each
    location begins with the name of its folder from the first on, or all would have to be read again. Methods may be called from
    several threads.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        cache_path: Path | None = None,
        limits: Limits | None = None,
        progress: Callable[[str], None] | None = None,
        out_of_time: Callable[[], bool] = lambda: False,
        semantic: Semantic | None = None,
        name: str = LIBRARY,
        growing: bool = False,
    ) -> None:
        self.name = name
        self._paths = tuple(paths)
        self._growing = growing
        self._semantic = semantic
        self._limits = limits or Limits()
        self._how = Reading(self._limits, progress or (lambda _: None), out_of_time)
        self._lock = RLock()
        self._cache_path = cache_path
        self._cache_notices: list[str] = []
        self._cache = self._open_cache()
        self._report: LibraryReport | None = None
        self._jobs: dict[str, Job] = {}  # by key in the cache
        self._works: dict[str, Work] = {}  # by paper id
        self._aliases: dict[str, str] = {}  # every id of a work -> its paper id
        self._index: dict[str, tuple[str, Paper]] = {}  # what the index has to hold
        self._signature = ""
        self._unsearched: dict[Failure, None] = {}

    @property
    def failures(self) -> tuple[Failure, ...]:
        """Files that could not be read, as of the last refresh, and searches that could not be done in full since."""
        return (*(self._report.failures if self._report else ()), *self._unsearched)

    def refresh(self) -> LibraryReport:
        """Bring the library up to date with its files: only new and changed ones are read.

        Raises:
            InputError: if a path is not there, or the index holds vectors of another embedder.
            NothingToRead: if no document could be read at all.
        """
        with self._lock:
            self._report = self._guarded(self._refresh)
            if not self._works:
                raise _nothing(self._report.failures)
            if self._semantic:
                notices = self._report.notices + self._prepared(self._semantic)
                self._report = self._report.model_copy(update={"notices": notices})
            return self._report

    def search(self, queries: Sequence[Query], limit: int) -> tuple[tuple[Hit, ...], ...]:
        """For each query at most ``limit`` works, best first; equal scores in order of id, or of both rankings."""
        with self._lock:
            self._ensure_refreshed()
            return self._guarded(lambda: tuple(self._search(query, limit) for query in queries))

    def document(self, paper_id: str) -> Document:
        """The document that stands for a work. Its sentences name other works by the ids they have in this library.

        Raises:
            NotFound: if the library has no such work.
            ReadError: if the work's file was changed or removed since the last refresh and is not in the cache.
        """
        with self._lock:
            self._ensure_refreshed()
            work = self._works.get(self._aliases.get(paper_id, paper_id))
            if work is None:
                raise NotFound(f"the library has no work {paper_id[:200]!r}", "Take an id from the hits of a search.")
            document = self._guarded(lambda: self._load(work.kept.key))
            sentences = tuple(self._with_known_source(sentence, work.paper.id) for sentence in document.sentences)
            return document.model_copy(update={"paper": work.paper, "sentences": sentences})

    def works(self) -> tuple[str, ...]:
        """The ids of all works, in order."""
        with self._lock:
            self._ensure_refreshed()
            return tuple(sorted(self._works))

    def close(self) -> None:
        """Close the cache and the index."""
        with self._lock:
            self._cache.close()
            if self._semantic:
                self._semantic.close()

    def _ensure_refreshed(self) -> None:
        if self._report is None:
            self.refresh()

    def _refresh(self) -> LibraryReport:
        own = self._cache_path and self._cache_path.parent
        intake = take_in(find_files(self._paths, self._limits, self._growing, own), self._cache, self._how)
        works = works_of(intake.entries)
        self._jobs = intake.jobs
        self._works = {work.paper.id: work for work in works}
        self._aliases = {}
        for work in works:
            for paper in (work.paper, work.kept.facts.paper, *(entry.facts.paper for entry in work.others)):
                for alias in (paper.id, *work_keys(paper)):
                    self._aliases.setdefault(alias, work.paper.id)
        self._aliases.update((paper_id, paper_id) for paper_id in self._works)
        self._index = {entry_of(work.kept.key, work.paper): (work.kept.key, work.paper) for work in works}
        self._signature = sha256_hex(canonical_json(sorted(self._index)))
        with self._cache.transaction():
            self._cache.mark_used(intake.keys)
            self._sync()
        return LibraryReport(
            signature=self._signature,
            read=len(intake.read),
            unchanged=sum(entry.key not in intake.read for entry in intake.entries),
            failures=tuple(intake.failures),
            merged=tuple(line for work in works for line in _merged(work)),
            notices=(
                *self._cache_notices,
                *intake.notices,
                *(f"{entry.location}: {notice}" for entry in intake.entries for notice in entry.facts.notices),
            ),
        )

    def _prepared(self, semantic: Semantic) -> tuple[str, ...]:
        """Notices of what search by meaning lacks."""
        try:
            if semantic.use(self._signature):  # nothing has changed: no text is loaded
                return ()
            passages = self._guarded(lambda: self._synced(self._cache.passages))
            semantic.prepare(self._signature, passages, self._how.progress)
        except InputError:
            raise
        except SovereignError as error:
            return (f"searched by words alone: {error.message}",)
        return tuple(semantic.notices)

    def _synced(self, ask: Callable[[], _T]) -> _T:
        """What ``ask`` finds in the index, in the transaction that saw that it is this library's."""
        with self._cache.transaction(write=False):
            if self._cache.is_synced(self._signature):
                return ask()
        # Another library has used the same cache since.
        with self._cache.transaction():
            self._sync()
            return ask()

    def _search(self, query: Query, limit: int) -> tuple[Hit, ...]:
        near = self._near(query.text)
        return self._synced(lambda: self._hits(query_terms(query.text), near, max(0, limit)))

    def _near(self, text: str) -> list[str]:
        """Keys of the passages that are nearest to a query, nearest first."""
        try:
            return [found.key for found in self._semantic.nearest(text)] if self._semantic else []
        except SovereignError as error:
            reason = f"searched by words alone from a query on: {error.message}"
            self._unsearched[Failure(where=self.name, reason=reason, advice=error.advice)] = None
            return []

    def _hits(self, terms: Sequence[str], near: Sequence[str], limit: int) -> tuple[Hit, ...]:
        """Works by words; where passages are near in meaning, works by both."""
        scores = dict(self._cache.search(terms)[:_RANKED])
        nearest: dict[str, int] = {}
        for place in self._cache.places(near):
            nearest.setdefault(place.paper, place.passage)
        if nearest:
            scores = fused(list(scores), list(nearest)[:_RANKED])
        return tuple(
            Hit(paper=self._works[paper_id].paper, score=score, text=self._cache.text(paper_id, nearest.get(paper_id)))
            for paper_id, score in list(scores.items())[:limit]
        )

    def _sync(self) -> None:
        if not self._cache.is_synced(self._signature):
            self._cache.sync(self._signature, self._index, self._load)

    def _load(self, key: str) -> Document:
        return self._cache.document(key) or read_again(self._jobs[key], key, self._cache, self._limits)

    def _with_known_source(self, sentence: Sentence, own_id: str) -> Sentence:
        """The sentence with its source under the id that this library has for it; None for the document's own work."""
        source = self._aliases.get(sentence.source_id or "", sentence.source_id)
        source = None if source == own_id else source
        return sentence if source == sentence.source_id else sentence.model_copy(update={"source_id": source})

    def _guarded(self, work: Callable[[], _T]) -> _T:
        """``work`` done with the cache; a cache that fails is replaced, filled, and the work is done again."""
        refill = False
        for in_memory in (False, True):
            try:
                if refill:
                    self._report = self._refresh()
                return work()
            except sqlite3.DatabaseError as error:
                self._replace_cache(error, in_memory)
                refill = self._report is not None
        if refill:
            self._report = self._refresh()
        return work()

    def _open_cache(self) -> Cache:
        """The cache at its path; one in memory where that cannot be had."""
        if self._cache_path is None:
            return Cache(None)
        try:
            self._cache_path.parent.mkdir(parents=True, exist_ok=True)
            return Cache(self._cache_path)
        except ForeignDatabase:
            self._cache_notices.append("the cache file belongs to another program and was left alone; it was not used")
        except sqlite3.OperationalError as error:
            self._cache_notices.append(f"the cache cannot be used ({error}); everything was read anew")
        except sqlite3.DatabaseError:
            return self._set_aside()
        except OSError as error:
            self._cache_notices.append(f"the cache cannot be made ({error.strerror}); everything was read anew")
        return Cache(None)

    def _set_aside(self) -> Cache:
        """A new cache where a damaged one was. The damaged file is kept beside it."""
        path = self._cache_path
        assert path is not None
        self._cache_notices.append("the cache was damaged; it was set aside and made again")
        try:
            path.replace(path.with_name(path.name + ".damaged"))
            for end in ("-wal", "-shm"):
                path.with_name(path.name + end).unlink(missing_ok=True)
            return Cache(path)
        except (OSError, sqlite3.DatabaseError, ForeignDatabase):
            return Cache(None)

    def _replace_cache(self, error: sqlite3.DatabaseError, in_memory: bool) -> None:
        self._cache.close()
        if in_memory or self._cache_path is None or isinstance(error, sqlite3.OperationalError):
            self._cache_notices.append(f"the cache failed ({error}); one in memory was used")
            self._cache = Cache(None)
        else:
            self._cache = self._set_aside()


def _merged(work: Work) -> list[str]:
    depth = work.kept.facts.depth.replace("_", " ")
    return [
        f"{other.location} is the same work as {work.kept.location} ({work.paper.id}); the latter, a {depth}, was kept"
        for other in work.others
    ]


def _nothing(failures: Sequence[Failure]) -> NothingToRead:
    """The error for a library without a single document."""
    if not failures:
        return NothingToRead("the library holds no documents", f"Put files there: {', '.join(SUFFIXES)}.")
    shown = "; ".join(f"{failure.where}: {failure.reason}" for failure in failures[:_SHOWN_FAILURES])
    more = f"; and {len(failures) - _SHOWN_FAILURES} more" if len(failures) > _SHOWN_FAILURES else ""
    return NothingToRead(f"none of the {len(failures)} files of the library could be read", shown + more)
