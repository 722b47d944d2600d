"""The routed part of the factored block by the compiled library, where that applies."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

from . import native, opaque
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


def forward(numbers: Sequence[float], inputs: Sequence[Tensor | None]) -> list[Tensor]:
    """[mixed, low, and the inputs of the three B, [T * S, r]], for the inputs of ``CompiledExperts``."""
    fields = _fields(inputs)
    hidden, indices, gate, A = fields["x"], fields["indices"], fields["gate"], fields["A"]
    z = [hidden.new_zeros(indices.numel(), A[0].shape[1]) for _ in GATED]  # rows of unused slots stay so
    mixed, low = torch.empty_like(gate), torch.empty_like(hidden)
    native.call("forward", _numbers(numbers, fields), fields | {"z": z, "mixed": mixed, "low": low})
    return [mixed, low, *z]


def backward(
    numbers: Sequence[float], inputs: Sequence[Tensor | None], z: Sequence[Tensor], dmixed: Tensor, dlow: Tensor
) -> list[Tensor]:
    """The gradients of hidden, weights, gate, up, the three A and the three B."""
    fields = _fields(inputs) | {"z": z, "dmixed": dmixed.contiguous(), "dlow": dlow.contiguous()}
    gradients = {f"d{name}": torch.empty_like(fields[name]) for name in ("x", "weights", "gate", "up")}
    dA, dB = ([torch.zeros_like(matrix) for matrix in fields[name]] for name in ("A", "B"))
    native.call("backward", _numbers(numbers, fields), fields | gradients | {"dA": dA, "dB": dB})
    given = [matrix for matrix in inputs[5:11] if matrix is not None]
    loras = [d[: len(m), : m.shape[1], : m.shape[2]] for d, m in zip([*dA, *dB], given, strict=True)]
    return [*gradients.values(), *loras]


def _fields(inputs: Sequence[Tensor | None]) -> dict[str, Any]:
    """The inputs by the library's names, contiguous, with ranks that are multiples of what it wants.

    Where a slot has the frozen block alone, that is one more expert, of zeros.
    """
    hidden, indices, weights, gate, up, *rest = (None if t is None else t.contiguous() for t in inputs)
    A, B, masks = rest[:3], rest[3:6], rest[6:]
    assert indices is not None and A[0] is not None
    count, rank = A[0].shape[:2]
    frozen = indices == FROZEN
    extra, padding = int(frozen.any()), -rank % native.MULTIPLE
    if extra:
        indices = indices.masked_fill(frozen, count)
    if padding or extra:
        A = [F.pad(a, (0, 0, 0, padding, 0, extra)) for a in A if a is not None]
        B = [F.pad(b, (0, padding, 0, 0, 0, extra)) for b in B if b is not None]
    names = ("x", "indices", "weights", "gate", "up", "A", "B", "mask")
    return dict(zip(names, (hidden, indices, weights, gate, up, A, B, masks), strict=True))


def _numbers(numbers: Sequence[float], fields: Mapping[str, Any]) -> dict[str, Any]:
    linear, cubic, *scale = numbers
    experts, rank, hidden = fields["A"][0].shape
    return {
        "linear": linear,
        "cubic": cubic,
        "scale": tuple(scale),
        "tokens": len(fields["x"]),
        "top_k": fields["indices"].shape[1],
        "experts": experts,
        "hidden": hidden,
        "inner": fields["gate"].shape[1],
        "rank": rank,
        "threads": torch.get_num_threads(),
    }
