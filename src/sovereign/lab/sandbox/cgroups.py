"""Control groups of Linux, where this process may make one: limits on all processes of a task together.

They count what resource limits do not: the processes of a superuser, and memory over all processes. The interface:
Documentation/admin-guide of the kernel, cgroup-v1/ and cgroup-v2.rst.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_ROOT = Path("/sys/fs/cgroup")
_LEAVE_SECONDS = 5.0


class Group(NamedTuple):
    """Folders of one group, one per controller in version 1; none where no group can be made."""

    folders: tuple[Path, ...]

    def processes(self) -> set[int]:
        """Those that are in it now."""
        return {int(line) for folder in self.folders for line in (folder / "cgroup.procs").read_text().split()}

    def held(self) -> set[str]:
        """Which guarantees it gives: none unless the task's processes are in it."""
        limits = {file for folder in self.folders for file in _GIVES if (folder / file).exists()}
        return {_GIVES[file] for file in limits} if self.folders and self.processes() else set()

    def ran_out_of_memory(self) -> bool:
        """Whether the kernel ended a process of it for want of memory."""
        texts = (f / name for f in self.folders for name in ("memory.oom_control", "memory.events"))
        return any(re.search(r"^oom_kill [1-9]", t.read_text(), re.M) for t in texts if t.exists())

    def end(self) -> None:
        """Kill every process in it."""
        until = time.monotonic() + _LEAVE_SECONDS
        while (left := self.processes()) and time.monotonic() < until:
            for process in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            time.sleep(0.005)


_GIVES = {"pids.max": "processes", "memory.max": "memory_total", "memory.limit_in_bytes": "memory_total"}


@contextlib.contextmanager
def group(memory_bytes: int, processes: int) -> Iterator[Group]:
    """A group with these limits, with no process in it yet; removed at the end, with every process in it."""
    made: list[Path] = []
    name = f"sovereign-{os.getpid()}-{secrets.token_hex(4)}"
    values = {"pids.max": processes, "memory.max": memory_bytes, "memory.limit_in_bytes": memory_bytes}
    for parent in _parents():
        folder = parent / name
        with contextlib.suppress(OSError):
            folder.mkdir()
            limits = [file for file in values if (folder / file).exists()]
            for file in limits:
                (folder / file).write_text(str(values[file]))
            if limits and os.access(folder / "cgroup.procs", os.W_OK):
                made.append(folder)
                continue
        with contextlib.suppress(OSError):
            folder.rmdir()
    found = Group(tuple(made))
    try:
        yield found
    finally:
        found.end()
        for folder in made:
            _remove(folder)


def _parents() -> list[Path]:
    """Where a group for a child of this process may be made: below its own group, or beside it in version 2.

    In version 2 a group that has processes has no groups with limits below it.
    """
    try:
        lines = Path("/proc/self/cgroup").read_text().splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if not controllers:
            own = _ROOT / path.lstrip("/")
            found.append(own.parent if own != _ROOT else own)
        elif {"pids", "memory"} & set(controllers.split(",")):
            mounted = _ROOT / controllers
            own = mounted / path.lstrip("/")
            found.append(own if own.is_dir() else mounted)  # the path is the host's where a container hides it
    return [path for path in found if path.is_dir() and os.access(path, os.W_OK)]


def _remove(folder: Path) -> None:
    """The kernel may need a moment after the last process has ended."""
    until = time.monotonic() + _LEAVE_SECONDS
    while folder.exists() and time.monotonic() < until:
        try:
            folder.rmdir()
        except OSError:
            time.sleep(0.005)
