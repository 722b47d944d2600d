from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from base64 import b64decode
from pathlib import Path

import pytest

from sovereign.publish import FORMATS
from sovereign.records import Record
from tests.cli.conftest import Asked
from tests.cli.running import QUESTION, failed, in_a_process, sovereign


def ways(asked: Asked) -> list[str]:
    """All names by which one may ask for the record."""
    uuid = str(asked.record["id"])
    return [asked.short_id, asked.short_id.removeprefix("SRCH:"), asked.short_id.lower(), uuid, uuid[:6], uuid.upper()]


def test_list(asked: Asked):
    said = sovereign("list")
    assert said.code == 0
    assert asked.short_id in said.out
    (entry,) = sovereign("list", "--json").json
    assert (entry["short_id"], entry["question"], entry["owner"]) == (asked.short_id, QUESTION, None)
    assert entry["content_hash"] == asked.record["content_hash"]


def test_an_empty_list_says_what_to_do():
    assert "sovereign ask" in sovereign("list").out
    assert sovereign("list", "--json").json == []


def test_show(asked: Asked):
    for name in ways(asked):
        said = sovereign("show", name)
        assert said.code == 0, said.err
        assert str(asked.record["content_hash"]) in said.out
    data = sovereign("show", asked.short_id, "--json").json
    assert data.pop("owner_decisions") == []
    nothing = {"claims": {}, "measurements": {}}
    assert data.pop("standing") == {"state": "CURRENT", "newest_version": 1, "withdrawn": nothing, "triggers": []}
    assert Record.model_validate(data) == Record.model_validate(asked.record)


@pytest.mark.parametrize(
    "command",
    [["show"], ["export"], ["approve", "--reason", "r"], ["hold", "--reason", "r"], ["reject", "--reason", "r"]],
)
@pytest.mark.parametrize("name", ["SRCH:00000000", "nonsense", "", "SRCH:"])
def test_an_unknown_id(asked: Asked, command: list[str], name: str):
    if asked.short_id == "SRCH:00000000":
        pytest.skip("the record has just this id")
    failed(sovereign(command[0], name, *command[1:]), 5, "no record")
    failed(sovereign(command[0], name, *command[1:], "--json"), 5, "no record")


def test_an_id_with_a_slip_of_the_pen(asked: Asked):
    near = asked.short_id[:-1] + ("0" if asked.short_id[-1] != "0" else "1")
    failed(sovereign("show", near), 5, asked.short_id)


def test_an_id_where_there_is_no_record_at_all():
    failed(sovereign("show", "SRCH:12345678"), 5, "no record", "ask a question")


def test_export_formats(asked: Asked):
    for form in (name for name, made in FORMATS.items() if not made.binary):
        said = sovereign("export", asked.short_id, "--format", form)
        assert said.code == 0, said.err
        assert said.out.strip()
        assert said.out.endswith("\n")
    record = sovereign("export", asked.short_id).json
    assert Record.model_validate(record).content_hash == asked.record["content_hash"]
    assert record["ledger_head"]["count"] == asked.record["ledger_head"]["count"]
    rows = list(csv.DictReader(io.StringIO(sovereign("export", asked.short_id, "--format", "csv").out)))
    assert len(rows) >= asked.record["counters"]["extracted"]
    assert "@" in sovereign("export", asked.short_id, "--format", "bib").out
    assert sovereign("export", asked.short_id, "--format", "html").out.lstrip().lower().startswith("<!doctype html")


def test_export_as_one_json_document(asked: Asked, tmp_path: Path):
    for form in FORMATS:
        data = sovereign("export", asked.short_id, "--format", form, "--json").json
        if form == "json":
            assert data["short_id"] == asked.short_id
        else:
            assert data["format"] == form
            assert data["content"]
            assert data.get("encoding") == ("base64" if form == "pdf" else None)
    file = tmp_path / "r.md"
    data = sovereign("export", asked.short_id, "--format", "md", "--out", file, "--json").json
    assert data == {"format": "md", "file": str(file), "bytes": file.stat().st_size}


def test_export_of_a_pdf(asked: Asked, tmp_path: Path):
    command = [sys.executable, "-m", "sovereign.cli", "export", asked.short_id, "--format", "pdf"]
    source = Path(__file__).parents[2] / "src"
    piped = subprocess.run(command, capture_output=True, env={**os.environ, "PYTHONPATH": str(source)}, check=True)
    assert piped.stdout.startswith(b"%PDF-1.7") and piped.stdout.rstrip().endswith(b"%%EOF") and piped.stderr == b""
    file = tmp_path / "report.pdf"
    said = sovereign("export", asked.short_id, "--format", "pdf", "--out", file)
    assert (said.code, said.out) == (0, "")
    assert file.read_bytes() == piped.stdout
    data = sovereign("export", asked.short_id, "--format", "pdf", "--json").json
    assert b64decode(data["content"]) == piped.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo terminal there")
def test_a_pdf_is_not_thrown_at_a_terminal(asked: Asked):
    import pty

    terminal, other_end = pty.openpty()
    command = [sys.executable, "-m", "sovereign.cli", "export", asked.short_id, "--format", "pdf"]
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    said = subprocess.run(command, stdout=other_end, stderr=subprocess.PIPE, env=env, text=True, check=False)
    os.close(other_end)
    os.close(terminal)
    assert said.returncode == 2 and "--out report.pdf" in said.stderr


def test_export_to_a_file(asked: Asked, tmp_path: Path):
    file = tmp_path / "out.json"
    said = sovereign("export", asked.short_id, "--out", file)
    assert (said.code, said.out) == (0, "")
    assert json.loads(file.read_text("utf-8"))["short_id"] == asked.short_id
    failed(sovereign("export", asked.short_id, "--out", tmp_path / "no" / "folder.json"), 4, "cannot be written")
    failed(sovereign("export", asked.short_id, "--out", tmp_path), 4, "cannot be written")
    failed(sovereign("export", asked.short_id, "--format", "docx"), 5, "docx", "html")


@pytest.mark.parametrize(("command", "outcome"), [("approve", "APPROVED"), ("hold", "HELD"), ("reject", "REJECTED")])
def test_the_owner_decides(asked: Asked, command: str, outcome: str):
    before = sovereign("export", asked.short_id).json
    said = sovereign(command, asked.short_id, "--reason", "Read it [bold]twice[/].")
    assert said.code == 0, said.err
    assert outcome in said.out
    decision = sovereign(command, asked.short_id.lower(), "--reason", "again", "--json").json
    assert (decision["outcome"], decision["reason"], decision["record_id"]) == (outcome, "again", asked.record["id"])
    assert sovereign("list", "--json").json[0]["owner"] == outcome
    shown = sovereign("show", asked.short_id, "--json").json
    assert [d["reason"] for d in shown["owner_decisions"]] == ["Read it [bold]twice[/].", "again"]
    assert "Read it [bold]twice[/]." in " ".join(sovereign("show", asked.short_id).out.split())
    after = sovereign("export", asked.short_id).json
    assert after["ledger_head"]["count"] == before["ledger_head"]["count"] + 2
    assert {**after, "ledger_head": None} == {**before, "ledger_head": None}
    assert outcome in sovereign("export", asked.short_id, "--format", "md").out
    assert sovereign("ledger", "verify").code == 0


def test_a_decision_needs_a_reason(asked: Asked):
    said = sovereign("approve", asked.short_id)
    assert (said.code, said.out) == (2, "")
    assert "--reason" in said.err
    failed(sovereign("approve", asked.short_id, "--reason", "  "), 2, "reason")


def test_a_damaged_record_is_refused(asked: Asked):
    (entry,) = sovereign("list", "--json").json
    path = asked.home / "artifacts" / entry["artifact"][:2] / entry["artifact"][2:]
    path.write_bytes(path.read_bytes().replace(b"columnar", b"columnal"))
    failed(sovereign("show", asked.short_id), 7, "was changed")


def test_as_processes(asked: Asked):
    listed = in_a_process("list", "--json")
    assert [e["short_id"] for e in listed.json] == [asked.short_id]
    assert in_a_process("show", asked.short_id, "--json").json["short_id"] == asked.short_id
    missing = in_a_process("show", "SRCH:FFFFFFFF")
    failed(missing, 5)
