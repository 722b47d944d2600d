"""How much memory the latency measurements take, and what has to be measured in slices to stay within it. No torch.

Weights are views into one buffer (``arena``), taken one after the other and again from the start. So that they are not
in a cache when they are used again, the buffer is larger than four times the last-level cache by the largest matrix.
"""

from __future__ import annotations

from math import ceil
from typing import Final, NamedTuple

from ..shapes import Linear, Shape
from . import machine
from .results import Config

WIDTHS: Final = {"float32": 4, "bfloat16": 2, "float16": 2}
COLD: Final = 4  # last-level caches that pass between two uses of the same weights
SHARE = 0.6  # of the available memory, at most
LIBRARIES = 1 << 30  # what torch, transformers and peft take themselves, with some room
QUICK_WEIGHTS: Final = 1_000_000_000  # a block of more is halved in a quick run where bf16 is slow
MAX_SLICES: Final = 64
WHOLE: Final = (
    1_500_000_000  # parameters up to which a whole model is built; a larger one takes minutes to train a step
)


class Budget(NamedTuple):
    """``arena_bytes``: the buffer. ``slices``: how many a block's products are cut into; 1 is whole. ``cold``: whether
    the buffer is as large as it should be; with ``needed`` bytes it would be, whole and cold."""

    arena_bytes: int
    slices: int
    cold: bool
    needed: int


def budget(shape: Shape, config: Config, available: int | None = None, cache: int | None = None) -> Budget:
    """What the measurements of a shape get. ``available`` and ``cache`` in bytes; by default the machine's own."""
    width = WIDTHS[config.dtype]
    cold = COLD * (cache_bytes(config.device) if cache is None else cache)
    limit = int(SHARE * (available_bytes(config.device) if available is None else available))
    block = sum(layer.weights for layer in (*shape.attention, *shape.feed_forward))
    slices = 2 if config.quick and block > QUICK_WEIGHTS and not has_fast_bf16(config) else 1
    needed = cold + width * largest(shape, slices)
    while (
        slices < MAX_SLICES and cold + width * largest(shape, slices) > limit and width * largest(shape, slices) > cold
    ):
        slices *= 2
    wanted = cold + width * largest(shape, slices)
    return Budget(max(min(wanted, limit), width * largest(shape, slices)), slices, wanted <= limit, needed)


def bytes_needed(shape: Shape, config: Config) -> int:
    """Bytes that the process which measures this shape's latency takes: buffer, activations, libraries."""
    rows = max(config.tokens, default=1)
    top_k = max(config.hyper.top_k, shape.top_k)
    numbers = rows * (8 * shape.hidden_size + 4 * top_k * shape.intermediate_size + 2 * shape.vocab_size)
    return budget(shape, config).arena_bytes + LIBRARIES + 4 * numbers


def largest(shape: Shape, slices: int) -> int:
    """Entries of the largest matrix of a shape when its products are cut into that many slices."""
    layers = (*shape.attention, *shape.feed_forward, output(shape))
    return max(layer.weights for layer in layers) // slices


def output(shape: Shape) -> Linear:
    """The output layer: onto the vocabulary, or BERT's pooler."""
    if not shape.causal:
        return Linear("pooler", shape.hidden_size, shape.hidden_size)
    return Linear("lm_head", shape.word_embed_proj_dim, shape.vocab_size)


def sliced(layers: tuple[Linear, ...], slices: int) -> tuple[Linear, ...]:
    """One of the slices of an attention or feed-forward block: the last product by its columns, the others by their
    rows, as tensor parallelism cuts them (Shoeybi et al. 2019, arXiv 1909.08053, section 3)."""
    *into, last = layers
    cut = [Linear(one.name, one.in_features, ceil(one.out_features / slices)) for one in into]
    return (*cut, Linear(last.name, ceil(last.in_features / slices), last.out_features))


def cache_bytes(device: str) -> int:
    """Size of the last-level cache: the processor's own as Linux states it, or the L2 cache of the GPU."""
    if device == "cuda":
        import torch

        return int(torch.cuda.get_device_properties(0).L2_cache_size)
    # Where the system does not say, as in some containers: more than what one core can use on most machines.
    return machine.cache_bytes() or 64 << 20


def available_bytes(device: str) -> int:
    """Memory that can be had now without swapping, or what is free on the GPU."""
    if device == "cuda":
        import torch

        return int(torch.cuda.mem_get_info()[0])
    return machine.free_bytes()


def has_fast_bf16(config: Config) -> bool:
    """Whether the run's products are in 16 bits and the processor multiplies these in hardware."""
    if config.device == "cuda":
        return True
    return config.dtype == "bfloat16" and machine.fast_bf16()
