"""The page of the ten claims is made of its stored result, and the result by our checks."""

from __future__ import annotations

import shutil
from copy import deepcopy
from pathlib import Path

import pytest

from sovereign.evals import seed_claims, seed_page
from sovereign.evals.results import FOLDER, read
from sovereign.records import seed_claims as shipped

ROOT = Path(__file__).resolve().parents[2]
STORED = ROOT / FOLDER / f"{seed_claims.NAME}.json"


def test_the_page_is_what_the_result_makes_of_it() -> None:
    assert seed_page.page(read(STORED)) == (ROOT / seed_page.PAGE).read_text("utf-8"), (
        "run `python -m sovereign.evals.seed_page`"
    )


def test_another_result_makes_another_page() -> None:
    other = deepcopy(read(STORED))
    other["claims"][0]["own_work"]["verdict"] = "CONTRADICT"
    other["ours"]["tier"] = "FLAGSHIP_CANDIDATE"
    text = seed_page.page(other)
    assert "1 are contradicted" in text and "| DOI_GRADE | FLAGSHIP_CANDIDATE |" in text


def test_a_result_of_another_version_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / FOLDER).mkdir(parents=True)
    (tmp_path / FOLDER / STORED.name).write_text('{"claims": []}')
    assert seed_page.main(["--root", str(tmp_path)]) == 2
    assert "not of this version" in capsys.readouterr().err
    shutil.rmtree(tmp_path / FOLDER)
    assert seed_page.main(["--root", str(tmp_path)]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_what_is_measured_anew_is_what_is_stored() -> None:
    """All but the gate's runs and search by meaning, which take a minute; the ten claims are held against the same works."""
    found, stored = seed_claims.measure(seconds=0, embedder="none"), read(STORED)
    assert [c["id"] for c in found["claims"]] == [c.id for c in shipped().claims]
    assert found["original"] == stored["original"]
    for now, then in zip(found["claims"], stored["claims"], strict=True):
        assert now["own_work"] == then["own_work"] and now["other_works"] == then["other_works"]
        assert now["verified"] == (now["gate"]["status"] == "VERIFIED")
    assert not any(c["verified"] and c["gate"]["protocol_match"] != "exact" for c in stored["claims"])
    assert {k: found["ours"][k] for k in ("level", "verified", "tier")} == {
        k: stored["ours"][k] for k in ("level", "verified", "tier")
    }
