"""The task of the self-test: what it can see from where it is run."""

from __future__ import annotations

import contextlib
import socket
from pathlib import Path
from typing import Any


def see(given: dict[str, Any]) -> dict[str, Any]:
    """Network interfaces, the number of processes, and which of the files in ``given["files"]`` can be read."""
    processes = 0
    with contextlib.suppress(OSError):
        processes = sum(path.name.isdigit() for path in Path("/proc").iterdir())
    readable = []
    for name in given["files"]:
        with contextlib.suppress(OSError):
            Path(name).read_bytes()
            readable.append(name)
    interfaces = [name for _, name in socket.if_nameindex()]
    return {"interfaces": interfaces, "processes": processes, "readable": readable}
