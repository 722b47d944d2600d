"""Runs that have begun: what was asked, kept in a folder of its own until the record is published."""

from __future__ import annotations

import difflib
import os
import shlex
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote_from_bytes, unquote_to_bytes
from uuid import UUID, uuid4

from pydantic import ValidationError

from sovereign.errors import InputError, NotFound, StoreError
from sovereign.records import Model, short_id
from sovereign.settings import NAMES, Settings
from sovereign.store import write_atomic
from sovereign.version import __version__

from .lock import is_locked, locked

_REQUEST = "request.json"
_LOCK = "lock"


@dataclass(frozen=True)
class Request:
    """What a person asks for. ``libraries`` empty means the starter library, ``sources`` empty the library alone: what
    leaves this machine, and to whom, is named.

    ``record`` is a folder that takes every exchange with the providers, ``replay`` one that stands for them.
    """

    question: str
    settings: Settings
    libraries: tuple[Path, ...] = ()
    sources: tuple[str, ...] = ()
    measure: bool = True
    record: Path | None = None
    replay: Path | None = None


class Begun(Model):
    """A run as it is kept. Its ``id`` becomes the id of its record.

    The libraries are kept as in a URL: a path may hold bytes that are no text.
    """

    id: UUID
    sovereign: str
    started_at: str
    question: str
    libraries: tuple[str, ...]
    sources: tuple[str, ...]
    measure: bool
    settings: dict[str, Any]
    record: str | None = None
    replay: str | None = None

    @property
    def short_id(self) -> str:
        """The short id that its record will have."""
        return short_id(self.id)

    def request(self, home: Path) -> Request:
        """What was asked, with the settings of then and the home of now.

        Raises:
            InputError: if another version of sovereign began it: its steps may not fit this one's.
            StoreError: if its settings are none that can be.
        """
        if self.sovereign != __version__:
            raise InputError(
                f"{self.short_id} was begun by sovereign {self.sovereign}; this is {__version__}",
                f"Go on with that version, or ask again: sovereign ask {shlex.quote(self.question)}",
            )
        try:
            settings = Settings.model_validate({**self.settings, "home": home})
        except ValidationError as error:
            wrong = ", ".join(sorted({str(found["loc"][0]) for found in error.errors()}))
            raise damage(self.short_id, f"its settings cannot be used ({wrong})") from error
        libraries = tuple(map(_unquoted, self.libraries))
        record, replay = (path and _unquoted(path) for path in (self.record, self.replay))
        return Request(self.question, settings, libraries, self.sources, self.measure, record or None, replay or None)


class Unfinished(Model):
    """A run that has not published its record. ``going_on`` says that a process works on it now."""

    begun: Begun
    going_on: bool


def named(request: Request) -> Begun:
    """What is asked, under a new id. Nothing is kept yet.

    Raises:
        InputError: if the question is no text.
    """
    if any("\ud800" <= c <= "\udfff" for c in request.question):
        raise InputError("the question holds bytes that are no UTF-8", "Ask in a terminal that is set to UTF-8.")
    kept = {name: getattr(request.settings, name) for name in NAMES if name != "home"}
    return Begun(
        id=uuid4(),
        sovereign=__version__,
        started_at=datetime.now(UTC).isoformat(timespec="seconds"),
        question=request.question,
        libraries=tuple(map(_quoted, request.libraries)),
        sources=request.sources,
        measure=request.measure,
        settings={**kept, "origins": request.settings.origins},
        record=_quoted(request.record) if request.record else None,
        replay=_quoted(request.replay) if request.replay else None,
    )


def keep(begun: Begun, folder: Path) -> None:
    """Keep what is asked. Whoever calls it holds the folder.

    Raises:
        StoreError: if the folder cannot be written.
    """
    write_atomic(folder / _REQUEST, begun.model_dump_json(indent=2).encode())


def folder_of(home: Path, begun: Begun) -> Path:
    """Where a run keeps its state."""
    return home / "runs" / str(begun.id)


def unfinished(home: Path) -> tuple[Unfinished, ...]:
    """The runs that have not published a record, oldest first. Nothing is changed or held up by looking."""
    there = [(folder, begun) for folder in _folders(home) if (begun := _begun_in(folder))]
    found = [Unfinished(begun=begun, going_on=is_locked(folder / _LOCK)) for folder, begun in there]
    return tuple(sorted(found, key=lambda run: (run.begun.started_at, str(run.begun.id))))


def damaged(home: Path) -> tuple[str, ...]:
    """Names of the folders that hold no readable run, or the copy of one. They can only be discarded."""
    # One that is locked holds a run that begins or ends just now.
    return tuple(f.name for f in _folders(home) if not _begun_in(f) and not is_locked(f / _LOCK))


def find(home: Path, name: str) -> Begun:
    """The unfinished run of that short id, UUID, or beginning of one.

    Raises:
        NotFound: if there is none, or more than one.
        StoreError: if it is damaged.
    """
    folder = locate(home, name)
    begun = _begun_in(folder)
    if begun is None:
        raise damage(folder.name, f"{folder / _REQUEST} does not hold what was asked")
    return begun


def locate(home: Path, name: str) -> Path:
    """The folder of an unfinished run, found as by ``find``, or of a damaged one, by its name or the beginning of it.

    Raises:
        NotFound: if there is none, or more than one.
    """
    wanted, folders = _key(name), _folders(home)
    found = [f for f in folders if wanted and _key(f.name).startswith(wanted)]
    exact = [f for f in found if _key(f.name) == wanted]
    # What is damaged, such as a copy, never stands in the way of a sound run.
    found = exact or [f for f in found if _begun_in(f)] or found
    if len(found) == 1:
        return found[0]
    if found:
        raise NotFound(f"{name} is the beginning of {len(found)} runs", "Give more digits: sovereign runs")
    if not folders:
        raise NotFound(f"there is no unfinished run {name}", "No run is unfinished; records: sovereign list")
    near = difflib.get_close_matches(wanted[:8], [_key(f.name)[:8] for f in folders], n=1, cutoff=0.5)
    raise NotFound(
        f"there is no unfinished run {name}",
        f"Did you mean SRCH:{near[0].upper()}?" if near else "Unfinished runs: sovereign runs",
    )


def damage(name: str, reason: str) -> StoreError:
    """The error for a run whose kept state cannot be used."""
    advice = f"Discard it, then ask again: sovereign runs --discard {shlex.quote(name)}"
    return StoreError(f"the kept state of {name} is damaged: {reason}", advice)


@contextmanager
def held(folder: Path, make: bool = False) -> Iterator[None]:
    """Hold a run, so that no other process works on it at the same time. ``make`` makes its folder first.

    Raises:
        InputError: if another process does.
        NotFound: if there is no such folder any more.
        StoreError: if the folder cannot be made or written.
    """
    with ExitStack() as stack:
        try:
            if make:
                folder.mkdir(parents=True, exist_ok=True)
            stack.enter_context(locked(folder / _LOCK))
        except FileNotFoundError:
            said = f"the run {_called(folder)} is over: another process ended or discarded it"
            raise NotFound(said, "See: sovereign list") from None
        except BlockingIOError:
            said = f"another process works on the run {_called(folder)}"
            raise InputError(said, "Wait until it is done, or stop it.") from None
        except OSError as error:
            said = f"{folder} cannot be used: {error.strerror or error}"
            raise StoreError(said, "Make room on the disk, or make it writable for you, and try again.") from error
        yield


def discard(folder: Path) -> None:
    """Forget a run. What it cannot remove is left."""
    shutil.rmtree(folder, ignore_errors=True)


def clear_leftovers(home: Path, seconds: float = 60.0) -> None:
    """Remove the folders that a kill left at a moment when they held no run: just made, or nearly removed.

    Those that changed within the last ``seconds`` stay: a process may be about to begin its run there.
    """
    for folder in _folders(home):
        try:
            old = time.time() - folder.stat().st_mtime >= seconds
        except OSError:  # it has gone
            continue
        if old and not (folder / _REQUEST).exists() and not is_locked(folder / _LOCK):
            discard(folder)


def _folders(home: Path) -> list[Path]:
    return sorted(path for path in (home / "runs").glob("*") if path.is_dir())


def _begun_in(folder: Path) -> Begun | None:
    """The run that a folder holds, if it can be read and the folder is no copy."""
    try:
        begun = Begun.model_validate_json((folder / _REQUEST).read_bytes())
    except (OSError, ValidationError):
        return None
    return begun if folder.name == str(begun.id) else None


def _quoted(path: Path) -> str:
    return quote_from_bytes(os.fsencode(_whole(path)))


def _unquoted(path: str) -> Path:
    return Path(os.fsdecode(unquote_to_bytes(path)))


def _whole(path: Path) -> Path:
    """An absolute path. Whether it is there is found out when it is read."""
    try:
        return path.expanduser().absolute()
    except RuntimeError:  # "~name" of a user that does not exist
        return path.absolute()


def _key(name: str) -> str:
    """What names of runs are compared by."""
    return name.strip().casefold().removeprefix("srch:").replace("-", "")


def _called(folder: Path) -> str:
    """What a person calls the run in a folder."""
    try:
        return short_id(UUID(folder.name))
    except ValueError:  # a copy, or no folder of ours
        return folder.name
