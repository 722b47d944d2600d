"""The local library: files in folders, read once, searched by their evidence."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from sovereign.errors import NotFound, NothingToRead
from sovereign.reading import READER_VERSION, SUFFIXES, Limits, ReadError, load, read_bytes
from sovereign.records import Document, Failure, Paper, Query, canonical_json, sha256_hex
from sovereign.records.base import Model

from .base import Hit
from .index import Cache, ForeignDatabase, entry_of, query_terms
from .walk import File, find_files, folder_of, is_readme
from .works import Entry, Facts, Work, works_of

_T = TypeVar("_T")
_SHOWN_FAILURES = 5


class LibraryReport(Model):
    """What a refresh did. ``read`` and ``unchanged`` count files; ``merged`` and ``notices`` are in words."""

    read: int
    unchanged: int
    failures: tuple[Failure, ...] = ()
    merged: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


class Library:
    """A source over files. ``cache_path`` may be deleted at any time; without one, the cache is in memory."""

    name = "library"

    def __init__(
        self,
        paths: Sequence[Path],
        cache_path: Path | None = None,
        limits: Limits | None = None,
        progress: Callable[[str], None] | None = None,
    ) -> None:
        self._paths = tuple(paths)
        self._limits = limits or Limits()
        self._progress = progress or (lambda _: None)
        self._cache_notices: list[str] = []
        self._files: dict[str, File] = {}  # by key in the cache
        self._works: dict[str, Work] = {}  # by paper id
        self._aliases: dict[str, str] = {}  # other ids of the same works
        self._wanted: dict[str, tuple[str, Paper]] = {}
        self._signature = ""
        self._report: LibraryReport | None = None
        self._cache = self._opened(cache_path)

    @property
    def failures(self) -> tuple[Failure, ...]:
        """Files that could not be read, as of the last refresh."""
        return self._report.failures if self._report else ()

    def refresh(self) -> LibraryReport:
        """Bring the library up to date with its files: only new and changed ones are read.

        Raises:
            InputError: if a path is not there.
            NothingToRead: if no document could be read at all.
        """
        files, notices = find_files(self._paths)
        self._report = self._guarded(lambda: self._refresh(files, notices))
        if not self._works:
            raise _nothing(files, self._report.failures)
        return self._report

    def search(self, queries: Sequence[Query], limit: int) -> tuple[tuple[Hit, ...], ...]:
        """For each query at most ``limit`` works, best first; equal scores in order of id."""
        if self._report is None:
            self.refresh()
        return self._guarded(lambda: self._search(queries, limit))

    def document(self, paper_id: str) -> Document:
        """The document that stands for a work. Its sentences name works by the ids that this library gives them.

        Raises:
            NotFound: if the library has no such work.
        """
        if self._report is None:
            self.refresh()
        work = self._works.get(self._aliases.get(paper_id, paper_id))
        if work is None:
            raise NotFound(f"the library has no work {paper_id[:200]!r}", "Search first; ids come from the hits.")
        document = self._guarded(lambda: self._load(work.kept.key))
        sentences = tuple(
            s.model_copy(update={"source_id": self._source_of(s.source_id, work)})
            if s.source_id in self._aliases or s.source_id == work.paper.id
            else s
            for s in document.sentences
        )
        return document.model_copy(update={"paper": work.paper, "sentences": sentences})

    def _source_of(self, source_id: str | None, work: Work) -> str | None:
        """A sentence's source under the id that the library uses for it; None for the document's own work."""
        source = self._aliases.get(source_id or "", source_id)
        return None if source == work.paper.id else source

    def _refresh(self, files: Sequence[File], walk_notices: Sequence[str]) -> LibraryReport:
        entries, failures, read, skipped = self._entries(files)
        works = works_of(entries)
        self._works = {work.paper.id: work for work in works}
        self._aliases = {
            alias: work.paper.id
            for work in works
            for entry in (work.kept, *work.others)
            for alias in _ids(entry.facts.paper)
            if alias not in self._works
        }
        wanted = ((entry_of(work.kept.key, work.paper), (work.kept.key, work.paper)) for work in works)
        self._wanted = dict(sorted(wanted))
        self._signature = sha256_hex(canonical_json(list(self._wanted)))
        self._in_transaction(lambda: self._cache.mark_used([entry.key for entry in entries]))
        self._in_transaction(self._sync)
        merged = tuple(
            f"{other.location} is the same work as {work.kept.location} ({work.paper.id}); "
            f"the {work.kept.facts.depth.replace('_', ' ')} was kept"
            for work in works
            for other in work.others
        )
        notices = [f"{entry.location}: {notice}" for entry in entries for notice in entry.facts.notices]
        return LibraryReport(
            read=read,
            unchanged=len(entries) - read,
            failures=tuple(failures),
            merged=merged,
            notices=(*self._cache_notices, *walk_notices, *skipped, *notices),
        )

    def _entries(self, files: Sequence[File]) -> tuple[list[Entry], list[Failure], int, list[str]]:
        """Entries of all files that can be read, failures, the number of files newly read, and notices."""
        known: dict[str, str] = self._cache.facts_of_all()
        entries: list[Entry] = []
        failures: list[Failure] = []
        skipped: list[str] = []
        note_folders: set[str] = set()
        self._files = {}
        read = 0
        # Read-me files come last: whether they count depends on the other files of their folder.
        for number, file in enumerate(sorted(files, key=lambda f: (is_readme(f.location), f.location)), 1):
            if is_readme(file.location) and folder_of(file.location) in note_folders:
                skipped.append(f"{file.location}: describes a folder of notes and is no evidence")
                continue
            try:
                data = self._bytes(file)
                key = self._key(file, data)
                facts = _facts(known.get(key))
                if facts is None:
                    self._progress(f"reading {number} of {len(files)}: {file.location}")
                    facts = self._read(file, key, data)
                    read += 1
            except ReadError as error:
                failures.append(_failure(file, error))
                continue
            self._files[key] = file
            entries.append(Entry(key, file.location, facts))
            if facts.depth == "note":
                note_folders.add(folder_of(file.location))
        entries.sort(key=lambda entry: entry.location)
        failures.sort(key=lambda failure: failure.where)
        return entries, failures, read, skipped
