"""The part of MixLoRA between the frozen products, expert by expert, with a backward that keeps little.

Autograd would keep several tensors of k I numbers per token. Here backward computes the experts' activations again,
from the frozen products (a dense block keeps these too) and the inputs of the B matrices (r numbers per slot).
The rows of an expert are worked on in blocks that stay in a processor's cache, in buffers used again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from .activations import Activation
from .autocast import without_autocast
from .blocks import Block, Buffers
from .routing import FROZEN


@dataclass(frozen=True, slots=True)
class Layout:
    """What ``RoutedExperts`` must know besides tensors.

    scales: for every projection, those of the input first and ``down_proj`` last, the factor of its LoRA, dropout's
    included, or None if it has no LoRA. apart: the slots' results are not added up.
    """

    act: Activation
    gated: bool
    blocks: list[Block]
    scales: Sequence[float | None]
    apart: bool = False

    @property
    def fused(self) -> bool:
        """Whether one projection gives gate and up next to each other."""
        return self.gated and len(self.scales) == 2

    def into(self, block: Block) -> Tensor | slice:
        """The rows of the results that a block's rows belong to."""
        return block.span if self.apart else block.tokens


class RoutedExperts(torch.autograd.Function):
    """``(layout, hidden, weights, *tensors) -> (mixed, low)``, for N used slots.

    hidden: [T, H]. weights: [N], of the slots in their order by expert, in the dtype to work in. tensors: the
    frozen products of the input, [T, I] or fused [T, 2I]; then A, B, the dropout mask (bool [T * S, in], by slot
    number), and DoRA's factor and offset ([E, out]), each or None, of every projection in ``layout.scales``; those of
    ``down_proj`` have neither factor nor offset here.
    mixed: [T, I], the weighted sum of the experts' inner activations. low: [T, H], the weighted sum of their low-rank
    updates after ``down_proj``, or None without one. With ``layout.apart`` both have a row for every slot, [N, I] and
    [N, H], in the order by expert. A second derivative raises RuntimeError.
    """

    @staticmethod
    def forward(ctx: Any, layout: Layout, hidden: Tensor, weights: Tensor, *tensors: Tensor | None) -> Any:
        ctx.layout = layout
        mixed, low, z = forward(layout, hidden, weights, tensors)
        ctx.save_for_backward(hidden, weights, *tensors, *z)
        return mixed, low

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, dmixed: Tensor, dlow: Tensor | None) -> Any:
        with without_autocast(dmixed.device):
            return (None, *backward(ctx.layout, dmixed, dlow, *ctx.saved_tensors))


def forward(
    layout: Layout, hidden: Tensor, weights: Tensor, tensors: Sequence[Tensor | None]
) -> tuple[Tensor, Tensor | None, list[Tensor | None]]:
    """(mixed, low, what backward needs of each projection), for the inputs of ``RoutedExperts``."""
    bases, loras = _unpack(layout, tensors)
    for lora in loras:
        if lora is not None:
            lora.z = weights.new_empty(len(weights), lora.A.shape[1])
    down = loras[-1]
    width = bases[0].shape[1] // 2 if layout.fused else bases[0].shape[1]
    rows = len(weights) if layout.apart else len(hidden)
    mixed = weights.new_zeros(rows, width)
    low = None if down is None else weights.new_zeros(rows, down.B.shape[1])
    buffers = Buffers(weights, layout.blocks)
    for block in layout.blocks:
        x = buffers.take("x", hidden, block)
        for lora in loras[:-1]:
            if lora is not None and block.expert != FROZEN:
                lora.reduce(x, block)
        inner = _inner(layout, buffers, block, bases, loras)
        h = layout.act.forward(inner[0], out=inner[0])
        if layout.gated:
            h = torch.mul(h, inner[1], out=inner[1])
        weight = weights[block.span, None]
        into = layout.into(block)
        if down is not None and low is not None and block.expert != FROZEN:
            _add(low, into, down.reduce(h, block, weight) @ down.B[block.expert].t())
        _add(mixed, into, torch.mul(h, weight, out=inner[0]))
    return mixed, low, [None if lora is None else lora.z for lora in loras]


def backward(
    layout: Layout, dmixed: Tensor, dlow: Tensor | None, hidden: Tensor, weights: Tensor, *saved: Tensor | None
) -> list[Tensor | None]:
    """The gradients of ``hidden``, ``weights`` and ``tensors``."""
    bases, loras = _unpack(layout, saved)
    for lora, z in zip(loras, saved[-len(loras) :], strict=True):
        if lora is not None and z is not None:
            lora.z, lora.dA, lora.dB = z, torch.zeros_like(lora.A), torch.zeros_like(lora.B.mT).mT
            lora.dfactor, lora.doffset = (
                None if t is None else torch.zeros_like(t) for t in (lora.factor, lora.offset)
            )
    dhidden = weights.new_zeros(hidden.shape)
    dweights = torch.empty_like(weights)
    dbases = [weights.new_zeros(base.shape) for base in bases]
    down = loras[-1]
    buffers = Buffers(weights, layout.blocks)
    for block in layout.blocks:
        inner = _inner(layout, buffers, block, bases, loras)
        into = layout.into(block)
        width = inner[0].shape[1]
        f = layout.act.forward(inner[0], out=buffers.empty("f", block, width))
        h = torch.mul(f, inner[1], out=buffers.empty("h", block, width)) if layout.gated else f
        weight = weights[block.span, None]
        dh = buffers.take("dh", dmixed, block, into)  # of weight * h until scaled below
        if down is not None and dlow is not None and block.expert != FROZEN:
            down.pull_back(dh, buffers.take("dlow", dlow, block, into), h, block, weight)
        torch.sum(h.mul_(dh), dim=1, out=dweights[block.span])
        dh.mul_(weight)
        dinner = [dh]
        if layout.gated:
            dinner.append(f.mul_(dh))
            dh.mul_(inner[1])
        dinner[0] = layout.act.backward(dh, inner[0], out=dh)
        if layout.fused:
            dinner = [torch.cat(dinner, dim=1)]
        x = buffers.take("x", hidden, block)
        dx = buffers.empty("dx", block, x.shape[1]).zero_()
        for i, (dbase, dpart, lora) in enumerate(zip(dbases, dinner, loras[:-1], strict=True)):
            if lora is not None and block.expert != FROZEN:
                lora.scale_back(dpart, buffers.empty(f"inner{i}", block, dpart.shape[1]), block)
                lora.pull_back(dx, dpart, x, block)
            dbase.index_add_(0, block.tokens, dpart)
        dhidden.index_add_(0, block.tokens, dx)
    gradients: list[Tensor | None] = [dhidden.to(hidden.dtype), dweights]
    gradients += [dbase.to(base.dtype) for dbase, base in zip(dbases, bases, strict=True)]
    for lora in loras:
        gradients += [None] * 5 if lora is None else [lora.dA, lora.dB, None, lora.dfactor, lora.doffset]
    return gradients


@dataclass(slots=True)
class _Lora:
    """One projection's update ``weight * scale * drop(x) A^T B^T`` for the rows x [n, in] of a block.

    factor, offset: [E, out], DoRA's, for the whole product. z: [N, r], the input of B for all used slots, kept for
    backward. dA to doffset are gathered in backward.
    """

    scale: float
    A: Tensor
    B: Tensor
    mask: Tensor | None
    factor: Tensor | None
    offset: Tensor | None
    z: Tensor = field(init=False)
    dA: Tensor = field(init=False)
    dB: Tensor = field(init=False)
    dfactor: Tensor | None = field(init=False)
    doffset: Tensor | None = field(init=False)

    def reduce(self, x: Tensor, block: Block, weight: Tensor | None = None) -> Tensor:
        """Fill and return the block's rows of z."""
        z = torch.mm(self._kept(x, block), self.A[block.expert].t(), out=self.z[block.span]).mul_(self.scale)
        return z if weight is None else z.mul_(weight)

    def pull_back(self, dx: Tensor, dout: Tensor, x: Tensor, block: Block, weight: Tensor | None = None) -> None:
        """Add to ``dx``, which is the gradient of ``weight * x``, and to dA and dB."""
        self.dB[block.expert].addmm_(dout.t(), self.z[block.span])
        dz = (dout @ self.B[block.expert]).mul_(self.scale)
        if self.mask is None:
            dx.addmm_(dz, self.A[block.expert])
        else:
            dx.add_(self._kept(dz @ self.A[block.expert], block))
        self.dA[block.expert].addmm_((dz if weight is None else dz.mul_(weight)).t(), self._kept(x, block))

    def scaled(self, y: Tensor, block: Block, buffers: Buffers, name: str) -> Tensor:
        """The product with factor and offset, in a buffer of that name, or y itself."""
        if self.factor is None:
            return y
        y = torch.mul(y, self.factor[block.expert], out=buffers.empty(name, block, y.shape[1]))
        return y if self.offset is None else y.add_(self.offset[block.expert])

    def scale_back(self, dout: Tensor, y: Tensor, block: Block) -> None:
        """Make of the gradient of ``scaled(y)`` that of y, and add to those of factor and offset."""
        if self.factor is not None and self.dfactor is not None:
            if self.doffset is not None:
                self.doffset[block.expert] += dout.sum(dim=0)
            self.dfactor[block.expert] += torch.mul(dout, y, out=y).sum(dim=0)
            dout.mul_(self.factor[block.expert])

    def _kept(self, x: Tensor, block: Block) -> Tensor:
        return x if self.mask is None else x * self.mask.index_select(0, block.slots).to(x.dtype)


def _add(to: Tensor, into: Tensor | slice, rows: Tensor) -> None:
    """Add rows [n, width] to those that ``into`` names; no row of a slice gets anything else."""
    if isinstance(into, slice):
        to[into] = rows
    else:
        to.index_add_(0, into, rows)


def _unpack(layout: Layout, tensors: Sequence[Tensor | None]) -> tuple[list[Tensor], list[_Lora | None]]:
    """The frozen products, and the LoRAs in the working dtype, inputs first and ``down_proj`` last."""
    count = len(layout.scales) - 1
    bases = [base for base in tensors[:count] if base is not None]
    loras: list[_Lora | None] = []
    for i, scale in enumerate(layout.scales):
        A, B, *others = tensors[count + 5 * i : count + 5 * i + 5]
        loras.append(None if scale is None or A is None or B is None else _Lora(scale, A, B, *others))
    return bases, loras


def _inner(
    layout: Layout, buffers: Buffers, block: Block, bases: Sequence[Tensor], loras: Sequence[_Lora | None]
) -> list[Tensor]:
    """What goes into the activation, and for a gated block what multiplies it: [n, I] each, to be overwritten.

    Where a LoRA has a factor, the product without it stays in the buffer "inner" and the projection's number.
    """
    inner = []
    for i, (base, lora) in enumerate(zip(bases, loras[:-1], strict=True)):
        rows = buffers.take(f"inner{i}", base, block)
        if lora is not None and block.expert != FROZEN:
            rows.addmm_(lora.z[block.span], lora.B[block.expert].t())
            rows = lora.scaled(rows, block, buffers, f"scaled{i}")
        inner.append(rows)
    return list(inner[0].chunk(2, dim=1)) if layout.fused else inner
