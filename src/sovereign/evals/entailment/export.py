"""Write a trained model as one ONNX file in 8 bits: ``python -m sovereign.evals.entailment.export --model DIR --out DIR``.

Products and word embeddings are quantized, each matrix with one scale (onnxruntime's dynamic quantization): a quarter of the
bytes, and no torch to run it. Needs the extras ``lab`` and ``embed``.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from sovereign.models.files import library

from ..command import exit_code
from .train import NAMES

_OPSET = 17
_INPUTS = ("input_ids", "attention_mask", "token_type_ids")


def export(model: Path, out: Path) -> None:
    """Write ``model.onnx``, ``config.json`` and ``tokenizer.json`` from a folder that training wrote."""
    torch, transformers = library("torch", "lab"), library("transformers", "lab")
    library("onnx", "lab")
    quantization = library("onnxruntime.quantization", "embed")
    trained = (
        transformers.AutoModelForSequenceClassification.from_pretrained(
            model, local_files_only=True, attn_implementation="eager"
        )
        .eval()
        .requires_grad_(False)
    )  # constants of the graph may not ask for gradients

    class Logits(torch.nn.Module):  # type: ignore[misc, name-defined]
        def forward(self, *tokens: Any) -> Any:
            return trained(**dict(zip(_INPUTS, tokens, strict=True))).logits

    out.mkdir(parents=True, exist_ok=True)
    sizes = {name: {0: "pairs", 1: "tokens"} for name in _INPUTS} | {"logits": {0: "pairs"}}
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.onnx"
        torch.onnx.export(
            Logits(), tuple(torch.ones(2, 9, dtype=torch.long) for _ in _INPUTS), str(whole), dynamo=False,
            input_names=list(_INPUTS), output_names=["logits"], dynamic_axes=sizes, opset_version=_OPSET,
        )  # fmt: skip
        quantization.quantize_dynamic(str(whole), str(out / "model.onnx"), weight_type=quantization.QuantType.QInt8)
    config = {
        "model_type": "bert",
        "max_position_embeddings": trained.config.max_position_embeddings,
        "id2label": {str(i): name for i, name in enumerate(NAMES.values())},
    }
    (out / "config.json").write_text(json.dumps(config, indent=1) + "\n", "utf-8")
    shutil.copyfile(model / "tokenizer.json", out / "tokenizer.json")
    size = (out / "model.onnx").stat().st_size
    print(f"{out / 'model.onnx'}: {size / 1e6:.1f} MB", file=sys.stderr)


def main(arguments: list[str] | None = None) -> int:
    """Export as the options say."""
    parser = argparse.ArgumentParser(description="Write a trained model as ONNX in 8 bits.")
    parser.add_argument("--model", type=Path, required=True, help="folder that training wrote")
    parser.add_argument("--out", type=Path, required=True, help="folder for the model that runs without torch")
    options = parser.parse_args(arguments)
    return exit_code(lambda: export(options.model, options.out))


if __name__ == "__main__":
    raise SystemExit(main())
