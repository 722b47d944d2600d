"""Adapters that ``convert`` writes, as MoE-PEFT 2.0.2 computes them in an environment of its own: ``make test-reference``."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("peft")

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from sovereign.mixlora import convert, load_reference_adapter
from sovereign.mixlora.losses import load_balance_loss, router_z_loss
from tests.mixlora.test_convert import config_of
from tests.mixlora.tiny import adapted, tiny, tokens

SCRIPT = Path(__file__).resolve().parents[2] / "tools/moe_peft_logits.py"
PYTHON = os.environ.get("MOE_PEFT_PYTHON")
pytestmark = pytest.mark.skipif(not PYTHON, reason="not held against MoE-PEFT 2.0.2: run make test-reference")

COMMON: dict[str, Any] = {"lora_dropout": 0.05, "lora_alpha": 6, "jitter_noise": 0.0, "router_init_range": 1.0}
CASES: dict[str, dict[str, Any]] = {
    "top_k": {"top_k": 2, "router_aux_loss_coef": 0.5},
    "top_k-experts": {"top_k": 3, "expert_r": 5, "expert_lora_alpha": 20, "use_rslora": True},
    "top_p": {"routing_strategy": "top_p", "top_p": 0.7},
    "top_p-all": {"routing_strategy": "top_p", "top_p": 1.0},
    "top_p-one": {"routing_strategy": "top_p", "top_p": 0.01},
    "top_p-temperature": {"routing_strategy": "top_p", "top_p": 0.8, "temperature": 0.6},
    "switch": {"routing_strategy": "switch", "expert_capacity": 32, "router_z_loss_coef": 0.25},
    "switch-overflow": {"routing_strategy": "switch", "expert_capacity": 1},
}

NEVER_SAVED = {"router_aux_loss_coef", "router_init_range", "jitter_noise", "router_z_loss_coef"}  # by the reference


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base, an adapter of ours for each case, converted, and the answers of the reference."""
    root = tmp_path_factory.mktemp("moe-peft")
    tiny().save_pretrained(root / "base")
    save_file({"tokens": tokens(3, 11), "mask": torch.ones(3, 11, dtype=torch.int64)}, root / "inputs.safetensors")
    for name, changes in CASES.items():
        adapted(**(COMMON | changes)).save_pretrained(str(root / "ours" / name))
        convert(root / "ours" / name, root / "adapters" / name, "reference", act_fn="silu")
    assert PYTHON
    alone = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    ran = subprocess.run([PYTHON, str(SCRIPT), str(root)], capture_output=True, text=True, env=alone, check=False)
    assert ran.returncode == 0, ran.stderr[-3000:]
    return root


@pytest.fixture(scope="module")
def theirs(folder: Path) -> dict[str, Tensor]:
    return load_file(folder / "answers.safetensors")


def ours(folder: Path, name: str) -> Any:
    return load_reference_adapter(tiny(), folder / "adapters" / name, allow_pickle=True).eval()


@pytest.mark.parametrize("name", [name for name in CASES if name != "switch-overflow"])
def test_the_same_logits(name: str, folder: Path, theirs: dict[str, Tensor]) -> None:
    own = ours(folder, name)(tokens(3, 11)).logits
    assert (own - theirs[f"{name}.logits"]).abs().max() <= 1e-5
    assert not torch.allclose(own, tiny()(tokens(3, 11)).logits, atol=1e-2)


@pytest.mark.parametrize("name", CASES)
def test_what_the_reference_saves_is_what_it_was_given(name: str, folder: Path, tmp_path: Path) -> None:
    """Loaded and saved by its own code, and converted back: our first file, byte for byte."""
    convert(folder / "saved" / name, tmp_path / "back", "ours", allow_pickle=True)
    first, last = (f / "adapter_model.safetensors" for f in (folder / "ours" / name, tmp_path / "back"))
    assert first.read_bytes() == last.read_bytes()
    given, saved = (config_of(folder / f / name) for f in ("adapters", "saved"))
    for config in (given, saved):
        config["target_modules"].sort()
        del config["base_model_name_or_path"]
    inherited = {"use_rslora": True, "bias": "none", "lora_dropout": 0.05}  # of the attention's, for the experts' own
    given |= {"expert_lora": given["expert_lora"] | inherited} if "expert_lora" in given else {}
    assert saved == {name: value for name, value in given.items() if name not in NEVER_SAVED}


def test_overflow_is_what_differs(folder: Path, theirs: dict[str, Tensor]) -> None:
    """A token that finds no room: the reference goes on with its input times its weight, ours with the frozen block's
    output times its weight. All others are the same."""
    name = "switch-overflow"
    model = ours(folder, name)
    assert (model(tokens(3, 11)).logits - theirs[f"{name}.logits"]).abs().max() > 1e-3
    block, given = model.base_model.model.model.layers[0].mlp, theirs[f"{name}.input"]
    hidden, made = given.view(33, 16), theirs[f"{name}.output"].view(33, 16)
    routing = block.adapter_configs["default"].router()(hidden, block.mixlora_router["default"], 11, False)
    own, overflow = block(given).view(33, 16), routing.indices[:, 0] < 0
    assert 0 < overflow.sum() < 33
    assert (own - made)[~overflow].abs().max() <= 1e-5
    assert (routing.weights * hidden - made)[overflow].abs().max() <= 1e-5
    assert (routing.weights * block.base_layer(hidden) - own)[overflow].abs().max() <= 1e-5


def test_the_reference_skips_a_switch_block_in_inference(theirs: dict[str, Tensor]) -> None:
    """The reason why it is run as in training here."""
    assert torch.equal(theirs["switch.inference_output"], theirs["switch.inference_input"])
    assert not torch.allclose(theirs["switch.output"], theirs["switch.input"], atol=1e-2)


@pytest.mark.parametrize("name", CASES)
def test_the_same_router_loss(name: str, folder: Path, theirs: dict[str, Tensor]) -> None:
    """Every token counts here: the mask is all ones, which the reference leaves out for top-p and switch."""
    config = ours(folder, name).peft_config["default"]
    layers = theirs[f"{name}.router"].chunk(2)
    loss = config.router_aux_loss_coef * load_balance_loss(layers, config.router().chosen, torch.ones(3, 11))
    loss = loss + (config.router_z_loss_coef or 0) * router_z_loss(layers)
    assert torch.allclose(loss, theirs[f"{name}.loss"], rtol=1e-5, atol=0)
