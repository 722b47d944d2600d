"""Folders that hold an adapter, in three formats:

- ``ours``: peft's, ``adapter_config.json`` and ``adapter_model.safetensors``;
- ``reference``: of ``mixlora`` 0.2.3 and MoE-PEFT 2.0.2, the same configuration file with other names in it, and
  ``adapter_model.bin``, a pickled dictionary of tensors;
- ``legacy``: what these packages wrote before, told by the routing strategy "mixtral".
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

FORMATS = ("ours", "reference", "legacy")
CONFIG, SAFETENSORS, PICKLE = "adapter_config.json", "adapter_model.safetensors", "adapter_model.bin"
MAX_CONFIG = 1 << 20  # bytes; a real one has two thousand
MAX_TENSORS = 1 << 36  # bytes, 64 GiB; an adapter of a model of 7 billion parameters has one
DTYPES = (torch.float32, torch.float64, torch.bfloat16, torch.float16)


def format_of(config: dict[str, Any]) -> str:
    """The format that a configuration is written in."""
    strategy = str(config.get("routing_strategy"))
    return "legacy" if strategy == "mixtral" else "reference" if strategy.startswith("mixlora") else "ours"


def read_config_file(folder: Path) -> dict[str, Any]:
    """The configuration as it stands there. ValueError if it is missing, too large or no JSON object."""
    path = folder / CONFIG
    try:
        if path.stat().st_size > MAX_CONFIG:
            raise ValueError(f"it has {path.stat().st_size} bytes")
        config = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(config, dict):
            raise ValueError("it holds no object")
    except (OSError, ValueError, RecursionError) as error:
        raise ValueError(f"{path} is not the configuration of a MixLoRA adapter: {error!r}") from error
    return config


def read_tensors(folder: Path, format: str, allow_pickle: bool = False) -> dict[str, Tensor]:
    """The tensors by name, on the CPU.

    Raises ValueError if the file is a pickle and ``allow_pickle`` is false, is missing or truncated, holds anything else,
    or a number in it is not finite.
    """
    path = folder / (SAFETENSORS if format == "ours" else PICKLE)
    if format != "ours" and not allow_pickle:
        raise ValueError(
            f"{path} is a pickle: if you trust where it comes from, pass allow_pickle=True (--allow-pickle). It is then "
            "read with weights_only=True"
        )
    try:
        if (size := path.stat().st_size) > MAX_TENSORS:
            raise ValueError(f"it has {size} bytes, which no adapter has")
        if format != "ours":
            _refuse_compressed(path)
        tensors = load_file(path) if format == "ours" else torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a damaged pickle raises nearly anything
        reason = str(error).splitlines()[0] if str(error) else repr(error)
        raise ValueError(f"{path} cannot be read; it is missing, truncated or no file of tensors: {reason}") from error
    if not isinstance(tensors, dict) or not all(
        isinstance(name, str) and isinstance(tensor, Tensor) for name, tensor in tensors.items()
    ):
        raise ValueError(f"{path} does not hold a dictionary of tensors")
    return {name: _checked(path, name, tensor.detach()) for name, tensor in tensors.items()}  # some are parameters


def _refuse_compressed(path: Path) -> None:
    """ValueError for a ``.bin`` whose parts are compressed, which ``torch.save`` does not do: few bytes could fill the
    memory."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as parts:
            if any(part.compress_type != zipfile.ZIP_STORED for part in parts.infolist()):
                raise ValueError("its parts are compressed")


def _checked(path: Path, name: str, tensor: Tensor) -> Tensor:
    if tensor.layout != torch.strided or tensor.dtype not in DTYPES or tensor.device.type != "cpu":
        raise ValueError(
            f"{path}: {name} is {tensor.layout}, {tensor.dtype}, on {tensor.device}; dense floats are needed"
        )
    if tensor.numel() * tensor.element_size() > tensor.untyped_storage().nbytes():
        raise ValueError(f"{path}: {name} claims the size {list(tensor.shape)}, but has fewer numbers in the file")
    if not bool(torch.isfinite(tensor).all()):
        raise ValueError(f"{path}: {name} holds NaN or infinity")
    return tensor


def refuse_existing(target: Path) -> None:
    """ValueError if there is something already."""
    if os.path.lexists(target):  # False, not an error, for a name that no file can have
        raise ValueError(f"{target} exists: name a folder that does not")


def write(target: Path, format: str, config: dict[str, Any], tensors: dict[str, Tensor]) -> None:
    """Both files, or nothing. ValueError if ``target`` exists or cannot be written."""
    refuse_existing(target)

    def fill(folder: Path) -> None:
        text = json.dumps(config, indent=2 if format == "ours" else 4, sort_keys=format == "ours")
        (folder / CONFIG).write_text(text, encoding="utf-8")
        own = {name: tensor.clone().contiguous() for name, tensor in tensors.items()}  # a slice would keep its whole
        if format == "ours":
            save_file(own, folder / SAFETENSORS, metadata={"format": "pt"})
        else:
            torch.save(own, folder / PICKLE)

    try:
        _at_once(target, fill)
    except (OSError, RuntimeError, SafetensorError) as error:  # a full disk is a RuntimeError of torch.save
        raise ValueError(f"{target} cannot be written: {error}") from error


def _at_once(target: Path, fill: Callable[[Path], None]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        fill(folder)
        folder.chmod(0o755)
        folder.rename(target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
