"""What the ways to compute the routed part of a block work on, and what they give back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import Tensor, nn

from .dora import Scale
from .experts import ExpertLora
from .frozen import FrozenMlp
from .routing import FROZEN, Routing

Masks = Mapping[str, Tensor | None]


@dataclass(frozen=True, slots=True)
class Part:
    """Some tokens of a batch and the experts that they are routed to.

    routing: of these tokens. experts: by name of the projection; one that is missing stays as it is. masks: what
    dropout keeps, bool [T * S, in_features] by projection, slot j of token t in row t * S + j; a name without a mask
    has no dropout. rows: [T] int64, which tokens of the batch these are; None in every part: they follow one another.
    """

    routing: Routing
    experts: Mapping[str, ExpertLora]
    masks: Masks = field(default_factory=dict)
    rows: Tensor | None = None


def unadapted(hidden: Tensor, rows: Tensor | None) -> Part:
    """Tokens that use no adapter, [T, H]: one slot each, the frozen block itself."""
    ones = hidden.new_ones(len(hidden), 1)
    return Part(Routing(ones, torch.full_like(ones, FROZEN, dtype=torch.int64), ones), {}, {}, rows)


@dataclass(frozen=True, slots=True)
class Work:
    """One part with what the frozen projections made of it: bases, by name, [T, I] or fused [T, 2I].

    hidden: [T, H]. dtype: of the work between the frozen products. scales: DoRA's, by projection.
    """

    hidden: Tensor
    bases: Mapping[str, Tensor]
    part: Part
    frozen: FrozenMlp
    dtype: torch.dtype
    scales: Mapping[str, Scale]

    @property
    def apart(self) -> bool:
        """Whether every slot needs a ``down_proj`` of its own, because the experts' outputs are scaled differently."""
        return "down_proj" in self.scales


class Routed(NamedTuple):
    """What goes into ``down_proj`` and what is added behind it.

    inner: [T, I], the weighted sum of a token's slots, and low: [T, H], that of their low-rank updates after
    ``down_proj``, or None. If the work is to be done apart, inner and low have a row for each slot of ``slots`` [N], the
    numbers of the used slots, without their weights.
    """

    inner: Tensor
    low: Tensor | None
    slots: Tensor


def finished(work: Work, routed: Routed, out: Tensor, down_proj: nn.Module) -> Tensor:
    """The part's output [T, H]; out: ``down_proj`` of ``routed.inner``, its bias included."""
    routing = work.part.routing
    if work.apart:
        factor, offset = work.scales["down_proj"]
        expert = routing.indices.reshape(-1).index_select(0, routed.slots)
        frozen = (expert < 0).unsqueeze(1)
        expert = expert.clamp_min(0)
        y = out if routed.low is None else out + routed.low
        scaled = y * factor.index_select(0, expert)
        if offset is not None:
            scaled = scaled + offset.index_select(0, expert)
        weights = routing.weights.reshape(-1).index_select(0, routed.slots).unsqueeze(1)
        summed = torch.where(frozen, y, scaled) * weights.to(scaled.dtype)
        tokens = routed.slots // routing.indices.shape[1]
        return summed.new_zeros(len(work.hidden), out.shape[1]).index_add(0, tokens, summed).to(out.dtype)
    bias = getattr(down_proj, "bias", None)
    if bias is not None:  # every expert's output has it, so it counts with the sum of the weights; it came with 1
        out = out + (routing.weights.sum(dim=-1, keepdim=True) - 1).to(out.dtype) * bias
    return out if routed.low is None else routed.low.add_(out).to(out.dtype)


def together(parts: Sequence[Part], outputs: Sequence[Tensor]) -> Tensor:
    """The outputs of all parts, [T, H], in the order of the batch."""
    if len(outputs) == 1:
        return outputs[0]
    rows = [part.rows for part in parts if part.rows is not None]
    joined = torch.cat(list(outputs))
    return joined.index_select(0, torch.cat(rows).argsort()) if rows else joined


def taken_apart(tensor: Tensor, parts: Sequence[Part]) -> list[Tensor]:
    """The rows of each part, of a tensor with a row for each token of the batch."""
    if len(parts) == 1:
        return [tensor]
    if all(part.rows is None for part in parts):
        return list(torch.split(tensor, [len(part.routing.indices) for part in parts]))
    return [tensor.index_select(0, part.rows) for part in parts if part.rows is not None]
