"""The work of one process: some jobs, each a kind of measurement at one shape, its result kept as soon as it is there."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import warnings
from pathlib import Path
from typing import Any, Literal, NamedTuple

from sovereign.records import Model

from ..shapes import shape
from . import machine
from .results import Composition, Config, Latency, Memory, MemoryCheck, Roof, Skipped

Kind = Literal["latency", "whole", "memory"]


class Job(NamedTuple):
    """One unit of work that is done as a whole or not at all.

    ``rows``: the one number of rows of a latency job. ``slices``: into how many its products are cut, at the least.
    """

    kind: Kind
    shape: str
    rows: int = 0
    slices: int = 1

    @property
    def name(self) -> str:
        """What it is, for a person."""
        rows = f", {self.rows} row{'s' * (self.rows > 1)}" if self.rows else ""
        return f"{self.kind} of {self.shape}{rows}{', in slices' * (self.slices > 1)}"

    @property
    def file(self) -> str:
        """Name of the file that keeps its result."""
        return f"{self.kind}-{self.shape}{f'-{self.rows}' * (self.rows > 0)}.json"


class Part(Model):
    """What one job found, and the seconds that it took."""

    seconds: float = 0.0
    latency: tuple[Latency, ...] = ()
    memory: tuple[Memory, ...] = ()
    compositions: tuple[Composition, ...] = ()
    memory_checks: tuple[MemoryCheck, ...] = ()
    roofs: tuple[Roof, ...] = ()
    skipped: tuple[Skipped, ...] = ()


def run(given: dict[str, Any]) -> dict[str, Any]:
    """Entry of the process: do ``given["jobs"]`` into the folder ``given["folder"]``; returns what the device is.

    A job that takes longer than ``given["job_seconds"]`` ends the process by SIGALRM, also from within a library.
    Each line on stderr is one line of progress; ``> n`` begins the job of that number, ``< n`` ends it.
    """
    # Threads that share a core measure nothing. OpenMP reads this when torch is loaded.
    os.environ.setdefault("GOMP_CPU_AFFINITY", " ".join(map(str, machine.usable())))
    # What libraries will change in their next release is no progress of ours.
    warnings.simplefilter("ignore", FutureWarning)
    import torch

    config, folder = Config.model_validate(given["config"]), Path(given["folder"])
    for number, job in enumerate(Job(*fields) for fields in given["jobs"]):
        _say(f"> {number}")
        signal.alarm(given["job_seconds"])
        begun = time.monotonic()
        found = _do(job, config, folder)
        part = found.model_copy(update={"seconds": time.monotonic() - begun})
        whole = folder / f".{job.file}"
        whole.write_text(part.model_dump_json(), "utf-8")
        whole.replace(folder / job.file)
        _say(f"< {number}")
    signal.alarm(0)
    from sovereign.mixlora import native

    name = torch.cuda.get_device_name() if config.device == "cuda" else "cpu"
    return {"device": name, "native_mixlora": config.device == "cpu" and native.load() is not None}


def load(path: Path) -> Part:
    """A result that was kept.

    Raises:
        ValueError: if the file holds none.
    """
    return Part.model_validate(json.loads(path.read_text("utf-8")))


def _do(job: Job, config: Config, folder: Path) -> Part:
    of = shape(job.shape)
    if job.kind == "latency":
        from . import latency

        alone = config.model_copy(update={"tokens": (job.rows,)})
        found = latency.measure(of, alone, _say, job.slices)
        roofs = (found.roof,) if found.roof else ()
        return Part(latency=found.latency, roofs=roofs, skipped=found.skipped)
    if job.kind == "whole":
        from . import whole

        files = (folder / Job("latency", job.shape, rows).file for rows in config.tokens)
        rows = [row for file in files if file.exists() for row in load(file).latency]
        compositions, skipped = whole.measure(of, config, rows, _say)
        return Part(compositions=compositions, skipped=skipped)
    from . import memory

    seen = memory.measure(of, config, _say)
    return Part(memory=seen.memory, memory_checks=seen.checks, skipped=seen.skipped)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
