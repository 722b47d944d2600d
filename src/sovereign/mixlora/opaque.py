"""What ``torch.compile`` cannot look into, as operations of torch with a backward of their own (``torch.library``), so
that nothing around it is cut apart: the compiled library's part, and products by expert, which are loops whose lengths
are known only when they run.

Outside of ``torch.compile`` the first is an ``autograd.Function``, which costs less at each call, and the second not used.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

from . import native, native_block


@torch.library.custom_op("sovereign_mixlora::native_forward", mutates_args=())
def native_forward(
    hidden: Tensor,
    indices: Tensor,
    weights: Tensor,
    gate: Tensor,
    up: Tensor,
    A: Sequence[Tensor],
    B: Sequence[Tensor],
    gate_mask: Tensor | None,
    up_mask: Tensor | None,
    down_mask: Tensor | None,
    numbers: Sequence[float],
) -> list[Tensor]:
    """``native_block.forward``."""
    return native_block.forward(numbers, (hidden, indices, weights, gate, up, *A, *B, gate_mask, up_mask, down_mask))


@native_forward.register_fake
def _(hidden: Any, indices: Any, weights: Any, gate: Any, up: Any, A: Any, *rest: Any) -> Any:
    rank = A[0].shape[1] + -A[0].shape[1] % native.MULTIPLE
    return [torch.empty_like(gate), torch.empty_like(hidden), *(hidden.new_empty(indices.numel(), rank) for _ in A)]


@torch.library.custom_op("sovereign_mixlora::native_backward", mutates_args=())
def native_backward(
    inputs: Sequence[Tensor | None], z: Sequence[Tensor], dmixed: Tensor, dlow: Tensor, numbers: Sequence[float]
) -> list[Tensor]:
    """``native_block.backward``."""
    return [d.contiguous() for d in native_block.backward(numbers, inputs, z, dmixed, dlow)]


@native_backward.register_fake
def _(inputs: Any, z: Any, dmixed: Any, dlow: Any, numbers: Any) -> Any:
    return [torch.empty_like(inputs[i], memory_format=torch.contiguous_format) for i in (0, 2, *range(3, 11))]


def _native_context(ctx: Any, inputs: Any, output: Any) -> None:
    hidden, indices, weights, gate, up, A, B, *masks, ctx.numbers = inputs
    ctx.save_for_backward(hidden, indices, weights, gate, up, *A, *B, *masks, *output[2:])


def _native_gradients(ctx: Any, grads: Any) -> Any:
    *inputs, z0, z1, z2 = ctx.saved_tensors
    dmixed = torch.zeros_like(inputs[3]) if grads[0] is None else grads[0]
    dlow = torch.zeros_like(inputs[0]) if grads[1] is None else grads[1]
    dx, dweights, dgate, dup, *dloras = native_backward(inputs, (z0, z1, z2), dmixed, dlow, ctx.numbers)
    return dx, None, dweights, dgate, dup, dloras[:3], dloras[3:], None, None, None, None


native_forward.register_autograd(_native_gradients, setup_context=_native_context)


@torch.library.custom_op("sovereign_mixlora::product", mutates_args=())
def product(x: Tensor, matrices: Tensor, ends: Tensor) -> Tensor:
    """x [N, in] in the order by expert times each expert's [E, in, out]; ends: [E], where its rows end. [N, out], with
    zeros behind the last expert's rows. ``F.grouped_mm`` for every dtype and size."""
    out = x.new_zeros(len(x), matrices.shape[2])
    for span, matrix in zip(_spans(ends), matrices, strict=True):
        torch.mm(x[span], matrix, out=out[span])
    return out


@torch.library.custom_op("sovereign_mixlora::product_of_rows", mutates_args=())
def product_of_rows(x: Tensor, y: Tensor, ends: Tensor) -> Tensor:
    """The gradient of ``product``'s matrices: x^T y over each expert's rows of x [N, in] and y [N, out], [E, in, out]."""
    return torch.stack([x[span].t() @ y[span] for span in _spans(ends)])


def _spans(ends: Tensor) -> list[slice]:
    return [slice(*pair) for pair in pairwise([0, *ends.tolist()])]


@product.register_fake
def _(x: Any, matrices: Any, ends: Any) -> Any:
    return x.new_empty(x.shape[0], matrices.shape[2])


@product_of_rows.register_fake
def _(x: Any, y: Any, ends: Any) -> Any:
    return x.new_empty(ends.shape[0], x.shape[1], y.shape[1])


def _product_gradients(ctx: Any, grad: Any) -> Any:
    x, matrices, ends = ctx.saved_tensors
    return product(grad, matrices.mT, ends), product_of_rows(x, grad, ends), None


product.register_autograd(_product_gradients, setup_context=lambda ctx, inputs, output: ctx.save_for_backward(*inputs))
