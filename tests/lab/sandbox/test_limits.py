"""What a hostile task cannot use up, and that nothing of it is left."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sovereign.errors import LabError
from sovereign.lab.sandbox import Level, Limits, Task, cgroups

from .conftest import HERE, Run

Need = Callable[[str], None]
MARK = "sovereign-sandbox-test"
MINE = f"{MARK}-{os.getpid()}-{secrets.token_hex(8)}"


def processes_with(mark: str) -> list[int]:
    """Processes of this machine that have a word among their arguments."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if mark in file.read_text("utf-8", "replace") and int(file.parent.name) != os.getpid():
                found.append(int(file.parent.name))
        except OSError:
            continue
    return found


def workers() -> set[int]:
    """Processes of the sandboxes that this test started: known by a variable that they keep, as another run may have its own."""
    found = set()
    for file in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"OMP_PLACES={MINE}".encode() in file.read_bytes():
                found.add(int(file.parent.name))
        except OSError:
            continue
    return found


def groups(pid: int) -> list[Path]:
    """Control groups of a process. One that another worker's test removes meanwhile is passed over."""
    found = (Path(folder, name) for folder, names, _ in os.walk("/sys/fs/cgroup") for name in names)
    return [path for path in found if path.name.startswith(f"sovereign-{pid}-")]


@pytest.fixture(autouse=True)
def nothing_is_left(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """After every test: no process of the sandbox, no temporary folder, no control group."""
    monkeypatch.setenv("OMP_PLACES", MINE)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield
    assert workers() == set()
    assert list(tmp_path.glob("sovereign-task-*")) == []
    assert groups(os.getpid()) == []


def test_a_fork_bomb_ends(hostile: Run, level: Level, need: Need) -> None:
    need("processes")
    started = time.monotonic()
    with pytest.raises(LabError, match="longer than its 2 s"):
        hostile("fork_without_end", {"seconds": 1}, limits={"seconds": 2.0, "processes": 40})
    assert time.monotonic() - started < 20


def test_the_number_of_processes_is_limited(hostile: Run, need: Need) -> None:
    need("processes")
    most = 3000
    found = hostile("count_processes", {"most": most}, limits={"processes": 30}).result
    assert 0 < found["children"] < most
    if os.geteuid() == 0:  # counted by a control group, which counts no one else's
        assert found["children"] <= 34


def test_what_ignores_every_signal_ends_with_its_time(hostile: Run) -> None:
    lines: list[str] = []
    started = time.monotonic()
    with pytest.raises(
        LabError, match=r"hostile:last was stopped: it took longer than its 1\.5 s.*here to stay"
    ) as caught:
        hostile("last", tell=lines.append, limits={"seconds": 1.5})
    assert time.monotonic() - started < 8
    assert lines == ["here to stay"]
    assert "Raise the limit on seconds" in caught.value.advice


@pytest.mark.parametrize("stay", [False, True], ids=["and ends", "and outlives its time"])
def test_a_daemon_ends_with_its_task(hostile: Run, stay: bool, level: Level) -> None:
    mark = f"{MARK}-{level}-{os.getpid()}-{stay}"
    try:
        hostile("leave_a_daemon", {"mark": mark, "stay": stay}, limits={"seconds": 1.5 if stay else 20.0})
    except LabError as error:
        assert stay and "longer than" in error.message
    else:
        assert not stay
    assert processes_with(mark) == []


def test_memory(hostile: Run, need: Need) -> None:
    need("memory")
    with pytest.raises(LabError, match=r"hostile:eat_memory needed more memory than its 1,000 MB") as caught:
        hostile("eat_memory", limits={"memory_bytes": 1_000_000_000})
    assert "memory_bytes" in caught.value.advice


def test_memory_of_all_processes(hostile: Run, need: Need) -> None:
    need("memory_total")
    given = {"children": 8, "bytes": 150_000_000}
    found = hostile("eat_memory_in_children", given, limits={"memory_bytes": 400_000_000}).result
    assert 0 < found["living"] <= 2


def test_the_disk(hostile: Run, need: Need) -> None:
    need("disk")
    limit = 30 << 20
    folders = ["/tmp", "/dev/shm", "/", "/dev", "/var/tmp", "/run"]
    found = hostile("fill", {"folders": folders, "most": 10 * limit}, limits={"disk_bytes": limit}).result
    assert 0 < found["/tmp"] <= limit
    assert found["/dev/shm"] <= limit
    assert [found[name] for name in ("/", "/dev", "/var/tmp", "/run")] == [0, 0, 0, 0]


def test_a_file_is_not_larger_than_the_disk(hostile: Run) -> None:
    with pytest.raises(LabError, match=r"OSError: \[Errno 27\] File too large"):
        hostile("one_large_file", {"bytes": 3 << 20}, limits={"disk_bytes": 2 << 20})


def test_a_mess_is_cleared_away(hostile: Run, level: Level) -> None:
    folder = Path(hostile("leave_a_mess", {"depth": 1500}).result["tmp"])
    assert level == "namespaces" or not folder.exists()


def test_a_giant_result(hostile: Run) -> None:
    with pytest.raises(LabError, match=r"its result is larger than 1,000,000 bytes"):
        hostile("large_result", {"bytes": 200 << 20}, limits={"output_bytes": 1_000_000})
    assert (
        len(hostile("large_result", {"bytes": 900_000}, limits={"output_bytes": 1_000_000}).result["text"]) == 900_000
    )


def test_gigabytes_of_print(hostile: Run) -> None:
    lines: list[str] = []
    found = hostile("print_without_end", {"megabytes": 1000}, lines.append, limits={"seconds": 60.0})
    assert found.result == {"printed": 1000}
    assert lines[:2] == ["red line"] * 2
    assert len(lines) == 2001 and "left out" in lines[-1]
    assert max(map(len, lines)) <= 1000


def test_ctrl_c_ends_the_task(level: Level, tmp_path: Path) -> None:
    task = Task(entry="hostile:last", given={}, paths=(HERE,), limits=Limits(seconds=60))
    code = (
        "import sys\nfrom sovereign.lab.sandbox import Task, run\n"
        "run(Task.model_validate_json(sys.argv[1]), lambda line: print(line, flush=True), least=sys.argv[2], most=sys.argv[2])"
    )
    paths = os.pathsep.join(filter(None, sys.path))
    for number in (signal.SIGINT, signal.SIGKILL):
        environment = {**os.environ, "PYTHONPATH": paths, "TMPDIR": str(tmp_path)}
        command = [sys.executable, "-c", code, task.model_dump_json(), level]
        caller = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment)
        assert caller.stdout is not None
        assert caller.stdout.readline() == b"here to stay\n"
        started = workers() - {caller.pid}
        assert started
        caller.send_signal(number)
        caller.communicate(timeout=60)
        until = time.monotonic() + 30  # nobody waits for what a killed caller leaves
        while workers() and time.monotonic() < until:
            time.sleep(0.05)
        assert workers() == set()
        kept = [*tmp_path.glob("sovereign-task-*"), *groups(caller.pid)]
        assert kept == [] or number == signal.SIGKILL  # then nobody is there to remove them
    for folder in kept:
        cgroups._remove(folder) if folder.is_relative_to("/sys") else shutil.rmtree(folder)


def test_many_at_a_time(hostile: Run) -> None:
    found: list[int] = []

    def one(number: int) -> None:
        found.append(hostile("echo", {"number": number}).result["number"])

    threads = [threading.Thread(target=one, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == list(range(6))
