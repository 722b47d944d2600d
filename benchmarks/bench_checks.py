"""Pairs of claim and sentence per second that ``judge`` decides, on one core. Every pair is made once and judged once.

The sentences are made from templates, with their own names, figures and conditions, so that no cache of sentences
helps: no text comes twice in one run. Half of the claims agree with their sentence; the rest differ in one thing.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import time
from collections import Counter

from sovereign.checks import judge

PAIRS = 1000
RUNS = 5
LEAST_PER_SECOND = 1000.0

_NAMES = ("Mix", "Route", "Sparse", "Dense", "Quant", "Fold", "Gate", "Merge", "Shard", "Loop")
_TAILS = ("LoRA", "MoE", "Tune", "Net", "Cache", "Former", "Store", "Rank")
_METRICS = (
    ("reduces", "raises", "peak GPU memory", "%"),
    ("lowers", "increases", "latency per token", "%"),
    ("shortens", "prolongs", "training time", "%"),
    ("increases", "decreases", "accuracy", " points"),
    ("improves", "degrades", "throughput", "%"),
)
_PLACES = ("on GSM8K", "on four A100 GPUs", "at batch size {n}", "with rank {n}", "on a model of {n}B parameters")
_EXTRA = (
    ", and the checkpoint takes {n} MB",
    ", while the base model stays frozen",
    ", although it adds {n} ms to the first token",
    ", averaged over {n} runs",
    "",
)


def pairs(count: int, seed: int) -> list[tuple[str, str]]:
    """Distinct pairs of claim and evidence sentence; other seeds give other sentences."""
    rng = random.Random(seed)
    made: dict[str, str] = {}
    while len(made) < count:
        name, other = (f"{rng.choice(_NAMES)}{rng.choice(_TAILS)}-{rng.randrange(10_000)}" for _ in range(2))
        verb, opposite, metric, unit = rng.choice(_METRICS)
        value = f"{rng.uniform(2, 90):.1f}"
        place = rng.choice(_PLACES).format(n=rng.randrange(2, 90))
        extra = rng.choice(_EXTRA).format(n=rng.randrange(2, 900))
        evidence = f"Compared with {other}, {name} {verb} {metric} by {value}{unit} {place}{extra}."
        claim = rng.choice(
            (
                f"{name} {verb} {metric} by {value}{unit} compared with {other} {place}.",
                f"{name} {verb} {metric} by {value}{unit} {place} compared with {other}.",
                f"{name} {opposite} {metric} by {value}{unit} compared with {other} {place}.",
                f"{name} {verb} {metric} by {float(value) + 1:.1f}{unit} compared with {other} {place}.",
            )
        )
        made[claim] = evidence
    return list(made.items())


def measure(runs: int = RUNS, count: int = PAIRS) -> tuple[list[float], Counter[str]]:
    """Pairs per second of each run, and how many pairs got which verdict."""
    for claim, evidence in pairs(50, -1):  # tables are loaded before the clock starts
        judge(claim, evidence)
    rates, verdicts = [], Counter[str]()
    for run in range(runs):
        work = pairs(count, run)
        start = time.perf_counter()
        verdicts.update(judge(claim, evidence).verdict for claim, evidence in work)
        rates.append(count / (time.perf_counter() - start))
    return rates, verdicts


def main(arguments: list[str] | None = None) -> int:
    """Print the figures; exit code 1 when the median is below the limit."""
    parser = argparse.ArgumentParser(description="Pairs of claim and sentence per second, on one core.")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args(arguments)
    rates, verdicts = measure()
    median = statistics.median(rates)
    if options.json:
        print(
            json.dumps(
                {
                    "pairs_per_second": round(median, 1),
                    "runs": [round(r, 1) for r in rates],
                    "pairs_per_run": PAIRS,
                    "limit": LEAST_PER_SECOND,
                    "verdicts": dict(sorted(verdicts.items())),
                }
            )
        )
    else:
        print(f"{PAIRS} distinct pairs a run, {RUNS} runs, one core:")
        spread = f"{min(rates):.0f} to {max(rates):.0f}"
        print(f"  {median:7.0f} pairs per second (median; {spread}; limit {LEAST_PER_SECOND:g})")
        print(f"  verdicts: {', '.join(f'{v} {n}' for v, n in sorted(verdicts.items()))}")
    return int(median < LEAST_PER_SECOND)


if __name__ == "__main__":
    sys.exit(main())
