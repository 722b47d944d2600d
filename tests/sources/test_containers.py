"""Lists of works with attached files, LaTeX projects and archives as parts of a library."""

from __future__ import annotations

import json
import time
import unicodedata
import zipfile
from pathlib import Path

import pytest

from sovereign.reading import Limits, ReadError, Task
from sovereign.reading.child import Child
from sovereign.records import Query
from sovereign.sources import Library
from sovereign.sources.jobs import Names
from sovereign.sources.walk import find_files
from tests.bad_library import archives

BIB = """@article{ada2020, title = {Widgets at Scale}, author = {Lovelace, Ada and Hopper, Grace}, year = 2020,
  doi = {10.1234/widgets}, journal = {Journal of Widgets}, file = {Full Text:files/12/paper.md:text/markdown}}
@inproceedings{bob2021, title = {Gadgets Revisited}, author = {Builder, Bob}, year = 2021, booktitle = {Proc. of Gadgets},
  abstract = {Gadgets reduce latency by 12\\% compared with widgets.}, file = {C:\\\\Users\\\\bob\\\\lost.pdf}}
@misc{eve2022, title = {Nothing to Read Here}, year = 2022}
"""


def papers(library: Library, text: str) -> dict[str, str]:
    (hits,) = library.search([Query(text=text, facet_ids=())], 20)
    return {hit.paper.title: hit.paper.location for hit in hits}


def test_a_bibliography_with_attached_files(tmp_path: Path):
    (tmp_path / "files" / "12").mkdir(parents=True)
    (tmp_path / "files" / "12" / "paper.md").write_text("# untitled draft\n\nWidgets need 5 GB of memory in all.\n")
    (tmp_path / "refs.bib").write_text(BIB)
    cache = tmp_path / "cache.db"
    library = Library([tmp_path], cache)
    report = library.refresh()
    assert report.failures[0].where == "cache.db"  # the cache lies in the library here, and is no document
    assert papers(library, "memory latency") == {
        "Widgets at Scale": "files/12/paper.md",
        "Gadgets Revisited": "refs.bib#bob2021",
    }
    widgets = library.document("doi:10.1234/widgets")
    assert (widgets.paper.authors, widgets.paper.year) == (("Ada Lovelace", "Grace Hopper"), 2020)
    assert "Widgets need 5 GB" in widgets.text
    assert library.document("title:gadgets revisited").depth == "abstract"
    told = " ".join(report.notices)
    assert "1 attached file(s) are not in the library" in told and "lost.pdf" in told
    assert "1 of 3 entries have neither an abstract nor a file" in told
    again = Library([tmp_path], cache).refresh()
    assert (again.read, again.unchanged) == (0, 2)


def test_ris_and_csl_json(tmp_path: Path):
    (tmp_path / "a.ris").write_text("TY  - JOUR\nTI  - On Zebras\nAB  - Zebras save 7 % of memory.\nER  - \n")
    items = [{"id": "x", "type": "article", "title": "On Lions", "abstract": "<p>Lions save 9 % of memory.</p>"}]
    (tmp_path / "b.json").write_text(json.dumps(items))
    (tmp_path / "c.json").write_text('{"settings": 1}')
    library = Library([tmp_path])
    report = library.refresh()
    assert set(papers(library, "memory")) == {"On Zebras", "On Lions"}
    assert [f.where for f in report.failures] == ["c.json"]


def test_a_latex_project_is_one_document(tmp_path: Path):
    folder = tmp_path / "tex"
    (folder / "sections").mkdir(parents=True)
    (folder / "main.tex").write_text(
        "\\documentclass{article}\\title{Widgets in LaTeX}\\begin{document}\\section{Results}\n\\input{sections/one}\n"
        "\\includegraphics[width=3cm]{plot}\\end{document}"
    )
    (folder / "sections" / "one.tex").write_text("Widgets need 5 GB of memory.")
    (folder / "unused.tex").write_text("Never included, with 99 GB of memory.")
    (folder / "plot.pdf").write_bytes(b"%PDF- no document")
    (folder / "style.sty").write_text("%")
    library = Library([tmp_path])
    report = library.refresh()
    assert report.failures == ()
    assert papers(library, "memory") == {"Widgets in LaTeX": "tex/main.tex"}
    told = " ".join(report.notices)
    assert "tex/style.sty: pictures and styles of LaTeX" in told
    assert "tex/unused.tex: parts of LaTeX that no main file takes in" in told
    (folder / "sections" / "one.tex").write_text("Widgets need 6 GB of memory.")
    assert library.refresh().read == 2, "the part and the document that it went into"
    assert (
        "6 GB" in library.document(next(iter(library.search([Query(text="memory", facet_ids=())], 1)[0])).paper.id).text
    )
    assert library.refresh().read == 0


def test_what_latex_may_not_take_in(tmp_path: Path):
    (tmp_path / ".env").write_text("The key of the widget is 5 GB long.")
    (tmp_path / "id_rsa").write_text("The other key is 6 GB long.")
    (tmp_path / ".notes.tex").write_text("The hidden key is 8 GB long.")
    (tmp_path / "main.tex").write_text(
        "\\begin{document}\\section{Results}Widgets need 7 GB of memory.\\input{.env}\\input{id_rsa}\\input{.notes}\\end{document}"
    )
    for path in (tmp_path, tmp_path / "main.tex"):
        library = Library([path])
        library.refresh()
        text = library.document("title:main").text
        assert "7 GB" in text and "key" not in text


def test_a_reader_that_was_taken_over_gets_no_other_file(tmp_path: Path):
    """What a child asks for is looked at where the file is opened, not only in the child."""
    (tmp_path / "main.tex").write_text("x")
    (tmp_path / ".env").write_text("secret")
    (tmp_path / "part.tex").write_text("part")
    walk = find_files([tmp_path], Limits())
    load = Names(walk.files).loader(walk.files[0].tree, Limits())
    assert load("part.tex") == b"part"
    for name in (".env", "../x.tex", "/etc/hostname", ".git/config.tex", "part.tex\0"):
        with pytest.raises(ReadError):
            load(name)


def test_a_failure_of_the_moment_is_not_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "good.md").write_text("# Good\n\nWidgets need 5 GB of memory.\n")
    (tmp_path / "slow.md").write_text("# Slow\n\nGadgets need 6 GB of memory.\n")
    cache, real = tmp_path.parent / "moment.db", Child.read

    def late(self: Child, task: Task) -> object:
        if task.location == "slow.md":
            raise ReadError("slow.md: reading it took too long", "Try again.", passing=True)
        return real(self, task)

    with monkeypatch.context() as patch:
        patch.setattr(Child, "read", late)
        assert [f.where for f in Library([tmp_path], cache).refresh().failures] == ["slow.md"]
    again = Library([tmp_path], cache).refresh()
    assert (again.failures, again.read, again.unchanged) == ((), 1, 1)


def test_no_document_is_lost_to_latex(tmp_path: Path):
    begin, end = "\\begin{document}", "\\end{document}"
    (tmp_path / "one.tex").write_text(f"{begin}Widgets need 1 GB of memory.\\input{{two}}{end}")
    (tmp_path / "two.tex").write_text(f"{begin}Widgets need 2 GB of memory.\\input{{one}}{end}")
    (tmp_path / "three.md").write_text("# Three\n\nWidgets need 3 GB of memory.\n")
    (tmp_path / "four.docx").write_bytes(b"PK")
    other = tmp_path / "other"
    other.mkdir()
    (other / "five.tex").write_text("Widgets need 5 GB of memory.")
    report = (library := Library([tmp_path / "other", tmp_path])).refresh()
    assert sorted(papers(library, "memory")) == ["Three", "five", "one", "two"]
    assert [f.where.rpartition("/")[2] for f in report.failures] == ["four.docx"]


def test_hostile_pictures_end_in_time(tmp_path: Path):
    (tmp_path / "main.tex").write_text("\\begin{document}Widgets need 7 GB." + "\\includegraphics[x\n" * 50_000)
    start = time.monotonic()
    Library([tmp_path]).refresh()
    assert time.monotonic() - start < 10


def test_names_in_another_unicode_form(tmp_path: Path):
    name = "Müller.md"
    (tmp_path / unicodedata.normalize("NFD", name)).write_text("# untitled x\n\nWidgets need 5 GB of memory.\n")
    entry = "@misc{a, title = {Widgets and their Cost}, file = {:" + unicodedata.normalize("NFC", name) + ":text}}"
    (tmp_path / "refs.bib").write_text(entry)
    library = Library([tmp_path])
    library.refresh()
    assert set(papers(library, "memory")) == {"Widgets and their Cost"}


def test_a_list_names_no_file_of_another_library(tmp_path: Path):
    for folder in ("mine", "theirs"):
        (tmp_path / folder).mkdir()
    (tmp_path / "mine" / "paper.md").write_text("# A Paper of Mine\n\nWidgets need 5 GB of memory.\n")
    (tmp_path / "theirs" / "refs.bib").write_text("@misc{a, title = {Quite Another}, file = {:x/paper.md:text}}")
    library = Library([tmp_path / "mine", tmp_path / "theirs"])
    library.refresh()
    assert set(papers(library, "memory")) == {"A Paper of Mine"}


def test_an_archive_is_a_folder(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "papers.zip", "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("deep/widgets.md", "# Widgets\n\nWidgets need 5 GB of memory.\n")
        out.writestr("tex/main.tex", "\\begin{document}\\input{one}\\end{document}")
        out.writestr("tex/one.tex", "Gadgets need 6 GB of memory.")
        out.writestr("refs.bib", BIB.replace("files/12/paper.md", "deep/widgets.md"))
        out.writestr("../out.md", "# Out\n\nOutside there are 7 GB of memory.\n")
        out.writestr("/etc/x.md", "# Root\n\nAt the root there are 7 GB of memory.\n")
        out.writestr("more.zip", archives.archive({"a.md": b"x"}))
        out.writestr("__MACOSX/._widgets.md", "junk")
    library = Library([tmp_path])
    report = library.refresh()
    assert papers(library, "memory latency") == {
        "Widgets at Scale": "papers.zip/deep/widgets.md",
        "main": "papers.zip/tex/main.tex",
        "Gadgets Revisited": "papers.zip/refs.bib#bob2021",
    }
    assert {f.where for f in report.failures} == {
        "papers.zip/../out.md", "papers.zip//etc/x.md", "papers.zip/more.zip"
    }  # fmt: skip
    assert not (tmp_path.parent / "out.md").exists()


def test_an_archive_cannot_unpack_beyond_the_limits(tmp_path: Path):
    members = {f"{i}.md": b"# T\n\n" + b"Widgets need 5 GB. " * 1_000 for i in range(9)}
    (tmp_path / "a.zip").write_bytes(archives.archive(members))
    report = Library([tmp_path], limits=Limits(max_archive_bytes=80_000)).refresh()
    assert report.read == 4
    assert len(report.failures) == 5
    assert all("max_archive_bytes" in f.advice for f in report.failures)
    report = Library([tmp_path], limits=Limits(max_file_bytes=20_000)).refresh()
    assert report.read == 9


def test_failures_are_remembered_too(tmp_path: Path):
    (tmp_path / "good.md").write_text("# Good\n\nWidgets need 5 GB of memory.\n")
    (tmp_path / "bad.pdf").write_bytes(b"%PDF-1.4 cut off")
    first = Library([tmp_path], tmp_path.parent / "c.db").refresh()
    lines: list[str] = []
    again = Library([tmp_path], tmp_path.parent / "c.db", progress=lines.append).refresh()
    assert again.failures == first.failures != ()
    assert lines == []
