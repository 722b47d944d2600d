"""A process between the caller and the task: it ends all that the task started, also what wants to stay.

With bubblewrap the first process of the namespace does this; elsewhere this one.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from pathlib import Path

from .kernel import adopt_orphans, die_with_parent, unshare_what_is_permitted

_TICK_MILLISECONDS = 20
_END_SECONDS = 4.0  # for the processes of a task to die in; the caller waits a little longer


def supervise(lifeline: int, unshare: bool) -> set[str]:
    """Return in a child process, with what of ``network``, ``peers`` and ``time`` now holds; this process stays behind.

    It waits for the child, or until the other end of ``lifeline`` is closed, ends every descendant, and ends as the
    child did.
    """
    network, processes = unshare_what_is_permitted() if unshare else (False, False)
    if processes and (first := _fork()):
        _end_as(os.waitpid(first, 0)[1])  # the first process of the namespace: with it ends every other one
    if not processes:
        adopt_orphans()
    task = _fork()
    if not task:
        return ({"network"} if network else set()) | ({"peers", "time"} if processes else set())
    status = _wait(task, lifeline)
    if not processes:
        _end_descendants()
    _end_as(status)
    raise AssertionError  # not reached


def _fork() -> int:
    """Zero in the child, which ends with its parent."""
    parent = os.getpid()
    child = os.fork()
    if not child:
        die_with_parent(signal.SIGKILL)
        if os.getppid() not in (parent, 0):  # 0: the parent is in another process namespace
            os._exit(1)
    return child


def _wait(task: int, lifeline: int) -> int:
    """The exit status of the task, killed if the lifeline ends first."""
    poll = select.poll()
    poll.register(lifeline, 0)  # tells of the end alone
    while True:
        ended, status = os.waitpid(task, os.WNOHANG)
        if ended:
            return status
        if poll.poll(_TICK_MILLISECONDS):
            os.kill(task, signal.SIGKILL)
            return os.waitpid(task, 0)[1]


def _end_descendants() -> None:
    """Kill what is left, until nothing is: stopped first, so that none can start another before its turn."""
    until = time.monotonic() + _END_SECONDS
    while time.monotonic() < until:
        found: set[int] = set()
        while new := _descendants() - found:
            _send(new, signal.SIGSTOP)
            found |= new
        _send(found, signal.SIGKILL)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(_TICK_MILLISECONDS / 1000)


def _send(processes: set[int], number: int) -> None:
    for process in processes:
        with contextlib.suppress(OSError):
            os.kill(process, number)


def _descendants() -> set[int]:
    """The processes below this one, from ``/proc``; none where there is none."""
    parents: dict[int, int] = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError):
            # The name, in brackets, may hold anything. A process that has ended (Z) takes no signal.
            state, parent = file.read_text("utf-8", "replace").rpartition(")")[2].split()[:2]
            if state != "Z":
                parents[int(file.parent.name)] = int(parent)
    below = {os.getpid()}
    while more := {process for process, parent in parents.items() if parent in below} - below:
        below |= more
    return below - {os.getpid()}


def _end_as(status: int) -> None:
    """End as a child did whose exit status this is; a signal is told as shells tell it."""
    code = os.waitstatus_to_exitcode(status)
    os._exit(code if code >= 0 else 128 - code)
