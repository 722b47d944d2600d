"""Results of the full run that ship in the package, so that an installation without torch answers from them."""

from __future__ import annotations

import gzip
import json
from importlib import resources
from importlib.resources.abc import Traversable
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from sovereign.errors import InputError

from .results import RESULTS_VERSION, Results

NAMES = ("results.json.gz", "results.json")
MAX_BYTES = 100_000_000  # of results.json, unpacked


class Kept(NamedTuple):
    """Results and the bytes of ``results.json`` that they were read from."""

    results: Results
    data: bytes


def shipped(folder: Traversable | Path | None = None) -> Kept | None:
    """The results that ship, or None where none do. ``folder`` is the package's own by default.

    Raises:
        InputError: if they are damaged, or of another version.
    """
    place = folder or resources.files("sovereign").joinpath("data", "overhead")
    for name in NAMES:
        file = place.joinpath(name)
        if file.is_file():
            data = _unpacked(file.read_bytes(), name) if name.endswith(".gz") else file.read_bytes()
            return Kept(read(data, name), data)
    return None


def read(data: bytes, name: str = "results.json") -> Results:
    """Results from the bytes of ``results.json``.

    Raises:
        InputError: if they are none, or of another version.
    """
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{name} is no JSON: {error}", "Measure anew: sovereign lab overhead.") from error
    version = found.get("version") if isinstance(found, dict) else None
    if version != RESULTS_VERSION:
        raise InputError(
            f"{name} is of version {str(version)[:40]!r}, and this program reads {RESULTS_VERSION!r}",
            "Measure anew, or use the version of sovereign that wrote it.",
        )
    try:
        return Results.model_validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{name} does not hold results: {place}: {first['msg']}", "Measure anew.") from error


def _unpacked(data: bytes, name: str) -> bytes:
    """The content of a gzip file, of which no more than a limit is unpacked."""
    try:
        with gzip.open(BytesIO(data)) as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, EOFError) as error:
        raise InputError(f"{name} cannot be unpacked: {error}", "Install sovereign again.") from error
    if len(content) > MAX_BYTES:
        raise InputError(f"{name} is larger than {MAX_BYTES:,} bytes", "Install sovereign again.")
    return content
