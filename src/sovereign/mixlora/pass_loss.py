"""The router losses of one adapter in a training pass, and their weight in an optimizer step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from .config import MixLoraConfig
from .losses import load_balance_loss, mean_of_processes, router_z_loss


@dataclass
class Said:
    """What the routers of one adapter said in a pass: its settings, its rows of the batch (None: all), and the logits of
    each layer, [..., E]; a model that works through a sequence in chunks calls a layer several times."""

    config: MixLoraConfig
    batch: Tensor | None
    logits: dict[int, list[Tensor]] = field(default_factory=dict)


def router_loss(said: Said, attention_mask: Any) -> Tensor:
    """The weighted losses of one adapter, a scalar.

    Layers with different numbers of experts are averaged over separately, and these means count by their layers.
    """
    layers = [torch.cat(parts, dim=-2).flatten(0, -2) for parts in said.logits.values()]
    aux, z = said.config.loss_coefs
    mask = token_mask(attention_mask, len(layers[0]), said.batch)
    chosen, everywhere = said.config.router().chosen, said.config.router_loss_across_processes
    loss = layers[0].new_zeros(())
    for size in sorted({layer.shape[1] for layer in layers}):
        alike = [layer for layer in layers if layer.shape[1] == size]
        part = len(alike) / len(layers)
        if aux > 0:
            loss = loss + part * aux * load_balance_loss(alike, chosen, mask, everywhere).to(loss.device)
        if z > 0:
            loss = loss + part * z * router_z_loss(alike, mask, everywhere).to(loss.device)
    return loss


def token_mask(attention_mask: Any, tokens: int, batch: Tensor | None = None) -> Tensor | None:
    """Which tokens count in the losses, bool [B, S] with B * S = ``tokens``, or None if all do.

    batch: which rows of the mask are meant, None for all.

    attention_mask: None; [B, S], where all but 0 counts, so also the numbers of packed sequences; of a longer
    [B, P + S] the last S. A 4D mask [B or 1, 1, S, K], bool or additive: a token counts if it may attend to itself.
    A dictionary of masks: its first. Raises ValueError for anything else.
    """
    if isinstance(attention_mask, dict):
        attention_mask = next(iter(attention_mask.values()))
    if attention_mask is None:
        return None
    if isinstance(attention_mask, Tensor) and attention_mask.dim() == 2:
        rows = attention_mask if batch is None else attention_mask.index_select(0, batch.to(attention_mask.device))
        return rows[:, -(tokens // len(rows)) :] != 0
    if isinstance(attention_mask, Tensor) and attention_mask.dim() == 4:
        queries, keys = attention_mask.shape[-2:]
        own = attention_mask[:, 0, :, keys - queries :].diagonal(dim1=-2, dim2=-1)
        own = own == 0 if own.is_floating_point() else own != 0
        if batch is not None and len(own) > 1:
            own = own.index_select(0, batch.to(own.device))
        return own.expand(tokens // queries, -1)
    shape = list(attention_mask.shape) if isinstance(attention_mask, Tensor) else type(attention_mask).__name__
    raise ValueError(f"the router losses need an attention_mask of 2 or 4 dimensions or None, but it is {shape}")


def share_of_step(
    inputs: Mapping[str, Any],
    num_items_in_batch: Any,
    shifts_labels: bool,
    batch: Tensor | None = None,
    across_processes: bool = False,
) -> Tensor | float:
    """The weight of one micro-batch's router losses in an optimizer step.

    transformers divides a micro-batch's summed loss by the labels of the whole step, ``num_items_in_batch``, so that
    the micro-batches add up; the router losses are means, so each gets its part of the labels. 1 without that number.

    shifts_labels: whether the first label of a row does not count, as ``Trainer._get_num_items_in_batch`` decides it.
    batch: the rows that they are of, None for all; without that number the share is that of these rows' labels.
    across_processes: the mean share of all processes, for losses of all their tokens, each of which counts alike.
    """
    labels = inputs.get("shift_labels")
    if labels is None:
        labels = inputs.get("labels")
        if isinstance(labels, Tensor) and shifts_labels:
            labels = labels[..., 1:]
    if not isinstance(labels, Tensor) or (num_items_in_batch is None and batch is None):
        return 1.0
    counted = labels != -100
    own = counted if batch is None else counted.index_select(0, batch.to(counted.device))
    share: Tensor = own.sum() / (counted.sum().clamp(min=1) if num_items_in_batch is None else num_items_in_batch)
    return mean_of_processes(share.float()) if across_processes else share
