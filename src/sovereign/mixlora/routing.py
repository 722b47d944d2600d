"""Routers: which experts a token goes to, and with which weights.

A router is a small class, made from a configuration's settings, and an entry of ``ROUTERS``. It says where each token goes
and, for the load-balance loss, which experts a token's probabilities choose.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from .autocast import without_autocast

FROZEN, NOTHING = -1, -2  # in Routing.indices: the frozen block without any update; no slot


class Routing(NamedTuple):
    """The router's answer for T tokens, S slots each, and E experts.

    weights: [T, S], the share of each slot's output. indices: [T, S] int64, the number of the slot's expert, all experts
    different within a token; or ``FROZEN``, the frozen block alone; or ``NOTHING``, a slot that is not used, of weight
    0. A token's used slots come first, at least one. logits: [T, E], before the softmax, for the auxiliary losses.
    Floats are fp32 or fp64.
    """

    weights: Tensor
    indices: Tensor
    logits: Tensor


class Router(Protocol):
    """What ``ROUTERS`` holds; ``defaults`` are the values of settings that a configuration leaves open (None)."""

    defaults: ClassVar[Mapping[str, float | bool]]

    @classmethod
    def of(cls, config: Any) -> Router:
        """The router that a ``MixLoraConfig`` asks for; ValueError if a setting does not go with it."""

    def __call__(self, hidden: Tensor, gate_weight: Tensor, length: int, training: bool) -> Routing:
        """hidden: [T, H], sequences of ``length`` tokens one after the other; gate_weight: [E, H]."""

    def chosen(self, probabilities: Tensor) -> Tensor:
        """Which experts a token is meant for, as 0 and 1: [N, E] for the softmax of the logits [N, E]."""


def router_logits(hidden: Tensor, gate_weight: Tensor, jitter_noise: float = 0.0, training: bool = False) -> Tensor:
    """[T, E] for hidden [T, H] and gate_weight [E, H], in fp32, or fp64 if an input is fp64, also under autocast:
    a rounded logit can change which expert is chosen. In training a half-precision ``hidden`` is therefore kept as an
    fp32 copy.

    jitter_noise: j > 0 multiplies, in training only, what the router sees by U(1 - j, 1 + j); ``hidden`` itself stays.

    Raises ValueError if a logit is NaN or infinite. This is checked on the CPU, and elsewhere only under
    ``torch.autograd.detect_anomaly()``: reading the answer back would make the host wait for the device in every layer.
    Unchecked, NaN weights make the output NaN.
    """
    if training and jitter_noise > 0:
        hidden = hidden * torch.empty_like(hidden).uniform_(1 - jitter_noise, 1 + jitter_noise)
    dtype = torch.promote_types(torch.promote_types(hidden.dtype, gate_weight.dtype), torch.float32)
    with without_autocast(hidden.device):
        logits = F.linear(hidden.to(dtype), gate_weight.to(dtype))
    if torch.compiler.is_compiling():
        return logits
    # One number is enough: what is not finite makes the sum so.
    if (hidden.device.type == "cpu" or torch.is_anomaly_enabled()) and not math.isfinite(logits.sum().item()):
        raise ValueError(
            "the router's logits are not finite: look for NaN or infinity in the hidden states that reach this layer "
            "and in the router's weight; in training, lower the learning rate or clip gradients, and prefer bf16 to fp16"
        )
    return logits


@dataclass(frozen=True, slots=True)
class TopK:
    """The k most probable experts of each token (MixLoRA, arXiv 2404.15159, eq. 4-5, which takes over Mixtral's rule,
    ``MixtralTopKRouter`` of transformers). norm_topk_prob: their probabilities are divided by their sum.

    Raises ValueError if ``top_k`` is not in 1..E.
    """

    top_k: int
    norm_topk_prob: bool = True
    jitter_noise: float = 0.0

    defaults: ClassVar[Mapping[str, float | bool]] = {
        "norm_topk_prob": True,
        "jitter_noise": 0.0,
        "router_init_range": 0.02,
        "router_z_loss_coef": 0.0,
    }

    @classmethod
    def of(cls, config: Any) -> TopK:
        """From ``top_k``, ``norm_topk_prob`` and ``jitter_noise``."""
        return cls(config.top_k, config.norm_topk_prob, config.jitter_noise)

    def __call__(self, hidden: Tensor, gate_weight: Tensor, length: int = 1, training: bool = False) -> Routing:
        """S is k; ``length`` does not matter."""
        num_experts = gate_weight.shape[0]
        if not 1 <= self.top_k <= num_experts:
            raise ValueError(f"top_k must be between 1 and the number of experts, {num_experts}, but is {self.top_k}")
        logits = router_logits(hidden, gate_weight, self.jitter_noise, training)
        weights, indices = logits.softmax(dim=-1).topk(self.top_k, dim=-1)
        if self.norm_topk_prob:
            weights = weights / weights.sum(dim=-1, keepdim=True)
        return Routing(weights, indices, logits)

    def chosen(self, probabilities: Tensor) -> Tensor:
        """The k largest."""
        return torch.zeros_like(probabilities).scatter_(1, probabilities.topk(self.top_k, dim=-1).indices, 1)


@dataclass(frozen=True, slots=True)
class TopP:
    """As many experts as it takes: from the most probable one down, until their probabilities exceed ``top_p``.

    The rule of the reference's "mixlora-dynamic" (``_dynamic_top_p`` of MoE-PEFT; arXiv 2403.07652, eq. 2-4): the expert
    with which the sum exceeds ``top_p`` is the last, and the weights are the probabilities themselves, which sum to less
    than one. norm_topk_prob: divide them by their sum instead. temperature: above 0 it divides the probabilities, in the
    rule and in the weights.
    """

    top_p: float
    temperature: float = 0.0
    norm_topk_prob: bool = False
    jitter_noise: float = 0.0

    defaults: ClassVar[Mapping[str, float | bool]] = {**TopK.defaults, "norm_topk_prob": False}

    @classmethod
    def of(cls, config: Any) -> TopP:
        """From ``top_p``, ``temperature``, ``norm_topk_prob`` and ``jitter_noise``."""
        return cls(config.top_p, config.temperature, config.norm_topk_prob, config.jitter_noise)

    def __call__(self, hidden: Tensor, gate_weight: Tensor, length: int = 1, training: bool = False) -> Routing:
        """S is what the token with the most experts needs; E on a GPU, so that the host need not wait for it."""
        logits = router_logits(hidden, gate_weight, self.jitter_noise, training)
        weights, indices, kept = self._sorted(logits.softmax(dim=-1))
        if hidden.device.type == "cpu" and len(hidden) and not torch.compiler.is_compiling():
            most = int(kept.any(dim=0).sum())
            weights, indices, kept = weights[:, :most], indices[:, :most], kept[:, :most]
        weights, indices = weights.masked_fill(~kept, 0), indices.masked_fill(~kept, NOTHING)
        if self.norm_topk_prob:
            weights = weights / weights.sum(dim=-1, keepdim=True)
        return Routing(weights, indices, logits)

    def chosen(self, probabilities: Tensor) -> Tensor:
        """Those that the rule keeps."""
        _, indices, kept = self._sorted(probabilities)
        return torch.zeros_like(probabilities).scatter_(1, indices, kept.to(probabilities.dtype))

    def _sorted(self, probabilities: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(weights, experts, whether it is used), [N, E] each, the most probable first."""
        if self.temperature > 0:
            probabilities = probabilities / self.temperature
        weights, indices = probabilities.sort(dim=-1, descending=True)
        before = F.pad(weights.detach().cumsum(dim=-1)[:, :-1], (1, 0))
        return weights, indices, before <= self.top_p


@dataclass(frozen=True, slots=True)
class Switch:
    """The most probable expert, with its probability as the weight, as long as it has room (arXiv 2101.03961, sec. 2.2).

    expert_capacity: how many tokens of one sequence an expert takes; later ones overflow. Their slot is ``FROZEN``: they go
    through the frozen block, with the weight that they would have had. The reference's "mixlora-switch" passes their
    input on instead, and in inference that of every token. When a token is generated with a cache, each call holds a
    sequence of one, and nothing overflows. Padding before a sequence's tokens takes up room, padding after them does not.
    A layer that flattens the batch, as OPT's, makes one sequence of it.
    """

    expert_capacity: int
    jitter_noise: float = 0.0

    defaults: ClassVar[Mapping[str, float | bool]] = {
        "norm_topk_prob": False,
        "jitter_noise": 0.01,
        "router_init_range": 1.0,
        "router_z_loss_coef": 0.001,
    }

    @classmethod
    def of(cls, config: Any) -> Switch:
        """From ``expert_capacity`` and ``jitter_noise``; ValueError if ``norm_topk_prob`` is wanted."""
        if config.norm_topk_prob:
            raise ValueError(
                "norm_topk_prob cannot be true for the switch router: it would make every weight 1 and leave the router "
                "without a gradient"
            )
        return cls(config.expert_capacity, config.jitter_noise)

    def __call__(self, hidden: Tensor, gate_weight: Tensor, length: int, training: bool = False) -> Routing:
        """S is 1. ValueError if the tokens are not whole sequences of ``length``."""
        if length < 1 or len(hidden) % length:
            raise ValueError(f"{len(hidden)} tokens are no whole number of sequences of {length}")
        logits = router_logits(hidden, gate_weight, self.jitter_noise, training)
        weights, indices = logits.softmax(dim=-1).max(dim=-1, keepdim=True)
        taken = F.one_hot(indices.view(-1, length), logits.shape[-1]).cumsum(dim=1).view(logits.shape)
        overflow = taken.gather(1, indices) > min(self.expert_capacity, length)
        return Routing(weights, indices.masked_fill(overflow, FROZEN), logits)

    def chosen(self, probabilities: Tensor) -> Tensor:
        """The largest, whether it has room or not."""
        return TopK(1).chosen(probabilities)


ROUTERS: dict[str, type[Router]] = {"top_k": TopK, "top_p": TopP, "switch": Switch}


def with_shared_expert(routing: Routing, hidden: Tensor, shared_gate: Tensor) -> Routing:
    """The routing with one more slot in front, for an expert that every token uses, number E.

    Its weight is g = sigmoid(hidden . shared_gate), computed as logits are, and the other slots share what is left,
    1 - g, so that the weights' sum stays what it was if that was one (the gate of Qwen2-MoE's shared expert, arXiv
    2407.10671; there the routed part is not scaled, which here would count the frozen block twice).
    hidden: [T, H]; shared_gate: [1, H].
    """
    gate = router_logits(hidden, shared_gate).sigmoid().to(routing.weights.dtype)
    number = torch.full_like(routing.indices[:, :1], routing.logits.shape[-1])
    return routing._replace(
        weights=torch.cat([gate, (1 - gate) * routing.weights], dim=1),
        indices=torch.cat([number, routing.indices], dim=1),
    )
