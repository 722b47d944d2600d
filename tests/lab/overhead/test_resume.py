"""The whole protocol on one small scale: in a relative folder, killed in between, and gone on with."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sovereign.lab.overhead.config import overhead_config
from sovereign.lab.overhead.results import Results
from sovereign.lab.overhead.run import run

pytest.importorskip("torch")

RUN = """
import sys
from pathlib import Path
from tests.lab.overhead.test_resume import CONFIG
from sovereign.lab.overhead.run import run
run(CONFIG, Path("out"), "command", lambda line: print(line, flush=True))
"""
CONFIG = overhead_config(["125m"], ["lora", "mixlora"], dtype="float32", quick=True, repeats=2)


def test_a_killed_run_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = Path(__file__).parents[3]
    path = os.pathsep.join([str(root / "src"), str(root), os.environ.get("PYTHONPATH", "")])
    begun = subprocess.Popen([sys.executable, "-c", RUN], cwd=tmp_path, env={**os.environ, "PYTHONPATH": path})
    first = tmp_path / "out" / "parts" / "latency-opt-125m-1.json"
    deadline = time.monotonic() + 90
    while not first.exists() and begun.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    begun.send_signal(signal.SIGKILL)
    begun.wait()
    assert first.exists()
    assert not (tmp_path / "out" / "results.json").exists()

    before = first.read_bytes()
    monkeypatch.chdir(tmp_path)
    told: list[str] = []
    results = run(CONFIG, Path("out"), "command", told.append)
    assert first.read_bytes() == before  # it was not measured again
    assert any("are there already" in line for line in told)
    assert Results.model_validate_json((tmp_path / "out" / "results.json").read_bytes()) == results
    assert {(row.method, row.phase) for row in results.latency} == {
        (method, phase) for method in ("base", "lora", "mixlora") for phase in ("prefill", "decode")
    }
    assert {row.mode for row in results.memory} == {"training", "inference"}
    assert not [row for row in results.skipped if not row.method]
    assert (tmp_path / "out" / "table.md").stat().st_size > 1000
    assert run(CONFIG, Path("out"), "command") == results  # complete: nothing is left to do
