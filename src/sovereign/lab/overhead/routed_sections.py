"""Feed-forward sections, those with routed experts included, and the routings that they are given."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sovereign.mixlora.experts import ExpertLora
from sovereign.mixlora.factored import mixlora_ffn
from sovereign.mixlora.frozen import FrozenMlp
from sovereign.mixlora.routing import Routing as Routed
from sovereign.mixlora.routing import TopK

from ..methods import Variant
from ..shapes import Linear
from .results import Routing
from .sections import ACTIVATIONS, SCALING, Draw, Lora, Mlp, Section, frozen, linear, projections, section


class Router(nn.Module):
    """The router's product, softmax and top-k are computed; then the given experts take the place of those found."""

    def __init__(self, gate: Tensor, top_k: int) -> None:
        super().__init__()
        self.gate, self.top_k = gate, top_k

    def forward(self, x: Tensor, indices: Tensor | None) -> Routed:
        """x: [n, H]; indices: [n, k], or None for what the router finds."""
        found = TopK(self.top_k)(x, self.gate)
        return found if indices is None else found._replace(indices=indices)


class Experts(nn.Module):
    """Whole feed-forward blocks, one after the other, each on the rows routed to it; those without rows are left out.

    With blocks of their own weights it is sparse upcycling or a mixture; with LoRA beside shared weights, MixLoRA as
    it is defined, every product once for each expert.
    """

    def __init__(self, router: Router, experts: Sequence[nn.Module]) -> None:
        super().__init__()
        self.router, self.experts = router, nn.ModuleList(experts)

    def forward(self, x: Tensor, indices: Tensor | None = None) -> Tensor:
        """[n, H] to [n, H]."""
        routing = self.router(x, indices)
        out = torch.zeros_like(x)
        for number in routing.indices.unique().tolist():
            rows, slots = torch.where(routing.indices == number)
            share = routing.weights[rows, slots, None].to(x.dtype)
            out.index_add_(0, rows, self.experts[number](x[rows]) * share)
        return out


class ReferenceExperts(nn.Module):
    """MixLoRA as its reference package computes it (``MixLoraSparseMoe`` in mixlora/model.py, version 0.2.3).

    The products into the block are shared, ``down_proj`` runs for every expert. All experts are looped over, twice, and
    rows are picked anew for every LoRA, as there.
    """

    def __init__(self, router: Router, shared: Mlp, experts: Sequence[Mlp]) -> None:
        super().__init__()
        self.router, self.shared, self.experts = router, shared, nn.ModuleList(experts)

    def forward(self, x: Tensor, indices: Tensor | None = None) -> Tensor:
        """[n, H] to [n, H]."""
        routing = self.router(x, indices)
        up = self.shared.up_proj(x)
        gate = None if self.shared.gate_proj is None else self.shared.gate_proj(x)
        chosen = F.one_hot(routing.indices, len(self.experts)).permute(2, 1, 0)
        states = []
        for number, expert in enumerate(self.experts):
            assert isinstance(expert, Mlp)
            _, rows = torch.where(chosen[number])
            h = _beside(expert.up_proj, up, x, rows)
            h = expert.act(h) if gate is None else expert.act(_beside(expert.gate_proj, gate, x, rows)) * h
            states.append(expert.down_proj(h))
        out = torch.zeros_like(x)
        for number, state in enumerate(states):
            slots, rows = torch.where(chosen[number])
            out.index_add_(0, rows, state * routing.weights[rows, slots, None].to(x.dtype))
        return out


def _beside(layer: nn.Module | None, base: Tensor, x: Tensor, rows: Tensor) -> Tensor:
    """Those rows of a shared product, with the update of an expert's LoRA if there is one."""
    return layer.beside(base[rows], x[rows]) if isinstance(layer, Lora) else base[rows]


class FactoredExperts(nn.Module):
    """MixLoRA as ``sovereign.mixlora`` computes it."""

    def __init__(self, router: Router, mlp: FrozenMlp, experts: dict[str, ExpertLora]) -> None:
        super().__init__()
        self.router, self.mlp, self.experts = router, mlp, experts

    def forward(self, x: Tensor, indices: Tensor | None = None) -> Tensor:
        """[n, H] to [n, H]."""
        return mixlora_ffn(x, self.router(x, indices), self.mlp, self.experts, training=False)


def dense(of: Variant, draw: Draw, layers: Sequence[Linear]) -> nn.Module:
    """The feed-forward block, with LoRA if the method puts it there."""
    return Mlp(ACTIVATIONS[of.shape.activation], **projections(of, draw, layers))


def full_size(of: Variant, draw: Draw, layers: Sequence[Linear]) -> nn.Module:
    """Experts of the size of the block."""
    act = ACTIVATIONS[of.shape.activation]
    experts = [
        Mlp(act, **{layer.name: linear(draw, layer, of.shape.bias) for layer in layers}) for _ in range(of.num_experts)
    ]
    return Experts(_router(of, draw), experts)


def naive(of: Variant, draw: Draw, layers: Sequence[Linear]) -> nn.Module:
    """LoRA experts over shared weights, every product for every expert."""
    _, experts, _ = _lora_experts(of, draw, layers)
    return Experts(_router(of, draw), experts)


def reference(of: Variant, draw: Draw, layers: Sequence[Linear]) -> nn.Module:
    """LoRA experts as the reference package computes them."""
    shared, experts, _ = _lora_experts(of, draw, layers)
    return ReferenceExperts(_router(of, draw), shared, experts)


def factored(of: Variant, draw: Draw, layers: Sequence[Linear]) -> nn.Module:
    """LoRA experts as this package computes them."""
    shared, _, stacks = _lora_experts(of, draw, layers)
    mlp = FrozenMlp(shared.act, shared.down_proj, shared.up_proj, shared.gate_proj)
    return FactoredExperts(_router(of, draw), mlp, stacks)


Build = Callable[[Variant, Draw, Sequence[Linear]], nn.Module]

_LORA_EXPERTS: dict[tuple[str, str], tuple[str, Build]] = {
    ("per_slot", "per_slot"): ("mixlora_naive", naive),
    ("once", "per_slot"): ("mixlora_reference", reference),
    ("once", "once"): ("mixlora", factored),
}


def feed_forward_kind(of: Variant) -> tuple[str, Build]:
    """The name of what the method computes between norm and bottleneck of the feed-forward section, and its builder."""
    if of.shape.sparse or of.method.adds == "experts":
        return "experts", full_size
    if of.method.adds == "lora_experts":
        return _LORA_EXPERTS[of.method.up, of.method.down]
    return ("lora" if of.method.adds == "lora" and not of.method.merged else "base"), dense


def attention_kind(of: Variant) -> str:
    """The same for the attention section, of which there are two."""
    return "lora" if of.method.adds in ("lora", "lora_experts") and not of.method.merged else "base"


def feed_forward(of: Variant, draw: Draw, layers: Sequence[Linear] | None = None, serial: bool = False) -> Section:
    """The feed-forward section under a method; arguments as of ``attention``."""
    _, build = feed_forward_kind(of)
    return section(of, draw, build(of, draw, layers or of.shape.feed_forward), serial)


def given_routing(of: Variant, tokens: int, routing: Routing, seed: int, device: str = "cpu") -> Tensor:
    """The experts of each token, [tokens, k], all different within a token.

    balanced: every expert gets the same number of slots, or one more. zipf: drawn with p_e ~ 1 / (e + 1).
    """
    experts, top_k = of.num_experts, of.top_k
    if routing == "balanced":
        return (torch.arange(tokens * top_k, device=device) % experts).view(tokens, top_k)
    generator = torch.Generator().manual_seed(seed)
    odds = 1 / torch.arange(1, experts + 1)
    return torch.multinomial(odds.expand(tokens, -1), top_k, generator=generator).to(device)


def _router(of: Variant, draw: Draw) -> Router:
    return Router(draw(of.num_experts, of.shape.hidden_size), of.top_k)


def _lora_experts(of: Variant, draw: Draw, layers: Sequence[Linear]) -> tuple[Mlp, list[Mlp], dict[str, ExpertLora]]:
    """The frozen block; the same with the LoRA of each expert; and these LoRAs, stacked."""
    act, r, count = ACTIVATIONS[of.shape.activation], of.hyper.r, of.num_experts
    shared: dict[str, nn.Module] = {layer.name: linear(draw, layer, of.shape.bias) for layer in layers}
    stacks = {}
    for layer in layers:
        if of.has_lora(layer):
            stack = ExpertLora(count, layer.in_features, layer.out_features, r, SCALING * r, device="meta")
            stack.lora_A = frozen(draw(count, r, layer.in_features))
            stack.lora_B = frozen(draw(count, layer.out_features, r))
            stacks[layer.name] = stack
    experts = [
        Mlp(act, **shared | {name: Lora(shared[name], s.lora_A[e], s.lora_B[e]) for name, s in stacks.items()})
        for e in range(count)
    ]
    return Mlp(act, **shared), experts, stacks
