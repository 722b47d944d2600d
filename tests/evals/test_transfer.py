"""Probabilities from one set, held against another."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sovereign.evals.calibration import LEAST
from sovereign.evals.transfer import main, run

from . import data


def both_sets(folder: Path, count: int) -> Path:
    """SciFact and PubMedQA of one kind of abstract, on as many invented drugs; every third label of SciFact is wrong."""
    drugs = [f"{a}{b}{c}ol" for a in ("zer", "mal", "tov", "pin") for b in ("a", "e", "i", "o") for c in "bdfglm"]
    corpus, claims, asked = [], [], []
    for n, drug in enumerate(drugs[:count]):
        claim = f"{drug.capitalize()} {{}} recurrent fever in adults after treatment."
        said = [
            f"We asked whether {drug} helps adults with recurrent fever.",
            f"Fever after {drug} treatment was much lower in most of the adults of our trial.",
        ]
        evidence = {str(n): [{"sentences": [1], "label": "CONTRADICT" if n % 3 else "SUPPORT"}]}
        corpus.append({"doc_id": n, "title": "A trial", "abstract": said, "structured": False})
        claims.append({"id": n, "claim": claim.format("does not lower"), "evidence": evidence, "cited_doc_ids": [n]})
        asked.append(
            {
                "question": f"Does {drug} lower fever?",
                "contexts": said,
                "long_answer": claim.format("lowers"),
                "final_decision": "yes",
                "pmid": f"p{n}",
            }
        )
    data.lines(folder / "scifact" / "corpus.jsonl", corpus)
    data.lines(folder / "scifact" / "claims.jsonl", claims)
    data.lines(folder / "pubmedqa" / "pqal.jsonl", asked)
    return folder


def test_the_map_of_one_set_is_measured_on_the_other(tmp_path: Path) -> None:
    folder = both_sets(tmp_path, 60)
    out = tmp_path / "new" / "transfer.json"
    assert main(["--data", str(folder), "--out", str(out)]) == 0
    result = json.loads(out.read_text("utf-8"))
    assert result["command"] == f"python -m sovereign.evals.transfer --data {folder}"
    found = result["pubmedqa"]
    assert found["n"] >= LEAST and found["right"] == 1.0  # all that is decided there are the denied claims
    # On SciFact two of three such decisions are right, and this is what the map says of them; folds differ a little.
    assert found["bins"][0]["probability"] == pytest.approx(2 / 3, abs=0.1)
    assert found["expected_calibration_error"] == pytest.approx(1 / 3, abs=0.1)
    assert result["balanced"] is None  # no conclusion denies anything


def test_too_few_decisions_measure_nothing(tmp_path: Path) -> None:
    result = run(both_sets(tmp_path, 5))
    assert result["pubmedqa"] is None and result["balanced"] is None


def test_a_set_that_is_missing_is_an_error_for_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = both_sets(tmp_path, 2)
    (folder / "pubmedqa" / "pqal.jsonl").unlink()
    out = tmp_path / "transfer.json"
    assert main(["--data", str(folder), "--out", str(out)]) == 2
    assert "PubMedQA" in capsys.readouterr().err and not out.exists()
