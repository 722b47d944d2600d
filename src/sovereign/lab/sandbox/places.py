"""What a task may see of the file system and of the environment, at every level."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

# Programs and libraries of the system, with what finds them; figures on the processor that measurements need.
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_FINDS_LIBRARIES = ("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives")
_PROCESSOR = ("/sys/devices/system/cpu", "/sys/devices/system/node")

# How a computation uses the processor: a measurement in the sandbox must run as one outside.
_KEPT = (
    *("OMP_NUM_THREADS", "OMP_PROC_BIND", "OMP_PLACES", "GOMP_CPU_AFFINITY", "KMP_AFFINITY", "KMP_BLOCKTIME"),
    *("MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "SOVEREIGN_MIXLORA_NATIVE", "CC", "CUDA_VISIBLE_DEVICES"),
)


def system(gpu: bool) -> list[Path]:
    """Folders and files of the system that are there, to be read."""
    names = (*_SYSTEM, *_FINDS_LIBRARIES, *(("/sys",) if gpu else _PROCESSOR))
    return [path for path in map(Path, names) if path.exists()]


def python() -> list[Path]:
    """Where this interpreter and its standard library are, and every link on the way to its program."""
    found = [Path(sys.base_prefix), Path(sys.base_exec_prefix), Path(sys.prefix), Path(sys.exec_prefix)]
    program = Path(sys.executable)
    while program.is_symlink():
        found.append(program)
        program = program.parent / program.readlink()
    return [path for path in dict.fromkeys([*found, program]) if path.exists()]


def devices(gpu: bool) -> list[Path]:
    """Devices beyond the harmless ones: those of NVIDIA's driver, if asked for."""
    return sorted(Path("/dev").glob("nvidia*")) if gpu else []


def compiled() -> Path:
    """Where MixLoRA keeps its compiled part: see ``sovereign/mixlora/native.py``."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111  Path.home() needs a user
    return Path(home, "sovereign", "mixlora")


def environment(temporary: str) -> dict[str, str]:
    """The variables of the task; nothing else of the caller's gets in."""
    own = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "USER": "nobody",
        "LOGNAME": "nobody",
        "HF_HUB_OFFLINE": "1",  # there is no network: what is not there fails at once
        **dict.fromkeys(("HOME", "TMPDIR"), temporary),
    }
    return own | {name: os.environ[name] for name in _KEPT if name in os.environ}


def named(paths: Iterable[Path]) -> list[tuple[Path, Path]]:
    """Where each path really is, and each name by which it is asked for, without what lies in another one."""
    pairs = {(path.resolve(), name) for path in paths for name in (path.absolute(), path.resolve())}
    names = {name for _, name in pairs}
    return sorted((real, name) for real, name in pairs if names.isdisjoint(name.parents))
