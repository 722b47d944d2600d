"""Reported numbers of whole libraries: folders of documents, and folders that hold a published set, known by its files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from sovereign.benchmarks import reported_numbers
from sovereign.errors import NothingToRead
from sovereign.kernel.limits import limits_of
from sovereign.kernel.sources import INDEX_FILE
from sovereign.records import Document, Failure, Paper, ReportedNumber
from sovereign.settings import Settings
from sovereign.sources import Library

from . import peft_runs
from .files import find

# Sets of documents: the folder and file that a set is known by, and the module whose ``documents`` reads it.
_SETS = {
    "tdms_tables": ("papers.jsonl", "sovereign.evals.tdms"),
    "scirex": ("documents.jsonl", "sovereign.evals.scirex"),
}
Progress = Callable[[str], None]


class Read(NamedTuple):
    """The works of libraries and the numbers that they report; what could not be read, and notices in words."""

    papers: tuple[Paper, ...]
    numbers: tuple[ReportedNumber, ...]
    failures: tuple[Failure, ...]
    notices: tuple[str, ...]


def read(paths: Sequence[Path], settings: Settings, progress: Progress) -> Read:
    """The numbers of all libraries together. A file that cannot be read is a failure and stops nothing.

    Raises:
        InputError: if a path is not there, or the file of a set is not what its name says.
        NothingToRead: if no document of a library could be read, or none reports a number.
    """
    papers: dict[str, Paper] = {}
    numbers: list[ReportedNumber] = []
    failures: list[Failure] = []
    notices: list[str] = []
    for path in paths:
        found = _read(path, settings, progress)
        papers.update((paper.id, paper) for paper in found.papers)
        numbers += found.numbers
        failures += found.failures
        notices += found.notices
    if not numbers:
        raise NothingToRead(
            f"no number with what it measures was found in {len(papers)} works",
            "Give full texts or tables: abstracts and notes state few scores.",
        )
    return Read(tuple(papers.values()), tuple(numbers), tuple(failures), tuple(notices))


def _read(path: Path, settings: Settings, progress: Progress) -> Read:
    if path.is_dir() and peft_runs.holds(path):
        progress("reading runs")
        papers, numbers = peft_runs.load(path)
        return Read(papers, numbers, (), ())
    for name, (stem, module) in _SETS.items():
        if path.is_dir() and find(path, name, [stem]):
            progress(f"reading {name}")
            return _numbers((document for document, _ in import_module(module).documents(path)), progress)
    library = Library([path], settings.home / INDEX_FILE, limits_of(settings), progress)
    try:
        report = library.refresh()
        found = _numbers((library.document(work) for work in library.works()), progress)
    finally:
        library.close()
    return found._replace(failures=report.failures, notices=(*report.notices, *report.merged))


def _numbers(documents: Iterable[Document], progress: Progress) -> Read:
    papers: list[Paper] = []
    numbers: list[ReportedNumber] = []
    for document in documents:
        progress(f"numbers of work {len(papers) + 1}: {document.paper.title}")
        papers.append(document.paper)
        numbers += reported_numbers(document)
    return Read(tuple(papers), tuple(numbers), (), ())
