"""The example documents of the contracts, made from the example record by the functions that make any."""

from __future__ import annotations

from pathlib import PurePosixPath

from ..records import sha256_hex
from .example import benchmark_example, example
from .manifest import Code, ManifestArtifact, PaperManifest, paper_manifest
from .public import document_bytes, documents
from .ramsey import examples as math_examples


def examples() -> dict[str, bytes]:
    """Every example by the name of its contract, as it ships."""
    of_record = {PurePosixPath(path).stem: data for path, data in documents(example()).items()}
    return {
        **of_record,
        "benchmark-evidence": document_bytes(benchmark_example()),
        "paper-manifest": document_bytes(_manifest()),
        "math-result": document_bytes(math_examples()),
    }


def _manifest() -> PaperManifest:
    """The manifest of the example, of a code that does not change with every release."""
    published = example()
    code = Code(name="sovereign-research", version="0.1.0", source_sha256="0" * 64)
    text = published.record.claims[0].quote.text.encode("utf-8")
    artifact = ManifestArtifact(
        type="text",
        label="Stored text of the first work",
        path=f"artifacts/{sha256_hex(text)}",
        media_type="text/plain",
        size=len(text),
        sha256=sha256_hex(text),
    )
    return paper_manifest(published, [artifact], code)
