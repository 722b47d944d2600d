"""Protocol ``serial_adapter_latency``: what serial bottlenecks add to the time of a block, by number of tokens.

A block of linear layers at true width, with and without the two bottlenecks of Houlsby et al. 2019 (arXiv 1902.00751,
Figure 2). They cannot be merged, and their products wait for each other, so they cost time where a batch is small.
"""

from __future__ import annotations

import math
from typing import Any

from sovereign.records import Claim, ProtocolKey
from sovereign.records import Result as Comparison

from ..methods import Hyperparameters, variant
from ..protocol import Figure, Given, Judgement, Match, Protocol, Result
from . import reading, timing

_SHAPE, _SECONDS, _LEAST, _TOLERANCE = "opt-350m", 2.5, 11, 0.1
_TOKENS = (1, 128, 512)


def run(given: Given) -> dict[str, Any]:
    """Times of the block with and without bottlenecks, by number of tokens."""
    import torch
    import torch.nn.functional as F

    torch.manual_seed(0)
    block, m = variant(_SHAPE, "base").shape, Hyperparameters().m
    hidden = block.hidden_size

    def weight(rows: int, columns: int) -> torch.Tensor:
        return torch.randn(rows, columns).mul_(columns**-0.5)

    query, key, value, out = (weight(one.out_features, one.in_features) for one in block.attention)
    up, down = (weight(one.out_features, one.in_features) for one in block.feed_forward)
    bottlenecks = [(weight(m, hidden), torch.zeros(m), weight(hidden, m), torch.zeros(hidden)) for _ in range(2)]

    def bottleneck(x: torch.Tensor, i: int) -> torch.Tensor:
        a, a_bias, b, b_bias = bottlenecks[i]
        return x + F.linear(F.gelu(F.linear(x, a, a_bias)), b, b_bias)

    def forward(x: torch.Tensor, adapted: bool) -> torch.Tensor:
        mixed = F.linear(F.linear(x, query) + F.linear(x, key) + F.linear(x, value), out)
        mixed = x + (bottleneck(mixed, 0) if adapted else mixed)
        inner = F.linear(torch.relu(F.linear(F.layer_norm(mixed, (hidden,)), up)), down)
        return mixed + (bottleneck(inner, 1) if adapted else inner)

    found: dict[str, Any] = {"shape": _SHAPE, "bottleneck": m, "environment": timing.environment(), "tokens": {}}
    with torch.inference_mode():
        for tokens in _TOKENS:
            x = torch.randn(tokens, hidden)
            runs = {"base": lambda x=x: forward(x, False), "adapters": lambda x=x: forward(x, True)}
            found["tokens"][str(tokens)] = timing.against(timing.interleaved(runs, _SECONDS, _LEAST), "base")
    return found


def _figures(given: Given, result: Result) -> tuple[Figure, ...]:
    made = []
    for tokens, timed in result["tokens"].items():
        setting = (
            ("model", f"one block of {_SHAPE}, random weights"),
            ("phase", "inference"),
            ("tokens", tokens),
            ("device", "CPU"),
        )
        key = ProtocolKey(metric="latency", method="adapters", comparator="base", setting=setting, unit="ms")
        made.append(timing.figure(f"adapters.{tokens}", timed["adapters"], key))
    return tuple(made)


def _match(claim: Claim) -> Match | None:
    stated = [
        r for r in reading.of_metric(claim, "latency") if reading.method_of(r.subject) == "adapters" and r.direction
    ]
    baselines = (None, "base", "full_fine_tuning", "lora_merged")
    stated = [r for r in stated if (reading.method_of(r.comparator) or r.comparator) in baselines]
    if not stated or claim.setting.phase == "training":
        return None
    small = ("batch_size",) if claim.setting.batch_size in (None, 1) else ()
    beyond = [*reading.beyond(claim, ("phase", *small)), *reading.more_words(claim.text, "timed")]
    beyond += [f"the figure ({r.value.text}), which depends on the machine and the model" for r in stated if r.value]
    if any(r.comparator is None and r.direction != "increase" for r in stated):
        beyond.append("the comparator, which it does not state")
    key = reading.key_of(claim, "latency", "adapters", reading.method_of(stated[0].comparator))
    return Match(key, {}, tuple(beyond), reading=tuple(stated))


def _judge(claim: Claim, match: Match, result: Result) -> Judgement:
    setting, stated = claim.setting, match.reading
    wanted = (setting.batch_size or 1) * (setting.sequence_length or 1)
    at = min(result["tokens"], key=lambda n: abs(math.log(int(n) / wanted)))
    timed = result["tokens"][at]["adapters"]
    lines = f"with two bottlenecks of {result['bottleneck']}, a block takes {timing.said(timed)} of the time without, at {at} token(s); {timing.on(result)}"
    names = (f"adapters.{at}",)
    if timed["low"] <= 1 <= timed["high"]:
        return Judgement(None, f"too noisy to decide: {lines}", names, "not_measured")
    return Judgement(all(_holds(r, timed["ratio"]) for r in stated), lines, names)


def _holds(stated: Comparison, ratio: float) -> bool:
    """Whether a measured ratio has the direction, and where there is one the size, of a stated result."""
    right_way = stated.direction == ("increase" if ratio > 1 else "decrease")
    if stated.ratio is None and stated.value is not None and stated.value.unit == "%" and stated.value.upper:
        low, high = 1 + stated.value.value / 100, 1 + stated.value.upper / 100
        return right_way and low * (1 - _TOLERANCE) <= ratio <= high * (1 + _TOLERANCE)
    return right_way and (stated.ratio is None or abs(ratio - stated.ratio) <= _TOLERANCE * stated.ratio)


SERIAL = Protocol(
    name="serial_adapter_latency",
    about="times a block with two serial bottlenecks against the block without",
    key=ProtocolKey(metric="latency", method="adapters", comparator="base", setting=(("phase", "inference"),)),
    how="measured",
    match=_match,
    entry=f"{__name__}:run",
    figures=_figures,
    judge=_judge,
    seconds=18.0,
    packages=("torch",),
    tolerance=_TOLERANCE,
    repeats_within=_TOLERANCE,
)
