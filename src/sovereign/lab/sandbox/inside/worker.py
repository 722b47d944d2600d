"""The process that runs one task. See ``child.py`` for the other side.

It reads a request, one line of JSON, from standard input, and writes two lines of JSON to the pipe that the request
names: what holds of the sandbox, before anything of the task is loaded; then what the task gave.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import site
import sys
from typing import Any

from . import landlock
from .kernel import give_up_privileges
from .limits import limit, peak_bytes
from .supervisor import supervise

_STDIN = 0


def main() -> None:
    """Confine this process and answer the one request."""
    request = json.loads(_line(_STDIN))
    answers = int(request["answers"])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the caller, which ends this process
    level = request["level"]
    try:
        held = set() if level == "namespaces" else supervise(_STDIN, unshare=level == "landlock")
        give_up_privileges()
        if level == "landlock":
            version = landlock.restrict(request["reads"], request["writes"])
            held |= {"files"} | ({"peers", "time"} if version >= landlock.SIGNALS_SINCE else set())
        held |= limit(request["seconds"], request["memory_bytes"], request["disk_bytes"], request["tasks"])
    except OSError as error:
        _send(answers, {"refused": str(error)})
        return
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, _STDIN)
    os.close(nothing)
    _send(answers, {"held": sorted(held)})
    os.set_inheritable(answers, False)
    _find_modules_in(request["paths"])
    outcome = _call(request["entry"], request["given"])
    _send(answers, outcome | {"peak_bytes": peak_bytes()})


def _line(file: int) -> bytes:
    """The one line that comes, however many pieces it comes in."""
    data = bytearray()
    while not data.endswith(b"\n"):
        piece = os.read(file, 1 << 16)
        if not piece:
            raise SystemExit(1)  # the caller is gone
        data += piece
    return bytes(data)


def _send(file: int, answer: dict[str, Any]) -> None:
    data = memoryview(json.dumps(answer).encode() + b"\n")
    while data:
        data = data[os.write(file, data) :]


def _find_modules_in(paths: list[str]) -> None:
    """Import from the standard library, then from these folders: none of them can shadow it."""
    standard = list(sys.path)
    site.main()  # the virtual environment, whose prefix packages may ask for
    sys.path[:] = standard + paths
    sys.dont_write_bytecode = True


def _call(entry: str, given: dict[str, Any]) -> dict[str, Any]:
    """What the answer says of a call: its result, or how it failed."""
    module, _, name = entry.partition(":")
    try:
        result = getattr(importlib.import_module(module), name)(given)
    except MemoryError:
        return {"failed": "memory"}
    except BaseException as error:
        if "can't allocate memory" in str(error):  # torch has no class for it
            return {"failed": "memory"}
        return {"failed": "raised", "message": f"{type(error).__name__}: {error}"}
    if not isinstance(result, dict):
        return {"failed": "invalid", "message": f"it is of type {type(result).__name__}, not dict"}
    try:
        json.dumps(result, allow_nan=False)
    except MemoryError:
        return {"failed": "memory"}
    except (TypeError, ValueError, RecursionError) as error:
        return {"failed": "invalid", "message": str(error)}
    return {"result": result}
