"""``sovereign runs`` over sound and damaged runs, and what Ctrl-C does to a command."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from sovereign.kernel import unfinished
from sovereign.kernel.lock import is_locked
from tests.cli.running import QUESTION, failed, sovereign

# A stage that takes long, and a file that says that it has begun.
SLOW = """
import importlib, pathlib, sys, time
stages = importlib.import_module("sovereign.kernel.stages")
def slow(*_):
    pathlib.Path(sys.argv[1]).touch()
    time.sleep(60)
stages.verify = slow
from sovereign.cli import app
app(sys.argv[2:])
"""


def begun(home: Path, library: Path, mark: Path) -> subprocess.Popen[str]:
    """A process that is in the middle of a long stage."""
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW, mark, "ask", QUESTION, "--library", library],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    end = time.monotonic() + 60
    while not mark.exists():
        assert process.poll() is None and time.monotonic() < end
        time.sleep(0.02)
    return process


def test_a_second_ctrl_c_ends_the_process_at_once(home: Path, library: Path, tmp_path: Path):
    process = begun(home, library, tmp_path / "mark")
    (left,) = unfinished(home)
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    assert process.poll() is None, "it waits for the work at hand"
    assert is_locked(home / "runs" / str(left.begun.id) / "lock"), "and holds the run as long"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=5)
    assert (process.returncode, out) == (130, "")
    assert err.count("Stopped at once") == 1 and "Traceback" not in err
    (left,) = unfinished(home)
    assert not left.going_on


def test_damaged_runs_are_listed_and_discarded(home: Path, library: Path, tmp_path: Path):
    process = begun(home, library, tmp_path / "mark")
    process.kill()
    process.communicate()
    (left,) = unfinished(home)
    folder = home / "runs" / str(left.begun.id)
    copy = shutil.copytree(folder, folder.with_name(folder.name + ".bak"))
    listed = sovereign("runs", "--json").json
    assert [(r["id"], r["damaged"]) for r in listed] == [(folder.name, False), (copy.name, True)]
    assert "damaged" in sovereign("runs").out
    assert [r["id"] for r in sovereign("runs", "--discard", copy.name, "--json").json] == [folder.name]
    (folder / "request.json").write_bytes(b"")
    failed(sovereign("resume", left.begun.short_id), 7, "is damaged", f"sovereign runs --discard {folder.name}")
    assert sovereign("runs", "--discard", left.begun.short_id).out.strip() == "No run is unfinished."
    assert list((home / "runs").iterdir()) == []


def test_help_of_verify_names_all_formats():
    said = " ".join(sovereign("verify", "--help").out.split())
    assert "LaTeX" in said and "XML" in said
