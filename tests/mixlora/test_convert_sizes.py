"""Round trips of adapters of all sizes, families and routers, made without a model."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("peft")

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file
from torch import Tensor

from sovereign.mixlora import MixLoraConfig, convert
from sovereign.mixlora.architectures import ARCHITECTURES
from sovereign.mixlora.exchange import names
from tests.mixlora.test_convert import config_of
from tests.mixlora.test_reference import CONFIG, tensors, write

DTYPES = (torch.float32, torch.bfloat16, torch.float16, torch.float64)
INNER = {"gate_up_proj": 2, "gate_proj": 1, "up_proj": 1}


def adapter(
    family: str, config: MixLoraConfig, layers: int, hidden: int, inner: int, dtype: torch.dtype
) -> dict[str, Tensor]:
    """Random tensors of ours. The heads of the attention are of three, wherever the model's size does not say."""
    known, (experts, rank, own) = ARCHITECTURES[family], (config.num_experts, config.r, config.expert_r or config.r)
    assert isinstance(experts, int) and isinstance(own, int)
    made: dict[str, tuple[int, ...]] = {}
    for layer in range(layers):
        prefix = f"base_model.model.model.layers.{layer}"
        made[f"{prefix}.mlp.mixlora_router"] = (experts, hidden)
        for role, path in known.projections.items():
            if path in (config.expert_target_modules or ()):
                ins, outs = (inner, hidden) if role == "down_proj" else (hidden, INNER[role] * inner)
                made[f"{prefix}.mlp.mixlora_{role}.lora_A"] = (experts, own, ins)
                made[f"{prefix}.mlp.mixlora_{role}.lora_B"] = (experts, outs, own)
        for path in config.target_modules or ():
            ins, outs = (3, hidden) if path in ("o_proj", "dense") else (hidden, 3)
            made[f"{prefix}.self_attn.{path}.lora_A.weight"] = (rank, ins)
            made[f"{prefix}.self_attn.{path}.lora_B.weight"] = (outs, rank)
    return {name: torch.randn(shape).to(dtype) for name, shape in made.items()}


@st.composite
def configs(draw: st.DrawFn) -> tuple[str, MixLoraConfig]:
    family = draw(st.sampled_from(names.KNOWN))
    known, experts = ARCHITECTURES[family], draw(st.integers(1, 9))
    rates, coefs = st.floats(0.01, 0.99), st.none() | st.floats(0, 2)
    given_: dict[str, Any] = {
        "num_experts": experts,
        "top_k": draw(st.integers(1, experts)),
        "r": draw(st.integers(1, 5)),
        "expert_r": draw(st.none() | st.integers(1, 5)),
        "lora_alpha": draw(st.integers(1, 64)),
        "lora_dropout": draw(rates),
        "expert_lora_dropout": draw(st.none() | rates),
        "use_rslora": draw(st.booleans()),
        "init_lora_weights": draw(st.sampled_from(["kaiming", "gaussian"])),
        "routing_strategy": draw(st.sampled_from(["top_k", "top_p", "switch"])),
        "jitter_noise": draw(st.none() | rates),
        "router_init_range": draw(coefs),
        "router_aux_loss_coef": draw(st.floats(0, 2)),
        "target_modules": draw(st.lists(st.sampled_from(known.attention), unique=True)),
        "expert_target_modules": draw(
            st.lists(st.sampled_from([*known.projections.values()]), unique=True, min_size=1)
        ),
        "base_model_name_or_path": draw(st.none() | st.text(min_size=1, max_size=5)),
        "task_type": "CAUSAL_LM",
        "inference_mode": True,
    }
    if given_["routing_strategy"] == "top_p":
        given_ |= {"top_k": 1, "top_p": draw(rates), "temperature": draw(st.floats(0, 3))}
    elif given_["routing_strategy"] == "switch":
        given_ |= {"top_k": 1, "expert_capacity": draw(st.integers(1, 99)), "router_z_loss_coef": draw(coefs)}
    return family, MixLoraConfig(**given_)


@settings(max_examples=60)
@given(
    made=configs(),
    layers=st.integers(1, 12),
    hidden=st.integers(1, 9),
    inner=st.integers(1, 9),
    dtype=st.sampled_from(DTYPES),
)
def test_there_and_back(
    made: tuple[str, MixLoraConfig], layers: int, hidden: int, inner: int, dtype: torch.dtype
) -> None:
    family, config = made
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config.save_pretrained(str(folder / "a"))
        save_file(
            adapter(family, config, layers, hidden, inner, dtype),
            folder / "a/adapter_model.safetensors",
            {"format": "pt"},
        )
        losses = {loss.part for loss in convert(folder / "a", folder / "b", "reference", act_fn="silu")}
        assert losses <= {"expert_lora", "top_k"}
        convert(folder / "b", folder / "c", "ours", allow_pickle=True)
        convert(folder / "c", folder / "d", "reference", act_fn="silu")
        whole = (folder / "a/adapter_model.safetensors").read_bytes()
        assert (folder / "c/adapter_model.safetensors").read_bytes() == whole
        assert (folder / "d/adapter_model.bin").read_bytes() == (folder / "b/adapter_model.bin").read_bytes()
        assert config_of(folder / "d") == config_of(folder / "b")
        old = family not in ("phi", "phi3") and config.routing_strategy == "top_k"
        if old:
            convert(folder / "b", folder / "e", "legacy", allow_pickle=True)
            convert(folder / "e", folder / "f", "ours", allow_pickle=True)
            assert (folder / "f/adapter_model.safetensors").read_bytes() == whole
        named = {"act_fn", *losses}
        for back in ("c", "f") if old else ("c",):
            first, last = config_of(folder / "a"), config_of(folder / back)
            assert {name for name in first.keys() | last.keys() if first.get(name) != last.get(name)} <= named


@pytest.mark.parametrize("strategy", ["mixlora", "mixlora-dynamic", "mixlora-switch"])
def test_a_configuration_as_the_reference_writes_it(strategy: str, tmp_path: Path) -> None:
    """Its keys, values and nothing else, there and back."""
    own = {
        "mixlora-dynamic": {"top_p": 0.8, "temperature": 0.0},
        "mixlora-switch": {"expert_capacity": 32, "sparse_step": None},
    }
    folder = write(tmp_path / "a", routing_strategy=strategy)
    if strategy in own:
        theirs = {name: value for name, value in CONFIG.items() if name != "top_k"} | own[strategy]
        (folder / "adapter_config.json").write_text(json.dumps(theirs | {"routing_strategy": strategy}))
    convert(folder, tmp_path / "b", "ours", allow_pickle=True)
    assert convert(tmp_path / "b", tmp_path / "c", "reference", act_fn="silu") == []
    assert config_of(tmp_path / "c") == config_of(folder)
    made = torch.load(tmp_path / "c/adapter_model.bin", weights_only=True)
    assert set(made) == set(tensors()) and all(torch.equal(made[name], tensor) for name, tensor in tensors().items())
