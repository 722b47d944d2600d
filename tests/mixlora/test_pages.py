"""The page about MixLoRA and its example say what is so."""

from __future__ import annotations

import dataclasses
import json
import re
import runpy
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("peft")

from peft import PeftConfig

from sovereign.mixlora import MixLoraConfig
from sovereign.mixlora.layer_report import LayerReport
from tests.mixlora.test_reference import write
from tests.mixlora.tiny import tiny

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/mixlora.md").read_text(encoding="utf-8")


def numbers(text: str) -> list[str]:
    return re.findall(r"\d+(?:\.\d+)?", text)


def test_the_code_on_the_page_runs_and_prints_its_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE, re.S):
        exec(compile(block, "docs/mixlora.md", "exec"), names)
    table = PAGE.partition("definition, 3k products")[2].partition("\n")[2].partition("\n\n")[0]
    assert numbers(capsys.readouterr().out) == numbers(table)
    assert (tmp_path / "adapter" / "adapter_model.safetensors").is_file()
    names["converted"](tiny(), write(tmp_path / "theirs"), tmp_path / "ours")
    assert (tmp_path / "ours" / "adapter_model.safetensors").is_file()


def test_every_setting_is_on_the_page_with_its_default() -> None:
    own = {f.name: f for f in dataclasses.fields(MixLoraConfig)}
    for inherited in dataclasses.fields(PeftConfig):
        own.pop(inherited.name)
    rows = dict(re.findall(r"^\| `(\w+)` \| `([^`]+)` \|", PAGE, re.M))
    assert rows == {name: repr(field.default) for name, field in own.items()}


def test_the_example_prints_what_the_page_says(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(ROOT / "examples/mixlora_quickstart.py"), run_name="__main__")
    printed = capsys.readouterr().out
    for row in ("base model", "with the adapter", "the adapter switched off", "saved, and loaded on a new base"):
        shares = [int(n) for n in re.findall(r"(\d+)%", re.search(rf"^{row}  .*$", printed, re.M)[0])]
        promised = [int(n) for n in re.findall(r"(\d+) %", re.search(rf"^\| {row} .*$", PAGE, re.M)[0])]
        assert len(shares) == 3 and all(abs(a - b) <= 10 for a, b in zip(shares, promised, strict=True))
    assert "84,032 parameters" in printed and "84,032 parameters" in PAGE


ROUTERS = (ROOT / "docs/mixlora-routers-insight.md").read_text(encoding="utf-8")


def test_the_code_on_the_page_about_routers_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for block in re.findall(r"```python\n(.*?)```", ROUTERS, re.S):
        exec(compile(block, "docs/mixlora-routers-insight.md", "exec"), names)
    assert {path.name for path in (tmp_path / "counted").glob("router_stats.*")} == {
        f"router_stats.{kind}" for kind in ("json", "md", "svg", "png")
    }
    logged = [entry for entry in names["trainer"].state.log_history if "loss" in entry]
    for name in ("load", "effective_experts", "entropy", "overlap"):
        assert f"`router/{name}`" in ROUTERS and f"router/{name}" in logged[-1]
    assert [report.tokens for report in names["stats"].reports()] == [16, 16]


def test_the_page_about_routers_has_every_number_of_a_report() -> None:
    table = ROUTERS.partition("| number | meaning |")[2].partition("\n\n")[0]
    named = set(re.findall(r"`(\w+)`", table))
    assert {field.name for field in dataclasses.fields(LayerReport)} - named == {
        "layer",
        "adapter",
        "tokens",
        "entropy_of_mean_nats",
    }


def test_routers_that_nothing_balances_collapse_as_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["mixlora_routers.py", str(tmp_path)])
    runpy.run_path(str(ROOT / "examples/mixlora_routers.py"), run_name="__main__")
    assert "router_aux_loss_coef 0.1" in capsys.readouterr().out
    promised = re.findall(r"^\| [\d.]+ \| ([\d., ]+) \| (.*) \|$", ROUTERS, re.M)
    for folder, (effective, collapsed) in zip(("alone", "balanced"), promised, strict=True):
        layers = json.loads((tmp_path / folder / "router_stats.json").read_text(encoding="utf-8"))["layers"]
        found = [layer["effective_experts"] for layer in layers]
        assert found == pytest.approx([float(n) for n in numbers(effective)], abs=0.7)  # rounding moves tokens
        if collapsed == "none":
            assert not any(layer["collapsed"] for layer in layers)
        else:
            assert layers[0]["collapsed"] and collapsed.startswith("0")
