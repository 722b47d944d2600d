from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from sovereign.settings import NAMES
from sovereign.version import __version__
from tests.cli.conftest import Asked
from tests.cli.running import failed, in_a_process, sovereign

PAGE = """# Report on widgets

## Results

The new widget reduces memory by 40% compared with the old widget. It was tested in May.

## Discussion

The new widget does not reduce latency.
"""


def database(asked: Asked) -> sqlite3.Connection:
    return sqlite3.connect(asked.home / "sovereign.db")


def test_a_sound_ledger(asked: Asked):
    said = sovereign("ledger", "verify")
    assert said.code == 0
    assert said.out.startswith("verified: ")
    report = sovereign("ledger", "verify", "--json").json
    assert (report["status"], report["ok"], report["problems"]) == ("verified", True, [])
    assert report["count"] == asked.record["ledger_head"]["count"]


def test_a_ledger_without_a_head_is_only_consistent(asked: Asked):
    (asked.home / "ledger.head").unlink()
    said = sovereign("ledger", "verify")
    assert said.code == 0
    assert "self consistent only" in said.out


def test_one_flipped_byte_is_found(asked: Asked):
    with database(asked) as connection:
        seq, payload = connection.execute(
            "SELECT seq, payload FROM ledger_event WHERE kind = 'claim.anchored' LIMIT 1"
        ).fetchone()
        changed = payload.replace("arxiv", "arxiw", 1)
        assert sum(a != b for a, b in zip(payload, changed, strict=True)) == 1
        connection.execute("UPDATE ledger_event SET payload = ? WHERE seq = ?", (changed, seq))
    said = sovereign("ledger", "verify")
    assert said.code == 6
    assert f"event {seq} (claim.anchored)" in said.out
    assert "does not verify" in said.err
    as_json = sovereign("ledger", "verify", "--json")
    assert as_json.code == 6
    assert [p["seq"] for p in as_json.json["problems"]] == [seq]
    failed(sovereign("show", asked.short_id), 6, f"event {seq}")


def test_a_cut_tail_is_found(asked: Asked):
    last = asked.record["ledger_head"]["count"]
    with database(asked) as connection:
        connection.execute("DELETE FROM ledger_event WHERE seq = ?", (last,))
    said = sovereign("ledger", "verify")
    assert said.code == 6
    assert f"event {last} " in said.out
    assert "tail was cut" in said.out
    # Without the head beside it the cut cannot show; an export still tells.
    (asked.home / "ledger.head").unlink()
    assert sovereign("ledger", "verify").code == 0


def test_the_head_of_an_export_finds_a_cut_tail(asked: Asked, tmp_path: Path):
    export = tmp_path / "export.json"
    assert sovereign("export", asked.short_id, "--out", export).code == 0
    assert sovereign("ledger", "verify", "--head", export).out.startswith("verified")
    with database(asked) as connection:
        connection.execute("DELETE FROM ledger_event WHERE seq = (SELECT max(seq) FROM ledger_event)")
    (asked.home / "ledger.head").unlink()
    assert sovereign("ledger", "verify", "--head", export).code == 6


def test_what_is_no_head(asked: Asked, tmp_path: Path):
    failed(sovereign("ledger", "verify", "--head", tmp_path / "none.json"), 2, "cannot be read")
    for text in ("", "{}", "[1]", '{"ledger_head": null}', "nonsense"):
        (tmp_path / "head.json").write_text(text)
        failed(sovereign("ledger", "verify", "--head", tmp_path / "head.json"), 2, "no ledger head")
    (tmp_path / "head.json").write_bytes(b"\xff\xfe\x00")
    failed(sovereign("ledger", "verify", "--head", tmp_path / "head.json"), 2, "no ledger head")


def test_an_empty_ledger():
    assert sovereign("ledger", "verify").code == 0
    assert sovereign("ledger", "verify", "--json").json["count"] == 0


def test_settings(home: Path, monkeypatch: pytest.MonkeyPatch):
    home.mkdir()
    (home / "settings.toml").write_text("max_papers = 7\n")
    monkeypatch.setenv("SOVEREIGN_SEED", "5")
    data = sovereign("settings", "--json").json
    assert tuple(data) == NAMES
    assert (data["max_papers"]["value"], data["seed"]["value"]) == ("7", "5")
    assert "settings.toml" in data["max_papers"]["origin"]
    assert "SOVEREIGN_SEED" in data["seed"]["origin"]
    assert data["owner"]["origin"] == "default"
    shown = sovereign("settings")
    assert shown.code == 0
    assert "max_papers" in shown.out
    monkeypatch.setenv("SOVEREIGN_SEED", "five")
    failed(sovereign("settings"), 2, "seed", "SOVEREIGN_SEED")


def test_version():
    assert __version__ in sovereign("version").out
    assert sovereign("version", "--json").json["sovereign"] == __version__


def test_help_as_a_process():
    said = in_a_process("--help")
    assert said.code == 0
    for command in (
        "ask",
        "list",
        "show",
        "export",
        "verify",
        "approve",
        "hold",
        "reject",
        "ledger",
        "settings",
        "version",
    ):
        assert f"  {command} " in said.out


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("The new widget reduces memory by 40% compared with the old widget.", "SUPPORT"),
        ("The new widget reduces memory by 70% compared with the old widget.", "CONTRADICT"),
        ("Penguins live in Antarctica.", "NOT_ENOUGH_INFO"),
    ],
)
def test_verify(tmp_path: Path, claim: str, verdict: str):
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    data = sovereign("verify", claim, "--against", page, "--json").json
    assert (data["verdict"], data["claim"], data["against"]) == (verdict, claim, "page.md")
    said = sovereign("verify", claim, "--against", page)
    assert said.code == 0
    assert said.out.startswith(verdict)
    if verdict != "NOT_ENOUGH_INFO":
        assert "reduces memory by 40%" in said.out
        assert "Results" in said.out
        assert "number" in said.out


def test_verify_against_what_cannot_be_read(tmp_path: Path):
    failed(sovereign("verify", "It is fast.", "--against", tmp_path / "none.md"), 2, "none.md")
    (tmp_path / "x.png").write_bytes(b"\x89PNG")
    failed(sovereign("verify", "It is fast.", "--against", tmp_path / "x.png"), 2, ".png", ".md")
    (tmp_path / "x.txt").write_bytes(bytes(range(256)) * 9)
    failed(sovereign("verify", "It is fast.", "--against", tmp_path / "x.txt"), 2, "x.txt")
    (tmp_path / "page.md").write_text(PAGE)
    failed(sovereign("verify", " ", "--against", tmp_path / "page.md"), 2, "empty")
    failed(sovereign("verify", "It is fast.", "--against", tmp_path), 2)
