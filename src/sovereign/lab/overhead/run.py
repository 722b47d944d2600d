"""The overhead protocol from configuration to results: jobs in sandboxed processes, kept one by one, gathered at the end."""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Sequence
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
from .budget import WHOLE
from .config import overhead_config
from .jobs import Job, Part
from .progress import Report, Tell
from .results import Config, Results, Roof, Skipped

# No job is to take longer: its process is ended then by SIGALRM, and the job is left out.
JOB_SECONDS = 1500
ENTRY = "sovereign.lab.overhead.jobs:run"


def run(config: Config, folder: Path, command: str, tell: Tell = lambda line: None) -> Results:
    """Measure what is not there yet, gather, and write the folder's files.

    Raises:
        InputError: if the folder is another result's, other libraries measured what it holds, another process measures
            into it, or the machine has too little memory.
        StoreError: if the folder cannot be written.
        LabError: if nothing at all could be measured.
    """
    folder = folder.resolve()  # the processes that write to it have a working directory of their own
    jobs = jobs_of(config)
    fits(config, list(dict.fromkeys(job.shape for job in folders.left(folder, jobs))))
    folders.open_folder(folder, config, f"{machine.processor()}, {machine.cores()} cores")
    with folders.alone(folder):
        done = folders.kept(folder, jobs)
        left = folders.left(folder, jobs)
        if left:
            _same_libraries(folder)
        about = Report(config, jobs, done, tell)
        for batch in _batches(config, left):
            _measure(batch, config, folder, about)
        parts = folders.kept(folder, jobs)
        if folders.environment(folder) is None and any(map(_found, parts.values())):
            _measure([], config, folder, about)  # the process that measured was ended before it could say where
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
        if config.whole_models and parameters(variant(SHAPES[name], "base")).total <= WHOLE:
            jobs.append(Job("whole", name))
    return [*jobs, *(Job("memory", name) for name in config.scales)]


def fits(config: Config, scales: Sequence[str]) -> None:
    """Raise InputError if one of the scales needs more memory than there is; say how much there is, and what fits."""
    from . import latency, memory

    free = machine.free_bytes()
    if not free or config.device != "cpu":
        return
    needs = {
        name: max(latency.bytes_needed(SHAPES[name], config), memory.bytes_needed(SHAPES[name], config))
        for name in scales
    }
    too_large = {name: need for name, need in needs.items() if need > free}
    if too_large:
        fitting = [name for name in needs if name not in too_large]
        said = ", ".join(f"{name} needs {need / 1e9:.1f} GB" for name, need in too_large.items())
        advice = f"These fit: {', '.join(fitting)}." if fitting else "Free some memory, or take smaller scales."
        raise InputError(f"there are {free / 1e9:.1f} GB of free memory, and {said}", advice)


def _same_libraries(folder: Path) -> None:
    """Raise InputError if what the folder holds was measured with other libraries: one environment stands for all."""
    before, now = folders.environment(folder), machine.libraries()
    if before is not None and before.libraries != now:
        names = sorted(name for name in {*before.libraries, *now} if before.libraries.get(name) != now.get(name))
        said = ", ".join(f"{name} {before.libraries.get(name, 'none')}, now {now.get(name, 'none')}" for name in names)
        raise InputError(f"{folder} has results of other libraries: {said}", folders.OTHER)


def _batches(config: Config, jobs: list[Job]) -> list[list[Job]]:
    """Jobs of one process: all of the quick set, whose time would go into starting; else those of a shape in a row."""
    if config.quick:
        return [jobs] if jobs else []
    return [list(own) for _, own in groupby(jobs, lambda job: (job.shape, job.kind == "memory"))]


def _measure(batch: list[Job], config: Config, folder: Path, about: Report) -> None:
    """Do a batch in the sandbox. A job that fails is left out with its reason, and the rest goes on without it."""
    parts = folder / folders.PARTS
    while True:
        task = sandbox.Task(
            entry=ENTRY,
            given={
                "config": config.model_dump(mode="json"),
                "jobs": [list(job) for job in batch],
                "folder": str(parts),
                "job_seconds": JOB_SECONDS,
            },
            writes=parts,
            gpu=config.device == "cuda",
            limits=sandbox.Limits(
                seconds=JOB_SECONDS * (len(batch) + 1),
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
            if not batch:
                return
            continue
        where = machine.environment(
            config, outcome.result["device"], outcome.result["native_mixlora"], outcome.isolation.level
        )
        folders.keep_environment(folder, where)
        return


def _left_out(batch: list[Job], parts: Path, error: LabError) -> list[Job]:
    """What is left of a batch whose process failed.

    A latency job is tried once more in halves: libraries of matrix products have been seen to crash at single sizes.
    Any other, one that took too long, or one that fails again, is left out, and its reason kept.
    """
    undone = [job for job in batch if not (parts / job.file).exists()]
    if not undone:  # it failed when all was done
        return []
    failed, *rest = undone
    overtime = f"(signal {signal.SIGALRM:d})" in error.message
    if failed.kind == "latency" and failed.slices == 1 and not overtime:
        return [failed._replace(slices=2), *rest]
    why = f"it took longer than {JOB_SECONDS:,} s" if overtime else error.message
    reason = Skipped(shape=failed.shape, method="", what=failed.name, reason=why)
    write_atomic(parts / failed.file, Part(skipped=(reason,)).model_dump_json().encode("utf-8"))
    return rest


def _found(part: Part) -> bool:
    return bool(part.latency or part.memory)


def _gather(config: Config, parts: Sequence[Part], folder: Path, command: str) -> Results:
    where = folders.environment(folder)
    skipped = [row for part in parts for row in part.skipped]
    if not any(map(_found, parts)):
        reasons = "; ".join(dict.fromkeys(row.reason for row in skipped)) or "no job was done"
        raise LabError(f"nothing could be measured: {reasons}", f"Remove {folder} to try again.")
    if where is None:
        raise LabError(
            "the process that measured failed before it could say on what", "Run the same command again: all is kept."
        )

    def every(name: str) -> tuple[Any, ...]:
        return tuple(row for part in parts for row in getattr(part, name))

    roofs: dict[str, Roof] = {}
    for roof in every("roofs"):
        known = roofs.get(roof.shape, roof)
        roofs[roof.shape] = known.model_copy(update={"rates": known.rates | roof.rates})

    return Results(
        command=command,
        config=config,
        environment=where,
        latency=every("latency"),
        memory=every("memory"),
        compositions=every("compositions"),
        memory_checks=every("memory_checks"),
        roofs=tuple(roofs.values()),
        skipped=tuple(dict.fromkeys(skipped)),
        seconds=sum(part.seconds for part in parts),
    )
