"""Runs a protocol in a process of its own: no network, no file but what it declares, limits on time, memory, processes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from sovereign.records import Model


class Limits(Model):
    """What a task may use. ``seconds`` is wall-clock time; ``memory_bytes`` caps the address space of a process."""

    seconds: float = 300.0
    memory_bytes: int = 8 << 30
    processes: int = 64
    output_bytes: int = 64 << 20


class Task(Model):
    """One call: ``entry`` is ``package.module:function``, taking ``given`` (JSON) and returning a dict (JSON).

    ``reads``: files and folders that it may read besides Python and the installed packages. ``writes``: the one folder,
    if any, that it may write to and that stays.
    """

    entry: str
    given: dict[str, Any]
    reads: tuple[Path, ...] = ()
    writes: Path | None = None
    limits: Limits = Limits()


class Isolation(Model):
    """What held. ``namespaces``: bubblewrap; ``landlock``: kernel rules and limits; ``limits``: resource limits alone.

    ``held`` and ``missing`` list the guarantees: network, files, processes, memory, time.
    """

    level: Literal["namespaces", "landlock", "limits"]
    held: tuple[str, ...]
    missing: tuple[str, ...]


class Outcome(Model):
    """What a task gave, and how it ran."""

    result: dict[str, Any]
    isolation: Isolation
    seconds: float
    peak_bytes: int


def run(task: Task, tell: Callable[[str], None] = lambda line: None) -> Outcome:
    """Run one task to its end; ``tell`` gets each line that it writes to stderr."""
    raise NotImplementedError
