"""Pairs of claim and sentence that ``judge`` decides, and passages that ``verify_in_document`` grades, per second and core.

Every pair is made once and judged once, in two loads. *As in a run*: each claim meets twelve sentences, and each sentence several claims, as they do when claims are held
against documents; a text is parsed once and used again. *Every text new*: no claim and no sentence comes twice, so that
nothing is used again. The sentences are made from templates; half of the claims agree with theirs, the rest differ in one
thing. A *passage* is a document of ten such sentences that no other claim meets, searched, judged and graded by words. The
entailment model is timed alone.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable

from sovereign.checks import judge, verify_in_document
from sovereign.evals.pairs import document_of
from sovereign.models import Entailer, entailer

PAIRS = 1200
SENTENCES = 12
PASSAGES = 100
PER_PASSAGE = 10  # sentences
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


def crossed(count: int, seed: int) -> list[tuple[str, str]]:
    """Distinct pairs as a run makes them: each claim against ``SENTENCES`` neighbouring sentences."""
    made = pairs(count // SENTENCES, seed)
    sentences = [evidence for _, evidence in made]
    return [(claim, sentences[(i + k) % len(made)]) for i, (claim, _) in enumerate(made) for k in range(SENTENCES)]


def measure(
    make: Callable[[int, int], list[tuple[str, str]]], runs: int = RUNS, count: int = PAIRS
) -> tuple[list[float], Counter[str]]:
    """Pairs per second of each run, and how many pairs got which verdict."""
    for claim, evidence in pairs(50, -1):  # tables are loaded before the clock starts
        judge(claim, evidence)
    rates, verdicts = [], Counter[str]()
    for run in range(runs):
        work = make(count, run)
        start = time.perf_counter()
        verdicts.update(judge(claim, evidence).verdict for claim, evidence in work)
        rates.append(len(work) / (time.perf_counter() - start))
    return rates, verdicts


def measure_passages(runs: int = RUNS, count: int = PASSAGES) -> tuple[list[float], Counter[str]]:
    """Passages per second of each run, and the verdicts; a claim is of one sentence of its passage."""
    rates, verdicts = [], Counter[str]()
    for run in range(runs):
        made = pairs(count * PER_PASSAGE, 1000 + run)
        passages = [made[i : i + PER_PASSAGE] for i in range(0, len(made), PER_PASSAGE)]
        work = [(some[0][0], document_of("", [evidence for _, evidence in some])) for some in passages]
        start = time.perf_counter()
        verdicts.update(verify_in_document(claim, document).verdict for claim, document in work)
        rates.append(len(work) / (time.perf_counter() - start))
    return rates, verdicts


def measure_model(model: Entailer, runs: int = RUNS, count: int = PASSAGES) -> tuple[list[float], Counter[str]]:
    """Pairs per second that the entailment model reads, in batches as it makes them, and what it finds likeliest."""
    rates, likeliest = [], Counter[str]()
    for run in range(runs):
        work = pairs(count, 2000 + run)
        start = time.perf_counter()
        said = model.entail([evidence for _, evidence in work], [claim for claim, _ in work])
        rates.append(len(work) / (time.perf_counter() - start))
        likeliest.update(one._fields[one.index(max(one))] for one in said)
    return rates, likeliest


def main(arguments: list[str] | None = None) -> int:
    """Print the figures; exit code 1 when the median of the load of a run is below the limit."""
    parser = argparse.ArgumentParser(description="Pairs of claim and sentence per second, on one core.")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args(arguments)
    found = {name: measure(make) for name, make in (("as in a run", crossed), ("every text new", pairs))}
    model = entailer("own")
    assert model is not None
    found["passages"] = measure_passages()
    found["the model alone"] = measure_model(model)
    medians = {name: statistics.median(rates) for name, (rates, _) in found.items()}
    if options.json:
        loads = {
            name: {
                "per_second": round(medians[name], 1),
                "runs": [round(r, 1) for r in rates],
                "verdicts": dict(sorted(verdicts.items())),
            }
            for name, (rates, verdicts) in found.items()
        }
        print(json.dumps({"limit": LEAST_PER_SECOND, "loads": loads}))
    else:
        print(
            f"about {PAIRS} distinct pairs and {PASSAGES} passages of {PER_PASSAGE} sentences a run, {RUNS} runs, one core; "
            f"limit {LEAST_PER_SECOND:g} for the load of a run:"
        )
        for name, (rates, verdicts) in found.items():
            words = ", ".join(f"{v} {n}" for v, n in sorted(verdicts.items()))
            print(
                f"  {name:<15} {medians[name]:7.0f} {'' if name.startswith('passages') else 'pairs '}per second (median; {min(rates):.0f} to {max(rates):.0f}); {words}"
            )
    return int(medians["as in a run"] < LEAST_PER_SECOND)


if __name__ == "__main__":
    sys.exit(main())
