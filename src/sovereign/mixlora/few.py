"""The routed part of the factored block for a few tokens, slot by slot with the matrices of its expert, read where they
are, in plain operations."""

from __future__ import annotations

import torch
from torch import Tensor

from .parts import Routed, Work


def few(work: Work) -> Routed:
    """For at least one token. On a GPU this waits for the device once, to learn the experts' numbers.

    A slot that is not used is computed like one of the frozen block; its weight is 0.
    """
    routing, frozen, dtype = work.part.routing, work.frozen, work.dtype
    tokens, count = routing.indices.shape
    chosen = routing.indices.flatten().tolist()
    expert = routing.indices.flatten().clamp_min(0)
    alone = (routing.indices < 0).unsqueeze(2) if min(chosen) < 0 else None

    def update(name: str, x: Tensor) -> Tensor | None:
        """[T, S, out] for the input x [T, S, in] of a projection, or None if it has no experts."""
        lora, mask = work.part.experts.get(name), work.part.masks.get(name)
        if lora is None:
            return None
        A, B = lora.lora_A, lora.lora_B
        x = x.flatten(0, 1)
        if mask is not None:
            x = x * mask / lora.keep_rate
        zero = x.new_zeros(B.shape[1])
        rows = [
            torch.mv(B[e].to(dtype), torch.mv(A[e].to(dtype), row) * lora.scaling) if e >= 0 else zero
            for e, row in zip(chosen, x.unbind(), strict=True)
        ]
        return torch.stack(rows).view(tokens, count, -1)

    x = work.hidden.to(dtype).unsqueeze(1).expand(-1, count, -1)
    inner = []
    for name, base in work.bases.items():
        y, change = base.to(dtype).unsqueeze(1), update(name, x)
        y = y.expand(-1, count, -1) if change is None else y + change
        if name in work.scales:
            factor, offset = work.scales[name]
            scaled = y * factor[expert].view_as(y)
            scaled = scaled if offset is None else scaled + offset[expert].view_as(y)
            y = scaled if alone is None else torch.where(alone, y, scaled)
        inner.append(y)
    if frozen.gate_up_proj is not None:
        inner = list(inner[0].chunk(2, dim=-1))
    h = frozen.act_fn(inner[0])
    if frozen.gated:
        h = h * inner[1]
    slots = torch.arange(tokens * count, device=h.device)
    weights, low = routing.weights.to(dtype).unsqueeze(1), update("down_proj", h)
    if work.apart:
        return Routed(h.flatten(0, 1), None if low is None else low.flatten(0, 1), slots)
    return Routed(torch.bmm(weights, h).squeeze(1), None if low is None else torch.bmm(weights, low).squeeze(1), slots)
