"""The two halves of a transformer block, each with its norm and residual, plain and with what the methods add.

A *section* maps rows [n, H] to [n, H]. Its weights come from ``draw``, which gives a tensor of the sizes asked for;
norms, one vector each, start at one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..methods import Variant
from ..shapes import Linear, Shape

Draw = Callable[..., Tensor]
Mix = Callable[[Tensor, Tensor, Tensor], Tensor]

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {"relu": F.relu, "gelu": F.gelu, "silu": F.silu}
SCALING = 2.0  # lora_alpha / r, with alpha = 2 r as in MixLoRA's experiments
FATAL_ROWS, FATAL_INPUTS = 32, 49152
LAYER_NORM_EPS, RMS_NORM_EPS = 1e-5, 1e-6


class Section(nn.Module):
    """``x + adapter(inner(norm(x)))``, or ``norm(x + adapter(inner(x)))`` where the norm comes after the residual."""

    def __init__(self, inner: nn.Module, norm: nn.Module, pre_norm: bool, adapter: nn.Module | None = None) -> None:
        super().__init__()
        self.inner, self.norm, self.adapter, self.pre_norm = inner, norm, adapter, pre_norm

    def forward(self, x: Tensor, given: Any = None) -> Tensor:
        """x: [n, H]. given: what ``inner`` takes beside it, attention over the context or the routing."""
        out = self.inner(self.norm(x) if self.pre_norm else x, given)
        if self.adapter is not None:
            out = self.adapter(out)
        x = x + out
        return x if self.pre_norm else self.norm(x)


class Attention(nn.Module):
    """The projections; what lies between them is ``mix(q, k, v)``, the queries themselves where it is timed apart."""

    def __init__(self, q_proj: nn.Module, k_proj: nn.Module, v_proj: nn.Module, o_proj: nn.Module) -> None:
        super().__init__()
        self.q_proj, self.k_proj, self.v_proj, self.o_proj = q_proj, k_proj, v_proj, o_proj

    def forward(self, x: Tensor, mix: Mix | None) -> Tensor:
        """[n, H] to [n, H]."""
        q, k, v = self.q_proj(x), self.k_proj(x), self.v_proj(x)
        return self.o_proj(q if mix is None else mix(q, k, v))  # type: ignore[no-any-return]


class Mlp(nn.Module):
    """``down(act(gate(x)) * up(x))`` or ``down(act(up(x)))``."""

    def __init__(
        self,
        act: Callable[[Tensor], Tensor],
        up_proj: nn.Module,
        down_proj: nn.Module,
        gate_proj: nn.Module | None = None,
    ) -> None:
        super().__init__()
        self.act, self.gate_proj, self.up_proj, self.down_proj = act, gate_proj, up_proj, down_proj

    def forward(self, x: Tensor, given: None = None) -> Tensor:
        """[n, H] to [n, H]."""
        h = self.act(self.up_proj(x)) if self.gate_proj is None else self.act(self.gate_proj(x)) * self.up_proj(x)
        return self.down_proj(h)  # type: ignore[no-any-return]


class Lora(nn.Module):
    """LoRA beside a frozen layer (Hu et al. 2021, arXiv 2106.09685, section 4.1). A: [r, in], B: [out, r]."""

    def __init__(self, base: nn.Module, A: Tensor, B: Tensor, scaling: float = SCALING) -> None:
        super().__init__()
        self.base, self.A, self.B, self.scaling = base, A, B, scaling

    def forward(self, x: Tensor) -> Tensor:
        """[n, in] to [n, out]."""
        return self.beside(self.base(x), x)

    def beside(self, y: Tensor, x: Tensor) -> Tensor:
        """The frozen layer's output y with the update for its input x."""
        return y + F.linear(product(x, self.A), self.B) * self.scaling


class Bottleneck(nn.Module):
    """A serial adapter (Houlsby et al. 2019, arXiv 1902.00751, section 2.1): down to m, activation, up, skip."""

    def __init__(self, down: nn.Module, up: nn.Module) -> None:
        super().__init__()
        self.down, self.up = down, up

    def forward(self, x: Tensor) -> Tensor:
        """[n, H] to [n, H]."""
        return x + self.up(F.gelu(self.down(x)))  # type: ignore[no-any-return]


class Padded(nn.Linear):
    """A linear layer of very many inputs: see ``product``."""

    def forward(self, x: Tensor) -> Tensor:
        """[n, in] to [n, out]."""
        return product(x, self.weight, self.bias)


def product(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """``F.linear``, with a row of zeros more where the process would end without it.

    In bf16 on a processor with AMX, oneDNN of torch 2.13 divides by zero (SIGFPE) at 32 rows of 49152 inputs, the
    ``down_proj`` of 175b and the A beside it. At 31 and 33 rows, and at 32 of 45056 inputs, it does not.
    """
    if len(x) != FATAL_ROWS or x.shape[-1] < FATAL_INPUTS or x.dtype != torch.bfloat16 or x.device.type != "cpu":
        return F.linear(x, weight, bias)
    return F.linear(F.pad(x, (0, 0, 0, 1)), weight, bias)[:-1]


def linear(draw: Draw, layer: Linear, bias: bool) -> nn.Linear:
    """A linear layer with drawn weights, and bias if it has one."""
    kind = Padded if layer.in_features >= FATAL_INPUTS else nn.Linear
    module = kind(layer.in_features, layer.out_features, bias, device="meta")
    module.weight = frozen(draw(layer.out_features, layer.in_features))
    if bias:
        module.bias = frozen(draw(layer.out_features))
    return module


def frozen(tensor: Tensor) -> nn.Parameter:
    """The tensor as a parameter that is not trained."""
    return nn.Parameter(tensor, requires_grad=False)


def norm(shape: Shape, like: Tensor) -> nn.Module:
    """The shape's norm, in the dtype and on the device of ``like``."""
    made: nn.Module
    if shape.norm == "layer":
        made = nn.LayerNorm(shape.hidden_size, LAYER_NORM_EPS, device=like.device, dtype=like.dtype)
    else:
        made = nn.RMSNorm(shape.hidden_size, RMS_NORM_EPS, device=like.device, dtype=like.dtype)
    return made.requires_grad_(False)


def projections(of: Variant, draw: Draw, layers: Sequence[Linear]) -> dict[str, nn.Module]:
    """The linear layers by name, with LoRA beside those that have it for every token alike."""
    made: dict[str, nn.Module] = {layer.name: linear(draw, layer, of.shape.bias) for layer in layers}
    for layer in layers:
        if of.has_lora(layer) and not of.method.merged:
            A, B = draw(of.hyper.r, layer.in_features), draw(layer.out_features, of.hyper.r)
            made[layer.name] = Lora(made[layer.name], A, B)
    return made


def attention(of: Variant, draw: Draw, layers: Sequence[Linear] | None = None, serial: bool = False) -> Section:
    """The attention section under a method. layers: a slice of them; serial: with the bottleneck, if the method has one."""
    inner = Attention(**projections(of, draw, layers or of.shape.attention))
    return section(of, draw, inner, serial)


def section(of: Variant, draw: Draw, inner: nn.Module, serial: bool) -> Section:
    """``inner`` with norm and residual, and with the method's serial bottleneck if ``serial``."""
    adapter = bottleneck(of, draw) if serial and of.method.adds == "bottlenecks" else None
    return Section(inner, norm(of.shape, draw(1)), of.shape.pre_norm, adapter)


def bottleneck(of: Variant, draw: Draw) -> Bottleneck:
    """One of the two bottlenecks of a block, with biases."""
    wide, narrow = of.shape.hidden_size, of.hyper.m
    return Bottleneck(linear(draw, Linear("down", wide, narrow), True), linear(draw, Linear("up", narrow, wide), True))


def rows(shape: Shape, count: int, like: Tensor, seed: int) -> Tensor:
    """Input of a section, [count, H]: standard normal, as a norm leaves it."""
    generator = torch.Generator(like.device).manual_seed(seed)
    return torch.randn(count, shape.hidden_size, generator=generator, device=like.device).to(like.dtype)
