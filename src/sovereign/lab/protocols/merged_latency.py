"""Protocol ``merged_latency``: a low-rank update that was merged into the weights costs nothing at inference.

One decoder block's linear layers at true width: as they are, with the update merged, and with it kept beside. The merged
ones must give what the unmerged give, from as many operations as the base, in the same time.
"""

from __future__ import annotations

from typing import Any

from sovereign.language.quantities import base_value
from sovereign.records import Claim, ProtocolKey
from sovereign.records import Result as Comparison

from ..methods import variant
from ..protocol import Figure, Given, Judgement, Match, Protocol, Result
from . import reading, timing

_SHAPE, _RANK, _SECONDS = "opt-1.3b", 16, 3.0
_TOKENS = (1, 128)
_WAYS = {"lora_merged": "lora", "dora_merged": "dora"}
_TOLERANCE = 0.05
_SAME = 1e-3  # relative difference of outputs that fp32 rounding may make over a block


def run(given: Given) -> dict[str, Any]:
    """Times, operations and outputs of the block by number of tokens."""
    import torch
    import torch.nn.functional as F
    from torch.utils.flop_counter import FlopCounterMode

    torch.manual_seed(0)
    block = variant(_SHAPE, "base").shape
    layers = (*block.attention, *block.feed_forward)
    base = [torch.randn(one.out_features, one.in_features) * one.in_features**-0.5 for one in layers]
    low_a = [torch.randn(_RANK, one.in_features) * one.in_features**-0.5 for one in layers]
    low_b = [torch.randn(one.out_features, _RANK) * 0.1 for one in layers]
    scale = [w.norm(dim=1) / (w + b @ a).norm(dim=1) for w, a, b in zip(base, low_a, low_b, strict=True)]
    if given["way"] != "dora":
        scale = [torch.ones_like(s) for s in scale]
    merged = [(w + b @ a) * s[:, None] for w, a, b, s in zip(base, low_a, low_b, scale, strict=True)]

    def plain(weights: list[torch.Tensor], x: torch.Tensor) -> list[torch.Tensor]:
        inner: list[torch.Tensor] = []
        for w in weights:
            inner.append(F.linear(x if w.shape[1] == x.shape[1] else torch.relu(inner[-1]), w))
        return inner

    def beside(x: torch.Tensor) -> list[torch.Tensor]:
        inner: list[torch.Tensor] = []
        for w, a, b, s in zip(base, low_a, low_b, scale, strict=True):
            y = x if w.shape[1] == x.shape[1] else torch.relu(inner[-1])
            inner.append((F.linear(y, w) + F.linear(F.linear(y, a), b)) * s)
        return inner

    found: dict[str, Any] = {"shape": _SHAPE, "rank": _RANK, "environment": timing.environment(), "tokens": {}}
    with torch.inference_mode():
        for tokens in _TOKENS:
            x = torch.randn(tokens, block.hidden_size)
            runs = {
                "base": lambda x=x: plain(base, x),
                "merged": lambda x=x: plain(merged, x),
                "unmerged": lambda x=x: beside(x),
            }
            operations, outputs = {}, {}
            for name, one in runs.items():
                with FlopCounterMode(display=False) as counter:
                    outputs[name] = one()  # type: ignore[no-untyped-call, unused-ignore]
                operations[name] = counter.get_total_flops()
            pairs = zip(outputs["merged"], outputs["unmerged"], strict=True)
            difference = max(float((m - u).norm() / u.norm()) for m, u in pairs)
            timed = timing.against(timing.interleaved(runs, _SECONDS), "base")
            found["tokens"][str(tokens)] = {"timed": timed, "operations": operations, "difference": difference}
    return found


def _key(way: str, tokens: str) -> ProtocolKey:
    setting = (
        ("model", f"one block of {_SHAPE}, random weights"),
        ("phase", "inference"),
        ("tokens", tokens),
        ("device", "CPU"),
    )
    return ProtocolKey(metric="latency", method=f"{way}_merged", comparator="base", setting=setting, unit="ms")


def _figures(given: Given, result: Result) -> tuple[Figure, ...]:
    return tuple(
        timing.figure(
            f"{name}.{tokens}", at["timed"][name], _key(given["way"], tokens).model_copy(update={"method": method})
        )
        for tokens, at in result["tokens"].items()
        for name, method in (("merged", f"{given['way']}_merged"), ("unmerged", given["way"]))
    )


def _match(claim: Claim) -> Match | None:
    stated = _statement(claim)
    if stated is None or claim.setting.phase == "training":
        return None
    method, one = stated
    comparator = reading.method_of(one.comparator) or one.comparator
    rest = reading.without_denial(claim.text, "latency")
    beyond = [*reading.beyond(claim, ("phase",), rest), *reading.more_words(rest, "timed")]
    if comparator not in (None, "full_fine_tuning", "base"):
        beyond.append(f"the comparator ({comparator}): it is timed against the base model")
    if comparator is None and one.direction != "equal":
        beyond.append("the comparator, which it does not state")
    if one.direction != "equal" and one.value is not None and _allows_none(one):
        beyond.append(f"a difference of {one.value.text}, which it cannot tell from none")
    key = reading.key_of(claim, "latency", method, comparator)
    return Match(key, {"way": _WAYS[method]}, tuple(beyond), reading=one.direction)


def _statement(claim: Claim) -> tuple[str, Comparison] | None:
    """The method and what a claim says of its latency, in its results or as a denial."""
    for result in reading.of_metric(claim, "latency"):
        method = reading.method_of(result.subject)
        if method in _WAYS and result.direction:
            return method, result
    rest = reading.without_denial(claim.text, "latency")
    method = reading.method_of(rest)
    if not claim.results and rest != claim.text and method in _WAYS:
        return method, Comparison(metric="latency", direction="equal")
    return None


def _allows_none(stated: Comparison) -> bool:
    """Whether a stated difference may be none as far as this protocol can see: "up to 5 %", or below its tolerance."""
    value = stated.value
    if value is None or value.bound == "at_most":
        return value is not None
    size = base_value(value) if value.unit == "%" else abs((stated.ratio or 1.0) - 1)
    return size <= 2 * _TOLERANCE


def _judge(claim: Claim, match: Match, result: Result) -> Judgement:
    at = result["tokens"]
    ratios = [one["timed"]["merged"] for one in at.values()]
    same_work = all(one["operations"]["merged"] == one["operations"]["base"] for one in at.values())
    same_output = all(one["difference"] < _SAME for one in at.values())
    shown = ", ".join(f"{timing.said(one['timed']['merged'])} at {n} token(s)" for n, one in at.items())
    beside = ", ".join(f"{one['timed']['unmerged']['ratio']:.3f}" for one in at.values())
    lines = (
        f"merged, the block takes {shown} of the base's time; unmerged {beside}. "
        f"It {'does' if same_work else 'does not do'} as many operations as the base, and "
        f"{'gives' if same_output else 'does not give'} what the unmerged block gives; {timing.on(result)}"
    )
    names = tuple(f"{name}.{n}" for n in at for name in ("merged", "unmerged"))
    equal = same_work and same_output and all(abs(r["ratio"] - 1) <= _TOLERANCE for r in ratios)
    if not equal and same_work and any(r["low"] <= 1 + _TOLERANCE and r["high"] >= 1 - _TOLERANCE for r in ratios):
        return Judgement(None, f"too noisy to decide: {lines}", names, "not_measured")
    return Judgement(equal == (match.reading == "equal"), lines, names)


MERGED = Protocol(
    name="merged_latency",
    about="times a block with an update merged into its weights against the block without, and compares their outputs",
    key=ProtocolKey(metric="latency", method="lora_merged", comparator="base", setting=(("phase", "inference"),)),
    how="measured",
    match=_match,
    entry=f"{__name__}:run",
    figures=_figures,
    judge=_judge,
    seconds=14.0,
    packages=("torch",),
    tolerance=_TOLERANCE,
    repeats_within=2 * _TOLERANCE,
)
