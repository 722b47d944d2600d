"""Adapters go from format to format and back with every number, and what a format cannot hold is said."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("peft")

import peft
import torch
from safetensors.torch import load_file, save_file
from typer.testing import CliRunner

from sovereign.cli import app
from sovereign.mixlora import convert, load_reference_adapter
from tests.mixlora.test_reference import CONFIG, Harmful, write
from tests.mixlora.tiny import adapted, tiny, tokens

TRAINED = {"task_type": "CAUSAL_LM", "lora_dropout": 0.05, "router_init_range": 0.02, "lora_alpha": 6}
STRATEGIES = {
    "top_k": {"top_k": 3, "jitter_noise": 0.1},
    "top_p": {"routing_strategy": "top_p", "top_p": 0.6, "temperature": 0.5},
    "switch": {"routing_strategy": "switch", "expert_capacity": 5, "router_z_loss_coef": 0.25},
}


def ours(folder: Path, family: str = "llama", base: str = "some/base", **changes: Any) -> Path:
    """A trained adapter of ours, saved."""
    model = adapted(family, **(TRAINED | changes))
    model.peft_config["default"].base_model_name_or_path = base
    model.save_pretrained(str(folder))
    return folder


def config_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("family", ["llama", "phi", "phi3"])
def test_ours_to_the_reference_and_back_is_the_same_file(family: str, strategy: str, tmp_path: Path) -> None:
    source = ours(tmp_path / "a", family, **STRATEGIES[strategy])
    assert convert(source, tmp_path / "b", "reference", act_fn="gelu_new" if family == "phi" else "silu") == []
    losses = convert(tmp_path / "b", tmp_path / "c", "ours", allow_pickle=True)
    assert [loss.part for loss in losses] == ["act_fn"]
    assert (tmp_path / "c/adapter_model.safetensors").read_bytes() == (
        source / "adapter_model.safetensors"
    ).read_bytes()
    assert config_of(tmp_path / "c") == config_of(source)
    assert {p.name for p in (tmp_path / "b").iterdir()} == {"adapter_config.json", "adapter_model.bin"}
    theirs = load_reference_adapter(tiny(family), tmp_path / "b", allow_pickle=True)
    again = peft.PeftModel.from_pretrained(tiny(family), str(tmp_path / "c")).eval()
    expected = peft.PeftModel.from_pretrained(tiny(family), str(source)).eval()(tokens()).logits
    assert torch.equal(again(tokens()).logits, expected)
    assert torch.equal(theirs.eval()(tokens()).logits, expected)


@pytest.mark.parametrize("to", ["reference", "legacy"])
def test_theirs_to_ours_and_back_is_the_same_file(to: str, tmp_path: Path) -> None:
    """The bytes of the pickle, too, whatever folder they were written in."""
    convert(ours(tmp_path / "first"), tmp_path / "a", to, act_fn="silu")
    assert config_of(tmp_path / "a")["routing_strategy"] == {"reference": "mixlora", "legacy": "mixtral"}[to]
    convert(tmp_path / "a", tmp_path / "b", "ours", allow_pickle=True)
    assert convert(tmp_path / "b", tmp_path / "c", to, act_fn="silu") == []
    for name in ("adapter_config.json", "adapter_model.bin"):
        assert (tmp_path / "c" / name).read_bytes() == (tmp_path / "a" / name).read_bytes()


def test_the_legacy_names(tmp_path: Path) -> None:
    convert(ours(tmp_path / "a"), tmp_path / "b", "legacy", act_fn="silu")
    names = set(torch.load(tmp_path / "b/adapter_model.bin", weights_only=True))
    assert "mixlora.layers.1.gate.weight" in names and "mixlora.layers.0.experts.3.w2_proj.lora_B.weight" in names
    assert "mixlora.layers.0.self_attn.q_proj.lora_A.weight" in names
    assert config_of(tmp_path / "b")["target_modules"][-3:] == ["w1_proj", "w3_proj", "w2_proj"]
    expected = peft.PeftModel.from_pretrained(tiny(), str(tmp_path / "a")).eval()(tokens()).logits
    loaded = load_reference_adapter(tiny(), tmp_path / "b", allow_pickle=True).eval()
    assert torch.equal(loaded(tokens()).logits, expected)
    convert(tmp_path / "b", tmp_path / "c", "reference", allow_pickle=True, act_fn="silu")
    assert "mixlora.layers.0.mlp.down_proj.experts.3.lora_B.weight" in torch.load(
        tmp_path / "c/adapter_model.bin", weights_only=True
    )


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float64])
def test_every_dtype_stays(dtype: torch.dtype, tmp_path: Path) -> None:
    source = ours(tmp_path / "a")
    tensors = {name: tensor.to(dtype) for name, tensor in load_file(source / "adapter_model.safetensors").items()}
    save_file(tensors, source / "adapter_model.safetensors", metadata={"format": "pt"})
    convert(source, tmp_path / "b", "reference", act_fn="silu")
    convert(tmp_path / "b", tmp_path / "c", "ours", allow_pickle=True)
    assert (tmp_path / "c/adapter_model.safetensors").read_bytes() == (
        source / "adapter_model.safetensors"
    ).read_bytes()


def test_what_a_format_cannot_hold_is_named(tmp_path: Path) -> None:
    source = ours(
        tmp_path / "a",
        router_z_loss_coef=0.5,
        router_loss_across_processes=True,
        task_type=None,
        lora_dropout=0.0,
        num_experts=[4, 4],
        expert_r=2,
        expert_lora_alpha=2.5,
        revision="main",
        top_p=0.5,
    )
    losses = {loss.part: loss.value for loss in convert(source, tmp_path / "b", "reference")}
    auto = losses.pop("auto_mapping")
    assert auto["base_model_class"] == "LlamaForCausalLM"
    assert losses == {
        "act_fn": None,
        "router_z_loss_coef": 0.5,
        "router_loss_across_processes": True,
        "task_type": None,
        "lora_dropout": 0.0,
        "num_experts": [4, 4],
        "expert_lora": {"r": 2, "lora_alpha": 2.5},
        "expert_lora_alpha": 2.5,
        "revision": "main",
        "top_p": 0.5,
    }
    modules = [*CONFIG["target_modules"], "fc1", "lm_head"]
    theirs = write(
        tmp_path / "t",
        router_loss=False,
        ffn_dropout=0.1,
        bias="all",
        future=1,
        expert_lora={"lora_init": "gaussian"},
        target_modules=modules,
        sparse_step=None,
    )
    found = {loss.part: loss.value for loss in convert(theirs, tmp_path / "c", "ours", allow_pickle=True)}
    assert found == {
        "act_fn": "silu",
        "router_loss": False,
        "ffn_dropout": 0.1,
        "bias": "all",
        "future": 1,
        "expert_lora": {"lora_init": "gaussian"},
        "target_modules": ["fc1", "lm_head"],
    }
    (theirs / "adapter_config.json").write_text(json.dumps(CONFIG | {"task_type": "QUESTION_ANS"}))
    losses = {loss.part: loss.value for loss in convert(theirs, tmp_path / "d", "ours", allow_pickle=True)}
    assert losses == {"act_fn": "silu", "task_type": "QUESTION_ANS"}
    assert config_of(tmp_path / "c")["base_model_name_or_path"] == "/home/author/models/base"


@pytest.mark.parametrize(
    ("changes", "to", "message"),
    [
        ({"use_dora": True}, "reference", "cannot hold this adapter: use_dora is True"),
        (
            {"shared_expert": True, "num_experts": [4, 2]},
            "reference",
            r"num_experts is \[4, 2\]; shared_expert is True",
        ),
        ({"expert_r": [2, 3]}, "reference", r"expert_r is \[2, 3\]"),
        ({"layers_to_transform": [0]}, "reference", r"layers_to_transform is \[0\]"),
        ({"modules_to_save": ["lm_head"]}, "reference", r"modules_to_save is \['lm_head'\]"),
        ({"norm_topk_prob": False}, "reference", "norm_topk_prob is False"),
        ({"routing_strategy": "top_p", "norm_topk_prob": True}, "reference", "norm_topk_prob is True"),
        ({"routing_strategy": "switch"}, "legacy", "the legacy format cannot hold this adapter: routing_strategy"),
        ({"target_modules": r".*\.q_proj"}, "reference", "target_modules is"),
    ],
)
def test_what_would_compute_something_else_is_not_written(
    changes: dict[str, Any], to: str, message: str, tmp_path: Path
) -> None:
    source = ours(tmp_path / "a", **changes)
    with pytest.raises(ValueError, match=message):
        convert(source, tmp_path / "b", to, act_fn="silu")
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize("family", ["gpt2", "opt"])
def test_a_model_that_the_reference_does_not_know(family: str, tmp_path: Path) -> None:
    source = ours(tmp_path / "a", family)
    with pytest.raises(ValueError, match=r"are of no model that both the reference and this package have"):
        convert(source, tmp_path / "b", "reference")


def test_a_fused_block_has_no_legacy_names(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="the legacy format knows gate_proj, up_proj and down_proj only"):
        convert(ours(tmp_path / "a", "phi3"), tmp_path / "b", "legacy", act_fn="silu")


def change_tensors(change: Callable[[dict[str, Any]], Any]) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        tensors = torch.load(folder / "adapter_model.bin", weights_only=True)
        torch.save(change(tensors) or tensors, folder / "adapter_model.bin")

    return apply


GATE, EXPERT = "mixlora.layers.1.mlp.moe_gate.weight", "mixlora.layers.0.mlp.up_proj.experts.2.lora_A.weight"


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (change_tensors(lambda t: {k: v for k, v in t.items() if k != EXPERT}), "there is no expert 2"),
        (
            change_tensors(lambda t: {k: v for k, v in t.items() if ".experts.3." not in k}),
            r"is \[3, 3, 24\], but \[4, 3, 24\]",
        ),
        (
            change_tensors(lambda t: {k: v for k, v in t.items() if k != GATE}),
            r"1 tensors are missing: .*layers\.1\.mlp",
        ),
        (change_tensors(lambda t: {k: v for k, v in t.items() if ".layers.0." not in k}), r"it has the layers \[1\]"),
        (
            change_tensors(lambda t: t | {"classifier": torch.zeros(2)}),
            "1 tensors have no place in the model: classifier",
        ),
        (change_tensors(lambda t: t | {EXPERT: torch.zeros(9, 16)}), "have different shapes"),
        (change_tensors(lambda t: t | {GATE: torch.zeros(4)}), r"is \[4\], but needs 2 dimensions"),
        (change_tensors(lambda t: t | {GATE: torch.full((4, 16), float("nan"))}), "holds NaN or infinity"),
        (change_tensors(lambda t: {"a": Harmful()}), "cannot be read"),
        (lambda f: (f / "adapter_model.bin").write_bytes((f / "adapter_model.bin").read_bytes()[:3000]), "truncated"),
        (lambda f: (f / "adapter_model.bin").unlink(), "cannot be read; it is missing"),
        (lambda f: (f / "adapter_config.json").unlink(), "not the configuration of a MixLoRA adapter"),
        (lambda f: (f / "adapter_config.json").write_text("[" * 100_000), "not the configuration of a MixLoRA adapter"),
        (lambda f: (f / "adapter_config.json").write_text("[]"), "holds no object"),
        (lambda f: (f / "adapter_config.json").write_text(" " * (1 << 21)), "2097152 bytes"),
        (lambda f: (f / "adapter_config.json").write_text('{"routing_strategy": "mixlora"}'), "KeyError"),
    ],
)
def test_a_damaged_adapter_is_refused_and_nothing_written(
    damage: Callable[[Path], Any], message: str, tmp_path: Path
) -> None:
    folder = write(tmp_path / "a")
    damage(folder)
    with pytest.raises(ValueError, match=message):
        convert(folder, tmp_path / "b", "ours", allow_pickle=True)
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


def test_a_half_written_file_of_ours(tmp_path: Path) -> None:
    source = ours(tmp_path / "a")
    path = source / "adapter_model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ValueError, match="cannot be read; it is missing, truncated or no file of tensors"):
        convert(source, tmp_path / "b", "reference", act_fn="silu")


def test_the_command(tmp_path: Path) -> None:
    source, run = ours(tmp_path / "a"), CliRunner().invoke
    done = run(app, ["mixlora", "convert", str(source), str(tmp_path / "b"), "--to", "reference", "--act-fn", "silu"])
    assert done.exit_code == 0 and "Nothing is lost." in done.stdout
    back = ["mixlora", "convert", str(tmp_path / "b"), str(tmp_path / "c"), "--to", "ours"]
    refused = run(app, back)
    assert refused.exit_code == 2 and "--allow-pickle" in refused.output and not (tmp_path / "c").exists()
    done = run(app, [*back, "--allow-pickle", "--json"])
    assert json.loads(done.stdout)["losses"] == [
        {"part": "act_fn", "value": "silu", "why": "the activation is always the model's own"}
    ]
    taken = run(app, [*back, "--allow-pickle"])
    assert taken.exit_code == 2 and "exists: name a folder that does not" in taken.output
    wrong = run(app, ["mixlora", "convert", str(source), str(tmp_path / "d"), "--to", "gguf"])
    assert wrong.exit_code == 2 and "must be one of" in wrong.output


def test_the_command_without_the_extra_says_what_to_install(tmp_path: Path) -> None:
    code = "import sys; sys.modules['peft'] = None; sys.argv[0] = 'sovereign'; from sovereign.cli import main; main()"
    words = ["mixlora", "convert", "a", "b", "--to", "ours", "--json"]
    done = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert done.returncode == 2 and done.stdout == ""
    assert 'pip install "sovereign-research[lab]"' in done.stderr and "Traceback" not in done.stderr
