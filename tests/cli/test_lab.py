"""``sovereign lab overhead``: what a person sees of a run, of one that was stopped, and of one that cannot be made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sovereign.lab.overhead import run
from sovereign.lab.overhead.results import Results
from tests.lab.overhead.making import QUICK, results

from .running import failed, sovereign


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Results:
    """A run that was made elsewhere, in place of half a minute of measuring."""
    found = results(QUICK, quick=True)
    monkeypatch.setattr(run, "run", lambda *given: found)
    return found


def test_a_run_shows_ratios_by_scale_and_where_it_was_measured(made: Results, tmp_path: Path) -> None:
    said = sovereign("lab", "overhead", "--quick", "--out", tmp_path)
    assert said.code == 0
    assert "Measured on Roofline 9000, 2 threads, bfloat16" in said.out
    (row,) = [
        r for r in made.latency if (r.shape, r.method, r.phase, r.batch_size) == ("opt-175b", "lora", "decode", 1)
    ]
    decoding = said.out[said.out.index("Decoding") : said.out.index("Prefill")]
    assert any("opt-175b" in line and f"{row.ratio:.3g}" in line for line in decoding.splitlines())
    assert "frozen base, composed and tiled" in " ".join(decoding.split())
    assert "full fine-tuning, measured and modelled" in " ".join(said.out.split())
    assert "lora_merged computes what base does" in said.out
    assert str(tmp_path) in said.out.replace("\n", "")


def test_json_is_the_results(made: Results) -> None:
    assert Results.model_validate(sovereign("lab", "overhead", "--quick", "--json").json) == made


def test_a_run_that_is_stopped_says_how_to_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*given: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "run", stopped)
    said = sovereign("lab", "overhead", "--quick")
    assert (said.code, said.out) == (130, "")
    assert "the same command goes on" in said.err


def test_bad_input_is_refused_before_anything_is_measured(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", "utf-8")
    for given, code, words in (
        (("--scales", "176b"), 5, "Did you mean 175b?"),
        (("--methods", "mixlore"), 5, "Did you mean mixlora?"),
        (("--seed", str(2**70)), 2, "seed is 0 to"),
        (("--threads", "99999"), 2, "threads is 1 to"),
    ):
        failed(sovereign("lab", "overhead", "--quick", *given), code, words)
    said = sovereign("lab", "overhead", "--quick", "--scales", "125m", "--out", tmp_path / "file")
    assert (said.code, said.out) == (7, "")
    assert "file cannot be the folder of a result" in said.err.replace("\n", " ")
    assert (tmp_path / "file").read_text("utf-8") == "mine"
