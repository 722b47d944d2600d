"""Starts the process of a task at one level, listens to it, and ends it with all that it started."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from io import FileIO
from pathlib import Path
from typing import Any

from . import bubblewrap, modules, places
from .answer import Answer, clean
from .cgroups import Group, group
from .listen import Listener, Said
from .task import Level, Task

_BOOT = "import sys; sys.path.insert(0, sys.argv[1]); from inside.worker import main; del sys.path[0]; main()"
# Puts itself into control groups, if any, and becomes the command: what the command starts is in them from the start.
_JOIN = 'while [ "$1" != -- ]; do echo 0 > "$1/cgroup.procs"; shift; done; shift; exec "$@"'
# A task may leave folders that cannot be entered, and trees deeper than Python's own function can remove.
_REMOVE = 'chmod -R u+rwx "$1"; rm -rf "$1"'
_OWN_PROCESSES = 4  # of the sandbox, in the task's control group
_START_SECONDS = 20.0
_LAST_SECONDS = 1.0  # for a process that has answered to end by itself
_END_SECONDS = 10.0  # for the kernel to end what was killed
_FIRST_LINE = 10_000  # bytes of what is said before the task is loaded

_DEVICES = tuple(map(Path, ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")))
_FIGURES = ("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/sys/vm/overcommit_memory")


class NotHeld(Exception):
    """This level cannot be had here; the text says why."""


def call(task: Task, level: Level, tell: Callable[[str], None]) -> Answer:
    """Run a task at a level and return what it gave, when nothing of it is left.

    Raises:
        NotHeld: if the level cannot be had; nothing of the task has been run then.
    """
    with contextlib.ExitStack() as stack:
        groups = stack.enter_context(group(task.limits.memory_bytes, task.limits.processes + _OWN_PROCESSES))
        temporary = Path(bubblewrap.TEMPORARY) if level == "namespaces" else stack.enter_context(_temporary())
        answers, answer_end = (stack.enter_context(end) for end in _pipe())
        told, told_end = (stack.enter_context(end) for end in _pipe())
        command = _command(task, level, groups, temporary, told_end.fileno())
        request = _request(task, level, temporary, answer_end.fileno())
        process = _start(command, temporary, (answer_end.fileno(), told_end.fileno()))
        stack.callback(_end, process, level, groups, told.fileno())
        answer_end.close()
        told_end.close()
        return _converse(process, task, level, groups, answers.fileno(), request, tell)


def _converse(
    process: subprocess.Popen[bytes],
    task: Task,
    level: Level,
    groups: Group,
    answers: int,
    request: bytes,
    tell: Callable[[str], None],
) -> Answer:
    """Send the request; take the word that the sandbox stands, then the answer of the task."""
    assert process.stdin is not None and process.stderr is not None
    started = time.monotonic()
    early = bytearray()
    listener = Listener(answers, process.stderr.fileno(), started + _START_SECONDS)
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(request)
        process.stdin.flush()
    first, _ = listener.line(_FIRST_LINE, early.extend)
    ready: dict[str, Any] = json.loads(first or b"{}")
    if "held" not in ready:
        listener.rest(_LAST_SECONDS, early.extend)
        raise NotHeld(ready.get("refused") or clean(early.decode("utf-8", "replace")) or "its process does not start")
    held = _held(level, task, groups, ready["held"])

    said = Said(tell)
    listener.deadline = started + task.limits.seconds
    data, ending = listener.line(task.limits.output_bytes, said.add)
    seconds = time.monotonic() - started
    code = None
    if ending is None:
        listener.rest(_LAST_SECONDS, said.add)
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = process.wait(_LAST_SECONDS)
            code = code if code >= 0 else 128 - code
        if data is None and groups.ran_out_of_memory():
            ending = "memory"
    said.end()
    return Answer(data, held, seconds, code, ending, said.last)


def _held(level: Level, task: Task, groups: Group, inside: list[str]) -> frozenset[str]:
    """The guarantees that hold: of the level, of what the process did before it loaded the task, and of its group."""
    held = set(inside)
    if level == "namespaces":
        held |= bubblewrap.HELD
        if task.writes is None:
            held.add("disk")
    # Whatever hides is in the group and ends with it; but what can write everywhere can leave it.
    if "files" in held and groups.held():
        held |= groups.held() | {"time"}
    return frozenset(held)


def _command(task: Task, level: Level, groups: Group, temporary: Path, told: int) -> list[str]:
    """The worker, within the level's program if it has one, within the groups if there are any."""
    command = [sys.executable, "-I", "-S", "-c", _BOOT, str(Path(__file__).resolve().parent)]
    if level == "namespaces":
        program = bubblewrap.program()
        if program is None:
            raise NotHeld("there is no program bwrap")
        reads = [*modules.roots(), *task.reads, *task.paths]
        environment = places.environment(str(temporary))
        options = bubblewrap.options(reads, task.writes, task.gpu, task.limits.disk_bytes, environment, told)
        command = [program, *options, "--", *command]
    if groups.folders:
        command = ["/bin/sh", "-c", _JOIN, "sh", *map(str, groups.folders), "--", *command]
    return command


def _start(command: list[str], temporary: Path, inherited: tuple[int, ...]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=inherited,
            env=places.environment(str(temporary)),
            cwd=temporary,
            start_new_session=True,
        )
    except OSError as error:
        raise NotHeld(error.strerror or str(error)) from None


def _request(task: Task, level: Level, temporary: Path, answers: int) -> bytes:
    """What the worker is to do, as its one line of input."""
    folders = modules.roots(task.paths)
    devices = [*_DEVICES, *places.devices(task.gpu)]
    writes = [temporary, *([task.writes] if task.writes else []), *devices]
    reads = [*places.system(task.gpu), *places.python(), places.compiled(), *folders, *task.reads]
    request = {
        "level": level,
        "answers": answers,
        "entry": task.entry,
        "given": task.given,
        "paths": list(map(str, folders)),
        "reads": [*map(str, reads), *_FIGURES],
        "writes": list(map(str, writes)),
        "seconds": task.limits.seconds,
        "memory_bytes": task.limits.memory_bytes,
        "disk_bytes": task.limits.disk_bytes,
        "tasks": None if os.geteuid() == 0 else _tasks_of_user() + task.limits.processes,
    }
    return json.dumps(request).encode() + b"\n"


def _tasks_of_user() -> int:
    """Processes and threads of this user, which the kernel counts against the limit of any of them."""
    count = 0
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if folder.stat().st_uid == os.geteuid():
                count += len(list((folder / "task").iterdir()))
    return count


def _end(process: subprocess.Popen[bytes], level: Level, groups: Group, told: int) -> None:
    """End the process and all that it started, and wait until they are gone."""
    first = _first_process(told) if level == "namespaces" else None
    assert process.stdin is not None and process.stderr is not None
    with contextlib.suppress(BrokenPipeError):
        process.stdin.close()  # the supervisor's sign to end all
    if level != "namespaces":
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_END_SECONDS / 2)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    groups.end()
    process.wait()
    process.stderr.close()
    if first is not None:
        with contextlib.suppress(OSError):
            signal.pidfd_send_signal(first, signal.SIGKILL)
        select.select([first], [], [], _END_SECONDS)  # the first process ends after every other one of its namespace
        os.close(first)


def _first_process(told: int) -> int | None:
    """A handle of the namespace's first process, whose number bubblewrap tells; None if there is none any more."""
    data = os.read(told, 10_000)
    with contextlib.suppress(ValueError, KeyError, OSError):
        return os.pidfd_open(json.loads(data)["child-pid"])
    return None


def _pipe() -> tuple[FileIO, FileIO]:
    """The ends of a pipe, to read and to write."""
    read, write = os.pipe()
    return FileIO(read, "r"), FileIO(write, "w")


@contextlib.contextmanager
def _temporary() -> Iterator[Path]:
    """A folder of the task's own, with the compiled part of MixLoRA where it looks for it; removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="sovereign-task-")).resolve()
    try:
        compiled = places.compiled()
        if compiled.is_dir():
            link = folder / ".cache" / "sovereign" / "mixlora"
            link.parent.mkdir(parents=True)
            link.symlink_to(compiled.resolve(), target_is_directory=True)
        yield folder
    finally:
        subprocess.run(["/bin/sh", "-c", _REMOVE, "sh", str(folder)], stderr=subprocess.DEVNULL, check=False)
