"""What the routers of a model do: load, entropy, overflow and overlap of the experts, layer by layer.

Only sums are kept, on the devices where they arise, so that watching costs little and never waits for a GPU. Tokens that
attention_mask hides do not count.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, distributed, nn

from .experts import ExpertLora
from .layer import MixLoraLayer
from .router_log import Seen, router_log, token_mask
from .routing import FROZEN, Routing

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
        calls: dict[tuple[int, str], list[Seen]] = {}
        for each in seen:
            calls.setdefault((id(each.layer), each.adapter), []).append(each)
        for key, parts in calls.items():  # several, if the model works through a sequence in chunks
            lengths = [len(part.routing.logits) for part in parts]
            mask = token_mask(attention_mask, sum(lengths), parts[0].batch)
            if mask is None:
                masks: list[Tensor | None] = [None] * len(parts)
            else:
                masks = [*torch.split(mask, [length // len(mask) for length in lengths], dim=1)]
            for part, own in zip(parts, masks, strict=True):
                self._add(key, _sums(part.routing, own))

    def add(self, other: RouterStats) -> None:
        """Count what another one counted on the same model."""
        for key, sums in other._sums.items():
            self._add(key, sums)

    def clear(self) -> None:
        """Begin anew."""
        self._sums.clear()

    def gather(self) -> None:
        """Add up over the processes of ``torch.distributed``, which must all call it; each then has all of the sums."""
        if not (distributed.is_available() and distributed.is_initialized() and distributed.get_world_size() > 1):
            return
        for key, (_, layer) in self._layers.items():  # a process may have had no token for some adapter
            for adapter in sorted(layer.adapter_configs):
                if (key, adapter) not in self._sums:
                    self._sums[key, adapter] = _zeros(layer, adapter)
        tensors = [
            self._sums[key, adapter][name]
            for key, (_, layer) in self._layers.items()
            for adapter in sorted(layer.adapter_configs)
            for name in SUMS
        ]
        flat = torch.cat([tensor.flatten().to(tensors[0].device) for tensor in tensors])
        distributed.all_reduce(flat)
        for tensor, total in zip(tensors, torch.split(flat, [tensor.numel() for tensor in tensors]), strict=True):
            tensor.copy_(total.view(tensor.shape))

    def reports(self, overlap: bool = True) -> list[LayerReport]:
        """In the order of the layers; those without a token are left out. This is where the host waits for the device.

        overlap: whether to compute it, which costs a product of all experts' factors. With sharded parameters every
        process must then take part.
        """
        return [
            _report(*self._layers[layer], adapter, sums, overlap)
            for layer in self._layers
            for (key, adapter), sums in self._sums.items()
            if key == layer and float(sums["tokens"]) > 0
        ]

    def _add(self, key: tuple[int, str], sums: Mapping[str, Tensor]) -> None:
        if (kept := self._sums.get(key)) is None:
            self._sums[key] = {name: tensor.clone() for name, tensor in sums.items()}
            return
        for name, tensor in sums.items():
            kept[name] += tensor.to(kept[name].device)


@contextmanager
def watch_routers(model: nn.Module) -> Iterator[RouterStats]:
    """Within, every pass of the model is counted, in training, evaluation and generation. ValueError without routers."""
    log, stats = router_log(model), RouterStats(model)
    log.watchers.append(stats)
    try:
        yield stats
    finally:
        log.watchers.remove(stats)


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


def _sums(routing: Routing, mask: Tensor | None) -> dict[str, Tensor]:
    """What is added up of T tokens; mask: T numbers in any shape, True for a token that counts, None if all do."""
    logits, indices = routing.logits, routing.indices
    dtype = _precision(logits.device)
    counts = logits.new_ones(len(logits), dtype=dtype) if mask is None else mask.reshape(-1).to(logits.device, dtype)
    columns = indices.clamp_min(-1) + 1  # the markers share column 0, which is then dropped
    empty = logits.new_zeros(len(logits), logits.shape[1] + 1, dtype=dtype)
    used = empty.scatter(1, columns, 1)[:, 1:]
    weights = empty.scatter_add(1, columns, routing.weights.to(dtype))[:, 1:]
    frozen = (indices == FROZEN).any(dim=1).to(dtype)
    missed = torch.zeros_like(used).scatter_(1, logits.argmax(dim=-1, keepdim=True), frozen[:, None])
    probabilities = logits.softmax(dim=-1)
    entropy = -(probabilities * logits.log_softmax(dim=-1)).sum(dim=-1)
    return {
        "tokens": counts.sum(),
        "slots": counts @ used,
        "weights": counts @ weights,
        "wanted": counts @ (used + missed),
        "probabilities": counts @ probabilities.to(dtype),
        "entropy": counts @ entropy.to(dtype),
        "overflow": counts @ frozen,
        "together": (used * counts[:, None]).t() @ used,
    }


SUMS = ("tokens", "slots", "weights", "wanted", "probabilities", "entropy", "overflow", "together")


def _zeros(layer: MixLoraLayer, adapter: str) -> dict[str, Tensor]:
    """The sums over no token."""
    experts = layer.adapter_configs[adapter].num_experts
    assert isinstance(experts, int)
    device = layer.mixlora_router[adapter].device
    shapes = {"tokens": (), "entropy": (), "overflow": (), "together": (experts, experts)}
    return {name: torch.zeros(shapes.get(name, (experts,)), dtype=_precision(device), device=device) for name in SUMS}


def _precision(device: torch.device) -> torch.dtype:
    """Of the sums: fp64, which counts exactly; Apple's GPUs have none."""
    return torch.float32 if device.type == "mps" else torch.float64


def _report(name: str, layer: MixLoraLayer, adapter: str, sums: Mapping[str, Tensor], overlap: bool) -> LayerReport:
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


def _short(path: str, all_paths: list[str]) -> str:
    """The number of the layer, where that tells the layers apart; else the whole path."""
    numbers = [next((part for part in p.split(".") if part.isdigit()), p) for p in all_paths]
    own = next((part for part in path.split(".") if part.isdigit()), path)
    return own if len(set(numbers)) == len(numbers) else path
