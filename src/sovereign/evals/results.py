"""Where results are: one JSON file each, replaced as a whole, as is all that is made of them."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from sovereign.errors import InputError, OutputError

Result = dict[str, Any]
FOLDER = Path("evals/results")


def read(path: Path) -> Result:
    """A result as it was written.

    Raises:
        InputError: if there is none, or it is no JSON object.
    """
    advice = "Measure it again: docs/evals.md names the command of each result."
    try:
        result = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.", advice) from None
    except (ValueError, RecursionError):
        raise InputError(f"{path} is no JSON text.", advice) from None
    if not isinstance(result, dict):
        raise InputError(f"{path} is no JSON object.", advice)
    return result


def write(result: Result, path: Path) -> None:
    """Write a result; see :func:`put`."""
    put((json.dumps(result, ensure_ascii=False, indent=2) + "\n").encode(), path)


def put(data: bytes, path: Path) -> None:
    """Write a file; a reader sees the old one or the new one, never half of one.

    Raises:
        OutputError: if it cannot be written.
    """
    half = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        half.write_bytes(data)
        half.replace(path)
    except OSError as error:
        with suppress(OSError):
            half.unlink(missing_ok=True)
        raise OutputError(f"{path} cannot be written: {error.strerror}.", "Give another place with --out.") from None
