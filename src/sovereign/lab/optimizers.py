"""Memory of optimizers: bytes for a trained parameter, its gradient and the state kept for it."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from types import MappingProxyType
from typing import NamedTuple

from .counts import Tensor
from .named import look_up

BLOCK = 2048  # entries that share one scale in block-wise quantisation


class Optimizer(NamedTuple):
    """``parameter`` and ``gradient`` in bytes each; ``state`` gives the bytes kept for all copies of a tensor.

    Activations are of the parameters' type.
    """

    name: str
    parameter: int
    gradient: int
    state: Callable[[Tensor], int]
    source: str


def _two_moments(tensor: Tensor) -> int:
    """First and second moment in fp32."""
    return 8 * tensor.parameters


def _two_moments_and_master(tensor: Tensor) -> int:
    """fp32 copy of the parameters, first and second moment."""
    return 12 * tensor.parameters


def _factored(tensor: Tensor) -> int:
    """Second moment in fp32: a row and a column of sums for a matrix, in full for a vector. No first moment."""
    return 4 * (tensor.rows + tensor.columns) * tensor.copies


def _blockwise(tensor: Tensor) -> int:
    """Two moments of one byte, each with one fp32 scale a block."""
    return 2 * (tensor.entries + 4 * ceil(tensor.entries / BLOCK)) * tensor.copies


_TABLE = (
    Optimizer("adamw_fp32", 4, 4, _two_moments, "Kingma & Ba 2014, arXiv 1412.6980, algorithm 1: 4 + 4 + 4 + 4"),
    Optimizer(
        "adamw_mixed",
        2,
        2,
        _two_moments_and_master,
        "Rajbhandari et al. 2020 (ZeRO), arXiv 1910.02054, section 3.1: 2 + 2 + 12",
    ),
    Optimizer(
        "adafactor", 4, 4, _factored, "Shazeer & Stern 2018, arXiv 1804.04235, algorithm 4: 4 + 4, rows + columns"
    ),
    Optimizer(
        "adam_8bit",
        4,
        4,
        _blockwise,
        "Dettmers et al. 2021, arXiv 2110.02861, section 2: 4 + 4 + 1 + 1, and a scale for 2048 entries",
    ),
)
OPTIMIZERS = MappingProxyType({one.name: one for one in _TABLE})


def optimizer(name: str) -> Optimizer:
    """The optimizer of that name.

    Raises:
        NotFound: if there is none; the advice gives the nearest name.
    """
    return look_up(OPTIMIZERS, name, "optimizer")
