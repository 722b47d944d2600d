"""The task of the self-test: what it can see from where it is run."""

from __future__ import annotations

import contextlib
import os
import socket
from pathlib import Path
from typing import Any


def see(given: dict[str, Any]) -> dict[str, Any]:
    """Network interfaces, other processes, and which of the files in ``given["files"]`` can be read."""
    processes, readable = 0, []
    with contextlib.suppress(OSError):
        processes = sum(name.isdigit() for name in os.listdir("/proc")) - 1
    for name in given["files"]:
        with contextlib.suppress(OSError):
            readable += [name] if Path(name).is_file() and Path(name).open("rb").close() is None else []
            readable += [name] if Path(name).is_dir() and os.listdir(name) is not None else []
    return {"interfaces": [name for _, name in socket.if_nameindex()], "processes": processes, "readable": readable}
