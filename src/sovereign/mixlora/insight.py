"""What the routers of a model do: load, entropy, overflow and overlap of the experts, layer by layer.

Only sums are kept, on the devices where they arise, so that watching costs little and never waits for a GPU. Tokens that
attention_mask hides do not count.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, distributed, nn

from .layer import MixLoraLayer
from .layer_report import LayerReport, report_of
from .pass_loss import token_mask
from .router_log import Seen, router_log
from .routing import FROZEN, Routing


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
            report_of(*self._layers[layer], adapter, sums, overlap)
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


def _short(path: str, all_paths: list[str]) -> str:
    """The number of the layer, where that tells the layers apart; else the whole path."""
    numbers = [next((part for part in p.split(".") if part.isdigit()), p) for p in all_paths]
    own = next((part for part in path.split(".") if part.isdigit()), path)
    return own if len(set(numbers)) == len(numbers) else path
