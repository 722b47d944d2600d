"""Counts by implementations that share no module with ours: the reference packages, in an interpreter of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sovereign.errors import SovereignError

from ..protocol import Given
from ..shapes import shape

_SCRIPT = Path(__file__).with_name("reference_count.py")
_COUNTED = ("mixlora", "lora")
_SECONDS = 240


def needs() -> tuple[str, ...]:
    """Packages that are missing here."""
    return tuple(p for p in ("torch", "transformers", "peft", "mixlora") if find_spec(p) is None)


def counts(given: Given) -> bool:
    """Whether these packages can count all cases: MixLoRA and LoRA on a Llama."""
    return shape(given["shape"]).architecture == "llama" and all(c["method"] in _COUNTED for c in given["cases"])


def count(given: Given) -> dict[str, Any]:
    """Base and trained parameters of every case, and the packages that counted them.

    Raises:
        SovereignError: if the script fails, or a module of ours was loaded by it.
    """
    one = shape(given["shape"])
    sizes = {
        "hidden_size": one.hidden_size,
        "intermediate_size": one.intermediate_size,
        "num_hidden_layers": one.num_hidden_layers,
        "num_attention_heads": one.num_attention_heads,
        "num_key_value_heads": one.num_key_value_heads,
        "vocab_size": one.vocab_size,
    }
    # -I: no module of ours can come from the current folder or from PYTHONPATH.
    ran = subprocess.run(
        [sys.executable, "-I", str(_SCRIPT)],
        input=json.dumps({"sizes": sizes, "cases": given["cases"]}),
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    if ran.returncode:
        last = ran.stderr.strip().splitlines()[-1:] or ["no message"]
        raise SovereignError(f"the reference packages failed: {last[0]}", "Install mixlora 0.2.3 and the extra lab.")
    found: dict[str, Any] = json.loads(ran.stdout)
    if found["modules_of_ours"]:
        raise SovereignError(
            "the reference count loaded modules of sovereign", "It must share none with the first count."
        )
    return found
