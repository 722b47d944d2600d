"""What a process holds: its growth and its peak, measured in a process of its own, and what there is to be had.

On a CPU the peak is that of the resident set, VmHWM of /proc/self/status, set back through /proc/self/clear_refs
(proc(5)); on CUDA it is that of the allocator. A peak of the resident set counts pages, so everything has to be touched,
and what is freed has to go back to the system at once, which the environment of those processes sees to.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import resource
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import forkserver
from pathlib import Path
from typing import Literal, TypeVar

from sovereign.errors import SovereignError

from .budget import available_bytes

Device = Literal["cpu", "cuda"]
Found = TypeVar("Found")

KEPT_FREE = 0.2  # of the memory that is available; what the processes around need meanwhile
_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_HEAVY = ["torch", "transformers", "peft", "sovereign.mixlora"]
_SETTINGS = {
    # glibc gives blocks of 64 KiB and more back as soon as they are freed (mallopt(3)).
    "MALLOC_MMAP_THRESHOLD_": "65536",
    "MALLOC_TRIM_THRESHOLD_": "65536",
    # oneDNN keeps a compiled kernel of about 0.1 MB for every shape of product, 1024 of them by default. With routed
    # experts nearly every product has a shape of its own; kept few, they do not drown the model's own memory.
    "ONEDNN_PRIMITIVE_CACHE_CAPACITY": "16",
    # No time is taken here, so threads need not spin while they wait.
    "OMP_WAIT_POLICY": "passive",
}


class Unmeasurable(SovereignError):
    """Memory cannot be measured here, or a process that tried it was ended."""


def why_not(device: Device) -> str | None:
    """Why peaks cannot be measured on this machine; None if they can."""
    if device == "cpu" and not (_STATUS.exists() and _CLEAR.exists() and "VmHWM" in _STATUS.read_text("utf-8")):
        return f"the peak of a process is read from /proc, and {sys.platform} has none"
    return None


def available(device: Device) -> int:
    """Bytes that a new process may take: what the system can give without swapping, within this process's own limits."""
    free = available_bytes(device)
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    if device == "cuda" or soft == resource.RLIM_INFINITY:
        return free
    return min(free, max(soft - _status("VmSize"), 0))


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
    with _environment(_SETTINGS):
        forkserver.ensure_running()
    try:
        with ProcessPoolExecutor(1, mp_context=context) as pool:
            return pool.submit(work, *given).result()
    except BrokenProcessPool as error:
        raise Unmeasurable(
            "the process that measured was killed", "Mind that nothing else needs its memory."
        ) from error


@contextmanager
def _environment(settings: dict[str, str]) -> Iterator[None]:
    """Environment variables for what is started within."""
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


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


def reset(device: Device) -> None:
    """Let ``highest`` count from now."""
    if device == "cuda":
        import torch

        torch.cuda.synchronize()
        torch.cuda.reset_peak_memory_stats()
    else:
        _CLEAR.write_text("5", "ascii")


def highest(device: Device) -> int:
    """The most bytes that this process has held since ``reset``."""
    if device == "cuda":
        import torch

        torch.cuda.synchronize()
        return int(torch.cuda.max_memory_allocated())
    return _status("VmHWM")


def _status(name: str) -> int:
    """A line of the process's status, in bytes."""
    lines = _STATUS.read_text("utf-8").splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith(name + ":"))
