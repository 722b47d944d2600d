"""Feed-forward blocks with experts to test on: small, in fp64, with B matrices that are not zero."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from sovereign.mixlora.dora import start
from sovereign.mixlora.experts import ExpertLora
from sovereign.mixlora.frozen import FrozenMlp
from sovereign.mixlora.routing import Router, Routing, Switch, TopK, TopP, with_shared_expert

FORMS = {"gated": ("gate_proj", "up_proj"), "fused": ("gate_up_proj",), "plain": ("up_proj",)}


class QuickGelu(nn.Module):
    """x sigmoid(1.702 x): an activation that torch has no kernel of its own for."""

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.sigmoid(1.702 * x)


# "top_k" takes the case's k. The capacity is low enough that some tokens overflow.
ROUTERS: dict[str, Router | None] = {
    "top_k": None,
    "plain_top_k": TopK(1, norm_topk_prob=False),
    "top_p": TopP(0.7),
    "normed_top_p": TopP(0.5, norm_topk_prob=True),
    "switch": Switch(expert_capacity=5),
}
VARIANTS: list[dict[str, Any]] = [
    {"router": "top_p"},
    {"router": "normed_top_p"},
    {"router": "switch"},
    {"use_dora": True},
    {"use_dora": True, "router": "switch", "shared_expert": True},
    {"use_dora": True, "router": "top_p", "without": frozenset({"down_proj"})},
    {"shared_expert": True, "router": "top_p", "use_dora": True},
]

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "silu": nn.SiLU(),
    "gelu": nn.GELU(),
    "gelu_tanh": nn.GELU(approximate="tanh"),
    "relu": nn.ReLU(),
    "quick_gelu": QuickGelu(),
    "silu_of_tanh": lambda x: nn.functional.silu(torch.tanh(x)),
}


class Case:
    """A frozen block, its experts and its router, drawn from a seed."""

    def __init__(
        self,
        form: str = "gated",
        act: str = "silu",
        hidden: int = 12,
        inner: int = 20,
        num_experts: int = 5,
        top_k: int = 2,
        r: int = 3,
        bias: bool = False,
        dropout: float = 0.0,
        use_rslora: bool = False,
        without: frozenset[str] = frozenset(),
        router: str = "top_k",
        use_dora: bool = False,
        shared_expert: bool = False,
        dtype: torch.dtype = torch.float64,
        seed: int = 0,
    ) -> None:
        torch.manual_seed(seed)
        chosen = ROUTERS[router]
        self.route_tokens: Router = TopK(top_k) if chosen is None else chosen
        widths = {"gate_proj": (hidden, inner), "up_proj": (hidden, inner), "gate_up_proj": (hidden, 2 * inner)}
        shapes = {name: widths[name] for name in FORMS[form]} | {"down_proj": (inner, hidden)}
        modules = {name: nn.Linear(*shape, bias=bias, dtype=dtype) for name, shape in shapes.items()}
        for module in modules.values():
            module.requires_grad_(False)
        self.frozen = FrozenMlp(ACTIVATIONS[act], **modules)
        self.experts = {
            name: ExpertLora(
                num_experts + shared_expert, *shape, r, 2 * r, dropout, use_rslora, use_dora=use_dora, dtype=dtype
            )
            for name, shape in shapes.items()
            if name not in without
        }
        for name, lora in self.experts.items():
            start(lora, modules[name])
            nn.init.normal_(lora.lora_B, std=0.3)
            if lora.lora_magnitude is not None:
                lora.lora_magnitude.data.mul_(torch.rand_like(lora.lora_magnitude) + 0.5)
        self.router = nn.Parameter(torch.randn(num_experts, hidden, dtype=dtype))
        self.shared_gate = nn.Parameter(torch.randn(1, hidden, dtype=dtype)) if shared_expert else None

    def tokens(self, count: int) -> Tensor:
        return torch.randn(count, self.router.shape[1], dtype=self.router.dtype)

    def route(self, x: Tensor) -> Routing:
        routing = self.route_tokens(x, self.router, max(len(x), 1), False)
        return routing if self.shared_gate is None else with_shared_expert(routing, x, self.shared_gate)

    def masks(self, x: Tensor) -> dict[str, Tensor | None]:
        slots = self.route(x).indices.numel()
        return {name: lora.dropout_mask(slots) for name, lora in self.experts.items()}

    def parameters(self) -> list[Tensor]:
        own = [self.router] if self.shared_gate is None else [self.router, self.shared_gate]
        return [*own, *(p for lora in self.experts.values() for p in lora.parameters())]

    def results(self, forward: Callable[[Tensor], Tensor], x: Tensor) -> list[Tensor]:
        """The output and the gradients of the input, the router, and all A and B, for a fixed gradient of the output."""
        x = x.detach().requires_grad_()
        y = forward(x)
        dy = torch.linspace(-1, 1, y.numel(), dtype=y.dtype).view_as(y)
        gradients = torch.autograd.grad(y, [x, *self.parameters()], dy, materialize_grads=True, allow_unused=True)
        return [y.detach(), *gradients]


def assert_same(got: list[Tensor], expected: list[Tensor], tolerance: float = 1e-10) -> None:
    """Equal to within ``tolerance`` of the largest entry of each tensor, but of no less than 1e-3."""
    for ours, theirs in zip(got, expected, strict=True):
        assert ours.shape == theirs.shape
        if theirs.numel():
            scale = max(float(theirs.detach().abs().max()), 1e-3)
            assert float((ours - theirs).detach().abs().max()) <= tolerance * scale
