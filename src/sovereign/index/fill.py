"""Filling a store of vectors: what has none is embedded, batch after batch, and kept at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

from .base import Passage, VectorStore

if TYPE_CHECKING:
    from sovereign.models import Embedder

T = TypeVar("T")

_BATCH = 64  # passages; what is lost at most when the process is killed, for each thread
_WINDOW = 4_096  # passages that are ordered by length before they are cut into batches, so that little is padded


def fill(
    store: VectorStore,
    model: Embedder,
    passages: Sequence[Passage],
    tell: Callable[[str], None] = lambda _: None,
    stopped: Callable[[], bool] = lambda: False,
    threads: int = 1,
) -> int:
    """Embed the passages that the store has no vector of, and say how many of them are left (0, unless it was ``stopped``).

    A fill that is killed goes on where it was: what was embedded is kept. ``tell`` is called now and then from the calling thread,
    and may raise.

    Raises:
        InputError: if the store holds vectors of another model.
        SovereignError: if the model cannot be asked, or the store cannot be written.
    """
    store.require(model)
    texts = {passage.key: passage.text for passage in passages}
    todo = store.missing(list(texts))
    left, start, done = len(todo), monotonic(), 0
    with ThreadPoolExecutor(max_workers=threads) as pool:
        for window in _cut(todo, _WINDOW):
            batches = _cut(sorted(window, key=lambda key: len(texts[key])), _BATCH)
            # As many batches at a time as there are threads, so that a stop need not wait for the whole window.
            for some in _cut(batches, threads):
                if stopped():
                    return left
                vectors = pool.map(lambda batch: model.embed([texts[key] for key in batch]), some)
                for batch, rows in zip(some, vectors, strict=True):
                    store.put(batch, rows)
                    left, done = left - len(batch), done + len(batch)
                pace = done / max(1e-6, monotonic() - start)
                tell(f"embedded {done} of {done + left} passages, {pace:.0f} a second, about {left / pace:.0f} s left")
    return left


def _cut(items: Sequence[T], size: int) -> list[Sequence[T]]:
    return [items[first : first + size] for first in range(0, len(items), size)]
