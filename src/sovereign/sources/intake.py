"""Taking files into the library: what the cache knows is not read again, and what is read is read by child processes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import NamedTuple

from pydantic import ValidationError

from sovereign.reading import (
    BIB_SUFFIXES,
    LATEX_SUFFIXES,
    READER_VERSION,
    Bibliography,
    Limits,
    Project,
    ReadError,
    Task,
    check_format,
    document_of,
    paper_id,
    read_each,
    read_one,
)
from sovereign.records import Document, Failure, Model, canonical_json, sha256_hex

from .base import NOT_IN_TIME
from .index import Cache
from .jobs import Job, Names, jobs_of
from .projects import Source, belonging
from .trees import File
from .walk import Walk, folder_of, is_readme
from .works import Entry, Facts

_FACTS = ("title", "authors", "year", "venue", "doi", "arxiv_id", "url", "topics")


class Reading(NamedTuple):
    """How a library is read: the caps, whom to tell of it, and when to stop."""

    limits: Limits
    progress: Callable[[str], None]
    out_of_time: Callable[[], bool]


@dataclass
class Intake:
    """Outcome of one look at all files. ``read`` are the cache keys of those that were read anew; ``jobs`` are by cache key, and
    ``keys`` all that the cache holds of this library."""

    entries: list[Entry] = field(default_factory=list)
    jobs: dict[str, Job] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)
    read: set[str] = field(default_factory=set)
    failures: list[Failure] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


class Outcome(Model):
    """What the cache keeps of a file: what the library needs to know of it, or why it could not be read."""

    facts: Facts | None = None
    failure: Failure | None = None
    source: Source | None = None


def take_in(walk: Walk, cache: Cache, how: Reading) -> Intake:
    """Entries of all files that can be read. A file that cannot is a failure and stops nothing."""
    result = Intake(failures=list(walk.failures), notices=list(walk.notices))
    files = [f for f in walk.files if _suffix(f.name) not in BIB_SUFFIXES]
    lists = _lists([f for f in walk.files if _suffix(f.name) in BIB_SUFFIXES], cache, how, result)
    names = Names(files)
    found = jobs_of(files, names, lists, how.limits)
    result.failures += found.failures
    result.notices += found.notices
    # Read-me files come last: whether they count depends on the other files of their folder.
    outcomes = _read([job for job in found.jobs if not is_readme(job.location)], names, cache, how, result)
    sources = {job: outcome.source for job, (_, outcome) in outcomes.items() if outcome.source}
    belong = belonging(found.jobs, sources, names)
    result.notices += belong.notices
    for job in belong.jobs & outcomes.keys():
        del outcomes[job]
    _enter(outcomes, result)
    notes = {folder_of(entry.location) for entry in result.entries if entry.facts.depth == "note"}
    readmes = [job for job in found.jobs if is_readme(job.location) and job not in belong.jobs]
    for job in readmes:
        if folder_of(job.location) in notes:
            result.notices.append(f"{job.location}: describes a folder of notes and is no evidence")
    wanted = [job for job in readmes if folder_of(job.location) not in notes]
    _enter(_read(wanted, names, cache, how, result), result)
    result.entries.sort(key=lambda entry: entry.location)
    result.failures.sort(key=lambda failure: failure.where)
    return result


def read_again(job: Job, key: str, cache: Cache, limits: Limits) -> Document:
    """The document behind a key whose cached form is lost.

    Raises:
        ReadError: if the file has changed since, or cannot be read.
    """
    data, parts = job.data(), dict[str, str]()
    document = _abstract(job, limits)
    if document is None:
        names = Names([job.file] if job.file else [])
        document = _completed(read_one(_task(job, data, names, limits, parts), limits), job)
    if _with_parts(_key(job, data, limits), parts) != key:
        raise ReadError(f"{job.location}: the file changed while it was in use", "Run again.")
    cache.store(key, document.model_dump_json().encode(), Outcome(facts=_facts(document)).model_dump_json())
    return document


def _enter(outcomes: Mapping[Job, tuple[str, Outcome]], result: Intake) -> None:
    """Add what came of the jobs."""
    for job, (key, outcome) in outcomes.items():
        if outcome.facts:
            result.jobs[key] = job
            result.entries.append(Entry(key, job.location, outcome.facts))
        elif outcome.failure:
            result.failures.append(outcome.failure)


def _read(
    jobs: Sequence[Job], names: Names, cache: Cache, how: Reading, result: Intake
) -> dict[Job, tuple[str, Outcome]]:
    """What came of each job, with its key in the cache: known already, or read now."""
    outcomes: dict[Job, tuple[str, Outcome]] = {}

    def keep(job: Job, key: str, outcome: Outcome, document: Document | None = None) -> None:
        whole = _with_parts(key, outcome.source.parts if outcome.source else {})
        cache.store(key, b"", outcome.model_dump_json())
        cache.store(whole, document.model_dump_json().encode() if document else b"", outcome.model_dump_json())
        outcomes[job] = whole, outcome
        result.keys += (key, whole)
        if document is not None:
            result.read.add(whole)

    def unread() -> Iterator[tuple[tuple[Job, str, dict[str, str]], Task]]:
        for job in jobs:
            try:
                if job.file:
                    check_format(job.location)
                data = job.data()
            except ReadError as error:
                outcomes[job] = "", Outcome(failure=_failure(job.location, error))
                continue
            key = _key(job, data, how.limits)
            parts: dict[str, str] = {}
            if outcome := _known(job, key, names, cache, how.limits):
                whole = _with_parts(key, outcome.source.parts if outcome.source else {})
                outcomes[job] = whole, outcome
                result.keys += (key, whole)
            elif how.out_of_time():
                late = Failure(where=job.location, reason=NOT_IN_TIME, advice="Raise --budget-seconds.")
                outcomes[job] = key, Outcome(failure=late)
            elif document := _abstract(job, how.limits):
                keep(job, key, Outcome(facts=_facts(document)), document)
            else:
                yield (job, key, parts), _task(job, data, names, how.limits, parts)

    tell = _Countdown(len(jobs), how.progress)
    for (job, key, parts), found in read_each(unread(), how.limits, tell.again):
        tell(job.location)
        if isinstance(found, Project):
            document = _completed(found.document, job)
            source = Source(main=found.main, parts=parts, pictures=found.pictures)
            keep(job, key, Outcome(facts=_facts(document), source=source), document)
        elif isinstance(found, Document):
            document = _completed(found, job)
            keep(job, key, Outcome(facts=_facts(document)), document)
        else:
            assert isinstance(found, ReadError)
            outcome = Outcome(failure=_failure(job.location, found))
            outcomes[job] = key, outcome
            # What may lie in the moment is tried again in the next run; what depends on other files too.
            if not found.passing and not parts:
                keep(job, key, outcome)
    return outcomes


def _task(job: Job, data: bytes, names: Names, limits: Limits, parts: dict[str, str]) -> Task:
    """The task of a file; notes in ``parts`` what LaTeX takes in."""
    if job.file is None or _suffix(job.file.name) not in LATEX_SUFFIXES:
        return Task(data, job.location)
    load = names.loader(job.file.tree, limits)

    def noted(name: str) -> bytes:
        parts[name] = ""
        taken = load(name)
        parts[name] = sha256_hex(taken)
        return taken

    return Task(data, job.location, "latex", job.file.name, noted)


def _known(job: Job, key: str, names: Names, cache: Cache, limits: Limits) -> Outcome | None:
    """What the cache knows of a file, if the files that it takes in are still the same."""
    stored = cache.facts(key)
    try:
        outcome = Outcome.model_validate_json(stored) if stored else None
    except ValidationError:
        return None
    if outcome and outcome.source and job.file:
        load = names.loader(job.file.tree, limits)
        for name, sha in outcome.source.parts.items():
            try:
                now = sha256_hex(load(name))
            except ReadError:
                now = ""
            if now != sha:
                return None
    return outcome


def _lists(files: Sequence[File], cache: Cache, how: Reading, result: Intake) -> list[tuple[File, Bibliography]]:
    """The lists of works among the files of a library, with what is in them."""
    lists: list[tuple[File, Bibliography]] = []

    def unread() -> Iterator[tuple[tuple[File, str], Task]]:
        for file in files:
            try:
                data = file.load(how.limits)
            except ReadError as error:
                result.failures.append(_failure(file.location, error))
                continue
            parts = ["list", sha256_hex(data), file.location, READER_VERSION, how.limits.model_dump()]
            key = sha256_hex(canonical_json(parts))
            result.keys.append(key)
            if (known := cache.bibliography(key)) is not None:
                lists.append((file, known))
            elif how.out_of_time():
                late = Failure(where=file.location, reason=NOT_IN_TIME, advice="Raise --budget-seconds.")
                result.failures.append(late)
            else:
                yield (file, key), Task(data, file.location, "list")

    tell = _Countdown(len(files), how.progress)
    for (file, key), found in read_each(unread(), how.limits, tell.again):
        tell(file.location)
        if isinstance(found, Bibliography):
            cache.store(key, found.model_dump_json().encode(), "{}")
            lists.append((file, found))
        else:
            assert isinstance(found, ReadError)
            result.failures.append(_failure(file.location, found))
    return sorted(lists, key=lambda item: item[0].location)


class _Countdown:
    """Tells of each file that was read, and how long the rest may take."""

    def __init__(self, total: int, progress: Callable[[str], None]) -> None:
        self._total, self._progress = total, progress
        self._done, self._start, self._last = 0, time.monotonic(), "reading"

    def __call__(self, location: str) -> None:
        self._done += 1
        gone = time.monotonic() - self._start
        left = gone / self._done * (self._total - self._done)
        about = f", about {left:.0f} s left" if gone > 2 and left >= 1 else ""
        self._last = f"read {self._done} of up to {self._total} files{about}: {location}"
        self._progress(self._last)

    def again(self) -> None:
        """Say the last thing once more: who listens may want to stop."""
        self._progress(self._last)


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _key(job: Job, data: bytes, limits: Limits) -> str:
    """What the document depends on: the bytes, the name, what is said about it, the limits, the version of the readers."""
    about = job.about.model_dump(mode="json") if job.about else None
    parts = [sha256_hex(data), job.location, READER_VERSION, limits.model_dump(), about]
    return sha256_hex(canonical_json(parts))


def _with_parts(key: str, parts: Mapping[str, str]) -> str:
    """The key of a document that other files went into."""
    return sha256_hex(canonical_json([key, dict(parts)])) if parts else key


def _abstract(job: Job, limits: Limits) -> Document | None:
    """The abstract of an entry, which needs no reader; None for a file."""
    if job.entry is None:
        return None
    return document_of(job.entry, job.location.removesuffix(f"#{job.entry.key}"), limits)


def _completed(document: Document, job: Job) -> Document:
    """The document with what a list of works says of it, which its owner has looked after, and a notice of that."""
    if job.about is None:
        return document
    told = {name: value for name in _FACTS if (value := getattr(job.about, name))}
    paper = document.paper.model_copy(update=told)
    paper = paper.model_copy(update={"id": paper_id(paper.doi, paper.arxiv_id, paper.title)})
    notice = f"its {', '.join(told)} are those of {job.about.location}"
    return document.model_copy(update={"paper": paper, "notices": (*document.notices, notice)})


def _facts(document: Document) -> Facts:
    return Facts(
        paper=document.paper, depth=document.depth, evidence=len(document.evidence()), notices=document.notices
    )


def _failure(location: str, error: ReadError) -> Failure:
    return Failure(where=location, reason=error.message.removeprefix(f"{location}: "), advice=error.advice)
