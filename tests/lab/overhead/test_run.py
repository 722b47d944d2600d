"""The driver: what is to be done, what is left when a job's process fails, how results are gathered."""

from __future__ import annotations

from pathlib import Path

import pytest

from sovereign.errors import InputError, LabError
from sovereign.lab.overhead import folder as folders
from sovereign.lab.overhead import machine, run
from sovereign.lab.overhead.config import overhead_config
from sovereign.lab.overhead.jobs import Job, Part, load

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


def test_too_little_memory_is_refused_before_anything_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "free_bytes", lambda: 1_000_000)
    with pytest.raises(InputError) as caught:
        run.run(overhead_config(quick=True), tmp_path / "new", "command")
    assert "there are 0.0 GB of free memory" in caught.value.message
    assert "opt-175b needs" in caught.value.message
    assert not (tmp_path / "new").exists()
