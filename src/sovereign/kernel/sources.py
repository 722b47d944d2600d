"""Open the sources of a run: the libraries that were named, or the starter library that ships with the package, and providers."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from importlib import resources
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

from sovereign.errors import InputError, NothingToRead, SovereignError
from sovereign.models import embedder
from sovereign.records import Failure, Plan
from sovereign.sources import (
    INDEX,
    LIBRARY,
    LOCAL,
    OWN,
    SOURCES,
    Library,
    LibraryReport,
    Relevance,
    Source,
    open_provider,
    require_source,
)

from .budget import Budget
from .durable import Steps
from .indexing import indexed_paths, library_of, semantic_of
from .limits import limits_of
from .relevance import relevance
from .retractions import Ask
from .runs import Request

if TYPE_CHECKING:
    from sovereign.sources.keys import Keys
    from sovereign.sources.unpaywall import FreeCopies
    from sovereign.sources.web import Client

_T = TypeVar("_T")
INDEX_FILE = "index.db"
CACHE_FOLDER = "http"


class Sources:
    """The sources of one run, opened when a stage first asks for them: a run that goes on may never need them again."""

    def __init__(self, request: Request, steps: Steps) -> None:
        self._request = request
        self._steps = steps
        self._stack = ExitStack()
        self._client: Client | None = None
        self.searched: list[Plan] = []  # by these sources, in this process
        self.failures: dict[Failure, None] = {}  # of search by meaning: what could not be opened for it
        self._opened: tuple[tuple[Source, ...], LibraryReport] | None = None

    def opened(self) -> tuple[Sequence[Source], LibraryReport]:
        """The sources, ready to search, and what reading the libraries did (only files that changed are read).

        Raises:
            NotFound: for a source name that does not exist.
            InputError: for a library path that does not exist, or a recording that cannot be used.
            NothingToRead: if no file of the libraries could be read, and there is no other source. Beside others that is a
            failure in the report, and so is a folder that cannot be listed.
        """
        if self._opened is None:
            names = sources_of(self._request)
            online = [name for name in names if name not in LOCAL]
            local = [self._local(name, alone=len(names) == 1) for name in names if name in LOCAL]
            libraries = [library for library, _ in local if library]
            report = _together([r for _, r in local])
            if not (libraries or online):  # each alone would have said so
                said = "; ".join(dict.fromkeys(failure.reason for failure in report.failures))
                raise NothingToRead(f"nothing could be read: {said}", "Name a library or a source that can be read.")
            self._opened = (*libraries, *(self._providers(online) if online else ())), report
        if self._client:
            self._client.begin(self._steps.number)
        return self._opened

    def relevance(self, planned: Plan) -> Relevance | None:
        """What says how near works are to a question; None where the settings name no embedder, or its server is away.

        Raises:
            InputError: if the embedder is not there.
        """
        settings = self._request.settings
        model = self._if_there(lambda: embedder(settings.embedder, settings.embedder_url))
        return relevance(planned, model) if model else None

    def retractions(self) -> Ask | None:
        """What asks Crossref which of some DOIs were taken back; None where nobody but a person's own collections is asked."""
        if set(sources_of(self._request)) <= OWN:
            return None
        from sovereign.sources.crossref import retractions

        client, keys = self._online()
        return lambda dois: {doi: str(notice) for doi, notice in retractions(client, keys, dois).items()}

    def free_copies(self) -> FreeCopies | None:
        """What reads copies that Unpaywall names; None without the contact that it wants, or if ``retractions`` is None."""
        if set(sources_of(self._request)) <= OWN:
            return None
        from sovereign.sources.unpaywall import FreeCopies

        client, keys = self._online()
        wanted = self.decided("there is a contact for Unpaywall", lambda: bool(keys.contact))
        return FreeCopies(client, keys, limits_of(self._request.settings)) if wanted else None

    def decided(self, what: str, now: Callable[[], bool]) -> bool:
        """``now()``, or what the run decided that is replayed.

        Raises:
            StoreError: if it is to be recorded and cannot be.
        """
        if not (self._request.record or self._request.replay):
            return now()
        return self._online()[0].decided(self._steps.number, what, now)

    def require_recorded(self) -> None:
        """Called at the end of a step that asked.

        Raises:
            StoreError: if an exchange is to be recorded and could not be.
        """
        if self._client:
            self._client.require_recorded()

    def _local(self, name: str, alone: bool) -> tuple[Library | None, LibraryReport]:
        paths = indexed_paths(self._request.settings.home) if name == INDEX else self._paths()
        if not paths:
            raise InputError("There is nothing in the index.", "Add documents first: sovereign index add PATH")
        library = self._library(name, paths)
        try:
            return library, library.refresh()
        except (InputError, NothingToRead) as error:
            if alone or not all(map(os.path.exists, paths)):
                raise
            failure = Failure(where=name, reason=error.message, advice=error.advice)
            return None, LibraryReport(signature="", read=0, unchanged=0, failures=(*library.failures, failure))

    def _library(self, name: str, paths: Sequence[Path]) -> Library:
        settings = self._request.settings
        budget = Budget(settings.budget_seconds)
        semantic = self._if_there(lambda: semantic_of(settings, stopped=budget.spent))
        if name == INDEX:
            library = library_of(paths, settings, self._tell, budget.spent, semantic)
        else:
            cache = settings.home / INDEX_FILE
            library = Library(paths, cache, limits_of(settings), self._tell, budget.spent, semantic)
        self._stack.callback(library.close)
        return library

    def _if_there(self, opened: Callable[[], _T | None]) -> _T | None:
        """What search by meaning needs; without it, a run goes on by words. A setting that cannot be used ends it."""
        try:
            return opened()
        except InputError:
            raise
        except SovereignError as error:
            reason = f"searched by words alone: {error.message}"
            self.failures[Failure(where="embedder", reason=reason, advice=error.advice)] = None
            return None

    def _paths(self) -> Sequence[Path]:
        starter = resources.files("sovereign") / "data" / "starter_library"
        return self._request.libraries or (self._stack.enter_context(resources.as_file(starter)),)

    def _online(self) -> tuple[Client, Keys]:
        """The HTTP client of this run, and what the providers know a user by."""
        # Loaded only here: a run over the library alone opens no HTTP client.
        from sovereign.sources.keys import read_keys
        from sovereign.sources.web import Client

        keys, asked, settings = read_keys(), self._request, self._request.settings
        if self._client is None:
            # Steps of an earlier attempt have had their share of the time.
            budget = Budget(settings.budget_seconds - self._steps.spent())

            def seconds_left() -> float:
                self._steps.check()  # asked before each try, so that Ctrl-C need not wait for the next thing to tell
                return budget.left()

            self._client = Client(
                seconds_left=seconds_left,
                contact=keys.contact,
                cache=settings.home / CACHE_FOLDER,
                record=asked.record,
                replay=asked.replay,
                tell=self._tell,
                sleep=self._steps.sleep,
            )
            self._stack.callback(self._client.close)
        return self._client, keys

    def _providers(self, names: Sequence[str]) -> list[Source]:
        client, keys = self._online()
        return [open_provider(name, client, keys, limits_of(self._request.settings)) for name in names]

    def _tell(self, text: str) -> None:
        self._steps.event("library", text)

    def __enter__(self) -> Sources:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()


def _together(reports: Sequence[LibraryReport]) -> LibraryReport:
    """What reading several libraries did."""
    if len(reports) == 1:
        return reports[0]
    return LibraryReport(
        signature=" ".join(report.signature for report in reports),
        read=sum(report.read for report in reports),
        unchanged=sum(report.unchanged for report in reports),
        failures=tuple(failure for report in reports for failure in report.failures),
        merged=tuple(line for report in reports for line in report.merged),
        notices=tuple(line for report in reports for line in report.notices),
    )


def require_unrecorded(folder: Path) -> None:
    """Refuse a folder that holds the recording of another run: the older answers would be replayed.

    Raises:
        InputError: if it does.
    """
    from sovereign.sources.web.recording import FILE

    path = folder / FILE
    if path.exists() and path.stat().st_size:
        raise InputError(f"{folder} holds a recording already", "Name a new folder, or remove it; or --replay it.")


def sources_of(request: Request) -> tuple[str, ...]:
    """The names of the sources that a run may ask. Without any, it asks nobody: the library is on this machine.

    They come in the order of ``SOURCES``, in whatever order they were named: of a work that several have, the text of the
    first is read, and those with full texts stand before those with abstracts alone.

    Raises:
        NotFound: for a name that does not exist.
        InputError: for a recording without a source that it could be of.
    """
    wanted = {require_source(name) for name in request.sources} or {LIBRARY}
    if request.libraries:
        wanted.add(LIBRARY)
    named = tuple(name for name in SOURCES if name in wanted)
    settings = request.settings
    asks = {settings.chat_model, settings.judge_model or settings.chat_model} != {"none"}
    if (request.record or request.replay) and set(named) <= set(LOCAL) and not asks:
        raise InputError(
            "The library alone sends nothing that could be recorded or replayed.", "Name a source: --source arxiv"
        )
    return named
