"""What the routers of a model do: load, entropy, overflow and overlap of the experts, layer by layer.

Only sums are kept, on the devices where they arise, so that watching costs little and never waits for a GPU. Tokens that
attention_mask hides do not count.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, distributed, nn

from .experts import ExpertLora
from .layer import MixLoraLayer
from .router_log import Seen, router_log, token_mask
from .routing import FROZEN

COLLAPSED = 0.25  # of ``LayerReport.spread``; below it a router has collapsed
LEAST_SLOTS = 64  # for each expert; with fewer nothing is said, since a few sentences use few experts by right


@dataclass(frozen=True)
class LayerReport:
    """One layer of one adapter, over the tokens watched.

    load: [E], the share of all slots that an expert has, f_e; they sum to one. weight: [E], its share of the weights.
    entropy: of a token's probabilities, the mean over tokens of -sum_e p_e ln p_e, divided by ln E: 1 where the router
    knows no difference, 0 where it is certain. experts_per_token: k; with top-p their mean. overflow: the share of tokens
    that found no room (switch). effective_experts: exp(-sum_e f_e ln f_e), how many experts with equal loads would be
    as uneven. spread: (effective_experts - k) / (E - k), 0 if all tokens use the same k experts, 1 if all experts are
    used alike; None if k is E, and with k at least 1. together: [E, E], the share of tokens that use both experts. overlap: the mean over pairs of
    experts of the cosine between their updates s B A, taken over all projections; None if an update is zero.
    """

    layer: str
    adapter: str
    tokens: int
    load: list[float]
    weight: list[float]
    entropy: float
    experts_per_token: float
    overflow: float
    effective_experts: float
    spread: float | None
    together: list[list[float]]
    overlap: float | None

    @property
    def collapsed(self) -> bool:
        """Whether so few experts do the work that the others might as well not be there; never with few tokens."""
        enough = self.tokens * self.experts_per_token >= LEAST_SLOTS * len(self.load)
        return enough and self.spread is not None and self.spread < COLLAPSED


class RouterStats:
    """Sums over passes. Feed it by ``watch_routers`` or ``RouterCallback``; ``add`` merges those of other passes."""

    def __init__(self, model: nn.Module) -> None:
        found = {
            id(module): (path, module) for path, module in model.named_modules() if isinstance(module, MixLoraLayer)
        }
        shortest = [path for path, _ in found.values()]
        self._layers = {key: (_short(path, shortest), module) for key, (path, module) in found.items()}
        self._sums: dict[tuple[int, str], dict[str, Tensor]] = {}

    def __call__(self, seen: list[Seen], attention_mask: Any) -> None:
        """Count a pass, as ``RouterLog`` gives it."""
        for each in seen:
            routing = each.routing
            mask = token_mask(attention_mask, len(routing.logits), each.batch)
            counts = torch.ones_like(routing.logits[:, 0]) if mask is None else mask.reshape(-1).to(routing.logits)
            self._add((id(each.layer), each.adapter), _sums(routing.weights, routing.indices, routing.logits, counts))

    def add(self, other: RouterStats) -> None:
        """Count what another one counted on the same model."""
        for key, sums in other._sums.items():
            self._add(key, sums)

    def clear(self) -> None:
        """Begin anew."""
        self._sums.clear()

    def gather(self) -> None:
        """Add up over the processes of ``torch.distributed``; each must have watched the same layers."""
        if distributed.is_available() and distributed.is_initialized() and distributed.get_world_size() > 1:
            for key in self._sums:
                for tensor in self._sums[key].values():
                    distributed.all_reduce(tensor)

    def reports(self, overlap: bool = True) -> list[LayerReport]:
        """In the order of the layers. overlap: whether to compute it, which costs a product of all experts' factors."""
        return [
            _report(*self._layers[layer], adapter, sums, overlap)
            for layer in self._layers
            for (key, adapter), sums in self._sums.items()
            if key == layer
        ]

    def as_dict(self) -> dict[str, Any]:
        """For a JSON file."""
        return {"layers": [asdict(report) | {"collapsed": report.collapsed} for report in self.reports()]}

    def _add(self, key: tuple[int, str], sums: Mapping[str, Tensor]) -> None:
        if (kept := self._sums.get(key)) is None:
            self._sums[key] = {name: tensor.clone() for name, tensor in sums.items()}
            return
        for name, tensor in sums.items():
            kept[name] += tensor


@contextmanager
def watch_routers(model: nn.Module) -> Iterator[RouterStats]:
    """Within, every pass of the model is counted, in training, evaluation and generation. ValueError without routers."""
    log, stats = router_log(model), RouterStats(model)
    log.watchers.append(stats)
    try:
        yield stats
    finally:
        log.watchers.remove(stats)


def overlap_of(experts: Mapping[str, ExpertLora]) -> Tensor:
    """[E, E]: the cosine of every two experts' updates s B_e A_e, all projections of one as a single vector.

    <s B_e A_e, s B_f A_f> = s^2 sum((B_e^T B_f) * (A_e A_f^T)), so no full matrix is made. NaN where an update is zero.
    """
    products: Tensor | None = None
    for lora in experts.values():
        A, B = lora.lora_A.detach().float(), lora.lora_B.detach().float()
        inner = torch.einsum("eor,fos->efrs", B, B) * torch.einsum("eri,fsi->efrs", A, A)
        found = lora.scaling**2 * inner.sum(dim=(2, 3))
        products = found if products is None else products + found
    assert products is not None
    lengths = products.diagonal().clamp_min(0).sqrt()
    return products / torch.outer(lengths, lengths)


def _sums(weights: Tensor, indices: Tensor, logits: Tensor, counts: Tensor) -> dict[str, Tensor]:
    """What is added up; counts: [T], 1 for a token that counts."""
    used = F.one_hot(indices.clamp_min(-1) + 1, logits.shape[1] + 1)[..., 1:].double()  # [T, S, E]; markers: none
    by_token = used.sum(dim=1)
    counts = counts.double()
    entropy = -(logits.softmax(dim=-1) * logits.log_softmax(dim=-1)).sum(dim=-1).double()
    return {
        "tokens": counts.sum(),
        "slots": counts @ by_token,
        "weights": counts @ (used * weights.double().unsqueeze(-1)).sum(dim=1),
        "entropy": counts @ entropy,
        "overflow": counts @ (indices == FROZEN).any(dim=1).double(),
        "together": (by_token * counts[:, None]).t() @ by_token,
    }


def _report(name: str, layer: MixLoraLayer, adapter: str, sums: Mapping[str, Tensor], overlap: bool) -> LayerReport:
    tokens, experts = float(sums["tokens"]), len(sums["slots"])
    slots, weights = float(sums["slots"].sum()), float(sums["weights"].sum())
    load = [share / max(slots, 1) for share in sums["slots"].tolist()]
    effective = math.exp(-sum(f * math.log(f) for f in load if f > 0))
    per_token = slots / max(tokens, 1)
    fewest = max(per_token, 1.0)
    alike: float | None = None
    if overlap and experts > 1:
        pairs = overlap_of(layer.experts(adapter))[:experts, :experts]  # without the shared expert
        mean = float((pairs.sum() - pairs.diagonal().sum()) / (experts * (experts - 1)))
        alike = None if math.isnan(mean) else mean
    return LayerReport(
        layer=name,
        adapter=adapter,
        tokens=round(tokens),
        load=load,
        weight=[share / weights if weights else 0.0 for share in sums["weights"].tolist()],
        entropy=float(sums["entropy"]) / max(tokens, 1) / math.log(experts) if experts > 1 else 0.0,
        experts_per_token=per_token,
        overflow=float(sums["overflow"]) / max(tokens, 1),
        effective_experts=effective,
        spread=(effective - fewest) / (experts - fewest) if experts - fewest > 1e-9 else None,
        together=[[n / max(tokens, 1) for n in row] for row in sums["together"].tolist()],
        overlap=alike,
    )


def _short(path: str, all_paths: list[str]) -> str:
    """The number of the layer, where that tells the layers apart; else the whole path."""
    numbers = [next((part for part in p.split(".") if part.isdigit()), p) for p in all_paths]
    own = next((part for part in path.split(".") if part.isdigit()), path)
    return own if len(set(numbers)) == len(numbers) else path
