"""How far the laboratory's composed and predicted figures are from measured ones.

Composition: whole models, end to end, against layers times block plus what is around them. Memory: the growth of a
process's peak against the cost model, for weights with gradients and optimizer state, and for a whole training step.
Pin the threads, or two of them may share a core; the exit code is 1 when a bar is missed or nothing was compared:

    GOMP_CPU_AFFINITY=0-1 python -m benchmarks.lab --json benchmarks/results/lab.json
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import statistics
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sovereign.lab.overhead import memory
from sovereign.lab.overhead.results import Composition, Config, MemoryCheck
from sovereign.lab.shapes import shape

COMPOSED = ("opt-125m", "opt-350m", "opt-1.3b")
PREDICTED = ("opt-350m", "opt-1.3b", "opt-6.7b")
LATENCY_METHODS = ("base", "lora", "adapters", "mixlora")
MEMORY_METHODS = ("full_fine_tuning", "lora", "adapters", "mixlora")
COMPOSITION_BAR = 0.10  # median over all settings


def compositions(config: Config) -> list[Composition]:
    """Whole models against what is composed from their parts."""
    from sovereign.lab.overhead import latency, whole

    found: list[Composition] = []
    for name in COMPOSED:
        rows = latency.measure(shape(name), config, tell).latency
        found += whole.measure(shape(name), config, rows, tell)[0]
    return found


def checks(config: Config) -> list[MemoryCheck]:
    """Measured peaks against the cost model; only those that are held to a bar."""
    found = [memory.measure(shape(name), config, tell, seconds=600) for name in PREDICTED]
    for skipped in (one for part in found for one in part.skipped):
        print(f"not measured: {skipped.shape}, {skipped.method}: {skipped.reason}")
    return [check for part in found for check in part.checks if memory.judged(check)]


def tell(line: str) -> None:
    """Progress, apart from the table."""
    print(line, file=sys.stderr, flush=True)


def environment(config: Config) -> dict[str, Any]:
    """Where it was measured."""
    import torch

    return {
        "command": " ".join(sys.orig_argv[1:]),
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "affinity": os.environ.get("GOMP_CPU_AFFINITY"),
        "threads": config.threads,
        "dtype": config.dtype,
        "cpu": f"{platform.machine()} {torch.backends.cpu.get_cpu_capability()}",
        "load": os.getloadavg(),
        "versions": {"python": platform.python_version()}
        | {name: version(name) for name in ("torch", "transformers", "peft")},
    }


def main() -> int:
    """Print both tables and say whether every bar was met."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--dtype", choices=("float32", "bfloat16"), default="bfloat16")
    parser.add_argument("--only", choices=("composition", "memory"), help="one of the two halves")
    parser.add_argument("--json", type=Path, help="also write the figures there")
    options = parser.parse_args()
    config = Config(
        scales=tuple({*COMPOSED, *PREDICTED}),
        methods=LATENCY_METHODS,
        device="cpu",
        dtype=options.dtype,
        tokens=(1, 32, 128),
        contexts=(128,),
        threads=options.threads,
        repeats=3,
    )
    result: dict[str, Any] = {"environment": environment(config)}
    met = []
    if options.only != "memory":
        composed = compositions(config)
        print(f"{'shape':10} {'method':18} {'phase':8} {'tokens':>6} {'measured':>11} {'composed':>11} {'error':>8}")
        for row in composed:
            print(
                f"{row.shape:10} {row.method:18} {row.phase:8} {row.tokens:6}"
                f" {row.measured * 1e3:8.2f} ms {row.composed * 1e3:8.2f} ms {row.error:+8.1%}"
            )
        median = statistics.median(abs(row.error) for row in composed) if composed else None
        met.append(median is not None and median <= COMPOSITION_BAR)
        shown = "nothing was compared" if median is None else f"{median:.1%}"
        print(f"median error {shown}, bar {COMPOSITION_BAR:.0%}: {'met' if met[-1] else 'missed'}\n")
        result |= {"median_composition_error": median, "compositions": [row.model_dump() for row in composed]}
    if options.only != "composition":
        held = checks(config.model_copy(update={"methods": MEMORY_METHODS}))
        print(
            f"{'shape':10} {'method':18} {'part':9} {'layers':>6} {'predicted':>9} {'measured':>9} {'error':>7} {'bar':>5}"
        )
        for check in held:
            bar = memory.BARS[check.part]
            met.append(abs(check.error) <= bar)
            print(
                f"{check.shape:10} {check.method:18} {check.part:9} {check.layers:6}"
                f" {check.predicted / 1e9:6.2f} GB {check.measured / 1e9:6.2f} GB {check.error:+7.1%} {bar:5.0%}"
                f" {'met' if met[-1] else 'missed'}"
            )
        met.append(bool(held))
        result["memory"] = [check.model_dump() for check in held]
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    return int(not all(met))


if __name__ == "__main__":
    sys.exit(main())
