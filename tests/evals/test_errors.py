"""Errors to be read: only wrong verdicts, with all that a reader needs, in an order that nobody chose."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sovereign.errors import InputError
from sovereign.evals.errors import errors, main

from . import data


def mislabelled(folder: Path) -> Path:
    """Pairs whose labels the checks cannot find: the evidence says the contrary."""
    said = [("Zelotriptan reduces fever in mice.", 7, 1, "CONTRADICT"), ("Mervadine lowers pressure.", 8, 0, "SUPPORT")]
    right = ("Mervadine does not lower pressure.", 8, 0, "SUPPORT")
    claims = [
        {"id": n, "claim": claim, "evidence": {str(d): [{"sentences": [s], "label": label}]}, "cited_doc_ids": [d]}
        for n, (claim, d, s, label) in enumerate([*said, right])
    ]
    data.lines(folder / "corpus.jsonl", data.CORPUS)
    data.lines(folder / "claims.jsonl", claims)
    return folder


def printed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_wrong_verdicts_are_told_and_no_others(tmp_path: Path) -> None:
    told = {e["claim"]: e for e in errors("scifact", mislabelled(tmp_path))}
    assert set(told) == {"Zelotriptan reduces fever in mice.", "Mervadine lowers pressure."}
    fever = told["Zelotriptan reduces fever in mice."]
    assert (fever["label"], fever["verdict"], fever["document"]) == ("CONTRADICT", "SUPPORT", "7")
    assert fever["rests_on"] == fever["marked"] == ["Zelotriptan reduces fever in mice."]
    assert "polarity" in fever["deciding"] and fever["reason"].startswith("supported at")


def test_a_sample_is_the_first_by_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(mislabelled(tmp_path))
    assert main(["scifact", "--data", folder]) == 0
    every = printed(capsys)
    assert [e["key"] for e in every] == sorted(e["key"] for e in every) and len(every) == 2
    assert main(["scifact", "--data", folder, "-n", "1"]) == 0
    assert printed(capsys) == every[:1]


def test_what_cannot_be_read_is_an_error_for_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scifact", "--data", str(tmp_path / "none")]) == 2
    assert "There is no folder" in capsys.readouterr().err
    with pytest.raises(InputError, match="no set 'tamper'"):
        list(errors("tamper", tmp_path))


def test_a_reader_who_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    command = f"{sys.executable} -m sovereign.evals.errors scifact --data {mislabelled(tmp_path)} | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("0\n", "")
