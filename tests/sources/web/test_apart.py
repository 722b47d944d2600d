"""Work that can be waited for no longer."""

from __future__ import annotations

import threading
import time

import pytest

from sovereign.sources.web.apart import apart


def test_what_the_work_gives_or_raises_comes_through() -> None:
    def fails() -> None:
        raise ValueError("no")

    assert apart(lambda: 5, lambda: None) == 5
    with pytest.raises(ValueError, match="no"):
        apart(fails, lambda: None)


def test_who_looks_may_end_the_wait() -> None:
    hold, looks = threading.Event(), 0

    def look() -> None:
        nonlocal looks
        looks += 1
        if looks == 2:
            raise KeyboardInterrupt

    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        apart(lambda: hold.wait(30), look)
    hold.set()
    assert looks == 2 and time.monotonic() - started < 5
