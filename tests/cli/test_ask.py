from __future__ import annotations

import json
import re
import socket
from importlib.resources import files
from pathlib import Path

import pytest

from sovereign.records import Record, seed_claims
from tests.cli.conftest import Asked
from tests.cli.running import QUESTION, failed, in_a_process, sovereign
from tests.kernel import columnar

STARTER = Path(str(files("sovereign"))) / "data" / "starter_library"


def test_ask_as_a_process(home: Path, library: Path):
    said = in_a_process("ask", QUESTION, "--library", library)
    assert said.code == 0, said.err
    assert said.err == ""
    assert "ANSWERED" in said.out
    assert "0.25 times the latency" in said.out
    assert "Where sources disagree" in said.out
    short = said.out.split("Record: ")[1].split()[0]
    folder = home / "records" / short.removeprefix("SRCH:")
    assert {p.name for p in folder.iterdir()} == {
        "record.json",
        "report.html",
        "report.md",
        "report.pdf",
        "claims.csv",
        "references.bib",
        "references.ris",
        "references.csl.json",
        "CITATION.cff",
        "record.jsonld",
    }
    assert Record.model_validate_json((folder / "record.json").read_bytes()).short_id == short


def test_json_is_the_only_thing_on_stdout(home: Path, library: Path):
    said = in_a_process("ask", QUESTION, "--library", library, "--json")
    assert said.code == 0, said.err
    record = Record.model_validate(said.json)
    assert record.content_hash == record.computed_hash()
    assert record.ledger_head is not None
    assert record.short_id in said.err
    assert "sovereign-home" not in said.out, "a path of this machine is in the record"


def test_the_starter_library_is_the_default(home: Path):
    said = sovereign("ask", seed_claims().question, "--json", "--no-measure", "--seed", "7")
    assert said.code == 0, said.err
    assert (said.json["answer"]["state"], said.json["environment"]["seed"]) == ("PARTLY_ANSWERED", 7)
    assert said.json["environment"]["files_read"] == len([p for p in STARTER.glob("*.md") if p.name != "README.md"])
    again = sovereign("ask", seed_claims().question, "--json", "--seed", "7")
    assert (again.json["environment"]["files_read"], again.json["environment"]["files_unchanged"]) == (0, 60)
    assert again.json["answer"] == said.json["answer"]


def test_only_the_library_means_not_one_packet(home: Path, library: Path, monkeypatch: pytest.MonkeyPatch):
    real = socket.socket

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    def inside(family: int = socket.AF_INET, *args: int, **more: int) -> socket.socket:
        assert family == socket.AF_UNIX, "a socket was opened that leads out of this process"
        return real(family, *args, **more)

    for name, guard in (("socket", inside), ("create_connection", refuse), ("getaddrinfo", refuse)):
        monkeypatch.setattr(socket, name, guard)
    said = sovereign("ask", QUESTION, "--library", library, "--only-library", "--json")
    assert said.code == 0, said.err
    assert said.json["retrieval"]["sources"] == ["library"]


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("", ("empty",)),
        ("  \n ", ("empty",)),
        ("?!", ("empty",)),
        ("y" * 10_000, ("10,000", "2,000", "max_question_chars")),
    ],
)
def test_a_question_that_cannot_be_asked(question: str, words: tuple[str, ...]):
    failed(sovereign("ask", question), 2, *words)


@pytest.mark.parametrize(
    "question",
    [
        "专家混合的推理延迟是多少？",
        "Сколько памяти нужно?",
        "[bold]latency[/] of [link=file:///x]y[/link]?",
        "latency \x1b[31m\x07?",
    ],
)
def test_other_scripts_and_odd_characters(question: str, library: Path):
    said = sovereign("ask", question, "--library", library)
    assert said.code == 0, said.err
    assert "\x1b[31m" not in said.out
    assert "\x07" not in said.out
    assert "[bold]latency[/]" in said.out or not question.startswith("[bold]")


def test_a_question_without_evidence_says_so(library: Path):
    said = sovereign("ask", "Is aspirin cheaper than placebo?", "--library", library, "--json")
    assert said.code == 0, said.err
    assert said.json["answer"]["state"] == "NOT_ANSWERABLE"
    assert said.json["decision"]["outcome"] in ("REJECT", "HOLD")


def test_libraries_that_cannot_be_read(tmp_path: Path):
    failed(sovereign("ask", QUESTION, "--library", tmp_path / "none"), 2, "none", "not there")
    (tmp_path / "empty").mkdir()
    failed(sovereign("ask", QUESTION, "--library", tmp_path / "empty"), 3, "no documents", ".md")
    (tmp_path / "junk").mkdir()
    (tmp_path / "junk" / "x.txt").write_bytes(bytes(range(256)) * 50)
    failed(sovereign("ask", QUESTION, "--library", tmp_path / "junk", "--json"), 3, "could be read", "x.txt")


def test_bad_files_are_named_once_and_the_good_ones_used(tmp_path: Path):
    notes = {
        name: text.replace("doi: null", 'doi: "10.1234/same"') if name.startswith("stonebrook") else text
        for name, text in columnar.NOTES.items()
    }  # fmt: skip
    notes["stonebrook2020-lanes-again.md"] = notes["stonebrook2019-lanes.md"]
    library = columnar.write(tmp_path / "lib", notes)
    (library / "plain.md").write_text("# A page\n\nThe columnar layout is simple. It has no front matter.\n")
    (library / "junk.txt").write_bytes(bytes(range(256)) * 50)
    (library / "broken.md").write_text("---\ntitle: [\n---\ntext\n")
    (library / "picture.png").write_bytes(b"\x89PNG")
    (library / "none.pdf").write_bytes(b"")
    said = sovereign("ask", QUESTION, "--library", library, "--json")
    assert said.code == 0, said.err
    retrieval = said.json["retrieval"]
    named = [f["where"] for f in retrieval["failures"]]
    assert sorted(named) == ["broken.md", "junk.txt", "none.pdf", "picture.png"]
    assert all(f["reason"] and f["advice"] for f in retrieval["failures"])
    (merged,) = retrieval["merged"]
    assert "stonebrook2019-lanes.md" in merged
    assert "stonebrook2020-lanes-again.md" in merged
    assert said.json["answer"]["state"] == "ANSWERED"
    assert str(tmp_path) not in said.out
    shown = sovereign("ask", QUESTION, "--library", library)
    assert "4 file(s) or source(s) could not be used" in shown.out
    assert all(shown.out.count(name) == 1 for name in named)


def test_a_file_in_the_way_of_the_output(home: Path, library: Path, tmp_path: Path):
    way = tmp_path / "way"
    way.write_text("mine")
    said = sovereign("ask", QUESTION, "--library", library, "--out", way)
    assert said.code == 4
    assert str(way) in said.err.replace("\n", "")
    assert way.read_text() == "mine"
    (entry,) = sovereign("list", "--json").json
    assert sovereign("show", entry["short_id"], "--json").json["answer"]["state"] == "ANSWERED"
    assert entry["short_id"] in said.out + said.err, "the person is told which record was kept"


def test_output_goes_where_it_is_asked(library: Path, tmp_path: Path):
    out = tmp_path / "a" / "b"
    assert sovereign("ask", QUESTION, "--library", library, "--out", out).code == 0
    assert json.loads((out / "record.json").read_text())["question"] == QUESTION


def test_unknown_sources_are_answered_with_the_nearest(library: Path):
    failed(sovereign("ask", QUESTION, "--library", library, "--source", "libary"), 5, "libary", "'library'")
    failed(sovereign("ask", QUESTION, "--library", library, "--source", "qqq"), 5, "qqq", "library")


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--max-papers", "0"),
        ("--max-papers", "-3"),
        ("--budget-seconds", "0"),
        ("--budget-seconds", "nan"),
        ("--seed", "-1"),
    ],
)
def test_numbers_out_of_range(library: Path, option: str, value: str):
    failed(
        sovereign("ask", QUESTION, "--library", library, option, value),
        2,
        option.strip("-").replace("-", "_"),
        "Give a",
    )


@pytest.mark.parametrize(
    "arguments", [["ask"], ["ask", "x", "--max-papers", "many"], ["ask", "x", "--nonsense"], ["nonsense"]]
)
def test_a_wrong_command_line(arguments: list[str]):
    said = sovereign(*arguments)
    assert said.code == 2
    assert said.out == ""
    assert said.err


def test_the_number_of_works_is_kept(library: Path):
    record = sovereign("ask", QUESTION, "--library", library, "--max-papers", "2", "--json").json
    kept = [c for c in record["retrieval"]["candidates"] if c["kept"]]
    assert len(record["papers"]) == len(kept) == record["counters"]["papers_kept"] == 2
    assert all(c["reason"] for c in record["retrieval"]["candidates"])


def test_a_spent_budget_is_said(library: Path):
    tight = ("ask", QUESTION, "--library", library, "--budget-seconds", "0.000001", "--json")
    failed(sovereign(*tight), 3, "time budget", "could be read")
    assert sovereign("ask", QUESTION, "--library", library).code == 0  # which reads the library for all later runs
    said = sovereign(*tight)
    assert said.code == 0, said.err
    assert any("budget" in f["reason"] for f in said.json["retrieval"]["failures"])


@pytest.mark.parametrize("text", ["max_papers = ", "max_papres = 3", "max_papers = 'x'", "\x00", "home = '/tmp/x'"])
def test_broken_settings(home: Path, library: Path, text: str):
    home.mkdir()
    (home / "settings.toml").write_text(text)
    failed(sovereign("ask", QUESTION, "--library", library), 2, "settings.toml")


def test_settings_of_the_file_are_used(home: Path, library: Path):
    home.mkdir()
    (home / "settings.toml").write_text("max_papers = 1\n")
    record = sovereign("ask", QUESTION, "--library", library, "--json").json
    assert (record["counters"]["papers_kept"], record["environment"]["settings"]["max_papers"]) == (1, "1")


def test_a_home_that_cannot_be_made(home: Path, library: Path):
    home.write_text("a file")
    failed(sovereign("ask", QUESTION, "--library", library), 7, "store cannot be opened")


def test_a_second_question_over_unchanged_files_reads_none(asked: Asked, library: Path):
    assert asked.record["environment"]["files_read"] == len(columnar.NOTES)
    record = sovereign("ask", QUESTION, "--library", library, "--json").json
    assert (record["environment"]["files_read"], record["environment"]["files_unchanged"]) == (0, len(columnar.NOTES))
    assert record["content_hash"] == asked.record["content_hash"]
    assert record["id"] != asked.record["id"]


def test_several_libraries_and_single_files(library: Path, tmp_path: Path):
    names = sorted(columnar.NOTES)
    single = [a for name in names for a in ("--library", library / name)]
    record = sovereign("ask", QUESTION, *single, "--json").json
    assert record["counters"]["verified"] == 3


def test_only_the_library_is_the_library_however_it_is_spelled(tmp_path: Path) -> None:
    refused = sovereign("ask", QUESTION, "--only-library", "--source", "arXiv")
    assert refused.code == 2 and "--only-library does not go with --source" in refused.err
    missing = sovereign("ask", QUESTION, "--only-library", "--source", "Library", "--library", tmp_path / "none")
    assert missing.code == 2 and "--only-library" not in missing.err


@pytest.mark.parametrize(
    ("flags", "left_out"),
    [
        (["--model", "vllm:m"], ["vllm:m"]),
        (["--model", "openai:m", "--judge-model", "ollama:j"], ["openai:m", "ollama:j"]),
        (["--model", "fake:", "--judge-model", "nim:j"], ["nim:j"]),
    ],
)
def test_only_the_library_means_no_model_on_a_server(library: Path, flags: list[str], left_out: list[str]) -> None:
    said = sovereign("ask", QUESTION, "--library", library, "--only-library", "--json", *flags)
    assert said.code == 0, said.err
    assert re.findall(r"--only-library: (\S+) is not asked; no language model", said.err) == left_out
