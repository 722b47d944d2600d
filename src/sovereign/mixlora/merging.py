"""The part of an adapter that merges into the base model's weights: the plain LoRA on the attention."""

from __future__ import annotations

from peft.tuners.lora.layer import LoraLayer
from torch import nn

from .router_log import router_log


def merge_attention(model: nn.Module) -> None:
    """Add the active adapter's LoRA on the attention to the weights there, W + s B A; the experts stay apart.

    The model computes what it did but for rounding, with fewer products; until ``unmerge_attention`` the base weights
    are not the base model's. Raises ValueError if the model has no MixLoRA adapter, several active ones, or a merged
    weight would not be finite; nothing is merged then.
    """
    router_log(model)
    layers = [module for module in model.modules() if isinstance(module, LoraLayer)]
    active = {name for layer in layers for name in layer.active_adapters}
    if len(active) > 1:
        raise ValueError(
            f"the adapters {sorted(active)} are active, but one alone can be merged: choose with set_adapter"
        )
    try:
        for layer in layers:
            if not layer.merged:
                layer.merge(safe_merge=True)
    except ValueError:
        unmerge_attention(model)
        raise


def unmerge_attention(model: nn.Module) -> None:
    """Take it out again; the weights are then the base model's but for rounding."""
    for module in model.modules():
        if isinstance(module, LoraLayer) and module.merged:
            module.unmerge()
