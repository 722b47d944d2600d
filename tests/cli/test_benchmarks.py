"""``sovereign benchmarks build``, as a person uses it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from .running import failed, in_a_process, sovereign


def run(name: str, accuracy: float, **train: Any) -> dict[str, Any]:
    """One line of the PEFT runs."""
    return {
        "experiment": name, "peft_type": "LORA", "peft_config": {"peft_type": "LORA", "r": 8},
        "train_config": {"model_id": "org/Base-3B", "seed": 0, "optimizer_kwargs": {"lr": 0.1}, **train},
        "created_at": "2026-07-14T13:50:31+00:00", "total_time_s": 1.0,
        "train": {"train_time": 10.5, "accelerator_memory_max": 2000, "status": "success"},
        "final_metrics": {"test accuracy": accuracy, "train loss": 0.7},
    }  # fmt: skip


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    folder = tmp_path / "peft"
    folder.mkdir()
    lines = [
        run("lora/a", 0.5),
        run("lora/b", 0.4, seed=1),
        run("full/c", 0.6) | {"peft_type": None, "peft_config": None},
    ]
    data = "\n".join(map(json.dumps, lines)).encode()
    (folder / "metamathqa_runs.jsonl.gz").write_bytes(gzip.compress(data))
    return folder


PAPERS = {
    "one": "Alpha reaches an accuracy of {0}% on the SST-2 test set.",
    "two": "Alpha reaches an accuracy of {1}% on the SST-2 test set.",
}


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    return write(tmp_path / "papers", "91.2", "84.6")


def write(folder: Path, *figures: str) -> Path:
    """Two works of different authors with one sentence of results each."""
    folder.mkdir()
    for name, text in PAPERS.items():
        head = f"---\ntitle: Work {name}\nauthors:\n  - Ann {name.title()}\nyear: 2020\n---\n\n# Results\n\n"
        (folder / f"{name}.md").write_text(head + text.format(*figures) + "\n")
    return folder


def test_works_that_disagree_under_one_key_are_contested(papers: Path) -> None:
    made = sovereign("benchmarks", "build", "--library", papers, "--json")
    assert made.code == 0, made.err
    (cluster,) = [c for c in made.json["clusters"] if c["model"] == "Alpha"]
    assert (cluster["status"], cluster["spread_pp"], cluster["severity"]) == ("contested", 6.6, "MEDIUM")
    assert [e["score_pct"] for e in cluster["entries"]] == [91.2, 84.6]
    for entry in cluster["entries"]:
        assert (
            entry["value"].rstrip("%") in entry["quote"]
            and entry["year"] == 2020
            and entry["group"] == entry["source_id"]
        )
    assert made.json["summary"]["by_status"]["contested"] == 1
    shown = sovereign("benchmarks", "build", "--library", papers)
    assert "Alpha on SST-2: contested" in shown.out and "Work one (2020)" in shown.out
    assert "Alpha reaches an accuracy of 91.2% on the SST-2 test set." in shown.out and shown.err == ""


def test_another_split_makes_them_not_comparable(papers: Path) -> None:
    path = papers / "two.md"
    path.write_text(path.read_text().replace("test set", "dev set"))
    (cluster,) = sovereign("benchmarks", "build", "--library", papers, "--json").json["clusters"]
    assert (cluster["status"], cluster["differs"], cluster["mixed"]["contested"]) == ("not_comparable", ["split"], True)
    assert "split (test against dev)" not in cluster["interpretation"] and "split (1 pair)" in cluster["interpretation"]


def test_runs_of_one_method_are_not_comparable_where_their_configuration_differs(runs: Path) -> None:
    made = sovereign("benchmarks", "build", "--library", runs, "--json").json
    assert (made["summary"]["works"], made["summary"]["numbers"]) == (3, 12)
    assert made["summary"]["contested_by_label_alone"] == {
        "all": 1, "single_source": 0, "agreed": 0, "contested": 0, "not_comparable": 1, "unknown": 0,
    }  # fmt: skip
    by_model = {c["model"]: c for c in made["clusters"]}
    assert set(by_model) == {"LORA", "full fine-tuning"}
    assert by_model["LORA"]["status"] == "not_comparable" and "seed" in by_model["LORA"]["differs"]
    entry = by_model["LORA"]["entries"][0]
    assert (entry["score_pct"], entry["quote"]) == (50.0, '"test accuracy": 0.5')
    assert entry["key"]["model"] == "org/Base-3B" and ["r", "8"] in entry["key"]["setting"]


def test_the_quote_of_a_run_stands_at_its_offsets(runs: Path) -> None:
    from sovereign.evals.peft_runs import load
    from sovereign.records import text_hash

    lines = gzip.decompress((runs / "metamathqa_runs.jsonl.gz").read_bytes()).decode().split("\n")
    texts = {}
    for line in lines:
        text = json.dumps({"_key": "", **json.loads(line)}, ensure_ascii=False)
        texts[text_hash(text)] = text
    for number in load(runs)[1]:
        quote = number.quote
        assert texts[quote.text_hash][quote.start : quote.end] == quote.text


def test_libraries_are_taken_together_and_written_where_asked(runs: Path, papers: Path, tmp_path: Path) -> None:
    folder, file = tmp_path / "out" / "all", tmp_path / "out" / "all.json"
    for to in (folder, file):
        said = sovereign("benchmarks", "build", "--library", runs, "--library", papers, "--out", to, "--limit", 0)
        assert said.code == 0 and f"Evidence: {to}" in said.out, said.err
    index, whole = json.loads((folder / "index.json").read_text()), json.loads(file.read_text())
    assert index["summary"] == whole["summary"] and index["summary"]["works"] == 5
    assert len(index["clusters"]) == len(whole["clusters"]) == len(list(folder.iterdir())) - 1
    for row, cluster in zip(index["clusters"], whole["clusters"], strict=True):
        assert json.loads((folder / row["file"]).read_text()) == cluster


def test_json_is_alone_on_stdout(papers: Path) -> None:
    said = in_a_process("benchmarks", "build", "--library", papers, "--json")
    assert said.code == 0 and said.json["summary"]["works"] == 2


def test_a_file_that_cannot_be_read_is_named_and_skipped(papers: Path) -> None:
    (papers / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")
    said = sovereign("benchmarks", "build", "--library", papers)
    assert said.code == 0 and "broken.pdf" in said.err and "contested" in said.out
    assert sovereign("benchmarks", "build", "--library", papers, "--json").json["failures"][0]["where"] == "broken.pdf"


def test_a_work_that_is_there_twice_counts_once_and_is_named(papers: Path) -> None:
    (papers / "copy.md").write_text((papers / "one.md").read_text() + "\nA later line.\n")
    said = sovereign("benchmarks", "build", "--library", papers)
    assert said.code == 0 and said.out.startswith("2 works read") and "copy.md" in said.err


def test_a_library_without_anything_to_read_is_an_error(tmp_path: Path, papers: Path) -> None:
    failed(sovereign("benchmarks", "build", "--library", tmp_path / "nowhere"), 2, "nowhere")
    empty = tmp_path / "empty"
    empty.mkdir()
    failed(sovereign("benchmarks", "build", "--library", empty), 3, "no documents")
    for path in papers.iterdir():
        path.write_text("# Birds\n\nSparrows nest under roofs.\n")
    failed(sovereign("benchmarks", "build", "--library", papers), 3, "no number")


@pytest.mark.parametrize(
    "damage", [b"{", b"[]\n", b'{"experiment": 3}', b"\xff", b'{"experiment": "a", "peft_type": "L"}']
)
def test_damaged_runs_are_named(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "metamathqa_runs.jsonl").write_bytes(damage)
    failed(sovereign("benchmarks", "build", "--library", tmp_path), 2, "metamathqa_runs.jsonl")


def test_the_place_to_write_may_not_be_there(papers: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    said = sovereign("benchmarks", "build", "--library", papers, "--out", tmp_path / "file" / "below")
    assert said.code in (2, 4) and "below" in said.err


def test_hostile_names_do_not_reach_the_terminal(tmp_path: Path) -> None:
    bad = "lora/[red]\x1b[31m\x07x"
    lines = [run(bad, 0.5), run("lora/b", 0.4, seed="\x1b]0;title\x07[bold]")]
    for line in lines:
        line["peft_type"] = "[link=http://evil]LO\x1b[2JRA"
    (tmp_path / "metamathqa_runs.jsonl").write_text("\n".join(map(json.dumps, lines)))
    said = sovereign("benchmarks", "build", "--library", tmp_path, "--out", tmp_path / "out")
    assert said.code == 0 and not {"\x1b", "\x07"} & set(said.out + said.err)
    assert "[link=http://evil]LO�[2JRA on GSM8K" in said.out and "lora/[red]" in said.out
    assert all(path.parent == tmp_path / "out" for path in (tmp_path / "out").rglob("*"))
