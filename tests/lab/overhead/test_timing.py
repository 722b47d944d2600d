"""Rounds: who runs when, how often, and that what is prepared is not timed."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

pytest.importorskip("torch", reason="needs the lab extra")

from sovereign.lab.overhead import timing
from sovereign.lab.overhead.timing import Task, quartiles, rounds


def sleeping(seconds: float, log: list[str], name: str, preparing: float = 0.0) -> Callable[[], Callable[[], None]]:
    def prepare() -> Callable[[], None]:
        time.sleep(preparing)

        def call() -> None:
            log.append(name)
            time.sleep(seconds)

        return call

    return prepare


def test_rounds_alternate_their_order() -> None:
    log: list[str] = []
    todo = {name: Task(sleeping(0.021, log, name)) for name in "abc"}
    found = rounds(todo, repeats=3, warm_up=2)
    assert "".join(log) == "abcabc" + "abc" + "cba" + "abc"
    assert (found.repeats, found.warm_up) == (3, 2)
    assert all(len(found.seconds[name]) == 3 and min(found.seconds[name]) >= 0.021 for name in "abc")


def test_preparing_is_not_timed_and_slices_are_scaled() -> None:
    log: list[str] = []
    todo = {"whole": Task(sleeping(0.03, log, "w", 0.3)), "half": Task(sleeping(0.03, log, "h"), 2.0)}
    seconds = rounds(todo, repeats=2, warm_up=1).seconds
    assert 0.03 <= min(seconds["whole"]) < 0.3
    assert min(seconds["half"]) >= 0.06


def test_what_is_quick_is_run_several_times_a_sample_each_prepared_by_itself() -> None:
    prepared, called = [], []

    def prepare() -> Callable[[], None]:
        number = len(prepared)
        prepared.append(number)

        def call() -> None:
            called.append(number)
            time.sleep(2e-4)

        return call

    seconds = rounds({"quick": Task(prepare)}, repeats=2, warm_up=1).seconds["quick"]
    assert called == prepared, "every call works on what was prepared for it alone"
    assert len(called) > 2 + 2 * 2
    assert all(one >= 2e-4 for one in seconds)


def test_what_takes_long_is_repeated_less_but_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timing, "SETTING_SECONDS", 0.09)
    log: list[str] = []
    assert rounds({"slow": Task(sleeping(0.03, log, "s"))}, repeats=9, warm_up=1).repeats in (2, 3)
    assert rounds({"slower": Task(sleeping(0.2, log, "s"))}, repeats=9, warm_up=1).repeats == 2


def test_quartiles_lie_within_what_was_seen() -> None:
    assert quartiles([1.0, 2.0, 3.0, 4.0, 5.0]) == (2.0, 4.0)
    assert quartiles([1.0, 2.0]) == (1.25, 1.75)
    assert quartiles([3.0]) == (3.0, 3.0)
