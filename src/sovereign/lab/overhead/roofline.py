"""Latency predicted from what the processor reaches at the shape's own matrix sizes.

A product of n rows takes the longer of its arithmetic at the rate measured at n rows and the reading of its weights at
the bandwidth measured at one row (the roofline of Williams et al. 2009, doi 10.1145/1498765.1498785, with a roof for
each number of rows). Norms, activations, routing and the calls themselves are taken to cost nothing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from math import exp, log
from statistics import median
from typing import NamedTuple

import torch

from ..methods import Variant
from ..shapes import Shape
from .arena import Arena
from .budget import output, sliced
from .results import Roof, Routing
from .routed_sections import given_routing
from .sections import product
from .tasks import Setting
from .timing import Call, Task, rounds


class Product(NamedTuple):
    """``times`` products of [rows, in] with the same sizes; ``read``: whether each reads its weights from memory."""

    rows: int
    in_features: int
    out_features: int
    times: int = 1
    read: bool = True


def measure_roof(shape: Shape, counts: Sequence[int], ring: Arena, slices: int, repeats: int, warm_up: int) -> Roof:
    """Rates at these numbers of rows and, from one row, the bandwidth, by the block's base products alone."""
    layers = (*sliced(shape.attention, slices), *sliced(shape.feed_forward, slices))
    weights = sum(layer.weights for layer in layers)

    def products(rows: int) -> Task:
        inputs = {layer.in_features: ring.take(rows, layer.in_features).clone() for layer in layers}

        def prepare() -> Call:
            pairs = [(inputs[one.in_features], ring.take(one.out_features, one.in_features)) for one in layers]
            return lambda: [product(x, weight) for x, weight in pairs]

        return Task(prepare)

    device = ring.buffer.device.type
    found = rounds({str(rows): products(rows) for rows in sorted({1, *counts})}, repeats, warm_up, device).seconds
    rates = {int(rows): 2 * int(rows) * weights / median(seconds) for rows, seconds in found.items()}
    return Roof(shape=shape.name, rates=rates, bandwidth=weights * ring.buffer.itemsize / median(found["1"]))


def expert_rows(variants: Sequence[Variant], counts: Sequence[int]) -> set[int]:
    """Rows that an expert gets of so many tokens, if all get the same."""
    return {max(1, n * of.top_k // of.num_experts) for of in variants if of.routed for n in counts}


def predict(of: Variant, setting: Setting, roof: Roof, width: int, cache: int, seed: int) -> float:
    """Seconds per token. width: bytes per number; cache: bytes of the last-level cache; seed: of the routing."""
    total = sum(one.times * _seconds(one, roof, width) for one in _products(of, setting, width, cache, seed))
    return (total + of.shape.num_hidden_layers * _context(of.shape, setting, roof, width)) / setting.rows


def _seconds(one: Product, roof: Roof, width: int) -> float:
    weights = one.in_features * one.out_features
    arithmetic = 2 * one.rows * weights / rate(roof, one.rows)
    return max(arithmetic, weights * width / roof.bandwidth) if one.read else arithmetic


def rate(roof: Roof, rows: int) -> float:
    """FLOP/s at that number of rows: measured, between two that were measured geometrically, beyond them the nearest."""
    if rows in roof.rates:
        return roof.rates[rows]
    known = sorted(roof.rates)
    place = bisect_left(known, rows)
    if place in (0, len(known)):
        return roof.rates[known[min(place, len(known) - 1)]]
    low, high = known[place - 1], known[place]
    share = log(rows / low) / log(high / low)
    return exp((1 - share) * log(roof.rates[low]) + share * log(roof.rates[high]))


def _products(of: Variant, setting: Setting, width: int, cache: int, seed: int) -> Iterator[Product]:
    """All products of a forward pass. A matrix that experts share is read again only if the cache cannot hold it."""
    shape, hyper, n, layers = of.shape, of.hyper, setting.rows, of.shape.num_hidden_layers
    slots = _slots(of, n, setting.routing, seed)
    for layer in (*shape.attention, *shape.feed_forward):
        routed = layer in shape.feed_forward and of.routed
        shares = of.weight_copies == 1
        per_slot = layer in shape.feed_forward and of.per_slot(layer)
        for i, rows in enumerate(slots if per_slot else [n]):
            read = i == 0 or not shares or layer.weights * width > cache
            yield Product(rows, layer.in_features, layer.out_features, layers, read)
        if of.has_lora(layer) and not of.method.merged:
            for rows in slots if routed else [n]:
                yield Product(rows, layer.in_features, hyper.r, layers)
                yield Product(rows, hyper.r, layer.out_features, layers)
    if of.method.adds == "bottlenecks":
        yield Product(n, shape.hidden_size, hyper.m, 2 * layers)
        yield Product(n, hyper.m, shape.hidden_size, 2 * layers)
    if of.routed:
        yield Product(n, shape.hidden_size, of.num_experts, layers)
    last = 1 if setting.phase == "prefill" else n
    head = output(shape)
    yield Product(last, head.in_features, head.out_features)
    if shape.projected:
        yield Product(n, shape.word_embed_proj_dim, shape.hidden_size)
        yield Product(last, shape.hidden_size, shape.word_embed_proj_dim)


def _slots(of: Variant, tokens: int, routing: Routing, seed: int) -> list[int]:
    """Rows of each expert that has any."""
    if not of.routed:
        return [tokens]
    counts = torch.bincount(given_routing(of, tokens, routing, seed).flatten(), minlength=of.num_experts)
    return [count for count in counts.tolist() if count]


def _context(shape: Shape, setting: Setting, roof: Roof, width: int) -> float:
    """Attention over the context in one layer: arithmetic of a prompt, reading of the caches in decoding."""
    if setting.phase == "prefill":
        seen = (setting.rows + 1) / 2 if shape.causal else setting.rows
        return 4 * setting.rows * seen * shape.hidden_size / rate(roof, setting.rows)
    return setting.rows * 2 * setting.context * shape.key_value_size * width / roof.bandwidth
