"""Work in a thread of its own, so that whoever waits for it can stop waiting: a socket and a resolver cannot be called off."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_TICK_SECONDS = 0.1


def apart(work: Callable[[], T], look: Callable[[], object]) -> T:
    """What ``work`` gives or raises. ``look`` is called ten times a second meanwhile.

    If ``look`` raises, that is raised, and the thread is left behind: ``work`` must end by itself, and nothing else may use
    what it uses. A process that ends does not wait for it.
    """
    box: queue.SimpleQueue[tuple[list[T], BaseException | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            box.put(([work()], None))
        except BaseException as error:
            box.put(([], error))

    threading.Thread(target=run, daemon=True, name="apart").start()
    while True:
        try:
            found, error = box.get(timeout=_TICK_SECONDS)
        except queue.Empty:
            look()
            continue
        if error is not None:
            raise error
        return found[0]
