"""What is asked of the sandbox, and what it gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import Field

from sovereign.records import Model

Level = Literal["namespaces", "landlock", "limits"]
LEVELS: tuple[Level, ...] = get_args(Level)

# In the order in which they are shown. docs/lab-sandbox.md says which level gives which.
GUARANTEES = {
    "network": "it reaches no network, this machine's own ports included",
    "sockets": "it reaches no local service by a socket in the file system",
    "files": "it reads and writes nothing but what is named",
    "metadata": "it changes no owner, permission or date of a file outside",
    "peers": "it cannot signal or trace processes outside",
    "time": "it and all that it started end with its time",
    "memory": "each of its processes has a limit",
    "memory_total": "so have all of them together",
    "processes": "their number has a limit",
    "disk": "so has the space that they fill",
}


class Limits(Model):
    """What a task may use.

    ``seconds`` is wall-clock time. ``memory_bytes`` caps the addresses of each process (libraries such as torch map more
    than they use) and, where ``memory_total`` holds, the memory of all. ``processes`` counts threads too, as the kernel
    does. ``disk_bytes`` caps the temporary folder, or where that cannot be, each file. ``output_bytes`` caps the result,
    which is held in memory by the caller, up to thirty times as large; what is larger belongs into ``Task.writes``.
    """

    seconds: float = Field(default=300.0, gt=0, allow_inf_nan=False)
    memory_bytes: int = Field(default=8 << 30, gt=0)
    processes: int = Field(default=512, gt=0)
    disk_bytes: int = Field(default=2 << 30, gt=0)
    output_bytes: int = Field(default=8 << 20, gt=0)


class Task(Model):
    """One call: ``entry`` is ``package.module:function``, taking ``given`` (JSON) and returning a dict (JSON).

    ``reads``: files and folders that it may read besides Python and the installed packages. ``writes``: the one folder,
    if any, that it may write to and that stays. ``paths``: folders to import from besides the installed packages, which
    come first; they may be read. ``gpu``: whether it may use the machine's NVIDIA devices.
    """

    entry: str
    given: dict[str, Any]
    reads: tuple[Path, ...] = ()
    writes: Path | None = None
    paths: tuple[Path, ...] = ()
    gpu: bool = False
    limits: Limits = Limits()


class Isolation(Model):
    """What held, by the names of ``GUARANTEES``, each in ``held`` or in ``missing``.

    ``namespaces``: bubblewrap; ``landlock``: kernel rules and limits; ``limits``: resource limits alone. ``why``: what
    kept each stronger level from holding.
    """

    level: Level
    held: tuple[str, ...]
    missing: tuple[str, ...]
    why: tuple[str, ...] = ()


class Outcome(Model):
    """What a task gave, and how it ran: ``seconds`` from its start to its result, the start of its process included.

    ``peak_bytes``: the most memory that its process, or one that it started and waited for, held at a time (resident).
    """

    result: dict[str, Any]
    isolation: Isolation
    seconds: float
    peak_bytes: int
