"""Open the sources of a run: the libraries that were named, or the starter library that ships with the package, and providers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from importlib import resources
from types import TracebackType

from sovereign.errors import InputError
from sovereign.reading import Limits
from sovereign.settings import Settings
from sovereign.sources import LIBRARY, Library, LibraryReport, Source, open_provider, require_source

from .budget import Budget
from .runs import Request

INDEX_FILE = "index.db"
CACHE_FOLDER = "http"
_NO_LIBRARY = LibraryReport(signature="", read=0, unchanged=0)


class Sources:
    """The sources of one run, opened when a stage first asks for them: a run that goes on may never need them again."""

    def __init__(self, request: Request, progress: Callable[[str], None]) -> None:
        self._request = request
        self._progress = progress
        self._stack = ExitStack()
        self._opened: tuple[tuple[Source, ...], LibraryReport] | None = None

    def opened(self) -> tuple[Sequence[Source], LibraryReport]:
        """The sources, ready to search, and what reading the libraries did (only files that changed are read).

        Raises:
            NotFound: for a source name that does not exist.
            InputError: for a library path that does not exist, or a recording that cannot be used.
            NothingToRead: if no file of the libraries could be read.
        """
        if self._opened is None:
            names = sources_of(self._request)
            budget = Budget(self._request.settings.budget_seconds)
            opened, report = self._library(budget) if LIBRARY in names else ((), _NO_LIBRARY)
            online = [name for name in names if name != LIBRARY]
            self._opened = (*opened, *(self._providers(online, budget) if online else ())), report
        return self._opened

    def _library(self, budget: Budget) -> tuple[tuple[Source, ...], LibraryReport]:
        starter, settings = resources.files("sovereign") / "data" / "starter_library", self._request.settings
        paths = self._request.libraries or (self._stack.enter_context(resources.as_file(starter)),)
        library = Library(paths, settings.home / INDEX_FILE, limits_of(settings), self._progress, budget.spent)
        self._stack.callback(library.close)
        return (library,), library.refresh()

    def _providers(self, names: Sequence[str], budget: Budget) -> list[Source]:
        # Loaded only here: a run over the library alone opens no HTTP client.
        from sovereign.sources.keys import read_keys
        from sovereign.sources.web import Client

        keys, asked, settings = read_keys(), self._request, self._request.settings
        client = Client(
            seconds_left=budget.left,
            contact=keys.contact,
            cache=settings.home / CACHE_FOLDER,
            record=asked.record,
            replay=asked.replay,
            tell=self._progress,
        )
        self._stack.callback(client.close)
        return [open_provider(name, client, keys, limits_of(settings)) for name in names]

    def __enter__(self) -> Sources:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()


def limits_of(settings: Settings) -> Limits:
    """The caps on files that the settings give."""
    return Limits(
        max_file_bytes=settings.max_file_bytes,
        max_document_chars=settings.max_document_chars,
        max_pdf_pages=settings.max_pdf_pages,
        max_files=settings.max_library_files,
        max_archive_bytes=settings.max_archive_bytes,
        max_read_seconds=settings.max_read_seconds,
        max_read_megabytes=settings.max_read_megabytes,
    )


def sources_of(request: Request) -> tuple[str, ...]:
    """The names of the sources that a run may ask. Without any, it asks nobody: the library is on this machine.

    Raises:
        NotFound: for a name that does not exist.
        InputError: for a recording without a source that it could be of.
    """
    named = tuple(dict.fromkeys(require_source(name) for name in request.sources)) or (LIBRARY,)
    if request.libraries and LIBRARY not in named:
        named = (LIBRARY, *named)
    if (request.record or request.replay) and named == (LIBRARY,):
        raise InputError(
            "The library alone sends nothing that could be recorded or replayed.", "Name a source: --source arxiv"
        )
    return named
