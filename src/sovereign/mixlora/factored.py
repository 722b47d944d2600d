"""MixLoRA's feed-forward block with each frozen product computed once per token, whatever the number of experts.

``down_proj`` is linear, so with the shares w_k of a token's experts and their inner activations h_k
(arXiv 2404.15159, eq. 1-3, where it is computed k times):

    sum_k w_k (W h_k + s B_k A_k h_k)  =  W (sum_k w_k h_k) + s sum_k w_k B_k A_k h_k

DoRA's experts scale the outputs of W differently, so with them it is computed for every slot.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce

import torch
from torch import Tensor

from .activations import activation
from .autocast import without_autocast
from .blocks import blocks_by_expert
from .compiled import compiled
from .dora import scales
from .experts import ExpertLora
from .few import few
from .frozen import FrozenMlp
from .grouped import fits, grouped, product_dtype
from .parts import Masks, Part, Routed, Work, finished, taken_apart, together
from .routed import Layout, RoutedExperts
from .routing import Routing

FEW_TOKENS = 4  # up to here, as in decoding, a token at a time is faster than an expert at a time


def mixlora_ffn(
    hidden: Tensor, routing: Routing, frozen: FrozenMlp, experts: Mapping[str, ExpertLora], training: bool
) -> Tensor:
    """The output of the routed experts over the frozen block, equal to ``naive_ffn`` but for rounding.

    hidden: [T, H], T may be 0; returns [T, H] in the dtype of ``frozen.down_proj``'s output. experts: by name of the
    projection, of ``frozen.projections``; one that is missing stays as it is. training: whether ``lora_dropout`` is
    applied, with an independent mask for each slot and projection, as in MixLoRA's reference.

    Gradients reach hidden, the routing's weights, A, B and the magnitudes, and the frozen modules' parameters if they
    require any. For more than ``FEW_TOKENS`` tokens, and wherever ``compiled`` applies, only first derivatives exist.
    Kept for backward per token: hidden and the frozen products (H + 2I numbers if gated), r numbers per slot and LoRA,
    with dropout one byte per slot and input of it, and with magnitudes on ``down_proj`` I + 2H numbers per slot.

    The work between the frozen products is done in the widest dtype among theirs and the experts', also under autocast:
    with a bf16 model and fp32 adapters in fp32.

    Raises ValueError if ``experts`` has a name that ``frozen`` has not, or ``hidden`` is not a matrix.
    """
    return factored_ffn(hidden, routing, frozen, experts, dropout_masks(routing, experts) if training else {})


def dropout_masks(routing: Routing, experts: Mapping[str, ExpertLora]) -> Masks:
    """A draw of what dropout keeps, by projection."""
    return {name: lora.dropout_mask(routing.indices.numel()) for name, lora in experts.items()}


def factored_ffn(
    hidden: Tensor, routing: Routing, frozen: FrozenMlp, experts: Mapping[str, ExpertLora], masks: Masks
) -> Tensor:
    """``mixlora_ffn`` with given dropout masks, as in ``Part``."""
    return ffn_of_parts(hidden, [Part(routing, experts, masks)], frozen)


def ffn_of_parts(hidden: Tensor, parts: Sequence[Part], frozen: FrozenMlp) -> Tensor:
    """The block for a batch whose tokens use different experts, with each frozen projection called once.

    hidden: [T, H]; the parts' rows are all of 0..T-1, each once. Otherwise as ``mixlora_ffn``.
    """
    if unknown := {name for part in parts for name in part.experts} - set(frozen.projections):
        raise ValueError(f"experts for {sorted(unknown)}, but the block has {list(frozen.projections)}")
    if hidden.dim() != 2:
        raise ValueError(f"hidden must be [tokens, features], but is {list(hidden.shape)}")
    bases = {name: module(hidden) for name, module in frozen.inputs.items()}
    pieces = zip(*(taken_apart(tensor, parts) for tensor in (hidden, *bases.values())), strict=True)
    works = [
        _work(own, dict(zip(bases, own_bases, strict=True)), part, frozen)
        for part, (own, *own_bases) in zip(parts, pieces, strict=True)
    ]
    routed = [_routed(work) for work in works]
    inner = routed[0].inner if len(routed) == 1 else torch.cat([found.inner.to(hidden.dtype) for found in routed])
    out: Tensor = frozen.down_proj(inner.to(next(iter(bases.values())).dtype))
    outputs = [out] if len(routed) == 1 else torch.split(out, [len(found.inner) for found in routed])
    done = [finished(*each, frozen.down_proj) for each in zip(works, routed, outputs, strict=True)]
    return together(parts, done)


def _work(hidden: Tensor, bases: Mapping[str, Tensor], part: Part, frozen: FrozenMlp) -> Work:
    first = next(iter(bases.values())).dtype
    dtype = reduce(torch.promote_types, (lora.lora_A.dtype for lora in part.experts.values()), first)
    with without_autocast(hidden.device):
        modules = {name: getattr(frozen, name) for name in part.experts}
        return Work(hidden, bases, part, frozen, dtype, scales(part.experts, modules))


def _routed(work: Work) -> Routed:
    """By the fastest way that applies."""
    hidden, experts = work.hidden, work.part.experts
    product = product_dtype(hidden, work.dtype)
    with without_autocast(hidden.device):
        if (found := compiled(work)) is not None:
            return found
        if product is not None and len(hidden) and experts and fits(experts, product, hidden.device):
            return grouped(work, product)
        return few(work) if 0 < len(hidden) <= FEW_TOKENS else _many(work)


def _many(work: Work) -> Routed:
    """An expert at a time."""
    routing, frozen, dtype = work.part.routing, work.frozen, work.dtype
    bases = list(work.bases.values())
    num_experts = max((len(lora.lora_A) for lora in work.part.experts.values()), default=0)
    slots, blocks = blocks_by_expert(routing.indices, num_experts, bases[0].shape[1] * dtype.itemsize)
    factors: list[float | None] = []
    parameters: list[Tensor | None] = []
    for name in frozen.projections:
        lora, mask = work.part.experts.get(name), work.part.masks.get(name)
        if lora is None:
            factors.append(None)
            parameters += [None] * 5
        else:
            factors.append(lora.scaling if mask is None else lora.scaling / lora.keep_rate)
            scale = work.scales.get(name) if name != "down_proj" else None
            rescaling = (None, None) if scale is None else (t if t is None else t.to(dtype) for t in scale)
            parameters += [lora.lora_A.to(dtype), lora.lora_B.to(dtype), mask, *rescaling]
    if work.apart:
        weights = bases[0].new_ones(len(slots), dtype=dtype)
    else:
        weights = routing.weights.reshape(-1).index_select(0, slots).to(dtype)
    layout = Layout(activation(frozen.act_fn), frozen.gated, blocks, factors, work.apart)
    mixed, low = RoutedExperts.apply(layout, work.hidden, weights, *bases, *parameters)  # type: ignore[no-untyped-call]
    return Routed(mixed, low, slots)
