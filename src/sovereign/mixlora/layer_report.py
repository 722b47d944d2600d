"""What one layer's router did, in figures that can be compared between layers and models."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from .experts import ExpertLora
from .layer import MixLoraLayer

# Of ``LayerReport.spread``; below it a router has collapsed. With equal loads of the busy ones and of the idle ones it is
# reached when the k busy ones of E take 86 % of the slots for k = 2 of 8 and 1 of 4, 76 % for 1 of 8, 94 % for 2 of 4.
COLLAPSED = 0.25
# For each expert; with fewer there is no verdict. Chance makes n independent choices look uneven: exp(entropy) is too low
# by the factor exp(-(E - 1) / 2n) (Miller 1955). Neighbouring tokens choose alike; if only one in ten is a choice of its
# own, n = 6.4 E, and an equal router of any E keeps a spread near 0.9.
LEAST_SLOTS = 64


@dataclass(frozen=True)
class LayerReport:
    """One layer of one adapter, over the N tokens watched. Shares are from 0 to 1; a shared expert is not counted.

    load: [E], f_e = slots of expert e / all slots. weight: [E], the same of the slots' weights. wanted: [E], g_e, the load
    as if every expert had room: with switch a token that found none counts for its most probable expert; else the load.
    entropy_nats: of a token, the mean over tokens of H(p_t), H(p) = -sum_e p_e ln p_e, p_t = softmax of its logits.
    entropy: this / ln E, 1 where the router knows no difference, 0 where it is certain. entropy_of_mean_nats,
    entropy_of_mean: H(mean_t p_t) and this / ln E; what it has more than the entropy of a token is what the
    token decides. experts_per_token: slots / N, k with top-k. overflow: tokens with a slot that is FROZEN / N.
    effective_experts: exp(H(g)), how many experts with equal loads would be as uneven.
    spread: (effective_experts - k) / (E - k) with k = wanted slots / N, at least 1: 0 if all tokens use the same k experts,
    1 if all experts are used alike; None if k is E.
    together: [E, E], tokens that use both experts / N. overlaps: [E, E], cosines of the experts' updates
    (``overlap_of``), None where one is zero. overlap: their mean over pairs of different experts, None if one is zero
    or they were not computed.
    """

    layer: str
    adapter: str
    tokens: int
    load: list[float]
    weight: list[float]
    wanted: list[float]
    entropy_nats: float
    entropy: float
    entropy_of_mean_nats: float
    entropy_of_mean: float
    experts_per_token: float
    overflow: float
    effective_experts: float
    spread: float | None
    together: list[list[float]]
    overlaps: list[list[float | None]] | None
    overlap: float | None

    @property
    def collapsed(self) -> bool:
        """Whether so few experts do the work that the others might as well not be there; never with few tokens."""
        enough = self.tokens * max(self.experts_per_token, 1) >= LEAST_SLOTS * len(self.load)
        return enough and self.spread is not None and self.spread < COLLAPSED


def report_of(name: str, layer: MixLoraLayer, adapter: str, sums: Mapping[str, Tensor], overlap: bool) -> LayerReport:
    """From what ``RouterStats`` added up; overlap: whether to compute it."""
    tokens, experts = float(sums["tokens"]), len(sums["slots"])
    wanted, mean = _shares(sums["wanted"]), _shares(sums["probabilities"])
    entropy, largest = float(sums["entropy"]) / tokens, math.log(experts)
    effective, fewest = math.exp(_entropy(wanted)), max(float(sums["wanted"].sum()) / tokens, 1.0)
    overlaps: list[list[float | None]] | None = None
    alike: float | None = None
    if overlap and experts > 1 and (cosines := overlap_of(layer.experts(adapter))) is not None:
        pairs = cosines[:experts, :experts]  # without the shared expert
        overlaps = [[None if math.isnan(cosine) else cosine for cosine in row] for row in pairs.tolist()]
        average = float((pairs.sum() - pairs.diagonal().sum()) / (experts * (experts - 1)))
        alike = None if math.isnan(average) else average
    return LayerReport(
        layer=name,
        adapter=adapter,
        tokens=round(tokens),
        load=_shares(sums["slots"]),
        weight=_shares(sums["weights"]),
        wanted=wanted,
        entropy_nats=entropy,
        entropy=entropy / largest if largest else 0.0,
        entropy_of_mean_nats=_entropy(mean),
        entropy_of_mean=_entropy(mean) / largest if largest else 0.0,
        experts_per_token=float(sums["slots"].sum()) / tokens,
        overflow=float(sums["overflow"]) / tokens,
        effective_experts=effective,
        spread=(effective - fewest) / (experts - fewest) if experts - fewest > 1e-9 else None,
        together=(sums["together"] / tokens).tolist(),
        overlaps=overlaps,
        overlap=alike,
    )


def _shares(sums: Tensor) -> list[float]:
    """What each expert has of the sum; all 0 if there is nothing."""
    total = float(sums.sum())
    return [part / total if total else 0.0 for part in sums.tolist()]


def _entropy(shares: list[float]) -> float:
    """H, in nats."""
    return -sum(share * math.log(share) for share in shares if share > 0)


def overlap_of(experts: Mapping[str, ExpertLora]) -> Tensor | None:
    """[E, E]: the cosine of every two experts' updates s B_e A_e, all projections of one as a single vector.

    <s B_e A_e, s B_f A_f> = s^2 sum((B_e^T B_f) * (A_e A_f^T)), so no full matrix is made. DoRA's magnitudes do not
    count. NaN where an update is zero. None if a process has parts of the factors only that it cannot ask for (FSDP 1,
    DeepSpeed ZeRO 3); those of ``fully_shard`` are gathered, layer by layer.
    """
    products: Tensor | None = None
    for lora in experts.values():
        A, B = _whole(lora.lora_A), _whole(lora.lora_B)
        if A.dim() != 3 or B.dim() != 3:
            return None
        inner = torch.einsum("eor,fos->efrs", B, B) * torch.einsum("eri,fsi->efrs", A, A)
        found = lora.scaling**2 * inner.sum(dim=(2, 3))
        products = found if products is None else products + found
    assert products is not None
    lengths = products.diagonal().clamp_min(0).sqrt()
    return products / torch.outer(lengths, lengths)


def _whole(factor: Tensor) -> Tensor:
    """In fp32, and if it is a DTensor, all of it."""
    gathered: Tensor = factor.full_tensor() if hasattr(factor, "full_tensor") else factor
    return gathered.detach().float()
