"""Attention over the context: rotary positions where the shape has them, the cache, and the scaled dot product."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from ..shapes import Shape
from .sections import Mix

THETA = 10000.0  # base of the rotary frequencies (Su et al. 2021, arXiv 2104.09864, section 3.2.2)


class Cache(NamedTuple):
    """Keys and values of one layer, each [B, key-value heads, c, d]; the last place is for the token that comes."""

    keys: Tensor
    values: Tensor


def prefill(shape: Shape, tokens: int, like: Tensor) -> Mix:
    """Attention of one sequence over itself: q [s, H], k and v [s, key-value size], to [s, H]."""
    turns = _turns(shape, 0, tokens, like)

    def mix(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        query, keys, values = (_heads(shape, one, 1, tokens) for one in (q, k, v))
        out = _attend(shape, _turned(query, turns), _turned(keys, turns), values, shape.causal and tokens > 1)
        return out.transpose(1, 2).reshape(tokens, -1)

    return mix


def decode(shape: Shape, cache: Cache) -> Mix:
    """Attention of one new token for each of B sequences: q [B, H], k and v [B, key-value size], to [B, H].

    Writes the new keys and values into the last place of the cache.
    """
    batch, _, context, _ = cache.keys.shape
    turns = _turns(shape, context - 1, 1, cache.keys)

    def mix(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        query, keys, values = (_heads(shape, one, batch, 1) for one in (q, k, v))
        cache.keys[:, :, -1:] = _turned(keys, turns)
        cache.values[:, :, -1:] = values
        out = _attend(shape, _turned(query, turns), cache.keys, cache.values, False)
        return out.transpose(1, 2).reshape(batch, -1)

    return mix


def cache_sizes(shape: Shape, batch: int, context: int) -> tuple[int, int, int, int]:
    """Sizes of the keys, and of the values, of one layer."""
    return batch, shape.num_key_value_heads, context, shape.hidden_size // shape.num_attention_heads


def _attend(shape: Shape, q: Tensor, k: Tensor, v: Tensor, causal: bool) -> Tensor:
    grouped = shape.num_key_value_heads < shape.num_attention_heads
    return F.scaled_dot_product_attention(q, k, v, is_causal=causal, enable_gqa=grouped)


def _heads(shape: Shape, x: Tensor, batch: int, tokens: int) -> Tensor:
    """[B * s, heads * d] to [B, heads, s, d]."""
    return x.view(batch, tokens, -1, shape.hidden_size // shape.num_attention_heads).transpose(1, 2)


def _turns(shape: Shape, start: int, tokens: int, like: Tensor) -> tuple[Tensor, Tensor] | None:
    """Cosines and sines, [s, d], of the positions from ``start``; None where positions are not rotary."""
    if shape.position_rows:
        return None
    width = shape.hidden_size // shape.num_attention_heads
    frequencies = THETA ** -(torch.arange(0, width, 2, device=like.device) / width)
    angles = torch.arange(start, start + tokens, device=like.device)[:, None] * frequencies
    angles = torch.cat([angles, angles], dim=-1)
    return angles.cos().to(like.dtype), angles.sin().to(like.dtype)


def _turned(x: Tensor, turns: tuple[Tensor, Tensor] | None) -> Tensor:
    """x [B, heads, s, d] rotated by its positions."""
    if turns is None:
        return x
    first, second = x.chunk(2, dim=-1)
    return x * turns[0] + torch.cat([-second, first], dim=-1) * turns[1]
