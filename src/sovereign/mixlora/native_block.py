"""The compiled library on tensors: what it computes of a gated block, forward and backward, without autograd."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from . import native
from .routing import FROZEN

GATED = ("gate_proj", "up_proj", "down_proj")


def forward(numbers: Sequence[float], inputs: Sequence[Tensor | None]) -> list[Tensor]:
    """[mixed, low, and the inputs of the three B, [T * S, r]].

    numbers: of the activation x sigmoid(x (a + b x^2)) a and b, then the three LoRAs' factors, dropout's included.
    inputs: hidden, indices, weights, gate, up, 3 A, 3 B, and 3 dropout masks or None.
    """
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
