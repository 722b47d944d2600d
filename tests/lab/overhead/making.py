"""Results as a run would find them, on a machine that exists nowhere: a roofline with a fixed cost for each product.

The figures come from the cost model, so they have the form of measured ones and mean nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from sovereign.lab.flops import decode_flops, prefill_flops
from sovereign.lab.memory import inference_memory, training_memory
from sovereign.lab.methods import METHODS, Variant, applies, method, variant
from sovereign.lab.overhead.results import (
    Composition,
    Config,
    Environment,
    Latency,
    Memory,
    MemoryCheck,
    Phase,
    Results,
    Roof,
    Skipped,
)
from sovereign.lab.shapes import shape
from sovereign.lab.traffic import decode_bytes

SCALES = (
    "bert-110m", "opt-125m", "opt-350m", "opt-1.3b", "opt-2.7b", "opt-6.7b", "opt-13b", "opt-30b", "opt-66b",
    "opt-175b", "llama2-7b", "llama2-13b", "llama2-70b", "mixtral-8x7b",
)  # fmt: skip
QUICK = ("bert-110m", "opt-125m", "opt-1.3b", "opt-6.7b", "opt-175b")
BUILT = ("opt-125m", "opt-350m", "opt-1.3b")
SAME = {"full_fine_tuning": "base", "lora_merged": "base", "mixtral": "upcycling"}
PEAK, BANDWIDTH, CALL = 400e9, 2e10, 4e-6  # FLOP/s, bytes/s, seconds for one product


def results(
    scales: Sequence[str] = SCALES, methods: Sequence[str] = tuple(METHODS), seed: int = 0, quick: bool = False
) -> Results:
    """A whole run. Another ``seed`` is another run on the same machine."""
    noise = Random(seed)
    tokens = (1, 32) if quick else (1, 32, 128, 512)
    config = Config(
        scales=tuple(scales), methods=tuple(methods), device="cpu", dtype="bfloat16", tokens=tokens,
        contexts=(512,), warm_up=1, repeats=2 if quick else 5, threads=2, seed=seed, quick=quick,
    )  # fmt: skip
    environment = Environment(
        device="cpu", processor="Roofline 9000", cores=2, threads=2, memory_bytes=25_000_000_000,
        cache_bytes=33_554_432, dtype="bfloat16", fast_bf16=True, native_mixlora=True, isolation="bubblewrap",
        libraries={"torch": "2.13.0", "transformers": "5.23.0"}, python="3.11.9", platform="linux x86_64",
        measured_at="2026-11-22T09:00:00+00:00" if seed == 0 else "2026-11-23T10:00:00+00:00",
    )  # fmt: skip
    pairs = [variant(s, m) for s in scales for m in methods if applies(shape(s), method(m))]
    return Results(
        command="sovereign lab overhead" + (" --quick" if quick else ""),
        config=config,
        environment=environment,
        latency=tuple(row for s in scales for row in _latency([v for v in pairs if v.shape.name == s], config, noise)),
        memory=tuple(row for s in scales for row in _memory([v for v in pairs if v.shape.name == s])),
        compositions=tuple(_compositions(scales, noise)),
        memory_checks=tuple(_checks(scales, noise)),
        roofs=tuple(Roof(shape=s, rates={1: 4e10, 32: 3e11, 128: 3.8e11}, bandwidth=BANDWIDTH) for s in scales),
        skipped=(
            Skipped(shape="opt-175b", method="all", what="512 rows", reason="measured up to 13B parameters only"),
        ),
        seconds=41.5 if quick else 1534.0,
    )


def _latency(variants: Sequence[Variant], config: Config, noise: Random) -> Iterator[Latency]:
    settings: list[tuple[Phase, int, int, int]] = []
    for rows in config.tokens:
        if rows <= 128 or (variants and variants[0].shape.hidden_size <= 5120):
            settings.append(("prefill", 1, rows, 0))
            settings += [("decode", rows, 1, c) for c in config.contexts if variants and variants[0].shape.causal]
    for phase, batch, tokens, context in settings:
        found: dict[str, Latency] = {}
        for of in variants:
            name = of.method.name
            if SAME.get(name) in found:
                found[name] = found[SAME[name]].model_copy(update={"method": name, "same_as": SAME[name]})
                continue
            parts = _parts(of, phase, batch, tokens, context)
            predicted = sum(parts.values())
            parts = {part: seconds * noise.uniform(0.995, 1.005) for part, seconds in parts.items()}
            seconds = sum(parts.values())
            big = of.shape.name == "opt-175b"
            found[name] = Latency(
                shape=of.shape.name, method=name, phase=phase, batch_size=batch, tokens=tokens,
                context_length=context, routing="balanced" if of.routed else "none", how="tiled" if big else "composed",
                seconds=seconds, low=0.97 * seconds, high=1.04 * seconds,
                ratio=seconds / found["base"].seconds if found else 1.0, parts=parts, aliased=name == "upcycling",
                predicted=predicted, repeats=config.repeats, warm_up=config.warm_up,
            )  # fmt: skip
        yield from found.values()


def _parts(of: Variant, phase: Phase, batch: int, tokens: int, context: int) -> dict[str, float]:
    """Seconds per token by part: the larger of computing and reading, and what it costs to call a product."""
    rows = batch * tokens
    flops = (decode_flops(of, context) if phase == "decode" else prefill_flops(of, tokens)).components
    moved = decode_bytes(of, max(context, 1), rows).components if of.shape.causal else {}
    layers = of.shape.num_hidden_layers
    calls = {
        "adapter": {"nothing": 0, "lora": 12, "bottlenecks": 6, "lora_experts": 8 + 10 * min(rows, of.num_experts)}.get(
            of.method.adds, 0
        ),
        "router": 3 if of.routed else 0,
    }
    work = {
        "attention": flops["attention"],
        "attention_context": flops["attention_context"],
        "feed_forward": flops["feed_forward"],
        "head": flops["head"],
        "adapter": flops["attention_adapter"] + flops["feed_forward_adapter"],
        "router": flops["router"],
    }
    if of.method.merged:
        calls["adapter"], work["adapter"] = 0, 0.0
    seconds = {}
    for part, amount in work.items():
        reading = moved.get(part, 0.0) / BANDWIDTH
        seconds[part] = max(amount / PEAK, reading) + layers * calls.get(part, 4) * CALL / rows
    return {part: amount for part, amount in seconds.items() if amount and (work.get(part))}


def _memory(variants: Sequence[Variant]) -> Iterator[Memory]:
    """Modelled, but for what a small machine could build: there a twentieth more, as a process has it."""
    for of in variants:
        modes = ("inference",) if of.method.trains == "nothing" else ("inference", "training")
        for mode in modes:
            small = of.shape.name in BUILT and (
                of.method.name in ("base", "full_fine_tuning", "mixlora") or (mode == "inference" and of.method.merged)
            )
            reference = variant(of.shape, "base" if mode == "inference" else "full_fine_tuning")
            mine, theirs = (_components(one, mode, small) for one in (of, reference))
            yield Memory.model_validate(
                {
                    "shape": of.shape.name, "method": of.method.name, "mode": mode,
                    "optimizer": "adamw_mixed" if mode == "training" else None, "batch_size": 1, "tokens": 512,
                    "how": "measured" if small else "modelled", "components": mine, "total": sum(mine.values()),
                    "ratio": sum(mine.values()) / sum(theirs.values()),
                }
            )  # fmt: skip


def _components(of: Variant, mode: str, small: bool) -> dict[str, float]:
    cost = inference_memory if mode == "inference" else training_memory
    found = dict(cost(of, 512).components)
    return found | {"workspace": 0.05 * sum(found.values())} if small else found


def _compositions(scales: Sequence[str], noise: Random) -> Iterator[Composition]:
    for name in scales:
        if name in ("opt-125m", "opt-350m", "opt-1.3b"):
            for how in ("base", "mixlora"):
                error = noise.uniform(-0.08, 0.08)
                yield Composition(
                    shape=name, method=how, implementation="sovereign", phase="prefill", batch_size=1, tokens=32,
                    context_length=0, measured=1e-3, composed=1e-3 * (1 + error), error=error,
                )  # fmt: skip


def _checks(scales: Sequence[str], noise: Random) -> Iterator[MemoryCheck]:
    for name in scales:
        if name in ("opt-350m", "opt-1.3b"):
            for part in ("states", "training"):
                error = noise.uniform(-0.04, 0.04)
                yield MemoryCheck.model_validate(
                    {
                        "shape": name, "method": "full_fine_tuning", "optimizer": "adamw_fp32", "part": part,
                        "layers": 24, "tokens": 512, "predicted": 5e9 * (1 + error), "measured": 5e9, "error": error,
                    }
                )  # fmt: skip
