"""Protocol ``mixlora_latency``: MixLoRA's feed-forward block, naive, as in the reference package, and factored.

One block at the width of Llama-2 7B with random weights, 8 experts of rank 16, two per token, on this machine's CPU. It is
a proxy for any claim about another machine, a trained model, or a whole model: attention and head are not in it.
"""

from __future__ import annotations

from typing import Any

from sovereign.records import Claim, ProtocolKey
from sovereign.records import Result as Comparison

from ..methods import Hyperparameters, variant
from ..protocol import Figure, Given, Judgement, Match, Protocol, Result
from . import reading, timing

_SHAPE, _TOKENS, _SECONDS, _TOLERANCE = "llama2-7b", 64, 6.0, 0.1
_LORA_RANK = 80  # of the LoRA that the paper compares with, which trains as many parameters (Table 3)
_METHODS = ("mixlora_naive", "mixlora_reference", "mixlora", "lora")


def run(given: Given) -> dict[str, Any]:
    """Forward times, and forward with backward, of all variants on the same weights, and how far their outputs differ."""
    import torch

    from .mixlora_block import blocks

    torch.manual_seed(0)
    shape, hyper = variant(_SHAPE, "base").shape, Hyperparameters()
    variants, trained = blocks(shape, hyper, _LORA_RANK)
    x = torch.randn(1, _TOKENS, shape.hidden_size)
    dy = torch.randn_like(x)
    with torch.inference_mode():
        outputs = {name: one(x) for name, one in variants.items() if name.startswith("mixlora")}
        forward = {name: (lambda one=one: one(x)) for name, one in variants.items()}
        inference = timing.against(timing.interleaved(forward, _SECONDS), "mixlora_naive")
    wanted = x.clone().requires_grad_()
    both = {
        name: (
            lambda name=name, one=one: torch.autograd.grad(one(wanted), [wanted, *trained[name]], dy, allow_unused=True)
        )
        for name, one in variants.items()
    }
    training = timing.against(timing.interleaved(both, _SECONDS), "mixlora_naive")
    naive = outputs["mixlora_naive"]
    return {
        "shape": _SHAPE,
        "tokens": _TOKENS,
        "environment": timing.environment(),
        "phases": {"inference": inference, "training": training},
        "difference": max(float((y - naive).norm() / naive.norm()) for y in outputs.values()),
    }


def _figures(given: Given, result: Result) -> tuple[Figure, ...]:
    made = []
    for phase, timed in result["phases"].items():
        setting = (
            ("model", f"feed-forward block of {_SHAPE}, random weights"),
            ("phase", phase),
            ("tokens", str(_TOKENS)),
            ("device", "CPU"),
        )
        for name in timed:
            if name != "mixlora_naive":
                key = ProtocolKey(metric="latency", method=name, comparator="mixlora_naive", setting=setting, unit="ms")
                made.append(timing.figure(f"{name}.{phase}", timed[name], key))
    return tuple(made)


def _match(claim: Claim) -> Match | None:
    stated = []
    for result in reading.of_metric(claim, "latency", "training_time"):
        pair = (reading.method_of(result.subject), reading.method_of(result.comparator))
        known = pair[1] in _METHODS or result.comparator is None
        if pair[0] in _METHODS[:3] and known and result.ratio is not None:
            stated.append((*pair, result))
    if not stated:
        return None
    beyond = [
        *reading.beyond(claim, ("phase",)),
        "trained weights and a whole model, where one block is timed on a CPU",
    ]
    if any(result.comparator is None for *_, result in stated):
        beyond.append("the comparator, which it does not state")
    key = reading.key_of(claim, "latency", stated[0][0] or "", stated[0][1])
    return Match(key, {}, tuple(beyond), reading=tuple(stated))


def _judge(claim: Claim, match: Match, result: Result) -> Judgement:
    phases = result["phases"]
    lines, names, agree = [], [], True
    for subject, comparator, stated in match.reading:
        mine, other = _pair(subject, comparator)
        for phase in reading.phases_of(claim):
            timed = phases[phase]
            ratio = timed[mine]["ratio"] / timed[other]["ratio"]
            agree &= _near(stated, ratio)
            lines.append(f"{mine} takes {ratio:.3f} of the time of {other} in {phase} ({stated.ratio:g} stated)")
            names += [f"{name}.{phase}" for name in (mine, other) if name != "mixlora_naive"]
    factored = ", ".join(f"{phases[p]['mixlora']['ratio']:.3f} in {p}" for p in phases)
    tail = f"; factored, the block takes {factored} of the naive time; outputs differ by {result['difference']:.1e}; {timing.on(result)}"
    names += [f"mixlora.{phase}" for phase in phases]
    return Judgement(agree, "; ".join(lines) + tail, tuple(dict.fromkeys(names)))


def _pair(subject: str, comparator: str | None) -> tuple[str, str]:
    """Which variants a claim's words mean: MixLoRA against nothing named is its own optimisation against the naive form."""
    if comparator is None:
        return ("mixlora_reference", "mixlora_naive") if subject == "mixlora" else (subject, "mixlora_naive")
    return ("mixlora_reference" if subject == "mixlora" else subject), comparator


def _near(stated: Comparison, ratio: float) -> bool:
    return stated.ratio is not None and abs(ratio - stated.ratio) <= _TOLERANCE * stated.ratio


LATENCY = Protocol(
    name="mixlora_latency",
    about="times MixLoRA's feed-forward block: naive, as the reference package computes it, and factored",
    key=ProtocolKey(metric="latency", method="mixlora", comparator="mixlora_naive"),
    how="measured",
    match=_match,
    entry=f"{__name__}:run",
    figures=_figures,
    judge=_judge,
    seconds=35.0,
    packages=("torch", "transformers", "peft", "mixlora==0.2.3"),
    tolerance=_TOLERANCE,
    repeats_within=2 * _TOLERANCE,
)
