"""``sovereign index``, as a person uses it."""

from __future__ import annotations

import gzip
import json
import sqlite3
from pathlib import Path

import pytest

from sovereign.kernel.lock import locked

from .running import failed, in_a_process, sovereign


@pytest.fixture(autouse=True)
def by_shared_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOVEREIGN_EMBEDDER", "fake:")


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    folder = tmp_path / "papers"
    folder.mkdir()
    for name, text in {
        "Collapse": "Routing collapse leaves most experts without tokens. A loss that balances them mends it.",
        "Birds": "Sparrows nest under roofs. They eat seeds in winter.",
    }.items():
        (folder / f"{name}.md").write_text(f"---\ntitle: The {name} paper\n---\n\n# Results\n\n{text}\n")
    return folder


def test_add_search_stats(papers: Path) -> None:
    added = sovereign("index", "add", papers, "--json").json
    assert (added["read"], added["works"], added["failures"]) == (2, 2, [])
    assert added["vectors"]["model"] == "fake: hashed stems"
    found = sovereign("index", "search", "collapse of routing", "--json").json
    best = found["passages"][0]
    assert best["paper"]["title"] == "The Collapse paper" and best["section"] == "Results"
    assert best["text"].startswith("Routing collapse") and best["by_words"] == 1 and best["by_meaning"] == 1
    assert found["notices"] == []
    stats = sovereign("index", "stats", "--json").json
    assert (stats["works"], stats["passages"], stats["embedded"]) == (2, added["passages"], added["passages"])
    assert stats["vectors"]["dimension"] == 256 and stats["paths"] == [str(papers)]
    shown = sovereign("index", "search", "collapse of routing", "--limit", "1")
    assert "1. The Collapse paper" in shown.out and "rank by words 1, by meaning 1" in shown.out


def test_adding_again_reads_only_what_changed(papers: Path) -> None:
    sovereign("index", "add", papers)
    (papers / "Birds.md").write_text("---\ntitle: The Birds paper\n---\n\n# Results\n\nSwallows fly south.\n")
    (papers / "new.txt").write_text("A new text\n\nIt speaks of trains that were late in winter, and of snow.\n")
    added = sovereign("index", "add", "--json").json
    assert (added["read"], added["unchanged"], added["works"]) == (2, 1, 3)
    found = sovereign("index", "search", "sparrows nest", "--json").json
    assert not any("Sparrows" in hit["text"] for hit in found["passages"])


def test_packed_files_are_read(tmp_path: Path) -> None:
    text = "---\ntitle: The packed paper\n---\n\n# Results\n\nPacking saves a third of the disk.\n"
    (tmp_path / "a.md.gz").write_bytes(gzip.compress(text.encode()))
    (tmp_path / "bad.md.gz").write_bytes(b"no gzip")
    (tmp_path / "cut.md.gz").write_bytes(gzip.compress(text.encode() * 50)[:40])
    added = sovereign(
        "index", "add", tmp_path / "a.md.gz", tmp_path / "bad.md.gz", tmp_path / "cut.md.gz", "--json"
    ).json
    assert added["works"] == 1
    assert sorted(f["where"] for f in added["failures"]) == ["bad.md.gz", "cut.md.gz"]
    assert all("unpacked" in f["reason"] for f in added["failures"])


def test_a_bomb_in_a_packed_file_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOVEREIGN_MAX_FILE_BYTES", "10000")
    bomb, good = tmp_path / "bomb.md.gz", tmp_path / "good.md"
    bomb.write_bytes(gzip.compress(b"a " * 500_000))
    good.write_text("# A good text\n\nIt has a sentence that can be found.\n")
    added = sovereign("index", "add", bomb, good, "--json").json
    (failure,) = added["failures"]
    assert "unpacks to more than the limit of 10000 bytes" in failure["reason"]


def test_reports_of_this_program_are_not_read_as_documents(papers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOVEREIGN_HOME", str(papers / "home"))
    sovereign("index", "add", papers)
    sovereign("ask", "What is routing collapse?", "--source", "index", "--only-library")
    assert list((papers / "home" / "records").rglob("report.md"))
    added = sovereign("index", "add", "--json").json
    assert (added["works"], added["read"], added["failures"]) == (2, 0, [])


def test_the_index_is_a_source_of_a_question(papers: Path) -> None:
    sovereign("index", "add", papers)
    record = sovereign("ask", "What is routing collapse?", "--source", "index", "--only-library", "--json").json
    assert record["retrieval"]["sources"] == ["index"]
    assert "The Collapse paper" in [p["title"] for p in record["papers"]]


def test_only_the_library_means_no_database_either(papers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOVEREIGN_INDEX_URL", "postgresql://me:secret@127.0.0.1:1/db")
    asked = sovereign("ask", "What is routing collapse?", "--library", papers, "--only-library", "--json")
    assert asked.code == 0 and "index_url is not asked" in asked.err
    assert asked.json["retrieval"]["failures"] == [] and "secret" not in asked.out + asked.err


def test_another_embedder_is_refused(papers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sovereign("index", "add", papers)
    monkeypatch.setenv("SOVEREIGN_EMBEDDER", "minilm")
    failed(sovereign("index", "search", "routing"), 2, "do not compare", "index clear")
    failed(sovereign("index", "add", papers), 2, "do not compare")
    assert sovereign("index", "clear", "--yes").code == 0
    assert sovereign("index", "add", papers).code == 0


def test_without_an_embedder_words_alone_are_searched(papers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOVEREIGN_EMBEDDER", "none")
    added = sovereign("index", "add", papers, "--json").json
    assert added["vectors"] is None
    found = sovereign("index", "search", "routing collapse", "--json").json
    assert found["passages"][0]["by_meaning"] == 0 and found["passages"][0]["cosine"] is None
    assert "by words alone" in found["notices"][0]
    monkeypatch.setenv("SOVEREIGN_EMBEDDER", "fake:")
    found = sovereign("index", "search", "routing collapse", "--json").json
    assert "not all passages have vectors" in found["notices"][0]


def test_remove_and_what_is_gone(papers: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.md"
    other.write_text("# Another text\n\nIt speaks of trains that were late.\n")
    sovereign("index", "add", papers, other)
    other.unlink()
    added = sovereign("index", "add", "--json").json
    assert any("is not there any more" in notice for notice in added["notices"]) and added["works"] == 2
    assert sovereign("index", "remove", other).code == 0
    assert sovereign("index", "stats", "--json").json["paths"] == [str(papers)]
    failed(sovereign("index", "remove", other), 5, "not in the index")


def test_a_second_folder_does_not_have_the_first_read_again(papers: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "c.md").write_text("# Another text\n\nIt speaks of trains that were late.\n")
    sovereign("index", "add", papers)
    added = sovereign("index", "add", other, "--json").json
    assert (added["read"], added["unchanged"], added["works"]) == (1, 2, 3)


def test_what_was_removed_last_is_not_found_any_more(papers: Path) -> None:
    sovereign("index", "add", papers)
    sovereign("index", "remove", papers)
    failed(sovereign("index", "search", "routing"), 5, "nothing in the index")


def test_a_refusal_to_mix_changes_nothing(papers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sovereign("index", "add", papers)
    before = sovereign("index", "stats", "--json").json
    other = tmp_path / "other.md"
    other.write_text("# Another text\n\nIt speaks of trains that were late.\n")
    monkeypatch.setenv("SOVEREIGN_EMBEDDER", "minilm")
    failed(sovereign("index", "add", other), 2, "do not compare")
    assert sovereign("index", "stats", "--json").json == before


def test_one_process_at_a_time_changes_the_index(papers: Path, home: Path) -> None:
    sovereign("index", "add", papers)
    with locked(home / "indexed.lock"):
        for change in (["add"], ["remove", papers], ["clear", "--yes"]):
            failed(sovereign("index", *change), 2, "Another process")
        assert sovereign("index", "search", "routing").code == 0
    assert sovereign("index", "add").code == 0


def test_words_that_another_process_writes_are_searched_as_they_were(papers: Path, home: Path) -> None:
    sovereign("index", "add", papers)
    with sqlite3.connect(home / "indexed.db", isolation_level=None) as db:
        db.execute("BEGIN IMMEDIATE")
        found = sovereign("index", "search", "routing", "--json")
    db.close()
    assert found.code == 0 and found.json["passages"]


def test_words_that_cannot_be_kept_are_no_success(papers: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sovereign("index", "add", papers)
    (papers / "new.txt").write_text("A new text\n\nIt speaks of trains that were late in winter.\n")
    monkeypatch.setattr("sovereign.sources.index._BUSY_SECONDS", 0.01)
    with sqlite3.connect(home / "indexed.db", isolation_level=None) as db:
        db.execute("BEGIN IMMEDIATE")
        failed(sovereign("index", "add"), 7, "indexed.db", "locked", "try again")
    db.close()


def test_a_database_of_another_program_is_left_alone(papers: Path, home: Path) -> None:
    home.mkdir(exist_ok=True)
    with sqlite3.connect(home / "indexed.db") as db:
        db.execute("CREATE TABLE theirs (a)")
    db.close()
    before = (home / "indexed.db").read_bytes()
    for command in (["add", papers], ["search", "routing"], ["stats"]):
        failed(sovereign("index", *command), 7, "another program")
    assert (home / "indexed.db").read_bytes() == before


def test_damaged_vectors_leave_the_words_and_can_be_cleared(papers: Path, home: Path) -> None:
    sovereign("index", "add", papers)
    for end in ("-wal", "-shm"):
        (home / f"vectors.db{end}").unlink(missing_ok=True)
    (home / "vectors.db").write_bytes(b"damaged" * 1000)
    found = sovereign("index", "search", "routing collapse", "--json").json
    assert found["passages"] and "by words alone" in found["notices"][0]
    failed(sovereign("index", "add"), 7, "vectors.db", "index clear")
    assert sovereign("index", "clear", "--yes").code == 0
    assert sovereign("index", "add", papers).code == 0


def test_a_passage_shows_its_sentences_and_not_what_lies_between_them(tmp_path: Path) -> None:
    cited = "\n\n".join(f"[{n}] A. Author. Some cited work number {n}. 2020." for n in range(9))
    (tmp_path / "a.md").write_text(
        "---\ntitle: A work\n---\n\n# Results\n\nRouting collapse is costly here.\n\n"
        f"# References\n\n{cited}\n\n# Appendix\n\nCollapse was rare in the end.\n"
    )
    sovereign("index", "add", tmp_path)
    (hit,) = sovereign("index", "search", "routing collapse", "--json").json["passages"]
    assert hit["text"] == "Routing collapse is costly here. Collapse was rare in the end."
    assert hit["end"] - hit["start"] > len(hit["text"])


def test_passages_of_one_text_are_all_counted_as_embedded(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(f"---\ntitle: Of one text\n---\n\n# Results\n\n{'All was well with us. ' * 10}\n")
    sovereign("index", "add", tmp_path)
    stats = sovereign("index", "stats", "--json").json
    assert (stats["works"], stats["passages"], stats["embedded"], stats["vectors"]["vectors"]) == (1, 2, 2, 1)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["search", "routing"], 5, ["nothing in the index", "index add"]),
        (["search", " ?! "], 2, ["no words"]),
        (["add"], 2, ["nothing in the index"]),
        (["add", "/not/there"], 2, ["is not there"]),
        (["add", "x" * 300], 2, ["is not there"]),
    ],
)
def test_what_a_person_gets_wrong(arguments: list[str], code: int, words: list[str]) -> None:
    failed(sovereign("index", *arguments), code, *words)


def test_a_damaged_list_and_a_damaged_index_are_said_to_be_that(papers: Path, home: Path) -> None:
    sovereign("index", "add", papers)
    listed = (home / "indexed.json").read_text()
    (home / "indexed.json").write_text("{")
    failed(sovereign("index", "stats"), 7, "indexed.json", "add your paths again")
    (home / "indexed.json").write_text('{"paths": "abc"}')
    failed(sovereign("index", "stats"), 7, "indexed.json", "add your paths again")
    (home / "indexed.json").write_text(listed)
    for name in ("indexed.db", "indexed.db-wal", "indexed.db-shm"):
        (home / name).unlink(missing_ok=True)
    (home / "indexed.db").write_bytes(b"damaged" * 1000)
    failed(sovereign("index", "search", "routing"), 7, "indexed.db", "index clear")
    assert sovereign("index", "add", papers).code == 0, "it is set aside and made again"


def test_hostile_text_reaches_no_terminal(tmp_path: Path) -> None:
    (tmp_path / "x.md").write_text(
        "# A title\x1b[31m red\n\nRouting keeps all rules\x1b]0;pwn\x07 of the [bold]yes[/bold] kind.\n"
    )
    sovereign("index", "add", tmp_path)
    shown = sovereign("index", "search", "routing keeps all rules").out
    assert "\x1b]0" not in shown and "[bold]yes[/bold]" in shown


def test_it_runs_as_a_process(papers: Path) -> None:
    assert in_a_process("index", "add", papers).code == 0
    said = in_a_process("index", "search", "routing", "--json")
    assert json.loads(said.out)["passages"] and said.err == ""
