"""Times computations against each other: interleaved rounds, ratios within a round, medians and quartiles.

One thread, in processor time: other programs on the machine then count little, and a ratio needs no idle machine.
"""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sovereign.records import ProtocolKey, Quantity

from ..protocol import Figure, Result

MOST = 41  # rounds
SAMPLE = 0.2  # processor seconds of one sample, at least


def interleaved(
    runs: Mapping[str, Callable[[], object]], seconds: float, least: int = 7, warm_up: int = 2
) -> dict[str, list[float]]:
    """Processor seconds of each run in every round; in a round each runs once, in alternating order.

    It stops after ``MOST`` rounds, or after ``least`` once ``seconds`` have passed.
    """
    import torch

    torch.set_num_threads(1)
    times = _times(next(iter(runs.values())))
    found: dict[str, list[float]] = {name: [] for name in runs}
    start = time.perf_counter()
    for i in range(warm_up + MOST):
        if i >= warm_up + least and time.perf_counter() - start > seconds:
            break
        for name in list(runs)[:: 1 if i % 2 else -1]:
            begun = time.process_time()
            for _ in range(times):
                runs[name]()
            if i >= warm_up:
                found[name].append((time.process_time() - begun) / times)
    return found


def _times(run: Callable[[], object]) -> int:
    """How often to run it for one sample: processor time may be counted in steps of 10 ms."""
    times = 1
    while True:
        begun = time.process_time()
        for _ in range(times):
            run()
        took = time.process_time() - begun
        if took >= SAMPLE:
            return times
        times = max(2 * times, int(times * SAMPLE / max(took, 0.01)))


def against(samples: Mapping[str, list[float]], base: str) -> dict[str, dict[str, float]]:
    """By run: median seconds, and median and quartiles of its ratio to ``base`` in the same round."""
    found = {}
    for name, mine in samples.items():
        ratios = [a / b for a, b in zip(mine, samples[base], strict=True)]
        low, middle, high = statistics.quantiles(ratios, n=4)
        found[name] = {
            "seconds": statistics.median(mine),
            "ratio": middle,
            "low": low,
            "high": high,
            "repeats": len(mine),
        }
    return found


def environment() -> dict[str, Any]:
    """Processor, threads and versions that a timing depends on."""

    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "threads": 1,
        "torch": version("torch"),
        "python": platform.python_version(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def figure(name: str, timed: Mapping[str, float], key: ProtocolKey) -> Figure:
    """The figure of one run that ``against`` gives."""
    quantity = Quantity(value=timed["seconds"] * 1e3, unit="ms", text=f"{timed['seconds'] * 1e3:.4g} ms")
    low, high = (timed[end] * quantity.value / timed["ratio"] for end in ("low", "high"))
    return Figure(
        name=name, key=key, quantity=quantity, ratio=timed["ratio"], low=low, high=high, repeats=int(timed["repeats"])
    )


def said(timed: Mapping[str, float]) -> str:
    """A ratio in words: "1.02 (1.01 to 1.04 in 41 rounds)"."""
    return f"{timed['ratio']:.3f} ({timed['low']:.3f} to {timed['high']:.3f} in {int(timed['repeats'])} rounds)"


def on(result: Result) -> str:
    """On what a result was timed, in a few words."""
    here = result["environment"]
    return f"{here['processor']}, one thread, torch {here['torch']}"
