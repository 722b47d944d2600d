"""What a hostile task cannot reach: the network, files, secrets, other processes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import sovereign
from sovereign.lab.sandbox import Level

from .conftest import Run, isolation

Need = Callable[[str], None]


class Services(NamedTuple):
    """Addresses that answer outside the sandbox, and what has come in."""

    tcp: int
    udp: int
    local: str
    seen: list[str]


@pytest.fixture
def services(tmp_path: Path, socket_enabled: None) -> Iterator[Services]:
    local = tmp_path / "s"
    kinds = {"tcp": socket.SOCK_STREAM, "udp": socket.SOCK_DGRAM}
    sockets = {name: socket.socket(socket.AF_INET, kind) for name, kind in kinds.items()}
    sockets["local"] = socket.socket(socket.AF_UNIX)
    for name, one in sockets.items():
        one.bind(str(local) if name == "local" else ("127.0.0.1", 0))
        if name != "udp":
            one.listen()
    seen: list[str] = []

    def wait(name: str, one: socket.socket) -> None:
        while True:
            try:
                one.recv(100) if name == "udp" else one.accept()[0].close()
            except OSError:
                return
            seen.append(name)

    threads = [threading.Thread(target=wait, args=pair, daemon=True) for pair in sockets.items()]
    for thread in threads:
        thread.start()
    ports = {name: one.getsockname()[1] for name, one in sockets.items() if name != "local"}
    yield Services(**ports, local=str(local), seen=seen)
    for one in sockets.values():
        one.close()


def test_the_services_answer_outside(services: Services) -> None:
    from .hostile import connect

    found = connect({"tcp": services.tcp, "udp": services.udp, "local": services.local})
    assert (found["tcp"], found["udp"], found["local"]) == ("done", "done", "done")


def test_no_network(services: Services, hostile: Run, need: Need) -> None:
    need("network")
    found = hostile("connect", {"tcp": services.tcp, "udp": services.udp, "local": services.local}).result
    assert "done" not in (found["tcp"], found["name"], found["beyond"])
    assert not {"tcp", "udp"} & set(services.seen)


def test_no_local_service(services: Services, hostile: Run, need: Need) -> None:
    need("sockets")
    found = hostile("connect", {"tcp": services.tcp, "udp": services.udp, "local": services.local}).result
    assert found["local"] != "done"
    assert "local" not in services.seen


def test_nothing_is_written_outside(tmp_path: Path, hostile: Run, need: Need, level: Level) -> None:
    need("files")
    kept = tmp_path / "kept"
    kept.write_text("mine")
    source = Path(sovereign.__file__).parent / "from_the_sandbox"
    new = [tmp_path / "new", Path.home() / "from_the_sandbox", Path("/etc/from_the_sandbox"), source]
    new += [Path("/usr/from_the_sandbox"), Path(__file__).with_name("from_the_sandbox"), Path("/from_the_sandbox")]
    new += [Path(sys.prefix, "from_the_sandbox"), Path("/dev/from_the_sandbox"), Path("/var/tmp/from_the_sandbox")]
    found = hostile("write", {"paths": list(map(str, [kept, *new]))}).result
    assert set(found) == {str(path) for path in [kept, *new]}
    # With a file system of its own it may write where nothing of it stays: see tmp_path, which is in /tmp.
    assert [path for path, how in found.items() if how == "done" and not path.startswith("/tmp/")] == []
    assert kept.read_text() == "mine"
    assert [path for path in new if path.exists()] == []


def test_no_setting_of_the_system_is_written(hostile: Run, need: Need) -> None:
    need("files")
    paths = [
        str(path) for path in map(Path, ("/proc/sys/vm/swappiness", "/proc/sys/kernel/core_pattern")) if path.exists()
    ]
    if not paths:
        pytest.skip("there is no /proc/sys")
    assert "done" not in hostile("append_nothing", {"paths": paths}).result.values()


def test_secrets_are_not_read(tmp_path: Path, hostile: Run, need: Need, monkeypatch: pytest.MonkeyPatch) -> None:
    need("files")
    secret, declared = tmp_path / "secret", tmp_path / "declared"
    secret.write_text("hidden"), declared.write_text("shown")
    (tmp_path / "link").symlink_to(secret)
    paths = [
        secret,
        declared,
        tmp_path / "link",
        tmp_path / "x" / ".." / "secret",
        Path("/etc/shadow"),
        Path("/etc/passwd"),
    ]
    found = hostile("read", {"paths": list(map(str, paths))}, reads=(declared,)).result
    assert found == {str(declared): "shown"}


def test_variables_are_not_read(hostile: Run, need: Need, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOVEREIGN_TEST_SECRET", "hidden in the environment")
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        found = hostile("variables").result
        assert "PATH=" in found["own"]
        assert "hidden" not in found["own"]
        need("files")
        assert "hidden" not in str(found)
    finally:
        other.communicate(b"\n")


def test_only_the_named_folder_is_written_and_stays(tmp_path: Path, hostile: Run, need: Need) -> None:
    out, beside = tmp_path / "out", tmp_path / "beside"
    out.mkdir(), beside.mkdir()
    found = hostile("write", {"paths": [str(out / "result")]}, writes=out).result
    assert found == {str(out / "result"): "done"}
    assert (out / "result").read_text() == "from the sandbox"
    need("files")
    found = hostile("write", {"paths": [str(beside / "result"), str(out / ".." / "up")]}, writes=out).result
    assert "done" not in found.values() or not (tmp_path / "up").exists()
    assert list(beside.iterdir()) == []


def test_permissions_outside_are_not_changed(tmp_path: Path, hostile: Run, need: Need) -> None:
    need("metadata")
    file = tmp_path / "file"
    file.write_text("")
    file.chmod(0o600)
    assert hostile("change", {"path": str(file)}, reads=(file,)).result["chmod"] != "done"
    assert file.stat().st_mode & 0o777 == 0o600


def test_other_processes_are_out_of_reach(hostile: Run, need: Need) -> None:
    need("peers")
    got: list[int] = []
    before = signal.signal(signal.SIGUSR1, lambda number, frame: got.append(number))
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        found = hostile("kill", {"caller": os.getpid(), "other": other.pid}).result
        assert "done" not in found.values()
        assert got == []
        assert other.poll() is None
    finally:
        signal.signal(signal.SIGUSR1, before)
        other.communicate(b"\n")
    assert other.returncode == 0


def test_what_kills_all_that_it_may_harms_no_one(hostile: Run, need: Need) -> None:
    need("peers")
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        hostile("kill_all")
    finally:
        other.communicate(b"\n")
    assert other.returncode == 0


def test_each_level_gives_at_least_what_it_is_for(level: Level) -> None:
    found = isolation(level)
    assert not isinstance(found, str)
    assert {*found.held} & {*found.missing} == set()
    least = {
        "namespaces": {"network", "sockets", "files", "metadata", "peers", "time", "disk"},
        "landlock": {"files"},
        "limits": set[str](),
    }[level]
    assert least <= set(found.held)
    if sys.platform == "linux":
        assert "memory" in found.held
    if sys.platform == "linux" and os.geteuid() != 0:
        assert "processes" in found.held
    if level == "limits":
        assert {"network", "files", "peers"} <= set(found.missing)
