"""Open the sources of a run: the libraries that were named, or the starter library that ships with the package."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from sovereign.reading import Limits
from sovereign.settings import Settings
from sovereign.sources import Library, Source, require_source

INDEX_FILE = "index.db"


@dataclass(frozen=True)
class Opened:
    """Sources ready to search, with what reading the libraries did."""

    sources: tuple[Source, ...]
    files_read: int
    files_unchanged: int
    merged: tuple[str, ...]
    notices: tuple[str, ...]


@contextmanager
def open_sources(
    libraries: Sequence[Path],
    names: Sequence[str],
    settings: Settings,
    progress: Callable[[str], None],
) -> Iterator[Opened]:
    """Read the libraries (only files that changed) and give the sources that the run may use.

    Raises:
        NotFound: for a source name that does not exist.
        InputError: for a library path that does not exist.
        NothingToRead: if no file of the libraries could be read.
    """
    for name in names:
        require_source(name)
    with resources.as_file(resources.files("sovereign") / "data" / "starter_library") as starter:
        library = Library(tuple(libraries) or (starter,), settings.home / INDEX_FILE, limits_of(settings), progress)
        try:
            report = library.refresh()
            # The library is the only source so far, and is read in any case.
            sources: tuple[Source, ...] = (library,)
            yield Opened(sources, report.read, report.unchanged, report.merged, report.notices)
        finally:
            library.close()


def limits_of(settings: Settings) -> Limits:
    """The caps on files that the settings give."""
    return Limits(
        max_file_bytes=settings.max_file_bytes,
        max_document_chars=settings.max_document_chars,
        max_pdf_pages=settings.max_pdf_pages,
        max_files=settings.max_library_files,
    )
