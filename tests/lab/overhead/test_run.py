"""The driver: what is to be done, what is left when a job's process fails, how results are gathered."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sovereign.errors import InputError, LabError
from sovereign.lab.overhead import folder as folders
from sovereign.lab.overhead import machine, run
from sovereign.lab.overhead.config import overhead_config
from sovereign.lab.overhead.jobs import Job, Part, load
from sovereign.lab.overhead.results import Config, Environment
from sovereign.lab.sandbox import Isolation, Outcome, Task
from tests.lab.overhead.making import results

CRASH = LabError("the task crashed: signal 8")


def test_every_number_of_rows_is_a_job_and_only_small_models_are_run_as_a_whole() -> None:
    jobs = run.jobs_of(overhead_config(scales_given=["1.3b", "6.7b"]))
    assert [job.name for job in jobs if job.shape == "opt-1.3b"] == [
        "latency of opt-1.3b, 1 row",
        "latency of opt-1.3b, 32 rows",
        "latency of opt-1.3b, 128 rows",
        "latency of opt-1.3b, 512 rows",
        "whole of opt-1.3b",
        "memory of opt-1.3b",
    ]
    assert [job.kind for job in jobs if job.shape == "opt-6.7b"] == [*["latency"] * 4, "memory"]
    assert [job.kind for job in jobs[-2:]] == ["memory", "memory"]  # a busy machine changes times, not amounts
    assert len({job.file for job in jobs}) == len(jobs)


def test_a_product_that_crashes_is_tried_in_slices_and_then_left_out(tmp_path: Path) -> None:
    first, second, third = batch = [Job("latency", "opt-125m", rows) for rows in (1, 32, 128)]
    (tmp_path / first.file).write_text(Part().model_dump_json(), "utf-8")
    again = run._left_out(batch, tmp_path, CRASH)
    assert again == [second._replace(slices=2), third]
    assert run._left_out(again, tmp_path, CRASH) == [third]
    (row,) = load(tmp_path / second.file).skipped
    assert (row.shape, row.what) == ("opt-125m", "latency of opt-125m, 32 rows, in slices")
    assert "signal 8" in row.reason


def test_any_other_job_that_fails_is_left_out_at_once(tmp_path: Path) -> None:
    memory, other = Job("memory", "opt-125m"), Job("memory", "opt-350m")
    assert run._left_out([memory, other], tmp_path, CRASH) == [other]
    assert load(tmp_path / memory.file).skipped


def test_nothing_measured_is_an_error_that_says_why(tmp_path: Path) -> None:
    config = overhead_config(scales_given=["125m"], quick=True)
    folders.open_folder(tmp_path, config, "m")
    run._left_out([Job("memory", "opt-125m")], tmp_path / "parts", CRASH)
    parts = [load(tmp_path / "parts" / "memory-opt-125m.json")]
    with pytest.raises(LabError, match="signal 8"):
        run._gather(config, parts, tmp_path, "command")


def test_a_job_that_takes_too_long_is_not_tried_again(tmp_path: Path) -> None:
    slow, other = Job("latency", "opt-125m", 32), Job("latency", "opt-125m", 128)
    late = LabError(f"run crashed: Alarm clock (signal {signal.SIGALRM:d})")
    assert run._left_out([slow, other], tmp_path, late) == [other]
    assert load(tmp_path / slow.file).skipped[0].reason == "it took longer than 1,500 s"


def test_a_job_ends_its_process_when_its_time_is_up(tmp_path: Path) -> None:
    config = overhead_config(scales_given=["125m"], quick=True)
    given = {
        "config": config.model_dump(mode="json"), "jobs": [["memory", "opt-125m", 0, 1]], "folder": str(tmp_path),
        "job_seconds": 1,
    }  # fmt: skip
    code = (
        "import json, sys, time\nfrom sovereign.lab.overhead import jobs\n"
        "jobs._do = lambda *given: time.sleep(30)\njobs.run(json.loads(sys.argv[1]))"
    )
    done = subprocess.run([sys.executable, "-c", code, json.dumps(given)], env=os.environ, timeout=60, check=False)
    assert done.returncode == -signal.SIGALRM
    assert not list(tmp_path.iterdir())


class Sandbox:
    """Takes tasks in the sandbox's place: keeps a part for every job, or fails."""

    def __init__(self, parts: Path, fails: LabError | None = None) -> None:
        self.parts, self.fails, self.tasks = parts, fails, list[Task]()

    def run(self, task: Task, tell: object) -> Outcome:
        self.tasks.append(task)
        rows = results(("opt-125m",), quick=True)
        for job in (Job(*fields) for fields in task.given["jobs"]):
            part = Part(latency=rows.latency if job.kind == "latency" else ())
            (self.parts / job.file).write_text(part.model_dump_json(), "utf-8")
        if self.fails:
            raise self.fails
        isolation = Isolation(level="limits", held=(), missing=())
        return Outcome(
            result={"device": "cpu", "native_mixlora": False}, isolation=isolation, seconds=1.0, peak_bytes=1
        )


@pytest.fixture
def config() -> Config:
    return overhead_config(scales_given=["125m"], quick=True)


@pytest.fixture
def sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    made = Sandbox(tmp_path / "parts")
    monkeypatch.setattr(run.sandbox, "run", made.run)
    monkeypatch.setattr(machine, "free_bytes", lambda: 64 << 30)
    monkeypatch.setattr(run.folders, "save", lambda *given: [])  # plots take seconds; test_resume writes them
    return made


def test_a_run_that_was_killed_before_it_said_where_keeps_what_it_measured(
    tmp_path: Path, config: Config, sandbox: Sandbox
) -> None:
    sandbox.fails = LabError("ended without a result")
    with pytest.raises(LabError, match="before it could say on what"):
        run.run(config, tmp_path, "command")
    sandbox.fails = None
    found = run.run(config, tmp_path, "command")
    assert found.latency and found.environment.isolation == "limits"
    assert [len(task.given["jobs"]) for task in sandbox.tasks] == [len(run.jobs_of(config)), 0, 0]


def test_a_complete_folder_measures_nothing_and_needs_no_memory(
    tmp_path: Path, config: Config, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = run.run(config, tmp_path, "command")
    monkeypatch.setattr(machine, "free_bytes", lambda: 1_000_000)
    assert run.run(config, tmp_path, "command") == first
    assert len(sandbox.tasks) == 1


def test_what_other_libraries_measured_is_not_gone_on_with(
    tmp_path: Path, config: Config, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = run.run(config, tmp_path, "command").environment
    monkeypatch.setattr(machine, "libraries", lambda: before.libraries | {"torch": "9.9"})
    assert run.run(config, tmp_path, "command").environment == before  # nothing was left to measure
    (tmp_path / "parts" / "memory-opt-125m.json").unlink()
    with pytest.raises(InputError, match=r"of other libraries: torch .*, now 9\.9"):
        run.run(config, tmp_path, "command")
    assert isinstance(folders.environment(tmp_path), Environment)


def test_a_folder_in_use_is_refused_before_anything_starts(tmp_path: Path, config: Config, sandbox: Sandbox) -> None:
    folders.open_folder(tmp_path, config, f"{machine.processor()}, {machine.cores()} cores")
    with folders.alone(tmp_path), pytest.raises(InputError, match="another process"):
        run.run(config, tmp_path, "command")
    assert not sandbox.tasks


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_the_task_gets_the_gpu_that_it_measures(tmp_path: Path, config: Config, sandbox: Sandbox, device: str) -> None:
    run.run(config.model_copy(update={"device": device}), tmp_path, "command")
    assert [task.gpu for task in sandbox.tasks] == [device == "cuda"]


def test_too_little_memory_is_refused_before_anything_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "free_bytes", lambda: 1_000_000)
    with pytest.raises(InputError) as caught:
        run.run(overhead_config(quick=True), tmp_path / "new", "command")
    assert "there are 0.0 GB of free memory" in caught.value.message
    assert "opt-175b needs" in caught.value.message
    assert not (tmp_path / "new").exists()
