"""One buffer of random numbers that all weights are views into, so that nothing is initialised twice and all are cold."""

from __future__ import annotations

from math import prod

import torch
from torch import Tensor

STD = 0.02  # of the weights, as OPT and BERT are initialised: nothing overflows, nothing is denormal
TILE = 1 << 20
ALIGNMENT = 64  # entries


class Arena:
    """A ring of N(0, 0.02^2) numbers. Successive calls of ``take`` go round it, so what is taken is what was used longest ago.

    Filled by copying one random tile: drawing 1.8 billion numbers takes half a minute. What is larger than the ring
    shares memory with itself; each part of it was still last used a whole round ago.
    """

    def __init__(self, entries: int, dtype: torch.dtype, device: str = "cpu", seed: int = 0) -> None:
        self.buffer = torch.empty(-(-entries // TILE) * TILE, dtype=dtype, device=device)
        self.seed = seed
        self.cursor = 0
        self.refill()

    def refill(self) -> None:
        """Write the numbers anew."""
        generator = torch.Generator(self.buffer.device).manual_seed(self.seed)
        tile = torch.empty(TILE, dtype=torch.float32, device=self.buffer.device)
        self.buffer.view(-1, TILE).copy_(tile.normal_(0, STD, generator=generator))

    @property
    def bytes(self) -> int:
        """Size of the ring."""
        return self.buffer.nbytes

    def take(self, *sizes: int) -> Tensor:
        """The next tensor of these sizes, a view. Raises ValueError if it is larger than the whole ring."""
        entries = prod(sizes)
        if entries > len(self.buffer):
            raise ValueError(f"a tensor of {list(sizes)} does not fit the arena of {len(self.buffer)} entries")
        if self.cursor + entries > len(self.buffer):
            self.cursor = 0
        view = self.buffer[self.cursor : self.cursor + entries].view(sizes)
        self.cursor += -(-entries // ALIGNMENT) * ALIGNMENT
        return view


_arena: list[Arena] = []  # the one of this process


def arena(size: int, dtype: torch.dtype, device: str, seed: int) -> Arena:
    """The arena of this process, of at least ``size`` bytes; made anew only if it is too small or of another dtype."""
    fits = [
        one for one in _arena if one.bytes >= size and one.buffer.dtype == dtype and one.buffer.device.type == device
    ]
    if not fits:
        _arena.clear()  # before the new one is there, or both would be
        _arena.append(Arena(size // dtype.itemsize, dtype, device, seed))
    return _arena[0]


def held_bytes() -> int:
    """What this process's arena takes, which a larger one would get back."""
    return sum(one.bytes for one in _arena)
