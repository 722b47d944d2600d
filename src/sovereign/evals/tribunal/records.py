"""The good records that defects are planted in: those of a folder, or some that are made for it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError

from sovereign.errors import InputError
from sovereign.kernel import Request, run
from sovereign.records import Record, seed_claims
from sovereign.settings import load
from sovereign.store import open_store

from ..pairs import Progress
from .plant import Named

LARGEST = 1 << 27  # bytes of one file
_MOST = 500  # records

# Of different subjects, with and without a comparator, a metric and a range of sizes; the first has measured tables.
QUESTIONS = {
    "overhead": seed_claims().question,
    "lora-latency": "Does LoRA add inference latency compared with full fine-tuning?",
    "qlora-memory": "How much memory does QLoRA save against 16-bit fine-tuning from 7B to 65B parameters?",
    "moe-speed": "How much faster is the inference of mixture-of-experts models than that of dense models from 1B to 100B "
    "parameters?",
    "adapters-glue": "What accuracy do adapters reach against full fine-tuning on GLUE?",
    "offloading": "How does expert offloading change decoding speed and memory of Mixtral 8x7B?",
    "load-balancing": "What is known about load balancing in mixture-of-experts routing?",
    "quantization": "Does quantization reduce the memory of large language models from 7B to 175B parameters?",
    "trainable": "How many trainable parameters does LoRA need compared with adapters and prefix tuning?",
    "multi-lora": "Does multi-LoRA serving reduce throughput against serving merged models?",
    "perplexity": "How does the number of experts affect perplexity from 100M to 10B parameters?",
    "training-memory": "How much training memory does LoRA need against full fine-tuning from 1B to 100B parameters?",
}


def made(progress: Progress = lambda text: None) -> list[Named]:
    """Records that the kernel answers over the starter library, without embedder and without measuring, in a home that is
    then removed."""
    found = []
    with tempfile.TemporaryDirectory(prefix="sovereign-tribunal-") as folder:
        settings = load({"home": folder, "embedder": "none", "measure_seconds": 0}, environ={})
        with open_store(Path(folder)) as store:
            for name, question in QUESTIONS.items():
                progress(f"answering {name}")
                found.append(Named(name, run(Request(question, settings, ()), store).model_dump(mode="json")))
    return found


def given(folder: Path, skipped: Callable[[str], None]) -> list[Named]:
    """The records of a folder and those below it, in the order of their paths, each once; ``skipped`` is told of what is none.

    Raises:
        InputError: if the folder is not there, or holds no record or too many.
    """
    advice = "Give a folder with record.json files, as “sovereign ask --out” writes them."
    if not folder.is_dir():
        raise InputError(f"There is no folder {folder}.", advice)
    found: dict[str, Named] = {}
    for path in sorted(p for p in folder.rglob("*.json") if p.is_file()):
        try:
            record = _record(path)
        except ValueError as error:
            skipped(f"{path} is left out: {error}.")
            continue
        data = record.model_dump(mode="json")
        first = found.setdefault(json.dumps(data, sort_keys=True), Named(str(path.relative_to(folder)), data))
        if first.name != str(path.relative_to(folder)):
            skipped(f"{path} is left out: it is the same record as {first.name}.")
        if len(found) > _MOST:
            raise InputError(f"{folder} holds more than {_MOST} records.", "Give a folder with fewer.")
    if not found:
        raise InputError(f"{folder} holds no record.", advice)
    return list(found.values())


def _record(path: Path) -> Record:
    """The record of a file.

    Raises:
        ValueError: saying in words why it is none.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError(f"it is larger than {LARGEST >> 20} MiB")
        return Record.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ValueError(f"it cannot be read ({error.strerror})") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise ValueError(f"it is no record ({f'{place}: ' if place else ''}{first['msg']})") from None
