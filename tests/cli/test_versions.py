"""``sovereign versions``: what changed between two files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sovereign.cli import app

OLD = "# FastNet: caching for models\n\n## Abstract\n\nWe present FastNet, which caches layers. FastNet reduces memory consumption by 41% during training.\n"
NEW = "# FastNet: caching for models\n\n## Abstract\n\nWe present FastNet, which caches layers. FastNet reduces memory consumption by 38% during training.\n"


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    for name, text in (("old.md", OLD), ("new.md", NEW)):
        (tmp_path / name).write_text(text)
    return str(tmp_path / "old.md"), str(tmp_path / "new.md")


def test_a_changed_figure_is_told_with_both_sentences(files: tuple[str, str]) -> None:
    result = CliRunner().invoke(app, ["versions", *files])
    assert result.exit_code == 0
    assert "41% became 38%" in result.output and "1 change." in result.output
    assert "by 41% during training" in " ".join(result.output.split())


def test_json_has_places_of_both(files: tuple[str, str]) -> None:
    found = json.loads(CliRunner().invoke(app, ["versions", *files, "--json"]).stdout)
    (change,) = found["changes"]
    assert found["versions"] and change["kind"] == "figure" and change["metric"] == "memory"
    assert OLD[OLD.index("FastNet reduces") :].startswith(change["older"]["text"])


def test_a_file_against_itself_has_no_change(files: tuple[str, str]) -> None:
    assert "0 changes." in CliRunner().invoke(app, ["versions", files[0], files[0]]).output


def test_other_works_are_compared_and_said_to_be_others(files: tuple[str, str], tmp_path: Path) -> None:
    other = tmp_path / "other.md"
    other.write_text("# On rivers\n\nRivers carry sand to the sea, and floods carry more of it in spring.\n")
    assert "Nothing in the two says that they are versions" in CliRunner().invoke(app, ["versions", files[0], str(other)]).output  # fmt: skip


def test_a_missing_file_is_named(files: tuple[str, str], tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["versions", files[0], str(tmp_path / "gone.md")])
    assert result.exit_code != 0 and "Traceback" not in result.output
