"""Adapters that ``convert`` writes compute the same in the reference package, for every family of models that it knows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("peft")

import peft
import torch

from sovereign.mixlora import convert
from sovereign.mixlora.exchange.names import KNOWN
from tests.mixlora.test_convert import ours
from tests.mixlora.tiny import tiny, tokens

ACTIVATIONS = {"phi": "gelu_new", "gemma": "gelu_pytorch_tanh", "gemma2": "gelu_pytorch_tanh"}


@pytest.mark.parametrize("family", KNOWN)
def test_the_reference_package_computes_the_same(family: str, tmp_path: Path) -> None:
    reference: Any = pytest.importorskip("mixlora", reason="the reference package, mixlora 0.2.3, is not installed")
    tiny(family).save_pretrained(tmp_path / "base")
    source = ours(tmp_path / "a", family, top_k=3, use_rslora=True, base=str(tmp_path / "base"))
    convert(source, tmp_path / "b", "reference", act_fn=ACTIVATIONS.get(family, "silu"))
    theirs, _ = reference.MixLoraModelForCausalLM.from_pretrained(str(tmp_path / "b"))
    theirs.eval()
    for module in theirs.modules():  # its experts are in dictionaries, where eval() does not find their dropout
        for moe in getattr(module, "mixlora_moes", {}).values():
            for lora in moe.experts_.values():
                lora.dropout_.p = 0.0
    own = peft.PeftModel.from_pretrained(tiny(family), str(source)).eval()(tokens()).logits
    assert (own - theirs(tokens()).logits).abs().max() <= 1e-5
    assert not torch.allclose(own, tiny(family)(tokens()).logits, atol=1e-2)
