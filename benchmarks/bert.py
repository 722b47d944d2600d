"""BERT's forward pass in 64-bit floats of numpy, from the published 32-bit weights: what the 8-bit model is held against.

Devlin et al. 2018 (arXiv:1810.04805), section 3, and Vaswani et al. 2017 (arXiv:1706.03762), section 3.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
HEADS = 12
_erf = np.vectorize(math.erf, otypes=[np.float64])


def embed(weights: Path, tokens: Sequence[Sequence[int]]) -> Array:
    """Mean-pooled vectors of length 1, (texts, 384), of texts given as token ids."""
    from safetensors.numpy import load_file

    w = {name: array.astype(np.float64) for name, array in load_file(weights).items() if array.dtype.kind == "f"}
    means = np.stack([_states(w, np.array(ids)).mean(0) for ids in tokens])
    return means / np.linalg.norm(means, axis=1, keepdims=True)


def _states(w: dict[str, Array], ids: NDArray[np.int64]) -> Array:
    """Last hidden states of one text, (tokens, 384)."""

    def linear(x: Array, name: str) -> Array:
        return x @ w[f"{name}.weight"].T + w[f"{name}.bias"]

    def normed(x: Array, name: str) -> Array:
        x = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-12)
        return x * w[f"{name}.LayerNorm.weight"] + w[f"{name}.LayerNorm.bias"]

    def heads(x: Array) -> Array:
        return x.reshape(len(ids), HEADS, -1).transpose(1, 0, 2)

    parts = (("word", ids), ("position", np.arange(len(ids))), ("token_type", np.zeros_like(ids)))
    x = normed(sum(w[f"embeddings.{name}_embeddings.weight"][at] for name, at in parts), "embeddings")
    for n in range(6):
        layer = f"encoder.layer.{n}"
        q, k, v = (heads(linear(x, f"{layer}.attention.self.{part}")) for part in ("query", "key", "value"))
        scores = q @ k.transpose(0, 2, 1) / math.sqrt(q.shape[-1])
        powers = np.exp(scores - scores.max(-1, keepdims=True))
        seen = (powers / powers.sum(-1, keepdims=True) @ v).transpose(1, 0, 2).reshape(len(ids), -1)
        x = normed(x + linear(seen, f"{layer}.attention.output.dense"), f"{layer}.attention.output")
        inner = linear(x, f"{layer}.intermediate.dense")
        inner *= (1 + _erf(inner / math.sqrt(2))) / 2
        x = normed(x + linear(inner, f"{layer}.output.dense"), f"{layer}.output")
    return x
