"""What is timed at one number of rows: every section of every method once, attention over the contexts, both ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor, nn

from ..methods import Variant
from ..shapes import Shape
from . import attention as context
from .arena import Arena
from .budget import output, sliced
from .ends import Embedding, Head
from .results import Phase, Routing
from .routed_sections import attention_kind, feed_forward, feed_forward_kind, given_routing
from .sections import Mix, attention, bottleneck, rows
from .timing import Call, Task


class Setting(NamedTuple):
    """``rows``: tokens of a prompt, or sequences of a batch with ``context`` tokens each."""

    phase: Phase
    rows: int
    context: int
    routing: Routing


class Term(NamedTuple):
    """A task's time counts ``times`` times towards a part of a method's latency."""

    part: str
    task: str
    times: int


def terms(of: Variant, setting: Setting) -> list[Term]:
    """What a method's forward pass is composed of: layers times block, and both ends."""
    layers = of.shape.num_hidden_layers
    prefills = setting.phase == "prefill"
    found = [
        Term("attention", f"attention/{attention_kind(of)}", layers),
        Term("attention_context", "prefill" if prefills else f"decode/{setting.context}", layers),
        Term("feed_forward", feed_forward_name(of, setting.routing), layers),
        Term("embedding", "embedding", 1),
        Term("head", f"head/{1 if prefills else setting.rows}", 1),
    ]
    return found + [Term("adapter", "bottleneck", 2 * layers)] * (of.method.adds == "bottlenecks")


def feed_forward_name(of: Variant, routing: Routing) -> str:
    """The task of a method's feed-forward section; without a router all routings are one."""
    return f"feed_forward/{feed_forward_kind(of)[0]}/{routing if of.routed else 'none'}"


def tasks(
    variants: Sequence[Variant], settings: Sequence[Setting], ring: Arena, slices: int, seed: int
) -> dict[str, Task]:
    """The tasks that the settings, all of the same number of rows, are composed of, each once."""
    shape, count = variants[0].shape, settings[0].rows
    x = rows(shape, count, ring.buffer, seed)
    found: dict[str, Task] = {}
    for of in variants:
        found |= {f"attention/{attention_kind(of)}": _attention(of, ring, slices, x)}
        for routing in dict.fromkeys(setting.routing for setting in settings):
            found[feed_forward_name(of, routing)] = _feed_forward(of, ring, slices, x, routing, seed)
        if of.method.adds == "bottlenecks":
            found["bottleneck"] = Task(_on(x, partial(bottleneck, of, ring.take)))
    found["embedding"] = Task(_embedding(shape, ring, slices, count, seed))
    for setting in settings:
        if setting.phase == "prefill":
            found["prefill"] = Task(_prefill(shape, ring, count))
            found["head/1"] = _head(shape, ring, slices, x[:1])
        else:
            found[f"decode/{setting.context}"] = _decode(shape, ring, count, setting.context)
            found[f"head/{count}"] = _head(shape, ring, slices, x)
    return found


def aliased(of: Variant, ring: Arena, slices: int) -> bool:
    """Whether the experts' own weights, of one slice, are more than the arena holds, so that they share memory."""
    block = sum(layer.weights for layer in sliced(of.shape.feed_forward, slices))
    return of.weight_copies * block * ring.buffer.itemsize > ring.bytes


def _on(x: Tensor, build: Callable[[], nn.Module], given: object = None) -> Callable[[], Call]:
    """Build the section on the next weights, then call it on x."""

    def prepare() -> Call:
        module = build()
        return (lambda: module(x)) if given is None else (lambda: module(x, given))

    return prepare


def _attention(of: Variant, ring: Arena, slices: int, x: Tensor) -> Task:
    layers = sliced(of.shape.attention, slices)
    return Task(_on(x, lambda: attention(of, ring.take, layers)), slices)


def _feed_forward(of: Variant, ring: Arena, slices: int, x: Tensor, routing: Routing, seed: int) -> Task:
    layers = sliced(of.shape.feed_forward, slices)
    given = given_routing(of, len(x), routing, seed, x.device.type) if of.routed else None
    return Task(_on(x, lambda: feed_forward(of, ring.take, layers), given), slices)


def _embedding(shape: Shape, ring: Arena, slices: int, count: int, seed: int) -> Callable[[], Call]:
    generator = torch.Generator().manual_seed(seed)
    entries = shape.vocab_size // slices
    tokens = torch.randint(entries, (count,), generator=generator).to(ring.buffer.device)
    positions = torch.arange(count, device=ring.buffer.device) % max(shape.position_rows, 1)

    def prepare() -> Call:
        module = Embedding(shape, ring.take, ring.take(entries, shape.word_embed_proj_dim))
        return lambda: module(tokens, positions)

    return prepare


def _head(shape: Shape, ring: Arena, slices: int, x: Tensor) -> Task:
    layer = output(shape)
    cut = slices if shape.causal else 1
    sizes = layer.out_features // cut, layer.in_features
    return Task(_on(x, lambda: Head(shape, ring.take, ring.take(*sizes))), cut)


def _prefill(shape: Shape, ring: Arena, count: int) -> Callable[[], Call]:
    mix = context.prefill(shape, count, ring.buffer)
    return lambda: _mixed(shape, ring, count, mix)


def _decode(shape: Shape, ring: Arena, batch: int, length: int) -> Task:
    """Where the caches of all sequences take more than half of the arena, those of as many as do not."""
    sizes = context.cache_sizes(shape, 1, length)
    one = 2 * sizes[1] * sizes[2] * sizes[3] * ring.buffer.itemsize
    part = max(1, min(batch, ring.bytes // 2 // one))

    def prepare() -> Call:
        whole = context.cache_sizes(shape, part, length)
        return _mixed(shape, ring, part, context.decode(shape, context.Cache(ring.take(*whole), ring.take(*whole))))

    return Task(prepare, batch / part)


def _mixed(shape: Shape, ring: Arena, count: int, mix: Mix) -> Call:
    """Attention of small numbers, such as the arena's: what it writes into a cache is in the arena afterwards."""
    q, k, v = (ring.take(count, width).clone() for width in (shape.hidden_size, *(shape.key_value_size,) * 2))
    return lambda: mix(q, k, v)


def settings(shape: Shape, count: int, contexts: Sequence[int], routings: Sequence[Routing]) -> Iterator[Setting]:
    """Prompts of ``count`` tokens, if it is more than one, and batches of ``count`` sequences, at every context.

    Which expert one token goes to makes no difference, so it has one routing.
    """
    for routing in routings if count > 1 else routings[:1]:
        if count > 1:
            yield Setting("prefill", count, 0, routing)
        if shape.causal:
            for length in contexts:
                yield Setting("decode", count, length, routing)
