"""The parameters of all experts for one projection, and the masks of their dropout."""

from __future__ import annotations

import math
from typing import Any, Literal

import torch
from torch import Tensor, nn

_STEPS = 1 << 16  # values of the 16 random bits that one element of a dropout mask is made from


class ExpertLora(nn.Module):
    """E low-rank updates ``scaling * B_e A_e`` of one frozen projection, stacked over the experts.

    ``lora_A``: [E, r, in_features]; ``lora_B``: [E, out_features, r]; ``scaling``: lora_alpha / r, or
    lora_alpha / sqrt(r) with ``use_rslora`` (arXiv 2312.03732). This module holds parameters and is not called: the
    arithmetic is in ``factored`` and, to be read, in ``naive``.

    init: "kaiming" draws every A_e as PEFT does for ``Linear`` (``kaiming_uniform_``, a = sqrt(5)), "gaussian" from
    N(0, 1 / r^2) as PEFT does; B is zero in both, so that an untrained adapter changes nothing.

    use_dora: the rows of the projection have a magnitude of their own in every expert, ``lora_magnitude``
    [E, out_features] (``dora``), which starts at one until ``dora.start`` gives it the frozen rows' norms.

    Raises ValueError if a size is below 1, ``lora_dropout`` is not in [0, 1) or ``init`` is another word.
    """

    def __init__(
        self,
        num_experts: int,
        in_features: int,
        out_features: int,
        r: int,
        lora_alpha: float,
        lora_dropout: float = 0.0,
        use_rslora: bool = False,
        init: Literal["kaiming", "gaussian"] = "kaiming",
        use_dora: bool = False,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        if min(num_experts, in_features, out_features, r) < 1:
            raise ValueError(f"sizes must be at least 1: {num_experts=}, {in_features=}, {out_features=}, {r=}")
        if not 0 <= lora_dropout < 1:
            raise ValueError(f"lora_dropout must be at least 0 and below 1, but is {lora_dropout}")
        if init not in ("kaiming", "gaussian"):
            raise ValueError(f"init must be 'kaiming' or 'gaussian', but is {init!r}")
        self.init = init
        self.scaling = lora_alpha / (math.sqrt(r) if use_rslora else r)
        self.lora_dropout = lora_dropout
        self.lora_A = nn.Parameter(torch.empty(num_experts, r, in_features, device=device, dtype=dtype))
        self.lora_B = nn.Parameter(torch.empty(num_experts, out_features, r, device=device, dtype=dtype))
        self.lora_magnitude: nn.Parameter | None = None
        if use_dora:
            self.lora_magnitude = nn.Parameter(torch.ones(num_experts, out_features, device=device, dtype=dtype))
        self.kept_norms: tuple[object, Tensor] | None = None  # by ``dora``, in evaluation, and what they are of
        self.reset_parameters()

    def train(self, mode: bool = True) -> ExpertLora:
        """As torch's. The norms are computed anew: training may change parameters where no version is counted."""
        self.kept_norms = None
        return super().train(mode)

    def __getstate__(self) -> dict[str, Any]:
        """For copies, which have tensors of their own."""
        return self.__dict__ | {"kept_norms": None}

    def reset_parameters(self) -> None:
        """Draw A anew and set B to zero."""
        for matrix in self.lora_A:  # one by one: the fan-in of the stack would be r times too large
            if self.init == "kaiming":
                nn.init.kaiming_uniform_(matrix, a=math.sqrt(5))
            else:
                nn.init.normal_(matrix, std=1 / matrix.shape[0])
        nn.init.zeros_(self.lora_B)

    def delta_weight(self, expert: int) -> Tensor:
        """The update of one expert as a full matrix, [out_features, in_features], before any magnitude."""
        return self.scaling * (self.lora_B[expert] @ self.lora_A[expert])

    def dropout_mask(self, slots: int) -> Tensor | None:
        """What dropout keeps of the input of each routed slot: bool [slots, in_features], or None without dropout.

        Made from 16 random bits per element, which is five times as fast on a CPU as ``bernoulli_``; ``keep_rate``
        is therefore a multiple of 2^-16.
        """
        if self.lora_dropout == 0:
            return None
        shape = (slots, self.lora_A.shape[2])
        if torch.compiler.is_compiling():  # which does not know random_
            return torch.rand(shape, device=self.lora_A.device) < self.keep_rate
        words = torch.empty(math.ceil(math.prod(shape) / 4), dtype=torch.int64, device=self.lora_A.device)
        bits = words.random_(-(1 << 63), None).view(torch.int16)[: math.prod(shape)].view(shape)
        return bits < int(self.keep_rate * _STEPS) - _STEPS // 2

    @property
    def keep_rate(self) -> float:
        """The probability that dropout keeps an element; what it keeps is divided by this."""
        return min(max(round((1 - self.lora_dropout) * _STEPS), 1), _STEPS - 1) / _STEPS

    def extra_repr(self) -> str:
        """The sizes, for printing a model."""
        experts, r, in_features = self.lora_A.shape
        out_features = self.lora_B.shape[1]
        dora = "" if self.lora_magnitude is None else ", dora"
        return f"{experts=}, {in_features=}, {out_features=}, {r=}, scaling={self.scaling:g}, p={self.lora_dropout:g}{dora}"
