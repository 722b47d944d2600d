"""``python -m sovereign.lab.sandbox``: what each level guarantees on this machine, seen by running a task at it."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sovereign.errors import LabError

from .run import run
from .task import GUARANTEES, LEVELS, Level, Task

_PATHS = (Path(__file__).resolve().parent,)


def main(arguments: Sequence[str]) -> None:
    """Print a table, or with ``--json`` a list of the levels."""
    found = [_try(level) for level in LEVELS]
    if "--json" in arguments:
        print(json.dumps(found, indent=2))
        return
    width = max(map(len, GUARANTEES))
    print(" " * width, *LEVELS, sep="  ")
    for name, meaning in GUARANTEES.items():
        cells = ["-" if "held" not in level else "yes" if name in level["held"] else "NO" for level in found]
        print(name.ljust(width), *(c.ljust(len(n)) for c, n in zip(cells, LEVELS, strict=True)), meaning, sep="  ")
    for level in found:
        print(f"\n{level['level']}: {level.get('refused') or _seen(level)}")


def _seen(level: dict[str, Any]) -> str:
    sees = level["sees"]
    interfaces = ", ".join(sees["interfaces"]) or "none"
    secret = "can" if sees["readable"] else "cannot"
    return (
        f"{level['seconds']:.3f} s for a small task; network interfaces seen: {interfaces}; processes seen: "
        f"{sees['processes']}; a file beside it {secret} be read"
    )


def _try(level: Level) -> dict[str, Any]:
    started = time.perf_counter()
    try:
        with tempfile.NamedTemporaryFile() as secret:
            task = Task(entry="inside.probe:see", given={"files": [secret.name]}, paths=_PATHS)
            outcome = run(task, least=level, most=level)
    except LabError as error:
        return {"level": level, "refused": error.message}
    return {
        "level": level,
        "held": outcome.isolation.held,
        "missing": outcome.isolation.missing,
        "seconds": time.perf_counter() - started,
        "sees": outcome.result,
    }


if __name__ == "__main__":
    main(sys.argv[1:])
