"""Search by meaning beside the search by words: whether a library's passages have their vectors, and who makes them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from threading import Event, Thread

from sovereign.errors import SovereignError
from sovereign.index import Found, Passage, VectorStore, fill
from sovereign.models import Embedder

AT_ONCE = 2_000  # passages that a search waits for: some twenty seconds at worst, and done once
NEAREST = 200  # passages of a query


class Semantic:
    """An embedder and a store of vectors, for one library at a time.

    With ``wait``, every passage is embedded before the first search. Without, more than ``AT_ONCE`` of them are embedded in the
    background while the run goes on, and the searches of this run are by words alone: what a search finds never depends on how far
    the background has come.
    """

    def __init__(
        self,
        model: Embedder,
        store: VectorStore,
        wait: bool = False,
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        self.model = model
        self.store = store
        self._wait = wait
        self._stopped = stopped
        self._collection: str | None = None  # that can be searched
        self._ending = Event()
        self._thread: Thread | None = None
        self.notices: list[str] = []

    @property
    def ready(self) -> bool:
        """Whether the library that was last prepared can be searched by meaning."""
        return self._collection is not None

    def prepare(self, collection: str, passages: Sequence[Passage], tell: Callable[[str], None]) -> None:
        """See to it that the passages of a library have vectors. ``collection`` is its signature.

        Raises:
            InputError: if the store holds vectors of another model.
            StoreError: if the store cannot be read or written.
        """
        self._collection = None
        self.notices.clear()
        self.store.require(self.model)
        missing = len(self.store.missing([passage.key for passage in passages]))
        if missing > AT_ONCE and not self._wait:
            self.notices.append(
                f"searched by words alone: {missing} of {len(passages)} passages have no vectors yet; they are being made while this "
                "goes on, or at once by: sovereign index add"
            )
            self._in_background(passages)
            return
        threads = os.cpu_count() or 1
        if left := fill(self.store, self.model, passages, tell, self._stopped, threads):
            self.notices.append(f"searched by words alone: {left} of {len(passages)} passages have no vectors yet")
            return
        self.store.collect(collection, [passage.key for passage in passages])
        self._collection = collection

    def use(self, collection: str) -> bool:
        """Search a collection as it was prepared before, if it was; whether it was. Only what has all its vectors is collected.

        Raises:
            InputError: if the store holds vectors of another model.
        """
        self.store.require(self.model)
        self._collection = collection if self.store.has(collection) else None
        return self.ready

    def nearest(self, text: str, limit: int = NEAREST) -> list[Found]:
        """The passages of the prepared library that are nearest to a query; none if it is not ready.

        Raises:
            SovereignError: if the model or the store cannot be asked. They are not asked again: each query would wait for them.
        """
        if self._collection is None:
            return []
        try:
            return self.store.nearest(self._collection, self.model.queries([text])[0], limit)
        except SovereignError:
            self._collection = None
            raise

    def close(self) -> None:
        """Stop what goes on in the background; what it has made is kept."""
        self._ending.set()
        if self._thread:
            self._thread.join()
        self.store.close()

    def _in_background(self, passages: Sequence[Passage]) -> None:
        if self._thread is None:
            self._thread = Thread(target=self._fill_quietly, args=(passages,), name="sovereign-embed", daemon=True)
            self._thread.start()

    def _fill_quietly(self, passages: Sequence[Passage]) -> None:
        try:
            fill(self.store, self.model, passages, stopped=self._ending.is_set)
        except SovereignError:
            return  # the next run meets it in the foreground, where it can be said
