"""Whatever stands in a folder, conversion ends with a new adapter or with a ValueError that says why not."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("peft")

import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file
from torch import nn

from sovereign.mixlora import convert
from tests.mixlora.test_convert import config_of, ours
from tests.mixlora.test_reference import CONFIG, tensors, write

PLACE = "mixlora.layers.0.mlp.moe_gate.weight"
EXPERT = "mixlora.layers.0.mlp.up_proj.experts.0.lora_A.weight"


def test_parameters_as_moe_peft_saves_them(tmp_path: Path) -> None:
    folder = write(tmp_path / "a", {name: nn.Parameter(tensor) for name, tensor in tensors().items()})
    convert(folder, tmp_path / "b", "ours", allow_pickle=True)
    convert(folder, tmp_path / "c", "reference", allow_pickle=True)
    made = torch.load(tmp_path / "c/adapter_model.bin", weights_only=True)
    assert all(torch.equal(made[name], tensor) and not made[name].requires_grad for name, tensor in tensors().items())
    assert config_of(tmp_path / "c") == config_of(folder)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({PLACE: torch.zeros(1, 1).expand(10**7, 10**7)}, r"claims the size \[10000000, 10000000\]"),
        ({PLACE: torch.zeros(4, 16, dtype=torch.int64)}, "torch.int64, on cpu; dense floats are needed"),
        ({PLACE: torch.zeros(4, 16).to_sparse()}, "is torch.sparse_coo"),
        ({PLACE: torch.zeros(4, 16, device="meta")}, "on meta; dense floats"),
        ({3: torch.zeros(1)}, "does not hold a dictionary of tensors"),
        ({EXPERT.replace("s.0.l", "s.00.l"): torch.zeros(3, 16)}, "no place in the model: .*experts.00"),
        ({EXPERT.replace("s.0.l", "s.999999.l"): torch.zeros(3, 16)}, "there is no expert 4"),
        ({EXPERT.replace("s.0.l", "s.9999999999.l"): torch.zeros(3, 16)}, "no place in the model"),
        ({PLACE.replace("s.0.", "s.²."): torch.zeros(4, 16)}, "no place in the model"),
        ({"mixlora.layers.0.gate.weight": torch.zeros(4, 16)}, "under its old name and its new one"),
        ({PLACE: torch.zeros(4, 18)}, r"is \[4, 18\], but \[4, 16\] is what goes with"),
        ({EXPERT.replace("_A", "_C"): torch.zeros(3, 16)}, "no place in the model"),
    ],
)
def test_tensors_that_are_none_or_stand_for_more(change: dict[Any, Any], message: str, tmp_path: Path) -> None:
    folder = write(tmp_path / "a", tensors() | change)
    with pytest.raises(ValueError, match=message):
        convert(folder, tmp_path / "b", "ours", allow_pickle=True)
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


def test_a_compressed_file_is_not_unpacked(tmp_path: Path) -> None:
    folder = write(tmp_path / "a")
    path = folder / "adapter_model.bin"
    with zipfile.ZipFile(path) as stored:
        parts = {name: stored.read(name) for name in stored.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    with pytest.raises(ValueError, match="its parts are compressed"):
        convert(folder, tmp_path / "b", "ours", allow_pickle=True)


def config(**changes: Any) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        (folder / "adapter_config.json").write_text(json.dumps(config_of(folder) | changes), encoding="utf-8")

    return apply


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (config(peft_type="LORA"), "adapter of the type 'LORA', but only 'MIXLORA'"),
        (config(peft_type=None), "adapter of the type None"),
        (config(routing_strategy="hash"), "routing_strategy must be one of"),
        (config(layers_to_transform=["a"]), "is not the configuration"),
        (config(expert_target_modules=None), r"experts on \[\] and LoRA on"),
        (config(expert_target_modules=["fc1"]), r"experts on \['fc1'\] and LoRA on \['q_proj'"),
        (config(num_experts=5), r"is \[4, 3, 24\], but \[5, 3, 24\]"),
        (config(r=2), r"is \[4, 3, 24\], but \[4, 2, 24\]"),
        (config(target_modules=["q_proj"]), "tensors are not in its configuration"),
        (lambda folder: (folder / "adapter_model.safetensors").unlink(), "it is missing"),
    ],
)
def test_adapters_of_ours_that_are_not_whole(change: Callable[[Path], Any], message: str, tmp_path: Path) -> None:
    folder = ours(tmp_path / "a")
    change(folder)
    with pytest.raises(ValueError, match=message):
        convert(folder, tmp_path / "b", "reference", act_fn="silu")
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


def test_tensors_of_ours_that_are_strange(tmp_path: Path) -> None:
    folder = ours(tmp_path / "a")
    whole = load_file(folder / "adapter_model.safetensors")
    name = "base_model.model.model.layers.0.mlp.mixlora_up_proj.lora_A"
    for change, message in (
        ({"base_model.model.lm_head.weight": torch.zeros(2)}, "no place for 1 tensors"),
        ({name: torch.zeros(4, 3, 18)}, r"is \[4, 3, 18\], but \[4, 3, 16\]"),
        ({name: torch.full((4, 3, 16), torch.inf)}, "holds NaN or infinity"),
    ):
        save_file(whole | change, folder / "adapter_model.safetensors")
        with pytest.raises(ValueError, match=message):
            convert(folder, tmp_path / "b", "reference", act_fn="silu")


def test_a_setting_of_a_later_version_is_named(tmp_path: Path) -> None:
    folder = ours(tmp_path / "a")
    config(tomorrow=[1])(folder)
    assert [tuple(loss)[:2] for loss in convert(folder, tmp_path / "b", "ours")] == [("tomorrow", [1])]


def test_an_activation_that_nobody_knows(tmp_path: Path) -> None:
    folder = ours(tmp_path / "a")
    for to, message in (("reference", "'sigh', but must be one of"), ("ours", "our format has none")):
        with pytest.raises(ValueError, match=message):
            convert(folder, tmp_path / "b", to, act_fn="sigh")


def test_a_target_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    folder = ours(tmp_path / "a")
    (tmp_path / "file").write_text("")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for target, message in (("file/b", "cannot be written"), ("link", "exists"), ("file", "exists"), (".", "exists")):
        with pytest.raises(ValueError, match=message):
            convert(folder, tmp_path / target, "reference", act_fn="silu")
    with pytest.raises(ValueError, match="cannot be written"):
        convert(folder, tmp_path / ("x" * 300), "reference", act_fn="silu")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "file", "link"]


def test_a_disk_that_fills_up_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = ours(tmp_path / "a")

    def full(*args: Any) -> None:
        raise RuntimeError("[enforce fail at inline_container.cc:778] . PytorchStreamWriter failed writing file")

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(ValueError, match=r"cannot be written: .*failed writing"):
        convert(folder, tmp_path / "b", "reference", act_fn="silu")
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 5) | st.floats() | st.sampled_from(["", "q_proj", "mixlora", "x"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["r", "q_proj", "x"]), inner),
    max_leaves=5,
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.dictionaries(st.sampled_from([*CONFIG, "expert_lora", "use_dora", "lora_init"]), JSON, min_size=1))
def test_any_configuration_is_read_or_refused(changes: dict[str, Any], tmp_path: Path) -> None:
    folder = tmp_path / "a"
    if not folder.exists():
        write(folder)
    (folder / "adapter_config.json").write_text(json.dumps(CONFIG | changes), encoding="utf-8")
    target = tmp_path / "b"
    try:
        convert(folder, target, "ours", allow_pickle=True)
    except ValueError:
        assert not target.exists()
    else:
        shutil.rmtree(target)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_byte_may_be_damaged(data: st.DataObject, tmp_path: Path) -> None:
    """Near the pickle, which stands at the beginning, and in the directory at the end; in between are only numbers."""
    folder = tmp_path / "a"
    if not (tmp_path / "whole").exists():
        (tmp_path / "whole").write_bytes((write(folder) / "adapter_model.bin").read_bytes())
    content = bytearray((tmp_path / "whole").read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, 9000) | st.integers(len(content) - 9000, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    (folder / "adapter_model.bin").write_bytes(content)
    try:
        convert(folder, tmp_path / "b", "ours", allow_pickle=True)
    except ValueError:
        assert not (tmp_path / "b").exists()
    else:
        assert (tmp_path / "b/adapter_model.safetensors").is_file()
        shutil.rmtree(tmp_path / "b")
