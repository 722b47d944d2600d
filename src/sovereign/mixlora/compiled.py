"""The routed part of the factored block by the compiled library, where that applies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

from . import native
from .activations import activation
from .parts import Routed, Work
from .routing import FROZEN

GATED = ("gate_proj", "up_proj", "down_proj")


def compiled(work: Work) -> Routed | None:
    """None if the library is not there or not made for such a block.

    It is made for gated blocks that are not fused, with experts for all three projections and no magnitudes, in fp32 on
    a CPU, with widths that are multiples of 16, and for activations x sigmoid(x (a + b x^2)).
    """
    hidden, bases, experts, routing = work.hidden, work.bases, work.part.experts, work.part.routing
    if hidden.device.type != "cpu" or torch.compiler.is_compiling() or work.scales:
        return None
    if tuple(bases) != GATED[:2] or experts.keys() != set(GATED) or not len(hidden):
        return None
    act = activation(work.frozen.act_fn)
    loras = [experts[name] for name in GATED]
    A, B = ([getattr(lora, name) for lora in loras] for name in ("lora_A", "lora_B"))
    tensors = [hidden, routing.weights, *bases.values(), *A, *B]
    if act.sigmoid is None or any(tensor.dtype != torch.float32 for tensor in tensors):
        return None
    width, inner, (count, rank) = hidden.shape[1], bases["up_proj"].shape[1], A[0].shape[:2]
    sizes = [(width, inner), (width, inner), (inner, width)]
    shapes = [(count, rank, size) for size, _ in sizes] + [(count, size, rank) for _, size in sizes]
    if [tuple(matrix.shape) for matrix in (*A, *B)] != shapes:
        return None
    padding = -rank % native.MULTIPLE
    if width % native.MULTIPLE or inner % native.MULTIPLE or rank + padding > native.MAX_RANK or native.load() is None:
        return None
    indices, frozen = routing.indices, routing.indices == FROZEN
    none = int(frozen.any())  # then the frozen block is one more expert, of zeros
    indices = indices.masked_fill(frozen, count) if none else indices
    if padding or none:
        A, B = [F.pad(a, (0, 0, 0, padding, 0, none)) for a in A], [F.pad(b, (0, padding, 0, 0, 0, none)) for b in B]
    kept = [work.part.masks.get(name) for name in GATED]
    scales = tuple(
        lora.scaling if mask is None else lora.scaling / lora.keep_rate for lora, mask in zip(loras, kept, strict=True)
    )
    numbers = dict(zip(("linear", "cubic"), act.sigmoid, strict=True), scale=scales)
    mixed, low = CompiledExperts.apply(  # type: ignore[no-untyped-call]
        numbers, hidden, indices, routing.weights, *bases.values(), *A, *B, *kept
    )
    return Routed(mixed, low, indices)  # the slots do not matter where none stands apart


class CompiledExperts(torch.autograd.Function):
    """``(numbers, hidden, indices, weights, gate, up, 3 A, 3 B, 3 masks or None) -> (mixed, low)``."""

    @staticmethod
    def forward(ctx: Any, numbers: dict[str, Any], *inputs: Tensor | None) -> tuple[Tensor, Tensor]:
        saved = [None if tensor is None else tensor.contiguous() for tensor in inputs]
        fields = _fields(saved)
        hidden, indices, gate, A = fields["x"], fields["indices"], fields["gate"], fields["A"]
        fields["z"] = [hidden.new_empty(indices.numel(), A[0].shape[1]) for _ in GATED]
        fields["mixed"], fields["low"] = torch.empty_like(gate), torch.empty_like(hidden)
        ctx.numbers = numbers | {
            "tokens": len(hidden),
            "top_k": indices.shape[1],
            "experts": len(A[0]),
            "hidden": hidden.shape[1],
            "inner": gate.shape[1],
            "rank": A[0].shape[1],
            "threads": torch.get_num_threads(),
        }
        native.call("forward", ctx.numbers, fields)
        ctx.save_for_backward(*saved, *fields["z"])
        return fields["mixed"], fields["low"]

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, dmixed: Tensor, dlow: Tensor) -> tuple[Tensor | None, ...]:
        *saved, z0, z1, z2 = ctx.saved_tensors
        fields = _fields(saved) | {"z": (z0, z1, z2), "dmixed": dmixed.contiguous(), "dlow": dlow.contiguous()}
        gradients = {f"d{name}": torch.empty_like(fields[name]) for name in ("x", "weights", "gate", "up")}
        dA, dB = ([torch.zeros_like(matrix) for matrix in fields[name]] for name in ("A", "B"))
        native.call("backward", ctx.numbers, fields | gradients | {"dA": dA, "dB": dB})
        dx, dweights, dgate, dup = gradients.values()
        return None, dx, None, dweights, dgate, dup, *dA, *dB, None, None, None


def _fields(inputs: Sequence[Tensor | None]) -> dict[str, Any]:
    """The inputs by the library's names."""
    names = ("x", "indices", "weights", "gate", "up")
    return dict(zip(names, inputs[:5], strict=True)) | {"A": inputs[5:8], "B": inputs[8:11], "mask": inputs[11:14]}
