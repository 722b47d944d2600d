"""``export --format crate``, ``verify-record``, ``import``, ``key`` and ``ledger head`` as a person uses them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sovereign.cli import app
from tests.kernel.asking import ask

run = CliRunner()


@pytest.fixture
def exported(home: Path, tmp_path: Path) -> Path:
    (tmp_path / "library").mkdir()
    (tmp_path / "library" / "rust.md").write_text("# Rust\n\nRust halves the memory of the server compared with Go.\n")
    record = ask(home, "Does Rust reduce the memory of the server compared with Go?", tmp_path / "library")
    done = run.invoke(app, ["export", record.short_id, "--format", "crate", "--out", str(tmp_path / "x.zip")])
    assert done.exit_code == 0, done.output
    return tmp_path / "x.zip"


def test_without_an_anchor_it_says_what_it_cannot_know(exported: Path) -> None:
    done = run.invoke(app, ["verify-record", str(exported)])
    assert done.exit_code == 0 and "self-consistent only" in done.stdout and "Give --head or --key" in done.stdout


def test_a_head_and_a_key_from_elsewhere_vouch_for_it(home: Path, tmp_path: Path, exported: Path) -> None:
    key = run.invoke(app, ["key", "new"]).stdout.strip()
    assert run.invoke(app, ["key", "show"]).stdout.strip() == key
    assert (home / "signing.key").stat().st_mode & 0o77 == 0
    assert run.invoke(app, ["key", "new"]).exit_code == 2
    short_id = json.loads(run.invoke(app, ["list", "--json"]).stdout)[0]["short_id"]
    run.invoke(app, ["export", short_id, "--format", "crate", "--out", str(tmp_path / "signed")])
    (tmp_path / "head.json").write_text(run.invoke(app, ["ledger", "head"]).stdout)
    argv = ["verify-record", str(tmp_path / "signed"), "--key", key, "--head", str(tmp_path / "head.json"), "--json"]
    report = json.loads(run.invoke(app, argv).stdout)
    assert report["status"] == "verified" and report["anchors"] == ["ledger head", "public key"]
    unsigned = run.invoke(app, ["verify-record", str(exported), "--key", key])
    assert unsigned.exit_code == 6 and "nothing is signed" in unsigned.stdout


def test_a_changed_byte_is_named_and_the_exit_code_says_so(tmp_path: Path, exported: Path) -> None:
    exported.write_bytes(exported.read_bytes().replace(b"Rust halves", b"Rust Halves", 1))
    done = run.invoke(app, ["verify-record", str(exported)])
    assert done.exit_code == 6 and "does not verify" in done.stderr
    assert "artifacts/" in done.stdout or "record.json" in done.stdout or "report" in done.stdout


def test_import_into_another_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, exported: Path) -> None:
    monkeypatch.setenv("SOVEREIGN_HOME", str(tmp_path / "other"))
    done = run.invoke(app, ["import", str(exported)])
    assert done.exit_code == 0 and "Imported: SRCH:" in done.stdout
    assert run.invoke(app, ["show", "SRCH"]).exit_code == 5
    short_id = json.loads(run.invoke(app, ["list", "--json"]).stdout)[0]["short_id"]
    assert run.invoke(app, ["show", short_id]).exit_code == 0
    assert json.loads(run.invoke(app, ["ledger", "verify", "--json"]).stdout)["status"] == "verified"


@pytest.mark.parametrize(
    "argv", [["verify-record", "nothing.zip"], ["verify-record", ".", "--key", "abc"], ["import", "nothing"]]
)
def test_bad_input_gets_words_and_no_traceback(argv: list[str]) -> None:
    done = run.invoke(app, argv)
    assert done.exit_code == 2 and "Traceback" not in done.output and done.stderr.strip()


def test_a_folder_that_is_no_export_is_named_file_by_file(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = run.invoke(app, ["verify-record", str(tmp_path / "empty")])
    assert done.exit_code == 6 and "manifest.json: it is missing" in done.stdout


def test_it_is_never_written_over_something(tmp_path: Path, exported: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "mine.txt").write_text("mine")
    short_id = json.loads(run.invoke(app, ["list", "--json"]).stdout)[0]["short_id"]
    done = run.invoke(app, ["export", short_id, "--format", "crate", "--out", str(tmp_path / "there")])
    assert done.exit_code == 4 and [p.name for p in (tmp_path / "there").iterdir()] == ["mine.txt"]
