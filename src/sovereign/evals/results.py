"""Where a result goes: one JSON file, replaced as a whole."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from sovereign.errors import OutputError


def write(result: dict[str, Any], path: Path) -> None:
    """Write a result; a reader sees the old file or the new one, never half of one.

    Raises:
        OutputError: if it cannot be written.
    """
    half = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        half.write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        half.replace(path)
    except OSError as error:
        with suppress(OSError):
            half.unlink(missing_ok=True)
        raise OutputError(f"{path} cannot be written: {error.strerror}.", "Give another place with --out.") from None
