"""Every command of the how-to works on a tiny model, from the text file to an answer over HTTP."""

from __future__ import annotations

import json
import re
import runpy
import shlex
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("peft")

from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast
from typer.testing import CliRunner

from sovereign.cli import app
from tests.mixlora.tiny import tiny

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/howto/fine-tune-with-mixlora.md").read_text(encoding="utf-8")
PLAIN = [text for language, text in re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.S | re.M) if not language]
WORDS = ["the", "cat", "sat", "on", "a", "mat", "dog", "ran", "to", "his", "bed"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With BASE, train.txt, and the adapter of the first command."""
    here = tmp_path_factory.mktemp("howto")
    vocabulary = {word: i for i, word in enumerate(["<pad>", "<eos>", "<unk>", *WORDS])}
    made = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    special = {"pad_token": "<pad>", "eos_token": "<eos>", "unk_token": "<unk>"}
    PreTrainedTokenizerFast(tokenizer_object=made, **special).save_pretrained(here / "BASE")
    tiny(eos_token_id=1, bos_token_id=None).save_pretrained(here / "BASE")
    (here / "train.txt").write_text("the cat sat on a mat\nthe dog ran to his bed\n" * 32, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(here)
        command = next(line for line in PLAIN if line.startswith("python examples/mixlora_finetune.py"))
        script, *given = shlex.split(command)[1:]
        more = ["--epochs", "15", "--lr", "3e-2", "--experts", "4", "--r", "4"]  # a random model has much to learn
        patch.setattr(sys, "argv", [script, *given, *more])
        runpy.run_path(str(ROOT / script), run_name="__main__")
    return here


def test_training_writes_the_adapter_and_what_the_routers_did(folder: Path) -> None:
    names = {path.name for path in (folder / "adapter").iterdir()}
    assert {"adapter_config.json", "adapter_model.safetensors", "tokenizer.json"} <= names
    assert {"router_stats.json", "router_stats.md", "router_stats.svg"} <= names


def test_the_code_looks_at_the_routers_and_generates(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    names: dict[str, Any] = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE, re.S):
        exec(compile(block, "the page", "exec"), names)
    printed = capsys.readouterr().out
    assert "| 0 | default | 6 | 4 |" in printed and printed.rstrip().endswith("the cat sat on a mat")
    by_folder = AutoModelForCausalLM.from_pretrained("adapter").eval()
    names["torch"].testing.assert_close(by_folder(**names["prompt"]).logits, names["model"](**names["prompt"]).logits)


def test_it_is_handed_on(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    command = next(block for block in PLAIN if block.startswith("sovereign mixlora convert"))
    done = CliRunner().invoke(app, shlex.split(command)[1:])
    assert done.exit_code == 0 and (folder / "theirs/adapter_model.bin").is_file(), done.output


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_it_is_served(folder: Path) -> None:
    """By the page's own lines, on a free port; what it answers is what generate does."""
    pytest.importorskip("fastapi")
    pytest.importorskip("uvicorn")
    copies, asking = PLAIN[-2:]
    *_, start = copies.strip().splitlines()
    shutil.copytree(folder / "BASE", folder / "served")
    for name in ("adapter_config.json", "adapter_model.safetensors"):
        shutil.copy(folder / "adapter" / name, folder / "served")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, *shlex.split(start.replace("8000", str(port)))[1:]]
    body = shlex.split(asking)[-1].encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/v1/completions", body, {"content-type": "application/json"}
    )
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
    try:
        for _ in range(300):
            try:
                answer = json.load(urllib.request.urlopen(request, timeout=60))
                break
            except OSError:
                assert server.poll() is None, (folder / "server.log").read_text()[-2000:]
                time.sleep(0.2)
        assert answer["choices"][0]["text"].split() == ["sat", "on", "a", "mat"]
    finally:
        server.terminate()
        server.wait(20)


def test_a_file_that_cannot_be_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "empty.txt").write_text("\n", encoding="utf-8")
    for name, message in (("none.txt", "none.txt cannot be read"), ("empty.txt", "empty.txt holds no text")):
        monkeypatch.setattr(sys, "argv", ["x", "--model", "BASE", "--data", str(folder / name), "--out", "a"])
        with pytest.raises(SystemExit, match=message):
            runpy.run_path(str(ROOT / "examples/mixlora_finetune.py"), run_name="__main__")
