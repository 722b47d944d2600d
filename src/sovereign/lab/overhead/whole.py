"""Whole models, measured end to end, to hold the composed latencies against.

``sovereign``: our sections, every layer with weights of its own, which go round the arena from sample to sample and so
are cold as a section's are. ``transformers``: its own models with peft's LoRA and this package's MixLoRA, their
parameters pointed at the next part of the arena before each sample.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from statistics import median
from typing import Any, NamedTuple

import torch
from torch import Tensor

from ..counts import parameters
from ..methods import METHODS, Variant, variant
from ..shapes import Shape
from . import attention as context
from .arena import Arena, arena, held_bytes
from .budget import WHOLE, available_bytes, budget
from .ends import Embedding, Head
from .latency import Tell, prepare, wanted
from .models import ARCHITECTURES, model_of
from .results import Composition, Config, Latency, Skipped
from .routed_sections import feed_forward, given_routing
from .sections import Draw, Mix, Section, attention
from .timing import Call, Task, rounds

TOKENS = (32, 128)  # of a prompt; decoding is one sequence
OURS = ("base", "lora", "adapters", "mixlora_naive", "mixlora_reference", "mixlora")
THEIRS = ("base", "lora", "mixlora")


def measure(
    shape: Shape, config: Config, latency: Sequence[Latency], tell: Tell
) -> tuple[tuple[Composition, ...], tuple[Skipped, ...]]:
    """Measure what ``latency`` has composed at 32 and 128 tokens of a prompt and for one sequence decoding.

    Nothing is measured of a shape of more than 1.5B parameters, or of one that does not fit: then it says so.
    """
    prepare(config)
    rows = [row for row in latency if _chosen(row, shape, config)]
    size = int(1.05 * parameters(variant(shape, "base")).base) * getattr(torch, config.dtype).itemsize
    if reason := _reason(shape, config, size, rows):
        return (), (Skipped(shape=shape.name, method="all", what="whole model", reason=reason),)
    plan = budget(shape, config, available_bytes(config.device) + held_bytes())
    ring = arena(max(plan.arena_bytes, size), getattr(torch, config.dtype), config.device, config.seed)
    names = wanted(shape, config)
    with torch.no_grad():
        kinds: dict[str, dict[str, Callable[[Latency], Task]]] = {
            "sovereign": {
                name: partial(_ours, _of(shape, name, config), ring, config) for name in OURS if name in names
            }
        }
        if shape.architecture in ARCHITECTURES:
            kinds["transformers"] = {}
            for name in (one for one in THEIRS if one in names):
                of = _of(shape, name, config)
                model = model_of(of, config.dtype, config.device).eval().requires_grad_(False)
                _move(model, ring)
                kinds["transformers"][name] = partial(_theirs, of, model, ring)
        found = []
        for place in sorted({_place(row) for row in rows}):
            tell(f"{shape.name}: whole model, {place[0]}, {place[2]} tokens, context {place[3]}")
            here = {row.method: row for row in rows if _place(row) == place}
            todo = {
                f"{kind} {name}": make(here[name])
                for kind, made in kinds.items()
                for name, make in made.items()
                if name in here
            }
            timed = rounds(todo, config.repeats, config.warm_up, config.device)
            for task, seconds in timed.seconds.items():
                kind, name = task.split()
                found.append(_composition(here[name], kind, median(seconds)))
            ring.refill()  # decoding wrote into the caches, which are parts of the arena
    return tuple(found), ()


def _of(shape: Shape, name: str, config: Config) -> Variant:
    return variant(shape, METHODS[name], config.hyper)


def _chosen(row: Latency, shape: Shape, config: Config) -> bool:
    """Whether a row can be measured on a whole model."""
    lengths = row.tokens in TOKENS if row.phase == "prefill" else row.batch_size == 1
    return row.shape == shape.name and lengths and row.routing in ("none", config.routings[0])


def _reason(shape: Shape, config: Config, size: int, rows: Sequence[Latency]) -> str:
    """Why no whole model is measured, or nothing."""
    if not rows:
        return "nothing was composed at 32 or 128 tokens or for one sequence"
    if parameters(variant(shape, "base")).base > WHOLE:
        return "whole models are measured up to 1.5B parameters"
    free = available_bytes(config.device) + held_bytes()
    if 2 * size > free:  # the arena, and a model of transformers before it is moved there
        return f"it takes {2 * size / 1e9:.1f} GB, and {free / 1e9:.1f} GB are free"
    return ""


def _place(row: Latency) -> tuple[str, int, int, int]:
    return row.phase, row.batch_size, row.tokens, row.context_length


def _composition(row: Latency, implementation: str, seconds: float) -> Composition:
    """seconds: of the whole forward pass, for all its tokens."""
    measured = seconds / (row.batch_size * row.tokens)
    return Composition(
        shape=row.shape,
        method=row.method,
        implementation=implementation,
        phase=row.phase,
        batch_size=row.batch_size,
        tokens=row.tokens,
        context_length=row.context_length,
        measured=measured,
        composed=row.seconds,
        error=row.seconds / measured - 1,
    )


class Transformer(NamedTuple):
    """A whole model of our sections: embedding, attention and feed-forward of every layer, output layer."""

    embedding: Embedding
    blocks: list[tuple[Section, Section]]
    head: Head

    def forward(
        self, ids: Tensor, positions: Tensor, mixes: Sequence[Mix], given: Tensor | None, last: slice
    ) -> Tensor:
        """ids and positions: [n]; mixes: attention over the context, by layer; given: the experts of each token, or
        None; last: the rows that the output layer sees. Returns logits, or the pooler's output, [rows, ...]."""
        x = self.embedding(ids, positions)
        for (attend, feed), mix in zip(self.blocks, mixes, strict=True):
            x = feed(attend(x, mix), given)
        return self.head(x[last])  # type: ignore[no-any-return]


def build(of: Variant, draw: Draw) -> Transformer:
    """The whole model under a method, every layer with weights of its own."""
    embedding = Embedding(of.shape, draw)
    layers = range(of.shape.num_hidden_layers)
    blocks = [(attention(of, draw, serial=True), feed_forward(of, draw, serial=True)) for _ in layers]
    return Transformer(embedding, blocks, Head(of.shape, draw, embedding.table if of.shape.head == "tied" else None))


def _ours(of: Variant, ring: Arena, config: Config, row: Latency) -> Task:
    """A forward pass through our sections."""
    count = row.batch_size * row.tokens
    ids, positions = _inputs(of.shape, row, ring)
    given = given_routing(of, count, config.routings[0], config.seed, config.device) if of.routed else None
    last = slice(None) if row.phase == "decode" else slice(-1, None) if of.shape.causal else slice(1)

    def prepared() -> Call:
        model, mixes = build(of, ring.take), _mixes(of.shape, row, ring)
        return lambda: model.forward(ids, positions, mixes, given, last)

    return Task(prepared)


def _inputs(shape: Shape, row: Latency, ring: Arena) -> tuple[Tensor, Tensor]:
    """Token numbers and their positions, [n]."""
    count = row.batch_size * row.tokens
    ids = torch.randint(shape.vocab_size, (count,), device=ring.buffer.device)
    start = max(row.context_length - 1, 0)
    return ids, torch.arange(start, start + row.tokens, device=ring.buffer.device).expand(row.batch_size, -1).reshape(
        -1
    )


def _mixes(shape: Shape, row: Latency, ring: Arena) -> list[Mix]:
    """Attention over the context, for every layer; in decoding with a cache of its own."""
    if row.phase == "prefill":
        return [context.prefill(shape, row.tokens, ring.buffer)] * shape.num_hidden_layers
    sizes = context.cache_sizes(shape, row.batch_size, row.context_length)
    caches = [context.Cache(ring.take(*sizes), ring.take(*sizes)) for _ in range(shape.num_hidden_layers)]
    return [context.decode(shape, cache) for cache in caches]


def _move(model: Any, ring: Arena) -> None:
    """Point a model's parameters, but for its norms, at the next weights of the arena."""
    for name, parameter in model.named_parameters():
        if "norm" not in name.lower():
            parameter.data = ring.take(*parameter.shape)


def _theirs(of: Variant, model: Any, ring: Arena, row: Latency) -> Task:
    """A forward pass through a model of transformers; in decoding with its usual, growing cache."""
    from transformers import DynamicCache

    shape = of.shape
    ids = _inputs(shape, row, ring)[0].view(row.batch_size, row.tokens)
    # By number, the last row becomes a tensor of its own; sliced off, it makes torch copy the whole output matrix.
    last = torch.tensor([row.tokens - 1], device=ids.device)
    options: dict[str, Any] = {"logits_to_keep": last, "use_cache": row.phase == "decode"} if shape.causal else {}
    sizes = context.cache_sizes(shape, row.batch_size, row.context_length - 1) if row.phase == "decode" else None

    def prepared() -> Call:
        _move(model, ring)
        cache = None
        if sizes is not None and sizes[2]:
            cache = DynamicCache(config=model.config)
            for layer in range(shape.num_hidden_layers):
                cache.update(ring.take(*sizes), ring.take(*sizes), layer)
        given = options | ({} if cache is None else {"past_key_values": cache})
        return lambda: model(ids, **given)

    return Task(prepared)
