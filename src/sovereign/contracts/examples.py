"""The example documents of the contracts, made from the example record by the functions that make any."""

from __future__ import annotations

from pathlib import PurePosixPath

from .example import benchmark_example, example
from .public import document_bytes, documents
from .ramsey import examples as math_examples


def examples() -> dict[str, bytes]:
    """Every example by the name of its contract, as it ships."""
    of_record = {PurePosixPath(path).stem: data for path, data in documents(example()).items()}
    return {
        **of_record,
        "benchmark-evidence": document_bytes(benchmark_example()),
        "math-result": document_bytes(math_examples()),
    }
