"""What can be set, what cannot, and that nothing is lost on the way through a file."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("peft")

import peft
import torch

from sovereign.mixlora import MixLoraConfig, MixLoraLayer
from tests.mixlora.tiny import settings, tiny, tokens

UNUSUAL: dict[str, Any] = {
    "num_experts": 5,
    "top_k": 3,
    "top_p": 0.5,
    "temperature": 0.9,
    "expert_capacity": 7,
    "norm_topk_prob": True,
    "shared_expert": True,
    "use_dora": True,
    "routing_strategy": "top_p",
    "r": 7,
    "lora_alpha": 9.5,
    "lora_dropout": 0.25,
    "use_rslora": True,
    "expert_r": 2,
    "expert_lora_alpha": 3,
    "expert_lora_dropout": 0.0,
    "target_modules": ["q_proj"],
    "expert_target_modules": ["down_proj"],
    "layers_to_transform": [1],
    "modules_to_save": ["lm_head"],
    "router_aux_loss_coef": 0.02,
    "router_z_loss_coef": 0.003,
    "router_loss_across_processes": True,
    "jitter_noise": 0.1,
    "router_init_range": 0.5,
    "init_lora_weights": "gaussian",
    "task_type": "CAUSAL_LM",
    "base_model_name_or_path": "somewhere",
}


def test_every_setting_survives_a_file(tmp_path: Path) -> None:
    config = MixLoraConfig(**UNUSUAL)
    config.save_pretrained(str(tmp_path))
    assert MixLoraConfig.from_pretrained(str(tmp_path)) == config
    assert peft.PeftConfig.from_pretrained(str(tmp_path)) == config
    defaults = {field.name: field.default for field in dataclasses.fields(MixLoraConfig)}
    assert not {name for name, value in UNUSUAL.items() if defaults[name] == value}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"top_k": 9}, "top_k is 9, but there are only 8 experts: lower top_k or raise num_experts"),
        ({"num_experts": [4, 1]}, "top_k is 2, but there are only 1 experts"),
        (
            {"num_experts": []},
            r"num_experts must be a whole number of at least 1, or a list of such numbers, but is \[\]",
        ),
        ({"expert_r": [4, 0]}, "expert_r must be a whole number of at least 1, or a list"),
        ({"top_k": [1, 2]}, r"top_k must be a whole number of at least 1, but is \[1, 2\]"),
        ({"lora_alpha": None}, "lora_alpha must have a value, but is None; left out it is 32"),
        ({"top_p": 0.0}, "top_p must be above 0 and at most 1, but is 0.0"),
        ({"temperature": -1.0}, "temperature must be at least 0"),
        ({"expert_capacity": 0}, "expert_capacity must be a whole number of at least 1, but is 0"),
        ({"routing_strategy": "switch", "norm_topk_prob": True}, "norm_topk_prob cannot be true for the switch router"),
        ({"use_dora": "yes"}, "use_dora must be true or false, but is 'yes'"),
        ({"top_k": 0}, "top_k must be a whole number of at least 1, but is 0"),
        ({"num_experts": 2.5}, "num_experts must be a whole number"),
        ({"r": 0}, "r must be a whole number of at least 1, but is 0"),
        ({"r": "16"}, "r must be a whole number of at least 1, but is '16'"),
        ({"expert_r": -1}, "expert_r must be a whole number"),
        ({"lora_dropout": 1.0}, "lora_dropout must be at least 0 and below 1; 0 turns it off, but is 1.0"),
        ({"lora_dropout": -0.1}, "lora_dropout must be"),
        ({"expert_lora_dropout": float("nan")}, "expert_lora_dropout must be"),
        ({"lora_alpha": 0}, "lora_alpha must be above 0"),
        ({"router_aux_loss_coef": -1.0}, "router_aux_loss_coef must be at least 0"),
        ({"routing_strategy": "topk"}, "routing_strategy must be one of .*did you mean 'top_k'"),
        ({"routing_strategy": "mixlora"}, "load_reference_adapter"),
        ({"init_lora_weights": "gausian"}, "did you mean 'gaussian'"),
        ({"target_modules": "all-linear"}, "would put a LoRA where the experts are"),
        ({"expert_target_modules": []}, "expert_target_modules is empty"),
        ({"layers_to_transform": [-1]}, "counts layers from 0"),
        ({"task_type": "POETRY"}, "Invalid task type"),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        MixLoraConfig(**wrong)


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [("top_k", (True, 0.0, 0.02, 0.0)), ("top_p", (False, 0.0, 0.02, 0.0)), ("switch", (False, 0.01, 1.0, 0.001))],
)
def test_what_is_open_is_filled_in_by_the_router(strategy: str, expected: tuple[float, ...]) -> None:
    config = MixLoraConfig(routing_strategy=strategy)
    names = ("norm_topk_prob", "jitter_noise", "router_init_range", "router_z_loss_coef")
    assert tuple(getattr(config, name) for name in names) == expected
    assert MixLoraConfig(routing_strategy=strategy, router_init_range=0.5).router_init_range == 0.5


def test_experts_and_ranks_by_layer(tmp_path: Path) -> None:
    """From the first adapted layer on, as in MoLA (arXiv 2402.08562)."""
    model = peft.get_peft_model(
        tiny(num_hidden_layers=3), settings(num_experts=[2, 5], expert_r=[6, 1], layers_to_transform=[0, 2])
    )
    first, second = (m for m in model.modules() if isinstance(m, MixLoraLayer))
    assert [layer.mixlora_router["default"].shape[0] for layer in (first, second)] == [2, 5]
    assert first.experts("default")["up_proj"].lora_A.shape == (2, 6, 16)
    assert second.experts("default")["up_proj"].lora_A.shape == (5, 1, 16)
    assert "num_experts" in model.peft_config["default"].to_dict()
    model.save_pretrained(str(tmp_path))
    again = peft.PeftModel.from_pretrained(tiny(num_hidden_layers=3), str(tmp_path)).eval()
    ids = tokens()
    assert torch.equal(again(input_ids=ids).logits, model.eval()(input_ids=ids).logits)
    loss = model.train()(input_ids=ids, labels=ids).loss
    assert torch.isfinite(loss)


@pytest.mark.parametrize("wrong", [{"num_experts": [2, 3, 4]}, {"expert_r": [4]}])
def test_a_list_of_another_length_than_the_layers_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="numbers, but 2 layers are adapted: give one number for all of them"):
        peft.get_peft_model(tiny(), settings(**wrong))


def test_what_is_open_is_filled_in_from_the_model() -> None:
    config = settings()
    peft.get_peft_model(tiny("phi3"), config)
    assert config.target_modules == ["qkv_proj", "o_proj"]
    assert config.expert_target_modules == ["gate_up_proj", "down_proj"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"target_modules": ["q_prj"]}, r"target_modules has \['q_prj'\].*'q_proj'"),
        ({"target_modules": ["gate_proj"]}, r"target_modules has \['gate_proj'\].*expert_target_modules"),
        ({"expert_target_modules": ["fc1"]}, r"expert_target_modules has \['fc1'\], but.*'gate_proj'"),
        ({"layers_to_transform": 7}, r"the model has no layer \[7\]"),
        ({"modules_to_save": "lm_heat"}, r"modules_to_save is \['lm_heat'\], but the model has no module"),
    ],
)
def test_a_name_that_fits_nothing_is_refused(wrong: dict[str, Any], message: str) -> None:
    base = tiny()
    with pytest.raises(ValueError, match=message):
        peft.get_peft_model(base, settings(**wrong))
    assert not base._forward_hooks and not base._forward_pre_hooks
    model = peft.get_peft_model(base, settings())
    with pytest.raises(ValueError, match=message):
        model.add_adapter("second", settings(**wrong))
    assert list(model.peft_config) == ["default"] and len(base._forward_hooks) == 1


def test_a_refused_adapter_leaves_a_gathered_model_as_it_was() -> None:
    base = tiny("opt")
    names = list(base.state_dict())
    with pytest.raises(ValueError, match="target_modules has"):
        peft.get_peft_model(base, settings(target_modules=["o_proj"]))
    assert list(base.state_dict()) == names


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({"target_modules": [], "layers_to_transform": 1}, {"1.mlp"}),
        ({"target_modules": ["v_proj"]}, {"0.mlp", "1.mlp", "0.self_attn.v_proj", "1.self_attn.v_proj"}),
        (
            {"target_modules": r".*\.1\..*[qk]_proj", "layers_to_transform": [1]},
            {"1.mlp", "1.self_attn.q_proj", "1.self_attn.k_proj"},
        ),
    ],
)
def test_only_what_was_chosen_is_adapted(chosen: dict[str, Any], expected: set[str]) -> None:
    model = peft.get_peft_model(tiny(), settings(**chosen))
    assert {path.removeprefix("model.layers.") for path in model.base_model.targeted_module_names} == expected
