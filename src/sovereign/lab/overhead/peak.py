"""What a process holds: its growth and its peak, measured in a process of its own, and what there is to be had.

On a CPU the peak is that of the resident set, VmHWM of /proc/self/status, set back through /proc/self/clear_refs
(proc(5)); on CUDA it is that of the allocator. A peak of the resident set counts pages, so everything has to be touched,
and what is freed has to go back to the system at once: ``returning`` sees to that with glibc.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import resource
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Literal, TypeVar

from sovereign.errors import SovereignError

Device = Literal["cpu", "cuda"]
Found = TypeVar("Found")

KEPT_FREE = 0.2  # of the memory that is available; what the processes around need meanwhile
_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_HEAVY = ["torch", "transformers", "peft", "sovereign.mixlora"]
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of malloc.h


class Unmeasurable(SovereignError):
    """Memory cannot be measured here, or a process that tried it was ended."""


def why_not(device: Device) -> str | None:
    """Why peaks cannot be measured on this machine; None if they can."""
    if device == "cpu" and not (_STATUS.exists() and _CLEAR.exists() and "VmHWM" in _STATUS.read_text("utf-8")):
        return f"the peak of a process is read from /proc, and {sys.platform} has none"
    return None


def available(device: Device) -> int:
    """Bytes that a new process may take: what the system can give without swapping, within this process's own limits."""
    if device == "cuda":
        import torch

        return int(torch.cuda.mem_get_info()[0])
    lines = Path("/proc/meminfo").read_text("utf-8").splitlines()
    free = next(int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvailable"))
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    return free if soft == resource.RLIM_INFINITY else min(free, max(soft - _status("VmSize"), 0))


def room(device: Device) -> int:
    """Bytes that a measurement may plan with."""
    return int((1 - KEPT_FREE) * available(device))


def in_own_process(work: Callable[..., Found], *given: object) -> Found:
    """``work(*given)``, run in a process that has loaded the libraries and done nothing else yet.

    The process is forked from a server that never started a thread, so that its own threads are sound. Both arguments
    and result are pickled; what ``work`` raises is raised here.

    Raises:
        Unmeasurable: the process was killed.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_HEAVY)
    try:
        with ProcessPoolExecutor(1, mp_context=context) as pool:
            return pool.submit(work, *given).result()
    except BrokenProcessPool as error:
        raise Unmeasurable(
            "the process that measured was killed", "Mind that nothing else needs its memory."
        ) from error


def returning() -> None:
    """Make glibc hand freed blocks of 64 KiB and more back to the system at once. Without glibc, nothing."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):
        libc.mallopt(_MMAP_THRESHOLD, 1 << 16)
        libc.mallopt(_TRIM_THRESHOLD, 1 << 16)


def held(device: Device) -> int:
    """Bytes that this process holds now."""
    if device == "cuda":
        import torch

        torch.cuda.synchronize()
        return int(torch.cuda.memory_allocated())
    libc = ctypes.CDLL(None)
    if hasattr(libc, "malloc_trim"):
        libc.malloc_trim(0)
    return _status("VmRSS")


def peak_of(work: Callable[[], object], device: Device) -> int:
    """The most bytes that this process held while ``work`` ran."""
    if device == "cuda":
        import torch

        torch.cuda.reset_peak_memory_stats()
        work()
        torch.cuda.synchronize()
        return int(torch.cuda.max_memory_allocated())
    _CLEAR.write_text("5", "ascii")
    work()
    return _status("VmHWM")


def _status(name: str) -> int:
    """A line of the process's status, in bytes."""
    lines = _STATUS.read_text("utf-8").splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith(name + ":"))
