"""The variants of MixLoRA's feed-forward block that ``mixlora_latency`` times, on one set of weights. Needs torch."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sovereign.mixlora.experts import ExpertLora
from sovereign.mixlora.factored import mixlora_ffn
from sovereign.mixlora.frozen import FrozenMlp
from sovereign.mixlora.routing import Routing, TopK

from ..methods import Hyperparameters
from ..shapes import Shape

_ALPHA_OVER_RANK = 2  # lora_alpha 32 at rank 16 (arXiv 2404.15159v3, Table 3)
Block = Callable[[Tensor], Tensor]


class _Dense(nn.Module):
    """The frozen block under the names that the reference package looks for."""

    gate_proj: nn.Linear
    up_proj: nn.Linear
    down_proj: nn.Linear

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.act_fn = nn.SiLU()
        for one in shape.feed_forward:
            linear = nn.Linear(one.in_features, one.out_features, bias=False, device="meta").to_empty(device="cpu")
            nn.init.normal_(linear.weight, std=one.in_features**-0.5)
            setattr(self, one.name, linear.requires_grad_(False))

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.down_proj(self.act_fn(self.gate_proj(x)) * self.up_proj(x))
        return y


def blocks(shape: Shape, hyper: Hyperparameters, lora_rank: int) -> tuple[dict[str, Block], dict[str, list[Tensor]]]:
    """The block by variant, [1, T, H] to [1, T, H], and what each trains. All MixLoRA variants compute one function."""
    dense = _Dense(shape)
    frozen = FrozenMlp(dense.act_fn, dense.down_proj, dense.up_proj, dense.gate_proj)
    experts = {
        one.name: ExpertLora(hyper.num_experts, one.in_features, one.out_features, hyper.r, _ALPHA_OVER_RANK * hyper.r)
        for one in shape.feed_forward
    }
    for lora in experts.values():
        nn.init.normal_(lora.lora_B, std=0.02)
    router = nn.Parameter(torch.randn(hyper.num_experts, shape.hidden_size) * 0.02)
    mixed: list[Tensor] = [router, *(p for lora in experts.values() for p in lora.parameters())]

    def routed(x: Tensor, ffn: Callable[[Tensor, Routing], Tensor]) -> Tensor:
        tokens = x.reshape(-1, x.shape[-1])
        return ffn(tokens, TopK(hyper.top_k)(tokens, router)).view(x.shape)

    reference, theirs = _reference(shape, hyper, dense, experts, router)
    low, beside = _lora(shape, dense, lora_rank)
    variants: dict[str, Block] = {
        "mixlora_naive": lambda x: routed(x, lambda t, r: _by_expert(t, r, dense, experts)),
        "mixlora_reference": reference,
        "mixlora": lambda x: routed(x, lambda t, r: mixlora_ffn(t, r, frozen, experts, training=False)),
        "lora": beside,
    }
    return variants, {"mixlora_naive": mixed, "mixlora_reference": theirs, "mixlora": mixed, "lora": low}


def _by_expert(tokens: Tensor, routing: Routing, dense: _Dense, experts: dict[str, ExpertLora]) -> Tensor:
    """Every expert computes every product of the block for its own tokens (arXiv 2404.15159v3, section 3.2)."""
    out = torch.zeros_like(tokens)
    for expert in range(next(iter(experts.values())).lora_A.shape[0]):
        rows, slots = torch.where(routing.indices == expert)
        x = tokens[rows]

        def project(name: str, x: Tensor, expert: int = expert) -> Tensor:
            lora = experts[name]
            y: Tensor = getattr(dense, name)(x)
            return y + lora.scaling * F.linear(F.linear(x, lora.lora_A[expert]), lora.lora_B[expert])

        h = dense.act_fn(project("gate_proj", x)) * project("up_proj", x)
        out = out.index_add(0, rows, routing.weights[rows, slots, None] * project("down_proj", h))
    return out


def _reference(
    shape: Shape, hyper: Hyperparameters, dense: _Dense, experts: dict[str, ExpertLora], router: Tensor
) -> tuple[Block, list[Tensor]]:
    """The reference package's block with the same weights; its dropout, which stays on at inference, is set to 0."""
    from mixlora.config import MixLoraConfig  # type: ignore[import-not-found, import-untyped, unused-ignore]
    from mixlora.model import _inject_mlp_module  # type: ignore[import-not-found, import-untyped, unused-ignore]

    settings: dict[str, Any] = {
        "r": hyper.r,
        "lora_alpha": _ALPHA_OVER_RANK * hyper.r,
        "lora_dropout": 0.05,
        "num_experts": hyper.num_experts,
    }
    settings |= {"top_k": hyper.top_k, "routing_strategy": "mixlora", "peft_type": "MIXLORA", "task_type": "CAUSAL_LM"}
    names = [one.name for one in shape.feed_forward]
    config = MixLoraConfig.from_config(
        settings | {"act_fn": "silu", "base_model_name_or_path": "", "target_modules": names}
    )
    config.dtype_, config.model_type_, config.adapter_name_ = torch.float32, "llama", "default"
    weights = {"mixlora.layers.0.mlp.moe_gate.weight": router.detach().clone()}
    for name, lora in experts.items():
        for e in range(hyper.num_experts):
            prefix = f"mixlora.layers.0.mlp.{name}.experts.{e}"
            weights |= {
                f"{prefix}.lora_A.weight": lora.lora_A[e].detach(),
                f"{prefix}.lora_B.weight": lora.lora_B[e].detach(),
            }
    holder: Any = SimpleNamespace(
        **{name: getattr(dense, name) for name in names}
    )  # it replaces ``forward`` of what it gets
    _inject_mlp_module(0, holder, config, weights)
    moe = holder.mixlora_moes["default"]
    moe.gate_.requires_grad_()
    for lora in moe.experts_.values():
        lora.dropout_.p = 0.0
    trained = [part.weight for lora in moe.experts_.values() for part in (lora.lora_A, lora.lora_B)]
    return moe.forward, [moe.gate_, *trained]


def _lora(shape: Shape, dense: _Dense, rank: int) -> tuple[list[Tensor], Block]:
    """LoRA kept beside the block's linear layers."""
    low = {
        one.name: (
            nn.Parameter(torch.randn(rank, one.in_features) * one.in_features**-0.5),
            nn.Parameter(torch.randn(one.out_features, rank) * 0.02),
        )
        for one in shape.feed_forward
    }

    def project(name: str, x: Tensor) -> Tensor:
        a, b = low[name]
        y: Tensor = getattr(dense, name)(x)
        return y + _ALPHA_OVER_RANK * F.linear(F.linear(x, a), b)

    def forward(x: Tensor) -> Tensor:
        return project("down_proj", F.silu(project("gate_proj", x)) * project("up_proj", x))

    return [p for pair in low.values() for p in pair], forward
