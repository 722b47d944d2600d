"""The offline answer over the starter library: seconds and peak memory from process start, first and second run."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from statistics import median

QUESTION = (
    "What is the computational overhead of implementing expert bridging versus full fine-tuning in terms of inference latency "
    "and memory usage across different model scales from 110M to 175B parameters?"
)
LIMIT_SECONDS, LIMIT_MB = 10.0, 500.0
REPEATS = 3


def _ask(home: str) -> tuple[float, dict[str, int]]:
    """Wall seconds of one process, and what it read."""
    command = [sys.executable, "-m", "sovereign.cli", "ask", QUESTION, "--only-library", "--json"]
    start = time.perf_counter()
    done = subprocess.run(
        command, env={**os.environ, "SOVEREIGN_HOME": home}, capture_output=True, text=True, check=True
    )
    seconds = time.perf_counter() - start
    environment = json.loads(done.stdout)["environment"]
    return seconds, {"read": environment["files_read"], "unchanged": environment["files_unchanged"]}


def main() -> int:
    """Print the figures; exit code 1 when a limit is missed."""
    first, second = [], []
    for _ in range(REPEATS):
        with tempfile.TemporaryDirectory() as home:
            cold, files = _ask(home)
            assert files["read"] > 0
            warm, again = _ask(home)
            assert again["read"] == 0, f"the second run read {again['read']} files again"
            first.append(cold)
            second.append(warm)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
    print(f"offline ask over the starter library, process start to end, median of {REPEATS}:")
    print(f"  first run   {median(first):6.2f} s   (limit {LIMIT_SECONDS:g} s)")
    print(f"  second run  {median(second):6.2f} s   (reads no file again)")
    print(f"  peak memory {peak:6.0f} MB  (limit {LIMIT_MB:g} MB)")
    return int(median(first) > LIMIT_SECONDS or peak > LIMIT_MB)


if __name__ == "__main__":
    sys.exit(main())
