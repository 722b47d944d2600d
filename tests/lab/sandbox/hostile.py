"""Tasks that a sandbox must survive. Only a task whose ``paths`` name this folder can import them."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

Json = dict[str, Any]


def tried(action: Any) -> str:
    """The name of the error that an action ends with, or ``done``."""
    try:
        action()
    except Exception as error:
        return type(error).__name__
    return "done"


def echo(given: Json) -> Json:
    return given


def connect(given: Json) -> Json:
    """TCP and UDP to a port of this machine, a name to be looked up, a Unix socket in the file system."""

    def udp() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.sendto(b"from the sandbox", ("127.0.0.1", given["udp"]))

    def local() -> None:
        with socket.socket(socket.AF_UNIX) as one:
            one.connect(given["local"])

    return {
        "tcp": tried(lambda: socket.create_connection(("127.0.0.1", given["tcp"]), 2).close()),
        "udp": tried(udp),
        "name": tried(lambda: socket.getaddrinfo("example.org", 80)),
        "beyond": tried(lambda: socket.create_connection(("192.0.2.1", 80), 2).close()),
        "local": tried(local),
    }


def write(given: Json) -> Json:
    """Which of these files it could write to."""
    return {path: tried(lambda path=path: Path(path).write_text("from the sandbox")) for path in given["paths"]}


def append_nothing(given: Json) -> Json:
    """Which of these files it could open to write, without changing them."""

    def touch(path: str) -> None:
        os.close(os.open(path, os.O_WRONLY))

    return {path: tried(lambda path=path: touch(path)) for path in given["paths"]}


def change(given: Json) -> Json:
    return {"chmod": tried(lambda: Path(given["path"]).chmod(0o777))}


def read(given: Json) -> Json:
    """What it could read."""
    texts = {}
    for path in given["paths"]:
        with contextlib.suppress(OSError):
            texts[path] = Path(path).read_text()
    return texts


def variables(given: Json) -> Json:
    """The environment of this process and of every process that it can look into."""
    found = {"own": "\n".join(f"{name}={value}" for name, value in os.environ.items())}
    for file in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            found[file.parent.name] = file.read_bytes().decode("utf-8", "replace")
    return found


def fork_without_end(given: Json) -> Json:
    """Every process starts others as fast as it can."""
    started = 0
    until = time.monotonic() + given["seconds"]
    while time.monotonic() < until:
        try:
            if os.fork() == 0:
                started = 0
            else:
                started += 1
        except OSError:
            time.sleep(0.01)
    while True:
        time.sleep(1)


def count_processes(given: Json) -> Json:
    """How many processes can live at a time, up to a number."""
    children: list[int] = []
    with contextlib.suppress(OSError):
        while len(children) < given["most"]:
            child = os.fork()
            if child == 0:
                time.sleep(600)
            children.append(child)
    return {"children": len(children)}


def last(given: Json) -> Json:
    """Ignore every signal that can be ignored, and stay."""
    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        with contextlib.suppress(OSError, ValueError):
            signal.signal(number, signal.SIG_IGN)
    print("here to stay", file=sys.stderr, flush=True)
    while True:
        time.sleep(1)


def leave_a_daemon(given: Json) -> Json:
    """Twice forked, in a session of its own, without any pipe of ours; known by its argument."""
    code = "import os, time\nos.fork() and os._exit(0)\nos.setsid()\nos.fork() and os._exit(0)\nos.closerange(0, 99)\ntime.sleep(600)"
    subprocess.run([sys.executable, "-c", code, given["mark"]], check=True)
    if given["stay"]:
        time.sleep(600)
    return {}


def eat_memory(given: Json) -> Json:
    held = []
    while True:
        held.append(bytearray(64 << 20))


def eat_memory_in_children(given: Json) -> Json:
    """Each process stays below its own limit; how many lived when the last had its memory, or had died of asking for it."""
    for _ in range(given["children"]):
        ready, says = os.pipe()
        if os.fork() == 0:
            block = b"x" * given["bytes"]
            os.write(says, b"1")
            time.sleep(600)
            os._exit(len(block) == 0)
        os.close(says)
        os.read(ready, 1)  # empty from one that died
        os.close(ready)
    time.sleep(0.3)  # what was killed can be waited for a moment later
    died = 0
    while os.waitpid(-1, os.WNOHANG) != (0, 0):
        died += 1
    return {"living": given["children"] - died}


def fill(given: Json) -> Json:
    """How many bytes it could write into these folders before it was stopped; none of it is kept."""
    sizes = {}
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    for folder in given["folders"]:
        size, number = 0, 0
        try:
            while size < given["most"]:
                with (Path(folder) / f"fill-{number}").open("wb") as file:
                    for _ in range(8):
                        size += file.write(b"x" * (1 << 20))
                number += 1
        except OSError:
            pass
        sizes[folder] = size
        for file_number in range(number + 1):
            (Path(folder) / f"fill-{file_number}").unlink(missing_ok=True) if os.access(folder, os.W_OK) else None
    return sizes


def one_large_file(given: Json) -> Json:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with Path("large").open("wb") as file:
        file.truncate(given["bytes"])
    return {}


def leave_a_mess(given: Json) -> Json:
    """Folders that nobody may enter, in a tree deeper than a path may be long."""
    for _ in range(given["depth"]):
        Path("d" * 50).mkdir()
        os.chdir("d" * 50)
    Path("secret").mkdir()
    Path("secret/file").write_text("")
    Path("secret").chmod(0)
    return {"tmp": os.environ["TMPDIR"]}


def large_result(given: Json) -> Json:
    return {"text": "x" * given["bytes"]}


def print_without_end(given: Json) -> Json:
    """Lines, a line without an end, and stdout."""
    for _ in range(3000):
        print("\x1b[31mred\x1b[0m\x07 \x9b2J line\x00 ‮", file=sys.stderr)
    block = "y" * (1 << 20)
    for _ in range(given["megabytes"]):
        sys.stderr.write(block)
        sys.stdout.write(block)
    return {"printed": given["megabytes"]}


def kill(given: Json) -> Json:
    """Signal these processes, and every one that it may."""
    return {
        "parent": tried(lambda: os.kill(given["caller"], signal.SIGUSR1)),
        "other": tried(lambda: os.kill(given["other"], signal.SIGUSR1)),
    }


def kill_all(given: Json) -> Json:
    """``done`` if there is one that it may: a process that signals all leaves itself out."""
    return {"killed": tried(lambda: os.kill(-1, signal.SIGKILL))}


def raise_it(given: Json) -> Json:
    raise RuntimeError("first line\nsecond \x1b[31mline\x1b[0m" + "x" * 100_000)


def leave(given: Json) -> Json:
    sys.exit(0)


def leave_at_once(given: Json) -> Json:
    os._exit(0)


def crash(given: Json) -> Json:
    return {"read": ctypes.string_at(0).decode()}


def no_dict(given: Json) -> Any:
    return [1, 2]


def no_json(given: Json) -> Json:
    values: Json = {"nan": float("nan"), "huge": 10**400, "beyond": 2**60, "object": object(), "text": "\ud800"}
    return {"value": values[given["which"]]}


def forge(given: Json) -> Json:
    """Write its own answer into every open pipe."""
    for number in range(3, 64):
        with contextlib.suppress(OSError):
            os.write(number, given["text"].encode() + b"\n")
    os._exit(0)


def use(given: Json) -> Json:
    """Some memory, for some time."""
    block = b"x" * given["bytes"]
    print("a line for you", file=sys.stderr)
    return {"bytes": len(block)}
