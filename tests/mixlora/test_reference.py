"""Adapters of the reference package are read exactly, and damaged ones are refused with the reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("peft")

import peft
import torch
from torch import Tensor

from sovereign.mixlora import load_reference_adapter
from tests.mixlora.tiny import adapted, tiny, tokens

NAMES = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
CONFIG = {
    "bias": "none",
    "peft_type": "MIXLORA",
    "task_type": "CAUSAL_LM",
    "base_model_name_or_path": "/home/author/models/base",
    "r": 3,
    "lora_alpha": 6,
    "lora_dropout": 0.05,
    "target_modules": NAMES,
    "routing_strategy": "mixlora",
    "num_experts": 4,
    "act_fn": "silu",
    "top_k": 2,
}
SIZES = {"k_proj": (16, 8), "v_proj": (16, 8), "gate_proj": (16, 24), "up_proj": (16, 24), "down_proj": (24, 16)}


def tensors(r: int = 3, experts: int = 4, names: list[str] = NAMES) -> dict[str, Tensor]:
    """An adapter for ``tiny("llama")``."""
    torch.manual_seed(0)
    made: dict[str, Tensor] = {}
    for layer in range(2):
        made[f"mixlora.layers.{layer}.mlp.moe_gate.weight"] = torch.randn(experts, 16)
        for name in names:
            rows, columns = SIZES.get(name, (16, 16))
            places = [f"self_attn.{name}"]
            if name in ("gate_proj", "up_proj", "down_proj"):
                places = [f"mlp.{name}.experts.{expert}" for expert in range(experts)]
            for place in places:
                made[f"mixlora.layers.{layer}.{place}.lora_A.weight"] = torch.randn(r, rows) * 0.3
                made[f"mixlora.layers.{layer}.{place}.lora_B.weight"] = torch.randn(columns, r) * 0.3
    return made


def write(folder: Path, adapter: Any = None, **changes: Any) -> Path:
    folder.mkdir(exist_ok=True)
    config = {name: value for name, value in (CONFIG | changes).items() if value is not None}
    (folder / "adapter_config.json").write_text(json.dumps(config), encoding="utf-8")
    torch.save(tensors() if adapter is None else adapter, folder / "adapter_model.bin")
    return folder


def test_every_tensor_is_where_it_belongs(tmp_path: Path) -> None:
    model = load_reference_adapter(tiny(), write(tmp_path / "a"), allow_pickle=True, base="here")
    config = model.peft_config["default"]
    assert config.base_model_name_or_path == "here" and config.target_modules == NAMES[:4]
    assert (config.num_experts, config.top_k, config.r, config.lora_alpha, config.lora_dropout) == (4, 2, 3, 6, 0.05)
    theirs = tensors()
    block = model.base_model.model.model.layers[1].mlp
    assert torch.equal(block.mixlora_router["default"], theirs["mixlora.layers.1.mlp.moe_gate.weight"])
    experts = block.mixlora_down_proj["default"]
    assert torch.equal(experts.lora_B[3], theirs["mixlora.layers.1.mlp.down_proj.experts.3.lora_B.weight"])
    assert not any(p.requires_grad for p in model.parameters())
    assert sum(t.numel() for t in theirs.values()) == model.num_parameters() - tiny().num_parameters()


def test_it_computes_what_the_reference_package_computes(tmp_path: Path) -> None:
    reference = pytest.importorskip("mixlora", reason="the reference package, mixlora 0.2.3, is not installed")
    tiny().save_pretrained(tmp_path / "base")
    folder = write(tmp_path / "adapter", base_model_name_or_path=str(tmp_path / "base"))
    theirs, _ = reference.MixLoraModelForCausalLM.from_pretrained(str(folder))
    theirs.eval()
    for module in theirs.modules():  # its experts are in dictionaries, where eval() does not find their dropout
        for moe in getattr(module, "mixlora_moes", {}).values():
            for lora in moe.experts_.values():
                lora.dropout_.p = 0.0
    ours = load_reference_adapter(tiny(), folder, allow_pickle=True).eval()
    for mask in (torch.ones(2, 7), torch.tensor([[1] * 7, [1] * 4 + [0] * 3])):
        inputs = {"input_ids": tokens(), "attention_mask": mask.long()}
        assert torch.allclose(ours(**inputs).logits, theirs(**inputs).logits, rtol=0, atol=1e-5)
        assert not torch.allclose(ours(**inputs).logits, tiny()(**inputs).logits, atol=1e-2)


def test_experts_of_another_rank_and_names_as_a_dictionary(tmp_path: Path) -> None:
    names = {name: name not in ("q_proj", "up_proj") for name in NAMES} | {"fc1": False}
    chosen = [name for name, wanted in names.items() if wanted]
    mixed = {n: t for n, t in tensors(3, names=chosen).items() if ".mlp.g" not in n and ".mlp.d" not in n}
    mixed |= {n: t for n, t in tensors(5, names=chosen).items() if ".mlp.g" in n or ".mlp.d" in n}
    lora = {"r": 5, "lora_alpha": 20, "lora_dropout": 0.1}
    folder = write(tmp_path / "a", mixed, target_modules=names, expert_lora=lora, act_fn=None)
    config = load_reference_adapter(tiny(), folder, allow_pickle=True).peft_config["default"]
    assert (config.r, config.expert_r, config.expert_lora_alpha, config.expert_lora_dropout) == (3, 5, 20, 0.1)
    assert config.expert_target_modules == ["gate_proj", "down_proj"]
    assert config.target_modules == ["k_proj", "v_proj", "o_proj"]


def test_it_can_stand_beside_another_adapter_and_be_saved(tmp_path: Path) -> None:
    model = load_reference_adapter(adapted(), write(tmp_path / "a"), "theirs", allow_pickle=True).eval()
    alone = load_reference_adapter(tiny(), tmp_path / "a", allow_pickle=True).eval()
    assert torch.equal(model(tokens()).logits, alone(tokens()).logits)
    alone.save_pretrained(str(tmp_path / "ours"))
    again = peft.PeftModel.from_pretrained(tiny(), str(tmp_path / "ours")).eval()
    assert torch.equal(again(tokens()).logits, alone(tokens()).logits)


def without(name: str) -> Callable[[], dict[str, Tensor]]:
    return lambda: {key: value for key, value in tensors().items() if key != name}


@pytest.mark.parametrize(
    ("adapter", "message"),
    [
        (without("mixlora.layers.1.mlp.moe_gate.weight"), r"1 tensors are missing: mixlora\.layers\.1\.mlp\.moe_gate"),
        (
            lambda: tensors(r=4),
            r"mixlora\.layers\.0\.mlp\.down_proj\.experts\.0\.lora_A\.weight is \[4, 24\].*\[3, 24\]",
        ),
        (lambda: tensors(experts=5), r"moe_gate\.weight is \[5, 16\], the model needs \[4, 16\]"),
        (lambda: tensors() | {"classifier": torch.zeros(2)}, "1 tensors have no place in the model: classifier"),
        (
            lambda: {"model.layers.0.mlp.gate.weight": torch.zeros(2)},
            r"(?s)66 tensors are missing.*1 tensors have no place",
        ),
        (lambda: [1, 2], "does not hold a dictionary of tensors"),
        (lambda: {"a": "text"}, "does not hold a dictionary of tensors"),
    ],
)
def test_tensors_that_do_not_fit_leave_the_model_as_it_was(adapter: Any, message: str, tmp_path: Path) -> None:
    folder, base = write(tmp_path / "a", adapter()), tiny()
    expected = base(tokens()).logits
    with pytest.raises(ValueError, match=message):
        load_reference_adapter(base, folder, allow_pickle=True)
    assert torch.equal(base(tokens()).logits, expected) and list(base.state_dict()) == list(tiny().state_dict())
    model = adapted()
    with pytest.raises(ValueError, match=message):
        load_reference_adapter(model, folder, "theirs", allow_pickle=True)
    assert list(model.peft_config) == ["default"] and model.active_adapter == "default"
    assert torch.equal(model(tokens()).logits, adapted()(tokens()).logits)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"routing_strategy": "mixlora-hash"}, "routing_strategy is 'mixlora-hash', but only"),
        ({"use_dora": True}, "use_dora adapters do not contain their magnitudes"),
        ({"expert_lora": {"use_rslora": True}}, "use_rslora differs"),
        ({"act_fn": "relu"}, "act_fn is 'relu', but the model's is SiLU"),
        ({"act_fn": "nothing"}, "act_fn is 'nothing'"),
        ({"num_experts": None}, "not the configuration of a MixLoRA adapter: KeyError"),
        ({"target_modules": 3}, "not the configuration of a MixLoRA adapter: TypeError"),
        ({"top_k": 5}, "top_k is 5, but there are only 4 experts"),
    ],
)
def test_a_configuration_that_cannot_be_followed_is_refused(
    changes: dict[str, Any], message: str, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=message):
        load_reference_adapter(tiny(), write(tmp_path / "a", **changes), allow_pickle=True)


def test_a_pickle_is_read_only_if_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"is a pickle.*allow_pickle=True"):
        load_reference_adapter(tiny(), write(tmp_path / "a"))


class Harmful:
    def __reduce__(self) -> Any:
        return (exec, ("raise SystemExit('code from a pickle ran')",))


def test_damaged_missing_and_harmful_files_are_refused(tmp_path: Path) -> None:
    folder = write(tmp_path / "a")
    path = folder / "adapter_model.bin"
    whole = path.read_bytes()
    for content in (whole[: len(whole) // 2], whole[:20], b"", b"no pickle at all"):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=r"adapter_model\.bin cannot be read; it is missing, truncated or"):
            load_reference_adapter(tiny(), folder, allow_pickle=True)
    torch.save({"a": Harmful()}, path)
    with pytest.raises(ValueError, match="cannot be read"):
        load_reference_adapter(tiny(), folder, allow_pickle=True)
    path.unlink()
    with pytest.raises(ValueError, match="cannot be read"):
        load_reference_adapter(tiny(), folder, allow_pickle=True)
    with pytest.raises(ValueError, match=r"adapter_config\.json is not the configuration"):
        load_reference_adapter(tiny(), tmp_path, allow_pickle=True)
