from __future__ import annotations

import os
import sqlite3
import time
from importlib.resources import files
from pathlib import Path

import pytest

from sovereign.errors import InputError, NotFound, NothingToRead
from sovereign.reading import Limits
from sovereign.records import Query
from sovereign.sources import Library

STARTER = Path(str(files("sovereign"))) / "data" / "starter_library"
FRONT = '---\ntitle: "{title}"\narxiv: {arxiv}\nauthors: [Ada]\nnote_kind: "secondary summary"\n---\n\n# Note\n\n'
NOTE = FRONT + "## What it is\n\n{about}\n\n## Findings\n\n- {finding} [Table 1] {{seen: yes}}\n"


def ask(library: Library, *texts: str, limit: int = 10) -> list[list[str]]:
    hits = library.search([Query(text=text, facet_ids=()) for text in texts], limit)
    return [[hit.paper.location for hit in found] for found in hits]


def note(title: str, finding: str, arxiv: str = "null", about: str = "Nothing.") -> str:
    return NOTE.format(title=title, finding=finding, arxiv=arxiv, about=about)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "lib"
    (root / "deep" / "er").mkdir(parents=True)
    (root / "a.md").write_text(note("Widgets: small tools", "Widgets need much memory."))
    (root / "deep" / "er" / "b.md").write_text(note("Gadgets", "Gadgets have low latency.", about="Zebras live here."))
    (root / "README.md").write_text("# Read me\n\nThe zebra and its memory and latency.\n")
    return root


def test_starter_library():
    library = Library([STARTER])
    report = library.refresh()
    assert (report.read, report.failures, report.merged) == (60, (), ())
    (found,) = ask(library, "MixLoRA expert bridging inference latency per token")
    assert found[0] == "li2024-mixlora.md"
    (found,) = ask(library, "X-LoRA protein mechanics")
    assert found[0] == "buehler2024-x-lora.md"


def test_sources_named_by_arxiv_id_meet_papers_named_by_doi(tmp_path: Path):
    doi = note("Paged", "Paging saves memory.", '"2309.06180"').replace("authors", "doi: 10.1145/36.36\nauthors")
    (tmp_path / "a.md").write_text(doi)
    other = note("Other", "Paging is old.").replace("[Table 1]", "[Table 2 of arXiv 2309.06180]")
    (tmp_path / "b.md").write_text(other)
    library = Library([tmp_path])
    assert library.document("title:other").sentences[0].source_id == "doi:10.1145/36.36"
    assert library.document("arxiv:2309.06180").paper.id == "doi:10.1145/36.36"


def test_only_evidence_and_titles_are_searched(folder: Path):
    library = Library([folder])
    assert ask(library, "zebras", "memory", "gadget") == [[], ["a.md"], ["deep/er/b.md"]]


def test_text_that_is_no_evidence_does_not_change_scores(tmp_path: Path):
    scores = []
    for name, about in (("one", "Nothing."), ("two", "Memory, memory and memory. " * 50)):
        root = tmp_path / name
        root.mkdir()
        (root / "a.md").write_text(note("Widgets", "Widgets need memory.", about=about))
        (root / "b.md").write_text(note("Gadgets", "Gadgets need time."))
        hits = Library([root]).search([Query(text="memory", facet_ids=())], 5)[0]
        scores.append([(hit.paper.id, hit.score) for hit in hits])
    assert scores[0] == scores[1]


def test_read_me_files_count_only_where_no_notes_are(folder: Path):
    (folder / "papers").mkdir()
    (folder / "papers" / "README.md").write_text("# Software\n\nThe zebra is fast. It runs.\n")
    library = Library([folder])
    report = library.refresh()
    assert report.failures == ()
    assert ask(library, "zebra") == [["papers/README.md"]]
    assert [n for n in report.notices if "README" in n and "folder of notes" in n] == [
        "README.md: describes a folder of notes and is no evidence"
    ]


def test_unchanged_files_are_not_read_again(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    cache, lines = tmp_path / "cache.sqlite", []
    first = Library([folder], cache, progress=lines.append)
    assert first.refresh().read == 2
    assert [name for name in ("a.md", "b.md") if any(line.endswith(name) for line in lines)] == ["a.md", "b.md"]
    monkeypatch.setattr("sovereign.reading.child.Child.read", None)
    again = Library([folder], cache)
    assert (again.refresh().read, again.refresh().unchanged) == (0, 2)
    assert ask(again, "memory") == [["a.md"]]
    monkeypatch.undo()
    (folder / "a.md").write_text(note("Widgets", "Widgets need zebras."))
    report = again.refresh()
    assert (report.read, report.unchanged) == (1, 1)
    assert ask(again, "memory", "zebras") == [[], ["a.md"]]


def test_a_new_reader_version_reads_all_again(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    Library([folder], tmp_path / "c").refresh()
    monkeypatch.setattr("sovereign.sources.intake.READER_VERSION", 999_999)
    assert Library([folder], tmp_path / "c").refresh().read == 2
    assert Library([folder], tmp_path / "c", Limits(max_document_chars=50)).refresh().read == 2


def test_removed_files_disappear(folder: Path):
    library = Library([folder])
    assert ask(library, "latency") == [["deep/er/b.md"]]
    (folder / "deep" / "er" / "b.md").unlink()
    library.refresh()
    assert ask(library, "latency") == [[]]
    with pytest.raises(NotFound):
        library.document("title:gadgets")


def test_two_files_of_one_work_are_merged_and_the_fuller_is_kept(folder: Path):
    (folder / "note.md").write_text(note("On Things", "Things are many.", '"2401.00001"'))
    parts = "".join(f"## Part {i}\n\nThings are here in part {i}. They are red.\n\n" for i in range(5))
    (folder / "paper.md").write_text("# On things\n\n" + parts)
    library = Library([folder])
    (merged,) = library.refresh().merged
    assert "note.md" in merged and "paper.md" in merged and "full text" in merged
    document = library.document("arxiv:2401.00001")
    assert (document.depth, document.paper.location, document.paper.our_words) == ("full_text", "paper.md", False)
    assert document.paper.authors == ("Ada",)
    assert ask(library, "things many") == [["paper.md"]]
    assert library.document("title:on things") == document


def test_one_title_with_two_arxiv_ids_is_two_works(folder: Path):
    for number in (1, 2):
        (folder / f"t{number}.md").write_text(note("On Things", "Things are many.", f'"2401.0000{number}"'))
    assert Library([folder]).refresh().merged == ()


def test_failures_name_only_places_in_the_library(folder: Path):
    (folder / "junk.txt").write_bytes(bytes(range(256)) * 9)
    (folder / "bad\nname.md").write_text("---\ntitle: [\n---\n")
    (folder / "picture.png").write_bytes(b"\x89PNG")
    (folder / ".hidden.txt").write_bytes(b"\x00")
    report = Library([folder]).refresh()
    assert [failure.where for failure in report.failures] == ["bad\\nname.md", "junk.txt", "picture.png"]
    assert report.read == 2
    for failure in report.failures:
        assert failure.reason and failure.advice
        assert str(folder) not in failure.reason + failure.advice
        assert "\n" not in failure.where + failure.reason


def test_links_out_of_the_library_are_not_followed(folder: Path, tmp_path: Path):
    (tmp_path / "secret.md").write_text(note("Secret", "Secrets need memory."))
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "x.md").write_text(note("Out", "Outer memory."))
    (folder / "link.md").symlink_to(tmp_path / "secret.md")
    (folder / "link").symlink_to(tmp_path / "out")
    (folder / "loop").symlink_to(folder)
    (folder / "inside.md").symlink_to(folder / "a.md")
    library = Library([folder])
    report = library.refresh()
    assert ask(library, "memory") == [["a.md"]]
    assert {f.where: "out of" in f.reason for f in report.failures} == {"link": True, "link.md": True, "loop": False}


def test_what_is_given_may_be_a_file_or_several_folders(folder: Path, tmp_path: Path):
    assert ask(Library([folder / "a.md"]), "memory") == [["a.md"]]
    other = tmp_path / "x" / "lib"
    other.mkdir(parents=True)
    (other / "a.md").write_text(note("Others", "Others need memory."))
    assert sorted(ask(Library([folder, other]), "memory")[0]) == ["lib-2/a.md", "lib/a.md"]


def test_missing_and_empty_libraries(tmp_path: Path):
    with pytest.raises(InputError, match="not there"):
        Library([tmp_path / "none"]).refresh()
    with pytest.raises(NothingToRead, match="no documents"):
        Library([tmp_path]).refresh()
    (tmp_path / "x.txt").write_bytes(b"")
    with pytest.raises(NothingToRead) as caught:
        Library([tmp_path]).refresh()
    assert "x.txt" in caught.value.advice


@pytest.mark.parametrize(
    "text", ['a" OR (NEAR', "memory " * 3000, "body:x* -y ^z {a}", "混合专家", "", "the of", "\x00'"]
)
def test_any_query_is_safe(folder: Path, text: str):
    assert len(ask(Library([folder]), text)) == 1


def test_results_do_not_depend_on_place_or_order(folder: Path, tmp_path: Path):
    queries = [Query(text="memory latency widgets", facet_ids=())]
    first = Library([folder]).search(queries, 9)
    moved = tmp_path / "elsewhere"
    folder.rename(moved)
    cached = Library([moved], tmp_path / "c")
    cached.refresh()
    (moved / "z.md").write_text(note("Z", "Zeds need memory."))
    cached.refresh()
    (moved / "z.md").unlink()
    cached.refresh()
    assert Library([moved]).search(queries, 9) == first == cached.search(queries, 9)


def test_libraries_may_share_a_cache(folder: Path, tmp_path: Path):
    one, other = Library([folder], tmp_path / "c"), Library([STARTER], tmp_path / "c")
    one.refresh()
    other.refresh()
    assert ask(one, "memory") == [["a.md"]]
    assert ask(other, "MixLoRA")[0][0] == "li2024-mixlora.md"
    assert ask(one, "MixLoRA") == [[]]


def test_a_damaged_cache_is_made_again(folder: Path, tmp_path: Path):
    cache = tmp_path / "cache.sqlite"
    cache.write_bytes(b"this is no database, and long enough to be seen as none" * 100)
    library = Library([folder], cache)
    report = library.refresh()
    assert report.read == 2
    assert any("damaged" in notice for notice in report.notices)
    assert (tmp_path / "cache.sqlite.damaged").exists()
    library.close()
    again = Library([folder], cache)
    assert again.refresh().unchanged == 2
    again.close()
    data = bytearray(cache.read_bytes())
    data[4096:] = os.urandom(len(data) - 4096)
    cache.write_bytes(bytes(data))
    last = Library([folder], cache)
    last.refresh()
    assert ask(last, "memory") == [["a.md"]]


def test_a_cache_that_fails_during_work_is_replaced(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    library = Library([folder], tmp_path / "c")
    library.refresh()
    library._cache._db.execute("DROP TABLE passages")
    assert ask(library, "memory") == [["a.md"]]


def test_a_lost_document_is_read_again(folder: Path, tmp_path: Path):
    library = Library([folder], tmp_path / "c")
    library.refresh()
    library._cache._db.execute("UPDATE documents SET body = x'00'")
    assert library.document("title:gadgets").paper.title == "Gadgets"


def test_a_locked_cache_does_not_stop_the_work(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sovereign.sources.index._BUSY_SECONDS", 0.05)
    Library([folder], tmp_path / "c").refresh()
    (folder / "n.md").write_text(note("New", "New memory."))
    holder = sqlite3.connect(tmp_path / "c")
    holder.execute("BEGIN EXCLUSIVE")
    library = Library([folder], tmp_path / "c")
    report = library.refresh()
    assert any("cache" in notice for notice in report.notices)
    assert sorted(ask(library, "memory")[0]) == ["a.md", "n.md"]
    holder.close()


def test_a_database_of_another_program_is_left_alone(folder: Path, tmp_path: Path):
    path = tmp_path / "mine.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE mine (x)")
    before = path.read_bytes()
    report = Library([folder], path).refresh()
    assert path.read_bytes() == before
    assert any("another program" in notice for notice in report.notices)


def test_a_thousand_files_in_time(tmp_path: Path):
    text = "Adapters with rank {n} need {n}.5 GB of memory and run faster than the model. They were measured. " * 6
    for n in range(1000):
        (tmp_path / f"f{n}.md").write_text(
            f"# Paper number {n} on adapters\n\n{text.format(n=n)}\n\n## Part\n\n{text}\n"
        )
    library = Library([tmp_path], tmp_path / ".cache" / "c")
    start = time.perf_counter()
    assert library.refresh().read == 1000
    first, start = time.perf_counter() - start, time.perf_counter()
    assert library.refresh().unchanged == 1000
    second = time.perf_counter() - start
    # Measured on one slow core: 2.5 s and 0.2 s. The bounds are wide, since machines are busy.
    assert first < 20
    assert second < 1.5
    assert len(ask(library, "rank 77 memory")[0]) == 10
