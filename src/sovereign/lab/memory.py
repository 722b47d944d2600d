"""Memory in bytes, by component: what a model needs to answer, and what it needs to be trained.

Both are for one device that holds everything. Workspace, fragmentation and the runtime itself are left out.
"""

from __future__ import annotations

from .activations import Attention, block_activations, checkpoint, loss_gradients, outer_activations
from .counts import Breakdown, tensors
from .flops import check_length, check_trains, check_widths
from .methods import Variant
from .optimizers import Optimizer, optimizer
from .traffic import cache_bytes_per_token


def inference_memory(
    of: Variant, context_length: int, batch_size: int = 1, weight_bytes: float = 2.0, cache_bytes: float = 2.0
) -> Breakdown:
    """Weights, adapters and KV cache of ``batch_size`` sequences of ``context_length`` tokens.

    ``weight_bytes`` and ``cache_bytes`` are bytes per parameter and per cached number. A shape that does not generate
    has no cache.
    """
    check_length(of, context_length, batch_size)
    check_widths(weight_bytes, cache_bytes)
    sizes = {"weights": 0.0, "adapters": 0.0, "kv_cache": 0.0}
    for tensor in tensors(of):
        added = _is_added(of, tensor.component)
        if not (added and of.method.merged):
            sizes["adapters" if added else "weights"] += tensor.parameters * weight_bytes
    if of.shape.causal:
        sizes["kv_cache"] = batch_size * context_length * cache_bytes_per_token(of, cache_bytes)
    source = "parameters and cached numbers times their bytes (Pope et al. 2022, arXiv 2211.05102, section 2)"
    return Breakdown(unit="bytes", source=source, components=sizes)


def training_memory(
    of: Variant,
    sequence_length: int,
    batch_size: int = 1,
    by: str | Optimizer = "adamw_mixed",
    checkpointing: bool = False,
    attention: Attention = "fused",
    frozen_bytes: float | None = None,
) -> Breakdown:
    """Weights, adapters, gradients, optimizer state and activations of one step on ``batch_size`` sequences.

    Activations are those at the step's peak, which is where the loss turns back: all that is kept, and the loss's own.
    With ``checkpointing`` each block keeps its input, and one block at a time is run again. ``frozen_bytes`` is bytes
    per frozen parameter; by default they are stored like the trained ones.

    Raises:
        InputError: for a method that trains nothing, a sequence that the shape cannot hold, no or negative bytes.
        NotFound: no such optimizer.
    """
    check_length(of, sequence_length, batch_size)
    check_trains(of)
    how = optimizer(by) if isinstance(by, str) else by
    stored = how.parameter if frozen_bytes is None else frozen_bytes
    check_widths(stored)
    sizes = {"weights": 0.0, "adapters": 0.0, "gradients": 0.0, "optimizer": 0.0}
    for tensor in tensors(of):
        part = "adapters" if _is_added(of, tensor.component) else "weights"
        sizes[part] += tensor.parameters * (how.parameter if tensor.trained else stored)
        if tensor.trained:
            sizes["gradients"] += tensor.parameters * how.gradient
            sizes["optimizer"] += how.state(tensor)
    tokens, layers = sequence_length * batch_size, of.shape.num_hidden_layers
    block = block_activations(of, sequence_length, how.parameter, attention)
    kept = layers * checkpoint(of, how.parameter) + block if checkpointing else layers * block
    sizes["activations"] = tokens * (kept + outer_activations(of, how.parameter) + loss_gradients(of))
    source = f"{how.source}; activations: Korthikanti et al. 2022, arXiv 2205.05198, section 4.1"
    return Breakdown(unit="bytes", source=source, components=sizes)


def _is_added(of: Variant, component: str) -> bool:
    """Whether a component came with the adapters. The router of a model of full-size experts is part of the model."""
    return component == "adapter" or (component == "router" and of.method.adds == "lora_experts")
