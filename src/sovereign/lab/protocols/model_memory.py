"""Protocols on memory from the cost model: ``mixlora_shared_base`` and ``fits_memory``. Both are proxies by nature:
they count tensors, where a claim speaks of what a program on a GPU takes."""

from __future__ import annotations

import re
from typing import Any

from sovereign.language.quantities import base_value, find_quantities
from sovereign.language.units import dimension
from sovereign.records import Claim, ProtocolKey, Quantity

from ..counts import parameters
from ..memory import inference_memory, training_memory
from ..methods import hyperparameters, variant
from ..protocol import Figure, Given, Judgement, Match, Protocol, Result
from . import reading

_SHAPE, _LENGTH, _BATCH = "llama2-7b", 512, 1
_LORA_RANK = 80  # of the LoRA that trains as many parameters (arXiv 2404.15159v3, Table 3)
_TOLERANCE = 0.2
_SHARED = re.compile(r"\bshar(?:e|es|ed|ing)\b", re.IGNORECASE)
_BITS = (16, 8, 4)
_TIGHT = re.compile(
    r"\b(?:challeng\w*|exceed\w*|too (?:large|big|much)|cannot fit|do(?:es)? not fit|out of memory)\b", re.IGNORECASE
)
_FIT = re.compile(r"\bfits?\b", re.IGNORECASE)


def shared_base(given: Given) -> dict[str, Any]:
    """Bytes per MixLoRA model, alone and with two adapters on one base, and of one LoRA model, by phase."""
    mixlora = variant(_SHAPE, "mixlora_reference")
    lora = variant(_SHAPE, "lora", hyperparameters(r=_LORA_RANK))
    found = {}
    for phase in ("inference", "training"):
        one = _components(mixlora, phase)
        own = sum(size for part, size in one.items() if part != "weights")
        found[phase] = {
            "alone": one["weights"] + own,
            "shared": one["weights"] / 2 + own,
            "lora": sum(_components(lora, phase).values()),
        }
    return {"shape": _SHAPE, "tokens": _LENGTH * _BATCH, "bytes": found}


def _components(of: Any, phase: str) -> dict[str, float]:
    if phase == "inference":
        return inference_memory(of, _LENGTH, _BATCH).components
    # Checkpointing: without it, what is kept depends on the implementation more than on the method.
    return training_memory(of, _LENGTH, _BATCH, checkpointing=True).components


def _shared_figures(given: Given, result: Result) -> tuple[Figure, ...]:
    made = []
    for phase, sizes in result["bytes"].items():
        setting = (("model", _SHAPE), ("phase", phase), ("tokens", str(result["tokens"])))
        for name, other in (("shared", "alone"), ("alone", "lora")):
            method = "mixlora, two adapters on one base" if name == "shared" else "mixlora"
            comparator = "mixlora, one adapter a base" if name == "shared" else f"lora, rank {_LORA_RANK}"
            key = ProtocolKey(metric="memory", method=method, comparator=comparator, setting=setting, unit="GB")
            quantity = Quantity(value=sizes[name] / 1e9, unit="GB", text=f"{sizes[name] / 1e9:.2f} GB a model")
            made.append(Figure(name=f"{name}.{phase}", key=key, quantity=quantity, ratio=sizes[name] / sizes[other]))
    return tuple(made)


def _match_shared(claim: Claim) -> Match | None:
    stated = [
        r
        for r in reading.of_metric(claim, "memory")
        if reading.method_of(r.subject) in ("mixlora", "mixlora_reference")
        and (r.comparator is None or reading.method_of(r.comparator) in ("lora", "mixlora"))
        and r.ratio is not None
    ]
    if not stated:
        return None
    beyond = [*reading.beyond(claim, ("phase", "model")), "memory of a program, where tensors are counted"]
    if not _SHARED.search(claim.text):
        beyond.append("whether models share one base, which it does not state")
    key = reading.key_of(claim, "memory", "mixlora", reading.method_of(stated[0].comparator), "%")
    return Match(key, {}, tuple(beyond), reading=tuple(stated))


def _judge_shared(claim: Claim, match: Match, result: Result) -> Judgement:
    sizes, lines, agree = result["bytes"], [], {"shared": True, "alone": True}
    says_shared = _SHARED.search(claim.text) is not None
    for phase in reading.phases_of(claim):
        at = sizes[phase]
        ratios = {"shared": at["shared"] / at["alone"], "alone": at["alone"] / at["lora"]}
        for stated in match.reading:
            for name, ratio in ratios.items():
                agree[name] &= abs(ratio - stated.ratio) <= _TOLERANCE * stated.ratio
        lines.append(
            f"two adapters on one base take {ratios['shared']:.2f} a model of what two separate models take in {phase}"
        )
        lines.append(f"one adapter alone takes {ratios['alone']:.2f} of LoRA's")
    claimed = ", ".join(f"{r.ratio:g}" for r in match.reading)
    held = "; it holds only where two models share a base" if agree["shared"] and not agree["alone"] else ""
    agrees = agree["shared"] if says_shared or not agree["alone"] else True
    names = tuple(f"{name}.{phase}" for phase in reading.phases_of(claim) for name in ("shared", "alone"))
    return Judgement(agrees, f"{'; '.join(lines)}; {claimed} stated{held}", names)


def weights(given: Given) -> dict[str, Any]:
    """Bytes of a shape's weights by bits per weight."""
    counted = parameters(variant(given["shape"], "base")).base
    return {"parameters": counted, "bytes": {str(bits): counted * bits / 8 for bits in _BITS}}


def _fit_figures(given: Given, result: Result) -> tuple[Figure, ...]:
    made = []
    for bits, size in result["bytes"].items():
        key = ProtocolKey(metric="memory", method=given["shape"], setting=(("bits per weight", bits),), unit="GB")
        made.append(
            Figure(name=bits, key=key, quantity=Quantity(value=size / 1e9, unit="GB", text=f"{size / 1e9:.1f} GB"))
        )
    return tuple(made)


def _match_fits(claim: Claim) -> Match | None:
    """A model that is said to fit a memory, or to be a challenge for it."""
    shape = reading.shape_of(claim.text)
    sizes = [m.quantity for m in find_quantities(claim.text) if dimension(m.quantity.unit) == "bytes"]
    tight, fits = _TIGHT.search(claim.text), _FIT.search(claim.text)
    compares = any(r.comparator or r.direction for r in claim.results)
    if (
        shape is None
        or len(sizes) != 1
        or bool(tight) == bool(fits)
        or compares
        or reading.device_in(claim.text) is None
    ):
        return None
    beyond = (*reading.beyond(claim, ("model",)), "what besides weights a program holds")
    key = reading.key_of(claim, "memory", shape, unit=sizes[0].unit)
    return Match(key, {"shape": shape}, beyond, reading=(sizes[0], bool(fits)))


def _judge_fits(claim: Claim, match: Match, result: Result) -> Judgement:
    size, fits = match.reading
    room = base_value(size)
    shown = ", ".join(f"{held / 1e9:.1f} GB at {bits} bits" for bits, held in result["bytes"].items())
    inside = [bits for bits, held in result["bytes"].items() if held < room]
    # A challenge is what does not fit at the 16 bits that the weights are published in.
    agree = bool(inside) if fits else str(_BITS[0]) not in inside
    rest = (
        f"; only at {inside[0]} bits do they fit, with {(room - result['bytes'][inside[0]]) / 1e9:.1f} GB left"
        if inside
        else ""
    )
    return Judgement(agree, f"the weights alone take {shown}, of {size.text}{rest}", tuple(result["bytes"]))


SHARED = Protocol(
    name="mixlora_shared_base",
    about="counts the memory of two MixLoRA adapters on one base against two separate models, and of one against LoRA",
    key=ProtocolKey(metric="memory", method="mixlora"),
    how="modelled",
    match=_match_shared,
    entry=f"{__name__}:shared_base",
    figures=_shared_figures,
    judge=_judge_shared,
    tolerance=_TOLERANCE,
    ever_exact=False,
)
FITS = Protocol(
    name="fits_memory",
    about="holds the bytes of a model's weights at 16, 8 and 4 bits against a memory",
    key=ProtocolKey(metric="memory", method="any"),
    how="modelled",
    match=_match_fits,
    entry=f"{__name__}:weights",
    figures=_fit_figures,
    judge=_judge_fits,
    ever_exact=False,
)
