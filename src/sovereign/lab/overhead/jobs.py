"""The work of one process: some jobs, each a kind of measurement at one shape, its result kept as soon as it is there."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any, Literal, NamedTuple

from sovereign.records import Model

from ..shapes import shape
from .results import Composition, Config, Latency, Memory, MemoryCheck, Roof, Skipped

Kind = Literal["latency", "whole", "memory"]


class Job(NamedTuple):
    """One unit of work that is done as a whole or not at all."""

    kind: Kind
    shape: str

    @property
    def file(self) -> str:
        """Name of the file that keeps its result."""
        return f"{self.kind}-{self.shape}.json"


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

    Each line on stderr is one line of progress; a job begins with ``> kind shape`` and ends with ``< kind shape``.
    """
    import torch

    config, folder = Config.model_validate(given["config"]), Path(given["folder"])
    for kind, name in given["jobs"]:
        job = Job(kind, name)
        _say(f"> {job.kind} {job.shape}")
        begun = time.monotonic()
        found = _do(job, config, folder)
        part = found.model_copy(update={"seconds": time.monotonic() - begun})
        whole = folder / f".{job.file}"
        whole.write_text(part.model_dump_json(), "utf-8")
        whole.replace(folder / job.file)
        _say(f"< {job.kind} {job.shape}")
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

        found = latency.measure(of, config, _say)
        roofs = (found.roof,) if found.roof else ()
        return Part(latency=found.latency, roofs=roofs, skipped=found.skipped)
    if job.kind == "whole":
        from . import whole

        rows = load(folder / Job("latency", job.shape).file).latency
        compositions, skipped = whole.measure(of, config, rows, _say)
        return Part(compositions=compositions, skipped=skipped)
    from . import memory

    seen = memory.measure(of, config, _say)
    return Part(memory=seen.memory, memory_checks=seen.checks, skipped=seen.skipped)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
