"""The index of a person's own documents: which paths are in it, bringing it up to date, and searching it."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sovereign.errors import InputError, NotFound, SovereignError, StoreError
from sovereign.index import Stored, open_vectors
from sovereign.index.open import FILE as VECTORS
from sovereign.models import embedder
from sovereign.reading import printable
from sovereign.records import Failure, Model
from sovereign.settings import Settings
from sovereign.sources import INDEX, Library, PassageHit
from sovereign.sources.index import Cache, ForeignDatabase
from sovereign.sources.passages import find_passages
from sovereign.sources.semantic import Semantic
from sovereign.store import write_atomic

from .limits import limits_of
from .lock import locked

PATHS = "indexed.json"
CACHE = "indexed.db"
_LOCK = "indexed.lock"


class Added(Model):
    """What bringing the index up to date did. ``read`` and ``unchanged`` count files, ``works`` and ``passages`` what is in it now."""

    paths: tuple[str, ...]
    read: int
    unchanged: int
    works: int
    passages: int
    failures: tuple[Failure, ...]
    notices: tuple[str, ...]
    vectors: Stored | None


class Stats(Model):
    """What is in the index. ``embedded`` counts the passages that have a vector; ``vectors`` are all that are kept, those of other
    libraries among them."""

    paths: tuple[str, ...]
    works: int
    passages: int
    embedded: int
    vectors: Stored


def semantic_of(settings: Settings, wait: bool = False, stopped: Callable[[], bool] = lambda: False) -> Semantic | None:
    """What searches by meaning, as the settings say; None where they name no embedder.

    Raises:
        InputError: if the embedder or the database's driver is not there.
        SovereignError: if a server cannot be asked, or the store cannot be opened.
    """
    model = embedder(settings.embedder, settings.embedder_url)
    return Semantic(model, open_vectors(settings.home, settings.index_url), wait, stopped) if model else None


def indexed_paths(home: Path) -> tuple[Path, ...]:
    """The paths that have been added.

    Raises:
        StoreError: if their list is damaged.
    """
    path = home / PATHS
    try:
        found = json.loads(path.read_text("utf-8"))["paths"]
        if not (isinstance(found, list) and all(isinstance(name, str) for name in found)):
            raise ValueError("its paths are no texts")
        return tuple(map(Path, found))
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise StoreError(
            f"the list of indexed paths, {path}, cannot be read: {error}", "Remove it, and add your paths again."
        ) from error


def library_of(
    paths: Sequence[Path],
    settings: Settings,
    tell: Callable[[str], None],
    out_of_time: Callable[[], bool] = lambda: False,
    semantic: Semantic | None = None,
) -> Library:
    """The indexed documents as a source."""
    cache = settings.home / CACHE
    return Library(paths, cache, limits_of(settings), tell, out_of_time, semantic, name=INDEX, growing=True)


def add(settings: Settings, paths: Sequence[Path], tell: Callable[[str], None]) -> Added:
    """Add paths to the index, and bring all of it up to date: only what changed is read, and only new passages are embedded.

    It may be stopped at any time, and goes on there the next time.

    Raises:
        InputError: if a path is not there, there is none at all, the index holds vectors of another embedder, or another process
            writes it.
        NothingToRead: if not one document could be read.
        StoreError: if the index cannot be written.
    """
    if away := set(paths) - set(_there(paths)):
        raise InputError(f"{printable(str(min(away)))} is not there.", "Name a file or a folder.")
    with _alone(settings.home):
        wanted = tuple(dict.fromkeys((*indexed_paths(settings.home), *(path.resolve() for path in paths))))
        if not wanted:
            raise InputError("There is nothing in the index yet.", "Name a file or a folder: sovereign index add PATH")
        there = _there(wanted)
        if not there:
            raise InputError("None of the paths in the index is there any more.", "See which: sovereign index stats")
        return _added(settings, wanted, there, tell)


def _added(settings: Settings, wanted: tuple[Path, ...], there: Sequence[Path], tell: Callable[[str], None]) -> Added:
    gone = [
        f"{printable(str(path))} is not there any more; take it out: sovereign index remove"
        for path in wanted
        if path not in there
    ]
    semantic = semantic_of(settings, wait=True)
    library = library_of(there, settings, tell, semantic=semantic)
    try:
        if semantic:  # refused before anything is read or written
            semantic.store.require(semantic.model)
        _keep(settings.home, wanted)
        report = library.refresh()
        stored = semantic.store.stats() if semantic else None
    finally:
        library.close()
    with _cache(settings) as cache:
        if cache.signature != report.signature:  # the library went on in memory
            raise _unusable(settings, report.notices[0] if report.notices else "it cannot be written")
        works, passages = cache.counted()
    return Added(
        paths=tuple(map(str, wanted)),
        read=report.read,
        unchanged=report.unchanged,
        works=works,
        passages=passages,
        failures=report.failures,
        notices=(*gone, *report.notices),
        vectors=stored,
    )


def search(settings: Settings, text: str, limit: int) -> tuple[tuple[PassageHit, ...], tuple[str, ...]]:
    """The best passages for a query, and notices of what the search lacked. The index answers as it was when it was last added to.

    Raises:
        InputError: if the query has no words, or the index holds vectors of another embedder.
        NotFound: if there is no index.
    """
    if not any(c.isalnum() for c in text):
        raise InputError("The query has no words.", 'Give some: sovereign index search "routing collapse"')
    with _cache(settings) as cache:
        signature = cache.signature
        if signature is None:
            raise NotFound("There is nothing in the index yet.", "Add documents first: sovereign index add PATH")
        try:
            return _by_both(cache, settings, signature, text, limit)
        except InputError:
            raise
        except SovereignError as error:  # the words need neither the model nor its store
            return find_passages(cache, None, text, limit), (f"searched by words alone: {error.message}",)


def _by_both(
    cache: Cache, settings: Settings, signature: str, text: str, limit: int
) -> tuple[tuple[PassageHit, ...], tuple[str, ...]]:
    semantic = semantic_of(settings)
    try:
        notices = _use(semantic, signature)
        return find_passages(cache, semantic, text, limit), notices
    finally:
        if semantic:
            semantic.close()


def stats(settings: Settings) -> Stats:
    """What is in the index."""
    store = open_vectors(settings.home, settings.index_url)
    try:
        with _cache(settings) as cache:
            works, passages = cache.counted()
            keys = cache.keys()
        return Stats(
            paths=tuple(map(str, indexed_paths(settings.home))),
            works=works,
            passages=passages,
            embedded=len(keys) - len(store.missing(keys)),
            vectors=store.stats(),
        )
    finally:
        store.close()


def remove(settings: Settings, paths: Sequence[Path]) -> tuple[str, ...]:
    """Take paths out of the list, and say which are left. Their passages go when the index is next added to.

    Raises:
        NotFound: if one of them was not in it.
    """
    with _alone(settings.home):
        had = indexed_paths(settings.home)
        gone = {path.resolve() for path in paths}
        if unknown := gone - set(had):
            raise NotFound(f"{printable(str(min(unknown)))} is not in the index.", "See what is: sovereign index stats")
        left = tuple(path for path in had if path not in gone)
        _keep(settings.home, left)
        if not left:  # there will be no next time
            _unlink(settings.home, CACHE)
        return tuple(map(str, left))


def clear(settings: Settings) -> None:
    """Empty the index, vectors and model included; the documents themselves are not touched. A damaged one is removed.

    Raises:
        InputError: if another process writes it.
        StoreError: if it cannot be removed, or the database of the vectors cannot be used.
    """
    with _alone(settings.home):
        try:
            store = open_vectors(settings.home, settings.index_url)
            try:
                store.clear()
            finally:
                store.close()
        except StoreError:
            if settings.index_url:
                raise
            _unlink(settings.home, VECTORS)
        _unlink(settings.home, CACHE)
        _unlink(settings.home, PATHS)


def _there(paths: Sequence[Path]) -> list[Path]:
    # Unlike Path.exists, this takes a name that no file can have.
    return [path for path, is_there in zip(paths, map(os.path.exists, paths), strict=True) if is_there]


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Change the index, while no other process does.

    Raises:
        InputError: if another one does.
        StoreError: if the home cannot be written.
    """
    with ExitStack() as stack:
        try:
            home.mkdir(parents=True, exist_ok=True)
            stack.enter_context(locked(home / _LOCK))
        except BlockingIOError:
            raise InputError("Another process changes the index.", "Wait until it is done, or stop it.") from None
        except OSError as error:
            raise StoreError(
                f"{home} cannot be written: {error.strerror}", "Make it a folder that you may write."
            ) from error
        yield


def _unlink(home: Path, name: str) -> None:
    """Remove a file of the index, and what SQLite has beside it."""
    try:
        for end in ("", "-wal", "-shm"):
            (home / f"{name}{end}").unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(f"{home / name} cannot be removed: {error.strerror}", "Make its folder writable.") from error


def _use(semantic: Semantic | None, signature: str) -> tuple[str, ...]:
    if semantic is None:
        return ("searched by words alone: the setting embedder is none",)
    if not semantic.use(signature):
        return ("searched by words alone: not all passages have vectors yet; go on with: sovereign index add",)
    return ()


def _keep(home: Path, paths: Sequence[Path]) -> None:
    """Write the list of paths, whole or not at all."""
    write_atomic(home / PATHS, json.dumps({"paths": [str(path) for path in paths]}, indent=1).encode())


@contextmanager
def _cache(settings: Settings) -> Iterator[Cache]:
    """The words of the index.

    Raises:
        StoreError: if they cannot be read.
    """
    path = settings.home / CACHE
    try:
        cache = Cache(path if path.exists() else None)
        try:
            yield cache
        finally:
            cache.close()
    except ForeignDatabase:
        raise _unusable(settings, "it belongs to another program") from None
    except sqlite3.OperationalError as error:  # locked, full, not to be written: nothing is wrong with what is in it
        raise _unusable(settings, str(error)) from error
    except sqlite3.DatabaseError as error:
        raise StoreError(f"the index {path} cannot be used: {error}", "Make it anew: sovereign index clear.") from error


def _unusable(settings: Settings, why: str) -> StoreError:
    advice = "Make room, let other processes end, or make the file writable for you, and try again."
    return StoreError(f"the index {settings.home / CACHE} cannot be used: {why}", advice)
