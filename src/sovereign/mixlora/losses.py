"""Auxiliary losses on the router's logits. Padding tokens, where the attention mask is 0, count in none of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch import Tensor, distributed

Logits = Tensor | Sequence[Tensor]


def load_balance_loss(
    logits: Logits,
    chosen: Callable[[Tensor], Tensor],
    attention_mask: Tensor | None = None,
    across_processes: bool = False,
) -> Tensor:
    """E times the sum over experts of (share of tokens that choose e) x (mean probability of e).

    logits: [T, E], or one such tensor per layer; tokens of all layers are averaged together before the product, as
    in ``load_balancing_loss_func`` of transformers' Mixtral and in MixLoRA's reference. chosen: of the router, which
    experts probabilities [N, E] choose. With those of ``TopK`` and ``TopP`` this equals the reference's losses, and
    with that of ``Switch`` the loss of Switch Transformers (arXiv 2101.03961, eq. 4-6), but for the mask, which the
    reference leaves out for the latter two.
    attention_mask: [B, S] with B * S = T, 1 for tokens that count, the same for every layer.

    across_processes: count the tokens of all processes of ``torch.distributed``, not only those of this one (arXiv
    2501.11873, eq. 3). The mean of the processes' losses, and of their gradients, is then that of one process with all
    tokens, whatever each of them has. Every process must take part in every such loss, or they wait for each other.

    Returns a scalar without unit: k at perfectly uniform load, where k is how many experts a token chooses (MixLoRA's
    eq. 8-9 count the first choice only, which gives 1), up to E if all goes to one place; 0 if no token counts.
    Computed in fp32, fp64 for fp64 logits. Raises ValueError if the mask or the layers' shapes do not fit.
    """
    rows, mask = _rows(logits, attention_mask)
    probabilities = rows.softmax(dim=-1)
    found, count = mask @ chosen(probabilities), _count(mask, across_processes)
    if across_processes:
        found = mean_of_processes(found)
    return rows.shape[1] * torch.dot(found / count, mask @ probabilities / count)


def router_z_loss(logits: Logits, attention_mask: Tensor | None = None, across_processes: bool = False) -> Tensor:
    """Mean over tokens of the squared log-sum-exp of the logits (ST-MoE, arXiv 2202.08906, eq. 5): keeps them small.

    Shapes, mask, processes, precision and errors as in ``load_balance_loss``. Returns a scalar; 0 if no token counts.
    """
    rows, mask = _rows(logits, attention_mask)
    return torch.dot(mask, rows.logsumexp(dim=-1).square()) / _count(mask, across_processes)


def _count(mask: Tensor, across_processes: bool) -> Tensor:
    """How many tokens count, at least one; of all processes, their mean, so that the processes' mean is over all tokens."""
    if not across_processes:
        return mask.sum().clamp(min=1)
    return mean_of_processes(mask.sum()).clamp(min=1 / distributed.get_world_size() if _several() else 1)


def mean_of_processes(value: Tensor) -> Tensor:
    """The mean of a value over the processes, without a gradient."""
    if not _several():
        return value
    value = value.detach().clone()
    distributed.all_reduce(value)
    return value / distributed.get_world_size()


def check_same_adapters(names: Iterable[str]) -> None:
    """Raises ValueError, in every process, if not all use the same adapters: their sums would be of different ones."""
    if not _several():
        return
    own = sorted(set(names))
    everyone: list[Any] = [None] * distributed.get_world_size()
    distributed.all_gather_object(everyone, own)
    if any(other != own for other in everyone):
        raise ValueError(
            f"the rows of the processes use different adapters, {everyone}, whose router losses are of the tokens of all "
            "processes: give every process rows of the same adapters, or set router_loss_across_processes to False"
        )


def _several() -> bool:
    return distributed.is_available() and distributed.is_initialized() and distributed.get_world_size() > 1


def _rows(logits: Logits, attention_mask: Tensor | None) -> tuple[Tensor, Tensor]:
    """All layers' logits under each other, [layers * T, E], and the weight of each row, [layers * T]."""
    layers = [logits] if isinstance(logits, Tensor) else list(logits)
    if not layers or any(layer.shape != layers[0].shape or layer.dim() != 2 for layer in layers):
        shapes = [list(layer.shape) for layer in layers]
        raise ValueError(f"logits must be [tokens, experts], the same for at least one layer, but are {shapes}")
    device = layers[0].device  # layers of one model may lie on several
    rows = torch.cat([layer.to(device) for layer in layers])
    rows = rows.to(torch.promote_types(rows.dtype, torch.float32))
    if attention_mask is None:
        return rows, rows.new_ones(rows.shape[0])
    if attention_mask.numel() != layers[0].shape[0]:
        raise ValueError(
            f"attention_mask has {attention_mask.numel()} entries {list(attention_mask.shape)} "
            f"for {layers[0].shape[0]} tokens"
        )
    return rows, attention_mask.reshape(-1).to(device, rows.dtype).repeat(len(layers))
