"""The slots of a batch, cut into blocks of one expert each, and the scratch memory that blocks share."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

from .routing import FROZEN, NOTHING

# Each of a block's buffers stays below so many bytes, but has so many rows: smaller ones spend the time on dispatch.
BLOCK_BYTES = 1 << 21
MIN_ROWS = 64


class Block(NamedTuple):
    """Some slots of one expert: their range in the order by expert, their numbers in 0..T*S-1, and their tokens."""

    expert: int
    span: slice
    slots: Tensor
    tokens: Tensor


def blocks_by_expert(indices: Tensor, num_experts: int, row_bytes: int) -> tuple[Tensor, list[Block]]:
    """The used slots among 0..T*S-1 of ``indices`` [T, S], sorted by expert, and cut into blocks of one expert each.

    Those of ``FROZEN`` come first, as expert -1. row_bytes: what a row of the widest buffer takes, which decides how
    many rows a block has. Within a block no token occurs twice. On a GPU this waits for the device once, to read the
    experts' counts.
    """
    block_rows = max(MIN_ROWS, BLOCK_BYTES // max(row_bytes, 1))
    flat = indices.reshape(-1)
    unused, *counts = (flat - NOTHING).bincount(minlength=num_experts - NOTHING).tolist()
    slots = flat.argsort(stable=True)[unused:]
    tokens = slots // indices.shape[1]
    blocks, end = [], 0
    for expert, count in enumerate(counts, FROZEN):
        start, end = end, end + count
        cuts = math.ceil(count / block_rows)
        for i in range(cuts):
            span = slice(start + i * count // cuts, start + (i + 1) * count // cuts)
            blocks.append(Block(expert, span, slots[span], tokens[span]))
    return slots, blocks


class Buffers:
    """Scratch rows by name, in the dtype of ``like``; fresh memory for every block would cost more than its use."""

    def __init__(self, like: Tensor, blocks: list[Block]) -> None:
        self._like = like
        self._rows = max((len(block.tokens) for block in blocks), default=0)
        self._held: dict[str, Tensor] = {}

    def empty(self, name: str, block: Block, width: int) -> Tensor:
        """[n, width] for the n rows of a block, with what was last left there."""
        if name not in self._held:
            self._held[name] = self._like.new_empty(self._rows, width)
        return self._held[name][: len(block.tokens)]

    def take(self, name: str, source: Tensor, block: Block, index: Tensor | slice | None = None) -> Tensor:
        """The rows of the block's tokens, or those that ``index`` names, [n, width], from ``source`` [.., width]."""
        rows = self.empty(name, block, source.shape[1])
        index = block.tokens if index is None else index
        if isinstance(index, slice):
            return rows.copy_(source[index])
        if source.dtype == rows.dtype:
            return torch.index_select(source, 0, index, out=rows)
        return rows.copy_(source.index_select(0, index))
