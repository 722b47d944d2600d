"""The page about exchange: its commands run as they stand, and its tables say what is so."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("peft")

import torch
from typer.testing import CliRunner

from sovereign.cli import app
from sovereign.mixlora import MixLoraConfig
from sovereign.mixlora.exchange import files, names, settings
from tests.mixlora.test_convert import config_of, ours

PAGE = (Path(__file__).resolve().parents[2] / "docs/mixlora-exchange.md").read_text(encoding="utf-8")


def rows(start: str) -> dict[str, str]:
    """First cell -> the rest, of the table whose head begins so."""
    lines = PAGE[PAGE.index(start) :].partition("\n\n")[0].splitlines()[2:]
    return dict(line.strip("| ").split(" | ", 1) if " | " in line else (line, "") for line in lines)


def test_the_commands_on_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ours(tmp_path / "adapter")
    text = re.search(r"## There and back\n\n```sh\n(.*?)```", PAGE, re.S)
    assert text
    answers = []
    for line in text[1].splitlines():
        done = CliRunner().invoke(app, shlex.split(line)[1:])
        assert done.exit_code == 0, done.output
        answers.append(done.stdout)
    assert "Nothing is lost." in answers[0] and "act_fn" in answers[1] and "Nothing is lost." in answers[2]
    assert set(json.loads(answers[3])) == {"target", "format", "losses"}
    assert set(json.loads(answers[3])["losses"][0]) == {"part", "value", "why"}
    for again in ("again", "again2"):
        for name in ("adapter_config.json", "adapter_model.safetensors"):
            first, last = (tmp_path / folder / name for folder in ("adapter", again))
            assert config_of(first.parent) == config_of(last.parent)
            assert name == "adapter_config.json" or first.read_bytes() == last.read_bytes()
    for block in re.findall(r"```python\n(.*?)```", PAGE, re.S):
        exec(compile(block, "docs/mixlora-exchange.md", "exec"), {})
    assert (tmp_path / "theirs2/adapter_model.bin").is_file()
    one, other = (torch.load(tmp_path / f / "adapter_model.bin", weights_only=True) for f in ("theirs", "theirs2"))
    assert list(one) == list(other) and all(torch.equal(one[name], other[name]) for name in one)


def test_the_formats_are_those_of_the_code() -> None:
    assert [name.strip("`") for name in rows("| `--to` |")] == [*files.FORMATS]
    text = "".join(rows("| what |").values())
    for name in (*settings.STRATEGIES, *settings.STRATEGIES.values(), *names.LEGACY, *names.LEGACY.values()):
        assert f"`{name}`" in text


def test_every_loss_is_on_the_page(tmp_path: Path) -> None:
    refused = "".join(rows("| to `reference` or `legacy` | |\n|---|---|\n| `use_dora`"))
    changes = {"use_dora": True, "shared_expert": True, "num_experts": [2, 3], "expert_r": [2, 3], "top_k": 1}
    changes |= {"layers_to_transform": [0], "modules_to_save": ["x"], "norm_topk_prob": False}
    all_of_them = MixLoraConfig(**changes)
    assert all(
        f"`{name}`" in refused for name in (*settings.only_ours(all_of_them), "target_modules", "routing_strategy")
    )
    noted = "".join(rows("| to `reference` or `legacy` | |\n|---|---|\n| `act_fn`"))
    changes = {"num_experts": [2, 2], "expert_r": [2, 2], "top_k": 1, "router_z_loss_coef": 1.0, "lora_dropout": 0.0}
    changes |= {"router_loss_across_processes": True, "revision": "x", "auto_mapping": {"x": 1}, "lora_alpha": 1.5}
    _, losses = settings.to_reference(MixLoraConfig(**changes, target_modules=[], expert_lora_alpha=0.5), False, None)
    parts = {loss.part for loss in losses}
    assert parts >= settings._NOT_BACK.keys() - {"peft_version"} | {
        "act_fn",
        "lora_dropout",
        "lora_alpha",
        "expert_lora",
    }
    assert all(f"`{part}`" in noted for part in parts | settings._NOT_BACK.keys())
    assert all(f"`{name}`" in "".join(rows("| to `ours` | |")) for name in settings._NOT_HELD)
