"""MixLoRA as it is defined: every token runs through the whole feed-forward block of each of its experts.

It takes k times the work of the dense block and keeps every intermediate result; ``factored`` is measured against it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from transformers.pytorch_utils import Conv1D

from .experts import ExpertLora
from .frozen import FrozenMlp
from .routing import FROZEN, NOTHING, Routing


def naive_ffn(
    hidden: Tensor,
    routing: Routing,
    frozen: FrozenMlp,
    experts: Mapping[str, ExpertLora],
    masks: Mapping[str, Tensor | None] | None = None,
) -> Tensor:
    """The weighted sum over a token's experts e of ``W2_e (act(W1_e x) * W3_e x)`` with ``W_e = W + scaling B_e A_e``,
    or with magnitudes ``W_e = m_e (W + scaling B_e A_e) / |W + scaling B_e A_e|``, the length of each row held fixed in
    gradients (arXiv 2402.09353, eq. 5 and sec. 4.3).

    hidden: [T, H]; returns [T, H] (arXiv 2404.15159, eq. 1-3). masks: what dropout keeps, by projection,
    bool [T * S, in_features] with slot j of token t in row t * S + j; a name without a mask has no dropout.
    """
    masks = masks or {}
    count = routing.indices.shape[1]
    rows = []
    for token in range(hidden.shape[0]):
        row = torch.zeros_like(hidden[token])
        for j in range(count):
            expert, slot = int(routing.indices[token, j]), token * count + j
            if expert == NOTHING:
                continue

            def project(name: str, x: Tensor, expert: int = expert, slot: int = slot) -> Tensor:
                module: Any = getattr(frozen, name)
                y: Tensor = module(x)
                if name not in experts or expert == FROZEN:
                    return y
                lora, mask = experts[name], masks.get(name)
                kept = x if mask is None else x * mask[slot] / lora.keep_rate
                update = lora.scaling * (lora.lora_B[expert] @ (lora.lora_A[expert] @ kept))
                if lora.lora_magnitude is None:
                    return y + update
                weight = module.weight.t() if isinstance(module, Conv1D) else module.weight
                length = (weight + lora.delta_weight(expert)).norm(dim=1).detach()
                bias = 0 if module.bias is None else module.bias
                scaled: Tensor = lora.lora_magnitude[expert] / length * (y - bias + update) + bias
                return scaled

            inner = [project(name, hidden[token]) for name in frozen.inputs]
            if frozen.gate_up_proj is not None:
                inner = list(inner[0].chunk(2))
            inner[0] = frozen.act_fn(inner[0])
            h = inner[0] * inner[1] if frozen.gated else inner[0]
            row = row + routing.weights[token, j] * project("down_proj", h)
        rows.append(row)
    return torch.stack(rows) if rows else hidden.clone()
