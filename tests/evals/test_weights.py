"""Fitting the weights of the graded verdict: to which model, where they go, and what is not begun."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import pytest

from sovereign.checks.fitted import fitted, read
from sovereign.evals.folds import FOLDS
from sovereign.evals.weights import main
from sovereign.models import entailer

from ..models.folders import WORDS, onnx_folder
from .test_transfer import both_sets

SHIPPED = Path(str(resources.files("sovereign.checks"))) / "weights.json"


def fit(data: Path, name: str) -> int:
    return main(["--data", str(data), "--entailer", name])


def test_a_model_of_a_folder_gets_weights_there_and_the_package_keeps_its_own(tmp_path: Path) -> None:
    shipped, data = SHIPPED.read_bytes(), both_sets(tmp_path / "data", 20)
    folder = onnx_folder(tmp_path / "my model", [[n % 3, n % 2, 0.0] for n in range(len(WORDS))])
    assert fit(data, f"path:{folder}") == 0
    table = json.loads((folder / "weights.json").read_text("utf-8"))
    assert f"--entailer 'path:{folder}'" in table["command"] and "words" not in table
    assert len(table["words_and_entailment"]["folds"]) == FOLDS
    read.cache_clear()
    model = entailer(f"path:{folder}")
    assert model is not None and model.weights == table["entailer"]
    assert fitted(model, 0) != fitted(model)
    assert SHIPPED.read_bytes() == shipped


@pytest.mark.parametrize("name", ["none", "fake:"])
def test_there_is_nothing_to_fit_to_what_is_no_model(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shipped = SHIPPED.read_bytes()
    assert fit(both_sets(tmp_path, 20), name) == 2
    assert "no entailer to fit" in capsys.readouterr().err and SHIPPED.read_bytes() == shipped


def test_a_folder_that_cannot_be_written_is_said_before_the_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = onnx_folder(tmp_path / "m", [[0.0, 0.0, 0.0]] * len(WORDS))
    monkeypatch.setattr("os.access", lambda path, mode: Path(path) != folder)
    monkeypatch.setattr("sovereign.evals.weights.fits", lambda *_: pytest.fail("work was begun"))
    assert fit(both_sets(tmp_path / "data", 20), f"path:{folder}") == 4
    assert "writable" in capsys.readouterr().err
