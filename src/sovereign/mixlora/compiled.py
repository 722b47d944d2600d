"""The routed part of the factored block by the compiled library, where that applies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from . import native, opaque
from .activations import activation
from .native_block import GATED, backward, forward
from .parts import Routed, Work


def compiled(work: Work) -> Routed | None:
    """None if the library is not there or not made for such a block.

    It is made for gated blocks that are not fused, with experts for all three projections and no magnitudes, in fp32 on
    a CPU, with widths that are multiples of 16, and for activations x sigmoid(x (a + b x^2)).
    """
    hidden, bases, experts, routing = work.hidden, work.bases, work.part.experts, work.part.routing
    if hidden.device.type != "cpu" or work.scales:
        return None
    if tuple(bases) != GATED[:2] or set(experts) != set(GATED) or not len(hidden):
        return None
    curve = sigmoid(work.frozen.act_fn)
    loras = [experts[name] for name in GATED]
    A, B = ([getattr(lora, name) for lora in loras] for name in ("lora_A", "lora_B"))
    tensors = [hidden, routing.weights, *bases.values(), *A, *B]
    if curve is None or any(tensor.dtype != torch.float32 for tensor in tensors):
        return None
    width, inner, (count, rank) = hidden.shape[1], bases["up_proj"].shape[1], A[0].shape[:2]
    sizes = [(width, inner), (width, inner), (inner, width)]
    shapes = [(count, rank, size) for size, _ in sizes] + [(count, size, rank) for _, size in sizes]
    if [tuple(matrix.shape) for matrix in (*A, *B)] != shapes:
        return None
    room = rank + -rank % native.MULTIPLE
    if width % native.MULTIPLE or inner % native.MULTIPLE or room > native.MAX_RANK or not there():
        return None
    kept = [work.part.masks.get(name) for name in GATED]
    factors = [
        lora.scaling if mask is None else lora.scaling / lora.keep_rate for lora, mask in zip(loras, kept, strict=True)
    ]
    numbers = [*curve, *factors]
    inputs = (hidden, routing.indices, routing.weights, *bases.values(), *A, *B)
    if torch.compiler.is_compiling():
        mixed, low, *_ = opaque.native_forward(*inputs[:5], A, B, *kept, numbers)
    elif not torch.is_grad_enabled():
        mixed, low, *_ = forward(numbers, (*inputs, *kept))
    else:
        mixed, low = CompiledExperts.apply(numbers, *inputs, *kept)  # type: ignore[no-untyped-call]
    return Routed(mixed, low, routing.indices)  # the slots do not matter where none stands apart


def sigmoid(act_fn: Callable[[Tensor], Tensor]) -> tuple[float, float] | None:
    """``Activation.sigmoid`` of an activation."""
    return activation(act_fn).sigmoid


def there() -> bool:
    """Whether the library is there."""
    return native.load() is not None


for constant in (sigmoid, there):  # to torch.compile, which could not look into them
    torch._dynamo.assume_constant_result(constant)  # type: ignore[no-untyped-call]


class CompiledExperts(torch.autograd.Function):
    """``(numbers, hidden, indices, weights, gate, up, 3 A, 3 B, 3 masks or None) -> (mixed, low)``.

    numbers: of the activation, then the three LoRAs' factors.
    """

    @staticmethod
    def forward(ctx: Any, numbers: Sequence[float], *inputs: Tensor | None) -> tuple[Tensor, Tensor]:
        mixed, low, *z = forward(numbers, inputs)
        ctx.numbers = numbers
        ctx.save_for_backward(*inputs, *z)
        return mixed, low

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, dmixed: Tensor, dlow: Tensor) -> tuple[Tensor | None, ...]:
        *inputs, z0, z1, z2 = ctx.saved_tensors
        dx, dweights, dgate, dup, *dloras = backward(ctx.numbers, inputs, (z0, z1, z2), dmixed, dlow)
        return None, dx, None, dweights, dgate, dup, *dloras, None, None, None
