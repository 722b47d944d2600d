"""``sovereign eval`` as a person runs it."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from tests.evals.data import SHARED, lines, needs_data, published_scifact

from .running import failed, sovereign


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder of its own: results go there."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"


def test_json_is_the_file(here: Path) -> None:
    data = published_scifact(here / "data here")
    said = sovereign("eval", "scifact", "--data", data, "--json")
    assert said.code == 0, said.err
    result = said.json
    assert json.loads((here / "evals" / "results" / "scifact.json").read_text(encoding="utf-8")) == result
    assert {"macro_f1", "contradict_called_support", "support_recall", "rationale_f1"} <= result.keys() & result[
        "intervals"
    ].keys()
    assert set(result["baselines"]) == {"words", "lexical", "claim_only", "features"} and result["entailer"] == "own"
    assert (result["n"], result["command"]) == (3, f"sovereign eval scifact --data '{data}'")
    assert len(result["data_sha256"]) == 64 and result["version"]
    assert result["support_recall"] == 1.0 and result["contradict_called_support"] == 0.0
    again = sovereign("eval", "scifact", "--data", data, "--json").json
    assert again == result


def test_a_person_gets_a_table(here: Path) -> None:
    said = sovereign("eval", "tamper", "--limit", "5", "--out", here / "mine.json")
    assert said.code == 0 and (here / "mine.json").is_file() and not (here / "evals").exists()
    for word in ("our checks", "lexical", "coverage", "number_digit", "false support"):
        assert word in said.out
    assert "mine.json" in said.err
    result = json.loads((here / "mine.json").read_text(encoding="utf-8"))
    assert result["source"] == "starter_library" and result["pairs"] == 5 and result["limit"] == 5
    assert {"false_support_rate", "lost_support_rate", "coverage", "kinds"} <= result.keys()


def test_given_twins(here: Path) -> None:
    rows = [
        {"claim": "A lowers fever in adults.", "evidence": "In our trial A lowers fever in adults.", "kind": "original", "expected": "support"},
        {"claim": "A raises fever in adults.", "evidence": "In our trial A lowers fever in adults.", "kind": "[bold]mine", "expected": "not_support"},
    ]  # fmt: skip
    said = sovereign("eval", "tamper", "--twins", lines(here / "twins.jsonl", rows))
    assert said.code == 0, said.err
    assert "[bold]mine" in said.out


def test_what_cannot_be(here: Path) -> None:
    data = published_scifact(here / "d")
    failed(sovereign("eval", "fever"), 2, "no bench", "scifact")
    failed(sovereign("eval", "scifact"), 2, "--data")
    failed(sovereign("eval", "scifact", "--data", here / "none"), 2, "no folder")
    failed(sovereign("eval", "scifact", "--data", data, "--split", "test"), 2, "no split", "train or dev")
    failed(sovereign("eval", "scitab", "--data", data, "--split", "dev"), 2, "no split")
    failed(sovereign("eval", "scifact", "--data", data, "--limit", "0"), 2, "--limit")
    failed(sovereign("eval", "scifact", "--data", data, "--twins", data), 2, "--twins")
    failed(sovereign("eval", "tamper", "--data", data, "--twins", data), 2, "--twins")
    failed(sovereign("eval", "tamper", "--split", "dev"), 2, "--split")
    failed(sovereign("eval", "tamper", "--twins", here / "none"), 2, "no file")
    (here / "evals").write_text("in the way", encoding="utf-8")
    failed(sovereign("eval", "scifact", "--data", data, "--json"), 4, "--out")


@needs_data
@pytest.mark.parametrize("name", ["scifact", "pubmedqa", "scitab", "tamper"])
def test_real_sets(name: str) -> None:
    start = time.process_time()
    result = sovereign("eval", name, "--data", SHARED, "--limit", "120", "--json").json
    assert time.process_time() - start < 120
    assert result["n"] >= 100 and result["baselines"]["lexical"]
    for key, (low, high) in {k: v for k, v in result["intervals"].items() if v}.items():
        assert low <= result[key] <= high, key


def test_planted_defects(here: Path) -> None:
    question = "What is known about load balancing in mixture-of-experts routing?"
    assert sovereign("ask", question, "--only-library", "--out", here / "mine" / "one").code == 0
    (here / "mine" / "no.json").write_text("{}", encoding="utf-8")
    said = sovereign("eval", "tribunal", "--records", here / "mine", "--json")
    assert said.code == 0, said.err
    result = said.json
    assert json.loads((here / "evals" / "results" / "tribunal.json").read_text(encoding="utf-8")) == result
    assert {"detection_rate", "false_alarm_rate", "held_out_rate", "missed", "false_alarms"} <= result.keys()
    assert result["clean_records"] == 1 and result["reviewers"] == "checks" and len(result["kinds"]) == 10
    assert "no.json is left out" in said.err.replace("\n", " ").replace("  ", " ")
    failed(sovereign("eval", "tribunal", "--data", here), 2, "--data", "tribunal")
    failed(sovereign("eval", "scifact", "--records", here), 2, "--records", "scifact")
    failed(sovereign("eval", "tribunal", "--records", here / "nowhere"), 2, "no folder")
    failed(sovereign("eval", "tribunal", "--model", "none"), 2, "--model")
