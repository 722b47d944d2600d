"""The page and the plots are those of the stored results."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from sovereign.errors import InputError
from sovereign.evals import page, plots, tables
from sovereign.evals.results import FOLDER, read

ROOT = Path(__file__).resolve().parents[2]
SHOWN = ROOT / "docs/results/evals"


@pytest.fixture(scope="module")
def found() -> Any:
    return page.stored(ROOT)


@pytest.fixture
def copied(tmp_path: Path) -> Iterator[Path]:
    """Page and results in a folder of their own."""
    shutil.copytree(ROOT / "evals", tmp_path / "evals")
    (tmp_path / "docs").mkdir()
    shutil.copy(ROOT / "docs/evals.md", tmp_path / "docs")
    yield tmp_path


def test_the_page_is_what_the_results_make_of_it(found: Any) -> None:
    text = (ROOT / "docs/evals.md").read_text("utf-8")
    assert page.filled(text, found) == text, "run `python -m sovereign.evals.page`"


def test_another_result_makes_another_page(found: Any) -> None:
    text = (ROOT / "docs/evals.md").read_text("utf-8")
    other = deepcopy(dict(found))
    other["scifact"]["macro_f1"] = 0.12345
    assert "| scifact | `macro_f1` | 0.12 (" in page.filled(text, other)


def test_a_page_without_its_blocks_is_an_error(found: Any) -> None:
    with pytest.raises(InputError, match="0 blocks figures"):
        page.filled("# Nothing\n", found)


@pytest.mark.parametrize("name", plots.DRAWINGS)
def test_the_plots_are_of_the_stored_results(found: Any, name: str) -> None:
    root = etree.fromstring((SHOWN / f"{name}.svg").read_bytes())
    (words,) = root.xpath("//*[local-name()='description']/text()")
    assert words == plots.DRAWINGS[name](found).alt, "run `python -m sovereign.evals.page`"
    assert (SHOWN / f"{name}.png").read_bytes().startswith(b"\x89PNG")


def test_plots_and_page_are_written(copied: Path) -> None:
    path = copied / FOLDER / "scifact.json"
    changed = read(path)
    changed["curve"][-1]["accuracy"] = 0.99
    path.write_text(json.dumps(changed), "utf-8")
    assert page.main(["--root", str(copied)]) == 0
    files = {p.name: p.read_bytes() for p in (copied / "docs/results/evals").iterdir()}
    assert set(files) == {f"{name}.{kind}" for name in plots.DRAWINGS for kind in ("svg", "png")}
    assert b"to 0.99 at" in files["coverage.svg"]
    assert "to 0.99 at" in (copied / "docs/evals.md").read_text("utf-8")
    assert page.main(["--root", str(copied)]) == 0
    assert files == {p.name: p.read_bytes() for p in (copied / "docs/results/evals").iterdir()}


@pytest.mark.parametrize("broken", [None, b"", b"[1]", b"{"], ids=["none", "empty", "a list", "cut"])
def test_a_result_that_is_missing_or_broken_is_an_error_for_people(
    copied: Path, broken: bytes | None, capsys: pytest.CaptureFixture[str]
) -> None:
    path, before = copied / FOLDER / "transfer.json", (copied / "docs/evals.md").read_bytes()
    path.unlink() if broken is None else path.write_bytes(broken)
    assert page.main(["--root", str(copied)]) == 2
    assert "transfer.json" in capsys.readouterr().err
    assert (copied / "docs/evals.md").read_bytes() == before


def test_results_of_an_older_version_are_an_error_for_people(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = copied / FOLDER / "scifact.json"
    old = read(path)
    del old["curve"]
    path.write_text(json.dumps(old), "utf-8")
    assert page.main(["--root", str(copied)]) == 2
    assert "not of this version: KeyError('curve')" in capsys.readouterr().err


def test_probabilities_that_were_not_measured_are_not_drawn(found: Any) -> None:
    other = {**found, "transfer": {**found["transfer"], "balanced": None}}
    assert "balanced" in plots.reliability(found).alt and "balanced" not in plots.reliability(other).alt
    assert tables.calibration(other).splitlines()[-1].endswith("| – | – | – | – | – | – |")


def test_ablations_are_shown_as_they_were_measured() -> None:
    row = {
        "name": "rules", "bench": "scifact", "macro_f1": 0.637, "support_recall": 0.6, "contradict_called_support": None,
        "contradict_recall": 0.5, "support_called_contradict": 0.25, "rationale_f1": 0.4351,
    }  # fmt: skip
    shown = tables.ablation({"ablation": {"rows": [row], "command": "some command"}})
    assert shown.splitlines()[-1] == "| rules | scifact | 0.64 | 0.60 | – | 0.50 | 0.25 | 0.44 |"
    assert "`some command`" in shown
    one = {"rate": 0.5, "interval": [0.4, 0.6], "made": 12, "n": 10, "scifact_macro_f1": 0.44}
    kinds = [{"kind": "unit", "with": one, "without": {**one, "rate": 1.0, "interval": None, "scifact_macro_f1": 0.3}}]
    lines = tables.left_out({"left_out": {"kinds": kinds, "command": "some command"}}).splitlines()
    assert lines[2] == "| `unit` | 12 | 0.50 (0.40–0.60) | 1.00 | 0.30 |" and "0.44" in lines[-1]


def test_every_error_that_was_read_has_a_kind() -> None:
    readings = read(ROOT / "evals/readings.json")
    used = [kind for one in readings["sets"].values() for kind in one["read"].values()]
    assert set(used) == set(readings["kinds"])
    for one in readings["sets"].values():
        assert one["command"].endswith(f" -n {len(one['read'])}")
        assert list(one["read"]) == sorted(one["read"])
    rows = [line.split(" | ") for line in tables.readings({"readings": readings}).splitlines() if line.startswith("| ")]
    counts = [[int(n) for n in row[1:3]] for row in rows[2:]]
    assert [sum(column) for column in zip(*counts, strict=True)] == [len(o["read"]) for o in readings["sets"].values()]


def test_reading_results_loads_no_drawing_library() -> None:
    code = "import sys, sovereign.evals.page\nprint([m for m in ('matplotlib', 'torch', 'numpy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=os.environ, timeout=60)
    assert done.stdout.strip() == "[]", done.stderr
