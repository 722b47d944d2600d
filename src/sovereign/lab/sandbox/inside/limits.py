"""Resource limits of a process and of all that it starts. They hold on every POSIX system that knows them."""

from __future__ import annotations

import math
import os
import resource
import sys

_OPEN_FILES = 4096
_SPARE_SECONDS = 5.0  # the wall clock ends a task; processor time does so where nobody is left to watch the clock


def limit(seconds: float, memory_bytes: int, disk_bytes: int, tasks: int | None) -> set[str]:
    """Set the limits; which of ``memory`` and ``processes`` now hold.

    ``tasks``: processes and threads that the user may have in all, those of other programs included, as the kernel
    counts them; None for a superuser's, which it does not count. macOS takes a limit on addresses and does not keep it.
    """
    most_cpu = math.ceil((seconds + _SPARE_SECONDS) * (os.cpu_count() or 1))
    limits = {
        resource.RLIMIT_AS: memory_bytes,
        resource.RLIMIT_FSIZE: disk_bytes,
        resource.RLIMIT_CPU: most_cpu,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: _OPEN_FILES,
    }
    if tasks is not None:
        limits[resource.RLIMIT_NPROC] = tasks
    kept = {kind for kind, most in limits.items() if _lower(kind, most)}
    held = set()
    if resource.RLIMIT_AS in kept and sys.platform == "linux":
        held.add("memory")
    if resource.RLIMIT_NPROC in kept:
        held.add("processes")
    return held


def _lower(kind: int, most: int) -> bool:
    """Set a limit that is not above the present one. A system that refuses one limit still takes the others."""
    hard = resource.getrlimit(kind)[1]
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    try:
        resource.setrlimit(kind, (most, most))
    except (ValueError, OSError):
        return False
    return True


def peak_bytes() -> int:
    """The most memory that this process held at a time, or a child of it that has ended.

    The process's own figure starts anew with its program; ``ru_maxrss`` takes over that of the program before.
    """
    unit = 1 if sys.platform == "darwin" else 1024
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit
    try:
        with open("/proc/self/status") as file:  # noqa: PTH123
            own = next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return max(own, children)
