"""What to measure: from what a person types to a Config, refusing early what cannot be measured here."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from importlib.util import find_spec
from typing import Literal

from sovereign.errors import InputError

from ..methods import METHODS, method
from ..named import look_up
from ..shapes import SHAPES
from . import machine
from .results import Config

Device = Literal["cpu", "cuda"]
Dtype = Literal["float32", "bfloat16", "float16"]

QUICK_SCALES = ("bert-110m", "opt-125m", "opt-1.3b", "opt-6.7b", "opt-175b")
DTYPES: tuple[Dtype, ...] = ("float32", "bfloat16", "float16")
EXTRA = 'Install the extra that brings it: pip install "sovereign-research[lab]"'


def scale_names() -> dict[str, str]:
    """Shapes by all their names: in full, and by size alone, where OPT goes first: "175b", "110m", "8x7b"."""
    names = {name: name for name in SHAPES}
    for name in sorted(SHAPES, key=lambda one: SHAPES[one].architecture != "opt"):
        names.setdefault(name.split("-", 1)[1], name)
    return names


def scales(given: Iterable[str]) -> tuple[str, ...]:
    """Shapes by what a person calls them, each once, smallest first.

    Raises:
        NotFound: for a scale that there is not; the advice gives the nearest.
    """
    names, order = scale_names(), list(SHAPES)
    return tuple(sorted({look_up(names, one, "scale") for one in given}, key=order.index))


def overhead_config(
    scales_given: Sequence[str] = (),
    methods_given: Sequence[str] = (),
    device: str = "cpu",
    dtype: str | None = None,
    quick: bool = False,
    repeats: int | None = None,
    threads: int | None = None,
    seed: int = 0,
) -> Config:
    """The configuration for what a person asked, everything else by default.

    Raises:
        InputError: no torch, no such device or dtype, sizes that make no sense, or a system without the sandbox.
        NotFound: a scale or method that there is not.
    """
    if sys.platform == "win32":
        raise InputError("measuring needs Linux or macOS, for its sandbox", "Measure in the Linux of Windows (WSL).")
    needs_torch()
    chosen = scales(scales_given) if scales_given else QUICK_SCALES if quick else tuple(SHAPES)
    wanted = {method(name).name for name in methods_given} | {"base"} if methods_given else set(METHODS)
    cores = machine.cores()
    for name, value, least, most in (
        ("repeats", repeats, 2, 1000),  # of one there is no spread
        ("threads", threads, 1, cores),  # threads that share a core measure nothing
        ("seed", seed, 0, 2**32 - 1),
    ):
        if value is not None and not least <= value <= most:
            raise InputError(f"{name} is {least} to {most}, not {value}", "Take a number in that range.")
    return Config(
        scales=chosen,
        methods=tuple(name for name in METHODS if name in wanted),
        device=_device(device),
        dtype=_dtype(dtype, device),
        tokens=(1, 32) if quick else (1, 32, 128, 512),
        contexts=(128,) if quick else (128, 2048),
        routings=("balanced",) if quick else ("balanced", "zipf"),
        repeats=repeats or (2 if quick else 5),
        threads=threads or cores,
        seed=seed,
        quick=quick,
        whole_models=not quick,
    )


def needs_torch() -> None:
    """Raise InputError where torch or what goes with it is missing."""
    for name in ("torch", "transformers", "peft"):
        if find_spec(name) is None:
            raise InputError(f"measuring needs {name}, which is not installed", EXTRA)


def _device(name: str) -> Device:
    if name == "cpu":
        return "cpu"
    if name != "cuda":
        raise InputError(f"there is no device {name[:40]!r}", "Choose cpu or cuda.")
    import torch

    if not torch.cuda.is_available():
        raise InputError("there is no CUDA device here", "Measure with --device cpu, or on a machine that has one.")
    return "cuda"


def _dtype(name: str | None, device: str) -> Dtype:
    """By default the type that the device multiplies fastest."""
    if name is None:
        return "bfloat16" if device == "cuda" or machine.fast_bf16() else "float32"
    for known in DTYPES:
        if name == known:
            return known
    near = get_close_matches(name, DTYPES, n=1)
    advice = f"Did you mean {near[0]}?" if near else f"Choose of {', '.join(DTYPES)}."
    raise InputError(f"there is no dtype {name[:40]!r}", advice)
