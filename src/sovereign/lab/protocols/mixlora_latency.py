"""Protocol ``mixlora_latency``: MixLoRA's feed-forward block, naive, as in the reference package, and factored.

One gated block of 35 million weights, as in a 1.3B model, with random weights, 8 experts of rank 16, two per token, on
this machine's CPU: wide enough that the frozen products decide, small enough for training steps to end. It is
a proxy for any claim about another machine, a trained model, or a whole model: attention and head are not in it.
"""

from __future__ import annotations

from typing import Any

from sovereign.records import Claim, ProtocolKey
from sovereign.records import Result as Comparison

from ..methods import Hyperparameters
from ..protocol import Figure, Given, Judgement, Match, Protocol, Result
from ..shapes import shape
from . import reading, timing

_WIDTHS = {"hidden_size": 2048, "intermediate_size": 5632, "num_attention_heads": 32, "num_key_value_heads": 32}
_BLOCK = "feed-forward block of 2048 x 5632, random weights"
_TOKENS, _SECONDS, _LEAST, _TOLERANCE = 256, 4.0, 3, 0.1
_LORA_RANK = 80  # of the LoRA that the paper compares with, which trains as many parameters (Table 3)
_METHODS = ("mixlora_naive", "mixlora_reference", "mixlora", "lora")
_NAMES = {
    "mixlora_naive": "naive MixLoRA",
    "mixlora_reference": "MixLoRA as in its reference package",
    "mixlora": "factored MixLoRA",
    "lora": f"LoRA of rank {_LORA_RANK}",
}


def run(given: Given) -> dict[str, Any]:
    """Forward times, and forward with backward, of all variants on the same weights, and how far their outputs differ."""
    import torch

    from .mixlora_block import blocks

    torch.manual_seed(0)
    block, hyper = shape("llama2-7b").model_copy(update=_WIDTHS), Hyperparameters()
    variants, trained = blocks(block, hyper, _LORA_RANK)
    x = torch.randn(1, _TOKENS, block.hidden_size)
    dy = torch.randn_like(x)
    with torch.inference_mode():
        outputs = {name: one(x) for name, one in variants.items() if name.startswith("mixlora")}
        forward = {name: (lambda one=one: one(x)) for name, one in variants.items()}
        inference = timing.against(timing.interleaved(forward, _SECONDS, _LEAST, warm_up=1), "mixlora_naive")
    wanted = x.clone().requires_grad_()
    both = {
        name: (
            lambda name=name, one=one: torch.autograd.grad(one(wanted), [wanted, *trained[name]], dy, allow_unused=True)
        )
        for name, one in variants.items()
    }
    training = timing.against(timing.interleaved(both, _SECONDS, _LEAST, warm_up=1), "mixlora_naive")
    naive = outputs["mixlora_naive"]
    return {
        "block": _BLOCK,
        "tokens": _TOKENS,
        "environment": timing.environment(),
        "phases": {"inference": inference, "training": training},
        "difference": max(float((y - naive).norm() / naive.norm()) for y in outputs.values()),
    }


def _figures(given: Given, result: Result) -> tuple[Figure, ...]:
    made = []
    for phase, timed in result["phases"].items():
        setting = (
            ("model", _BLOCK),
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
            lines.append(
                f"{_NAMES[mine]} takes {ratio:.3f} of the time of {_NAMES[other]} in {phase} ({stated.ratio:g} stated)"
            )
            names += [f"{name}.{phase}" for name in (mine, other) if name != "mixlora_naive"]
    factored = ", ".join(f"{phases[p]['mixlora']['ratio']:.3f} in {p}" for p in phases)
    tail = f"; factored, it takes {factored}{_printed(claim)}; outputs differ by {result['difference']:.1e}; {timing.on(result)}"
    names += [f"mixlora.{phase}" for phase in phases]
    return Judgement(agree, "; ".join(lines) + tail, tuple(dict.fromkeys(names)))


def _printed(claim: Claim) -> str:
    """What the table of the work that a claim speaks for gives itself."""
    table = reading.terms()["tables"].get(claim.quote.source_id, {}).get("latency")
    if table is None:
        return ""
    ratios = ", ".join(f"{after / before:.3f} in {phase}" for phase, (before, after) in table["optimised"].items())
    return f"; {table['where']} of the work itself prints {ratios}"


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
    seconds=25.0,
    packages=("torch", "transformers", "peft", "mixlora==0.2.3"),
    tolerance=_TOLERANCE,
    repeats_within=2 * _TOLERANCE,
    ever_exact=False,
)
