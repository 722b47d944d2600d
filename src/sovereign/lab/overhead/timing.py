"""Times of several tasks that are to be compared: in rounds, each task once a round, in alternating order.

Whatever disturbs the machine for a while then falls on all tasks alike, and ratios are taken within a round.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from math import ceil
from statistics import quantiles
from time import perf_counter
from typing import Any, NamedTuple

import torch

SAMPLE_SECONDS = 2e-3  # a sample takes at least about so long: the task is run several times, each time on cold weights
MAX_RUNS = 64
SETTING_SECONDS = 45.0  # beyond this, fewer repeats, but never fewer than two

Call = Callable[[], object]


class Task(NamedTuple):
    """``prepare`` makes what is timed, and is not timed itself; a time counts ``scale`` times, for what is a slice."""

    prepare: Callable[[], Call]
    scale: float = 1.0


class Rounds(NamedTuple):
    """Seconds by task, one for each round."""

    seconds: dict[str, list[float]]
    repeats: int
    warm_up: int


def rounds(tasks: Mapping[str, Task], repeats: int, warm_up: int, device: str = "cpu") -> Rounds:
    """Time all tasks. Each task is run at least once before, as warm-up and to learn how often a sample repeats it."""
    warm_up = max(warm_up, 1)
    first: dict[str, float] = {}
    with _undisturbed():
        for _ in range(warm_up):
            first = {name: sample(task.prepare, 1, device) for name, task in tasks.items()}
        # What is quick was mostly start-up the first time.
        quick = [name for name, seconds in first.items() if seconds < 10 * SAMPLE_SECONDS]
        first |= {name: sample(tasks[name].prepare, 1, device) for name in quick}
        runs = {name: min(MAX_RUNS, ceil(SAMPLE_SECONDS / max(seconds, 1e-9))) for name, seconds in first.items()}
        expected = sum(max(seconds, SAMPLE_SECONDS) for seconds in first.values())
        repeats = max(2, min(repeats, int(SETTING_SECONDS / max(expected, 1e-9))))
        found: dict[str, list[float]] = {name: [] for name in tasks}
        for i in range(repeats):
            for name in list(tasks)[:: -1 if i % 2 else 1]:
                found[name].append(sample(tasks[name].prepare, runs[name], device) * tasks[name].scale)
    return Rounds(found, repeats, warm_up)


def sample(prepare: Callable[[], Call], runs: int, device: str) -> float:
    """Seconds of one run, as the mean of several, each prepared by itself beforehand."""
    calls = [prepare() for _ in range(runs)]
    with torch.inference_mode():
        if device == "cuda":
            start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))  # type: ignore[no-untyped-call]
            torch.cuda.synchronize()
            start.record()
            for call in calls:
                call()
            end.record()
            torch.cuda.synchronize()
            return float(start.elapsed_time(end)) / 1e3 / runs
        begun = perf_counter()
        for call in calls:
            call()
        return (perf_counter() - begun) / runs


def quartiles(values: list[float]) -> tuple[float, float]:
    """First and third quartile; of two values they lie a quarter of the way in."""
    low, _, high = quantiles(values, n=4, method="inclusive") if len(values) > 1 else values * 3
    return low, high


@contextmanager
def _undisturbed() -> Any:
    """No garbage collection meanwhile."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
