"""Reading a long PDF: pages per second, and peak memory of the process that reads."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from sovereign.reading import Limits, Task, read_bytes, read_one
from tests.bad_library.pdfs import long

PAGES = 300
LIMIT_MB = 500.0


class Speed(NamedTuple):
    """Figures of one long PDF; ``in_child`` counts the start of the child that reads it, and the way back."""

    pages: int
    sentences: int
    pages_per_second: float
    pages_per_second_in_child: float
    peak_megabytes: float


def in_this_process(path: str) -> None:
    """Read a file here, and print seconds, sentences, and peak memory in MB."""
    data = Path(path).read_bytes()
    start = time.perf_counter()
    document = read_bytes(data, "long.pdf")
    seconds = time.perf_counter() - start
    print(seconds, len(document.sentences), _peak_megabytes())


def _peak_megabytes() -> float:
    """Peak memory of this process. Linux counts that of the process that started it into ``ru_maxrss``, but not into VmHWM."""
    status = Path("/proc/self/status")
    if status.exists():
        return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure() -> Speed:
    """Read the PDF in a process of its own, so that its memory is its own, and then as a user's run does."""
    data = long(PAGES)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "long.pdf"
        path.write_bytes(data)
        command = [sys.executable, "-m", "benchmarks.reading.pages", str(path)]
        found = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    start = time.perf_counter()
    read_one(Task(data, "long.pdf"), Limits())
    whole = time.perf_counter() - start
    return Speed(PAGES, int(found[1]), PAGES / float(found[0]), PAGES / whole, float(found[2]))


if __name__ == "__main__":
    in_this_process(sys.argv[1])
