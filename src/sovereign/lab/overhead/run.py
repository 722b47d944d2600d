"""The overhead protocol from configuration to results: jobs in sandboxed processes, kept one by one, gathered at the end."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sovereign.errors import InputError, LabError
from sovereign.store.files import write_atomic

from .. import sandbox
from ..counts import parameters
from ..methods import variant
from ..shapes import SHAPES
from . import folder as folders
from . import machine
from .config import overhead_config
from .jobs import Job, Kind, Part
from .results import Config, Environment, Results, Skipped

Tell = Callable[[str], None]

WHOLE_UP_TO = 1.5e9  # parameters of a model that is run as a whole
# No job is to take longer; what does is stopped and left out.
JOB_SECONDS = 1500.0
ENTRY = "sovereign.lab.overhead.jobs:run"


def run(config: Config, folder: Path, command: str, tell: Tell = lambda line: None) -> Results:
    """Measure what is not there yet, gather, and write the folder's files.

    Raises:
        InputError: if the folder is another result's, or the machine has too little memory.
        StoreError: if the folder cannot be written.
        LabError: if nothing at all could be measured.
    """
    fits(config)
    folders.open_folder(folder, config, f"{machine.processor()}, {machine.cores()} cores")
    jobs = jobs_of(config)
    done = folders.kept(folder, jobs)
    about = _Report(config, jobs, done, tell)
    for batch in _batches(config, [job for job in jobs if job not in done]):
        _measure(batch, config, folder, about)
    parts = folders.kept(folder, jobs)
    results = _gather(config, [parts[job] for job in jobs if job in parts], folder, command)
    folders.save(folder, results)
    return results


def quick(tell: Tell = lambda line: None) -> Results:
    """The quick set, measured anew in a folder that does not stay.

    Raises:
        InputError: without torch.
        LabError: if nothing could be measured.
    """
    with tempfile.TemporaryDirectory(prefix="sovereign-lab-") as place:
        return run(overhead_config(quick=True), Path(place, "overhead"), "sovereign lab overhead --quick", tell)


def jobs_of(config: Config) -> list[Job]:
    """Everything to do, in order: a whole model is held against the latencies of its blocks, so it comes after them."""
    jobs = []
    for name in config.scales:
        kinds: list[Kind] = ["latency"]
        if config.whole_models and parameters(variant(SHAPES[name], "base")).total <= WHOLE_UP_TO:
            kinds.append("whole")
        jobs += [Job(kind, name) for kind in (*kinds, "memory")]
    return jobs


def fits(config: Config) -> None:
    """Raise InputError if a shape needs more memory than there is; say how much there is, and what fits."""
    from . import latency, memory

    free = machine.free_bytes()
    if not free or config.device != "cpu":
        return
    needs = {
        name: max(latency.bytes_needed(SHAPES[name], config), memory.bytes_needed(SHAPES[name], config))
        for name in config.scales
    }
    too_large = {name: need for name, need in needs.items() if need > free}
    if too_large:
        fitting = [name for name in needs if name not in too_large]
        said = ", ".join(f"{name} needs {need / 1e9:.1f} GB" for name, need in too_large.items())
        advice = f"These fit: {', '.join(fitting)}." if fitting else "Free some memory, or take smaller scales."
        raise InputError(f"there are {free / 1e9:.1f} GB of free memory, and {said}", advice)


class _Report:
    """Progress in lines for a person: what is being measured, and about how long the rest will take."""

    def __init__(self, config: Config, jobs: Sequence[Job], done: dict[Job, Part], tell: Tell) -> None:
        self.tell = tell
        self.effort = {job: _effort(job, config) for job in jobs}
        self.left = {job for job in jobs if job not in done}
        self.spent = 0.0
        self.started = time.monotonic()
        if done:
            tell(f"{len(done)} of {len(jobs)} measurements are there already")

    def line(self, line: str) -> None:
        """A line of a job's process."""
        mark, _, rest = line.partition(" ")
        if mark == "<":
            kind, _, name = rest.partition(" ")
            for job in [one for one in self.left if (one.kind, one.shape) == (kind, name)]:
                self.left.discard(job)
                self.spent += self.effort[job]
        elif mark == ">":
            self.tell(f"{rest}, {len(self.effort) - len(self.left) + 1} of {len(self.effort)}{self._time_left()}")
        else:
            self.tell(line)

    def _time_left(self) -> str:
        if not self.spent:
            return ""
        seconds = (time.monotonic() - self.started) / self.spent * sum(self.effort[job] for job in self.left)
        return f", about {seconds / 60:.0f} min left" if seconds >= 90 else f", about {seconds:.0f} s left"


def _effort(job: Job, config: Config) -> float:
    """A job's share of the work, in no unit: what a block costs for every row, and the start."""
    of = SHAPES[job.shape]
    block = sum(layer.weights for layer in (*of.attention, *of.feed_forward)) / 1e8
    rows = sum(config.tokens) / 32 * config.repeats
    layers = of.num_hidden_layers if job.kind == "whole" else 3 if job.kind == "memory" else 8
    return 3 + block * layers * (rows if job.kind != "memory" else config.memory_tokens / 32) / 10


def _batches(config: Config, jobs: list[Job]) -> list[list[Job]]:
    """Jobs of one process. All of the quick set, whose time would go into starting; else one shape's, which ends with it."""
    if config.quick:
        return [jobs] if jobs else []
    return [own for name in config.scales if (own := [job for job in jobs if job.shape == name])]


def _measure(batch: list[Job], config: Config, folder: Path, about: _Report) -> None:
    """Do a batch in the sandbox. A job that fails is left out with its reason, and the rest goes on without it."""
    parts = folder / folders.PARTS
    while batch:
        task = sandbox.Task(
            entry=ENTRY,
            given={"config": config.model_dump(mode="json"), "jobs": [list(j) for j in batch], "folder": str(parts)},
            writes=parts,
            limits=sandbox.Limits(
                seconds=JOB_SECONDS * len(batch),
                # Address space, of which torch reserves more than it uses.
                memory_bytes=max(64 << 30, 4 * machine.memory_bytes()),
                processes=4096,
            ),
        )
        try:
            outcome = sandbox.run(task, about.line)
        except LabError as error:
            batch = _left_out(batch, parts, error)
            continue
        where = machine.environment(
            config, outcome.result["device"], outcome.result["native_mixlora"], outcome.isolation.level
        )
        write_atomic(folder / folders.PARTS / "environment.json", where.model_dump_json().encode("utf-8"))
        return


def _left_out(batch: list[Job], parts: Path, error: LabError) -> list[Job]:
    """What is left of a batch whose process failed: without what it did, and without the job that it failed at."""
    undone = [job for job in batch if not (parts / job.file).exists()]
    if not undone:  # it failed when all was done
        return []
    failed, *rest = undone
    reason = Skipped(shape=failed.shape, method="", what=failed.kind, reason=error.message)
    write_atomic(parts / failed.file, Part(skipped=(reason,)).model_dump_json().encode("utf-8"))
    return [job for job in rest if (job.kind, job.shape, failed.kind) != ("whole", failed.shape, "latency")]


def _gather(config: Config, parts: Sequence[Part], folder: Path, command: str) -> Results:
    where = folder / folders.PARTS / "environment.json"
    skipped = [row for part in parts for row in part.skipped]
    if not where.exists():
        reasons = "; ".join(dict.fromkeys(row.reason for row in skipped)) or "no job was done"
        raise LabError(f"nothing could be measured: {reasons}", f"Remove {folder} to try again.")

    def every(name: str) -> tuple[Any, ...]:
        return tuple(row for part in parts for row in getattr(part, name))

    return Results(
        command=command,
        config=config,
        environment=Environment.model_validate_json(where.read_bytes()),
        latency=every("latency"),
        memory=every("memory"),
        compositions=every("compositions"),
        memory_checks=every("memory_checks"),
        roofs=every("roofs"),
        skipped=tuple(skipped),
        seconds=sum(part.seconds for part in parts),
    )
