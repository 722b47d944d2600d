"""The overhead protocol from configuration to results: jobs in sandboxed processes, kept one by one, gathered at the end."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Collection, Sequence
from itertools import groupby
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
from .jobs import Job, Part
from .results import Config, Environment, Results, Roof, Skipped

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
    folder = folder.resolve()  # the processes that write to it have a working directory of their own
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
    """Everything to do, in order: a whole model is held against the latencies of its blocks, so it comes after them.

    Memory comes last: it is the same on a machine that has got other work meanwhile.
    """
    jobs = []
    for name in config.scales:
        jobs += [Job("latency", name, rows) for rows in config.tokens]
        if config.whole_models and parameters(variant(SHAPES[name], "base")).total <= WHOLE_UP_TO:
            jobs.append(Job("whole", name))
    return [*jobs, *(Job("memory", name) for name in config.scales)]


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

    def __init__(self, config: Config, jobs: Sequence[Job], done: Collection[Job], tell: Tell) -> None:
        self.tell = tell
        self.effort = {job: _effort(job, config) for job in jobs}
        self.left = [job for job in jobs if job not in done]
        self.ended = 0.0
        self.started = time.monotonic()
        if done:
            tell(f"{len(done)} of {len(jobs)} measurements are there already")

    def lines_of(self, batch: Sequence[Job]) -> Tell:
        """What a batch's process says, one line at a time."""

        def line(text: str) -> None:
            mark, _, number = text.partition(" ")
            if mark not in ("<", ">") or not number.isdigit() or int(number) >= len(batch):
                return self.tell(text)
            job = batch[int(number)]
            if mark == ">":
                place = len(self.effort) - len(self.left) + 1
                return self.tell(f"{job.name}, {place} of {len(self.effort)}{self._time_left()}")
            self.left = [one for one in self.left if one.file != job.file]
            self.ended += self.effort[job._replace(slices=1)]
            return None

        return line

    def _time_left(self) -> str:
        if not self.ended:
            return ""
        seconds = (time.monotonic() - self.started) / self.ended * sum(self.effort[job] for job in self.left)
        return f", about {seconds / 60:.0f} min left" if seconds >= 90 else f", about {seconds:.0f} s left"


def _effort(job: Job, config: Config) -> float:
    """About the seconds that a job takes on two cores."""
    of = SHAPES[job.shape]
    block = sum(layer.weights for layer in (*of.attention, *of.feed_forward)) / 1e8
    if job.kind == "latency":
        return 1 + block * (0.5 + job.rows / 32) * config.repeats / 4
    if job.kind == "whole":
        return 10 + block * of.num_hidden_layers * 3
    return 45.0 if not config.quick else 1.0


def _batches(config: Config, jobs: list[Job]) -> list[list[Job]]:
    """Jobs of one process: all of the quick set, whose time would go into starting; else those of a shape in a row."""
    if config.quick:
        return [jobs] if jobs else []
    return [list(own) for _, own in groupby(jobs, lambda job: (job.shape, job.kind == "memory"))]


def _measure(batch: list[Job], config: Config, folder: Path, about: _Report) -> None:
    """Do a batch in the sandbox. A job that fails is left out with its reason, and the rest goes on without it."""
    parts = folder / folders.PARTS
    while batch:
        task = sandbox.Task(
            entry=ENTRY,
            given={
                "config": config.model_dump(mode="json"),
                "jobs": [list(job) for job in batch],
                "folder": str(parts),
            },
            writes=parts,
            limits=sandbox.Limits(
                seconds=JOB_SECONDS * len(batch),
                # Address space, of which torch reserves more than it uses.
                memory_bytes=max(64 << 30, 4 * machine.memory_bytes()),
                processes=4096,
            ),
        )
        try:
            outcome = sandbox.run(task, about.lines_of(batch))
        except LabError as error:
            about.tell(error.message)
            batch = _left_out(batch, parts, error)
            continue
        where = machine.environment(
            config, outcome.result["device"], outcome.result["native_mixlora"], outcome.isolation.level
        )
        write_atomic(folder / folders.PARTS / "environment.json", where.model_dump_json().encode("utf-8"))
        return


def _left_out(batch: list[Job], parts: Path, error: LabError) -> list[Job]:
    """What is left of a batch whose process failed.

    A latency job is tried once more in halves: libraries of matrix products have been seen to crash at single sizes.
    Any other, or one that fails again, is left out, and its reason kept.
    """
    undone = [job for job in batch if not (parts / job.file).exists()]
    if not undone:  # it failed when all was done
        return []
    failed, *rest = undone
    if failed.kind == "latency" and failed.slices == 1:
        return [failed._replace(slices=2), *rest]
    reason = Skipped(shape=failed.shape, method="", what=failed.name, reason=error.message)
    write_atomic(parts / failed.file, Part(skipped=(reason,)).model_dump_json().encode("utf-8"))
    return rest


def _gather(config: Config, parts: Sequence[Part], folder: Path, command: str) -> Results:
    where = folder / folders.PARTS / "environment.json"
    skipped = [row for part in parts for row in part.skipped]
    if not where.exists():
        reasons = "; ".join(dict.fromkeys(row.reason for row in skipped)) or "no job was done"
        raise LabError(f"nothing could be measured: {reasons}", f"Remove {folder} to try again.")

    def every(name: str) -> tuple[Any, ...]:
        return tuple(row for part in parts for row in getattr(part, name))

    roofs: dict[str, Roof] = {}
    for roof in every("roofs"):
        known = roofs.get(roof.shape, roof)
        roofs[roof.shape] = known.model_copy(update={"rates": known.rates | roof.rates})

    return Results(
        command=command,
        config=config,
        environment=Environment.model_validate_json(where.read_bytes()),
        latency=every("latency"),
        memory=every("memory"),
        compositions=every("compositions"),
        memory_checks=every("memory_checks"),
        roofs=tuple(roofs.values()),
        skipped=tuple(dict.fromkeys(skipped)),
        seconds=sum(part.seconds for part in parts),
    )
