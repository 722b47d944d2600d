"""How results are told: names of methods and settings, the order of shapes, figures with sensible digits."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from statistics import median
from types import MappingProxyType

from ..counts import parameters
from ..methods import variant
from ..shapes import SHAPES
from .results import Environment, How, Latency, Memory, Results

# In the order of tables and legends. The names are those by which questions and papers call them.
LABELS = MappingProxyType(
    {
        "base": "base model",
        "full_fine_tuning": "full fine-tuning",
        "mixlora": "MixLoRA (factored)",
        "mixlora_reference": "MixLoRA (reference)",
        "mixlora_naive": "MixLoRA (naive)",
        "lora": "LoRA (unmerged)",
        "lora_merged": "merged LoRA",
        "adapters": "serial adapters",
        "upcycling": "sparse upcycling",
        "mixtral": "native mixture of experts",
    }
)
MARKS: dict[How, str] = {"measured": "m", "composed": "c", "tiled": "t", "modelled": "d"}
MEANINGS: dict[How, str] = {
    "measured": "measured as it stands",
    "composed": "composed from measured parts: layers times block, plus embedding and head",
    "tiled": "composed from parts of which at least one was measured in slices and scaled",
    "modelled": "computed by the cost model",
}
FAMILIES = {"opt": "OPT", "bert": "BERT", "llama": "Llama-2", "mixtral": "Mixtral"}
OPTIMIZER_NAMES = {"adamw_mixed": "AdamW in mixed precision", "adamw_fp32": "AdamW in fp32"}
MAIN_FAMILY = "opt"
_SIZE = re.compile(r"(?P<number>\d+(?:\.\d+)?)(?P<unit>[mb])")
_UNITS = {"m": 1e6, "b": 1e9}


def in_order(methods: Iterable[str]) -> list[str]:
    """Methods in the order of tables, each once; those without a label last."""
    rank = {name: at for at, name in enumerate(LABELS)}
    return sorted(dict.fromkeys(methods), key=lambda name: (rank.get(name, len(rank)), name))


def label(method: str) -> str:
    """A method as tables call it."""
    return LABELS.get(method, method.replace("_", " "))


def count_of(shape: str) -> int:
    """Parameters of a shape, exactly."""
    return parameters(variant(shape, "base")).base


def size_of(shape: str) -> str:
    """The size in a shape's name: ``1.3B``, ``8x7B``."""
    return shape.rpartition("-")[2].replace("m", "M").replace("b", "B")


def nominal(shape: str) -> float:
    """Parameters that a shape goes by: 1.1e8 of BERT-base, which has 109,482,240; exactly where its name gives none."""
    found = _SIZE.fullmatch(shape.rpartition("-")[2])
    return float(found["number"]) * _UNITS[found["unit"]] if found else float(count_of(shape))


def named(shape: str) -> str:
    """A shape with its family: ``OPT 1.3B``."""
    return f"{FAMILIES[SHAPES[shape].architecture]} {size_of(shape)}"


def on_main_axis(shape: str) -> bool:
    """Whether it is of the family in which scale alone changes."""
    return SHAPES[shape].architecture == MAIN_FAMILY


def by_size(shapes: Iterable[str]) -> list[str]:
    """The main axis first, then other architectures, each by number of parameters."""
    return sorted(dict.fromkeys(shapes), key=lambda name: (not on_main_axis(name), count_of(name)))


def digits(value: float, significant: int = 3) -> str:
    """``12.3``, ``0.0457``, ``1,230``: so many significant digits, and never an exponent."""
    if not math.isfinite(value):
        return "–"
    if value == 0:
        return "0"
    places = significant - 1 - math.floor(math.log10(abs(value)))
    rounded = round(value, places)
    if abs(rounded) >= 10 ** (significant - places):  # 9.999 became 10.00
        places -= 1
    return f"{rounded:,.{max(places, 0)}f}"


def times(ratio: float) -> str:
    """A ratio with two decimals, small ones with two digits: ``1.07``, ``0.13``, ``0.0041``."""
    return f"{ratio:.2f}" if ratio >= 0.1 else digits(ratio, 2)


def percent(share: float) -> str:
    """``4.2 %``, ``1,342 %``: to two digits, from 100 on to the whole number, since one that is rounded to tens reads as another."""
    return f"{digits(100 * share, max(2, len(str(int(abs(100 * share))))))} %"


def milliseconds(seconds: float) -> str:
    """Seconds per token in ms, to three digits."""
    return digits(1000 * seconds)


def duration(seconds: float) -> str:
    """``14.3 ms``, ``17.5 s``: to three digits."""
    return f"{digits(seconds)} s" if seconds >= 0.9995 else f"{milliseconds(seconds)} ms"


def size(amount: float) -> str:
    """Bytes as a person reads them, in powers of ten: ``2.79 TB``, ``912 MB``."""
    for unit, power in (("TB", 12), ("GB", 9), ("MB", 6), ("kB", 3)):
        if amount >= 0.9995 * 10**power:
            return f"{digits(amount / 10**power)} {unit}"
    return f"{amount:.0f} bytes"


def setting(row: Latency) -> str:
    """``batch of 8, 512 tokens of context`` or ``prompt of 32 tokens``."""
    if row.phase == "prefill":
        return f"prompt of {_many(row.tokens, 'token')}" + (f", batch of {row.batch_size}" * (row.batch_size > 1))
    return f"batch of {row.batch_size}, {_many(row.context_length, 'token')} of context"


def training_setting(row: Memory) -> str:
    """``AdamW in mixed precision, one sequence of 512 tokens``."""
    by = f"{OPTIMIZER_NAMES.get(row.optimizer, row.optimizer.replace('_', ' '))}, " if row.optimizer else ""
    sequences = "one sequence" if row.batch_size == 1 else f"{row.batch_size} sequences"
    return f"{by}{sequences} of {_many(row.tokens, 'token')}"


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def machine(environment: Environment) -> str:
    """What was timed and how it was used: ``AMD EPYC 7B13, 2 threads, bfloat16``, or ``NVIDIA A100-SXM4-40GB, float16``."""
    threads = "" if on_gpu(environment) else f", {_many(environment.threads, 'thread')}"
    return f"{timed(environment)}{threads}, {environment.dtype}"


def on_gpu(environment: Environment) -> bool:
    """Whether a GPU was timed: ``device`` is its name then."""
    return environment.device != "cpu"


def timed(environment: Environment) -> str:
    """The name of what was timed, processor or GPU."""
    return environment.device if on_gpu(environment) else environment.processor


def where(environment: Environment) -> str:
    """On what it was measured and when, in one line."""
    torch = environment.libraries.get("torch")
    with_ = f", torch {torch}" if torch else ""
    return f"{machine(environment)}{with_}, {environment.measured_at[:10]}"


def model_error(results: Results) -> float | None:
    """Median deviation of the predicted from the measured growth of a process's peak; None if none was measured."""
    return median(abs(check.error) for check in results.memory_checks) if results.memory_checks else None
