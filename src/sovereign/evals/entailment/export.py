"""Write a trained model as one ONNX file in 8 bits: ``python -m sovereign.evals.entailment.export --model DIR --out DIR``.

Products and word embeddings are quantized, each column with its scale (onnxruntime's dynamic quantization): a quarter of the
bytes, and no torch to run it. The tensors of an adapter are further inputs of the graph, by the names that they have in its
file, so that one model serves with any adapter. Needs the extra ``lab``.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
from pathlib import Path
from typing import Any

from sovereign.models.files import library

from ..command import exit_code
from .adapt import Adapted

_OPSET = 17
_TOKENS = ("input_ids", "attention_mask", "token_type_ids")


def export(model: Path, out: Path) -> None:
    """Write ``model.onnx`` from a folder that training wrote."""
    torch = library("torch", "lab")
    library("onnx", "lab")
    quantization = library("onnxruntime.quantization", "lab")
    adapted = Adapted(model)

    class Logits(torch.nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.model = (
                adapted.model
            )  # a part of it, so that its weights are tensors of the graph that can be quantized

        def forward(self, *given: Any) -> Any:
            adapted.parts.update(zip(adapted.parts, given[len(_TOKENS) :], strict=True))
            return adapted.logits_of(dict(zip(_TOKENS, given, strict=False)))

    out.mkdir(parents=True, exist_ok=True)
    sizes = {name: {0: "pairs", 1: "tokens"} for name in _TOKENS} | {"logits": {0: "pairs"}}
    tokens = tuple(torch.ones(2, 9, dtype=torch.long) for _ in _TOKENS)
    names, parts = list(adapted.parts), tuple(part.detach() for part in adapted.parts.values())
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.onnx"
        torch.onnx.export(
            Logits(), (*tokens, *parts), str(whole), dynamo=False, input_names=[*_TOKENS, *names],
            output_names=["logits"], dynamic_axes=sizes, opset_version=_OPSET,
        )  # fmt: skip
        quantization.quantize_dynamic(
            str(whole), str(out / "model.onnx"), weight_type=quantization.QuantType.QInt8, per_channel=True,
            reduce_range=True,  # 7 bits: older processors overflow with 8, and would give other probabilities
        )  # fmt: skip
    content = (out / "model.onnx").read_bytes()
    said = f"{out / 'model.onnx'}: {len(content) / 1e6:.1f} MB, SHA-256 {hashlib.sha256(content).hexdigest()}"
    print(said, file=sys.stderr)


def main(arguments: list[str] | None = None) -> int:
    """Export as the options say."""
    parser = argparse.ArgumentParser(description="Write a trained model as ONNX in 8 bits.")
    parser.add_argument("--model", type=Path, required=True, help="folder that training wrote")
    parser.add_argument("--out", type=Path, required=True, help="folder for the model that runs without torch")
    options = parser.parse_args(arguments)
    return exit_code(lambda: export(options.model, options.out))


if __name__ == "__main__":
    raise SystemExit(main())
