from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from sovereign.reading import Limits, ReadError
from sovereign.reading.files import load, read_bytes
from sovereign.records import Document
from tests.bad_library import BadLibrary, make_bad_library

OURS = (".pdf", ".html", ".md", ".txt", ".docx")  # the formats that are read from one file's bytes alone
LONGEST_SECONDS = 30.0  # of this process; a busy machine has taken three times as long as an idle one


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, BadLibrary]:
    folder = tmp_path_factory.mktemp("bad")
    return folder, make_bad_library(folder, long=True)


def read(folder: Path, name: str) -> Document:
    return read_bytes(load(folder / name, ascii(name), Limits()), ascii(name)[1:-1])


def test_it_is_made_quickly_and_small(tmp_path: Path):
    start = time.process_time()
    made = make_bad_library(tmp_path)
    assert time.process_time() - start < 3
    files = [path for path in tmp_path.rglob("*") if path.is_file() and not path.is_symlink()]
    assert sum(path.stat().st_size for path in files) < 20_000_000
    names = {*made.failures, *made.notices, *made.good}
    assert {os.fspath(path.relative_to(tmp_path)) for path in files} <= names


def test_every_bad_file_is_refused_with_its_reason(library: tuple[Path, BadLibrary]):
    folder, made = library
    for name, reason in made.failures.items():
        if Path(name).suffix not in OURS or (folder / name).is_symlink():
            continue
        start = time.process_time()
        with pytest.raises(ReadError, match=reason) as caught:
            read(folder, name)
        assert caught.value.advice, name
        assert time.process_time() - start < LONGEST_SECONDS, name


def test_every_good_file_is_read(library: tuple[Path, BadLibrary]):
    folder, made = library
    for name in made.good:
        start = time.process_time()
        document = read(folder, name)
        assert document.evidence(), name
        assert time.process_time() - start < LONGEST_SECONDS, name
        if name == "pdf/long.pdf":
            assert max(sentence.page or 0 for sentence in document.sentences) == 120


def test_front_matter_of_wrong_types_is_noticed(library: tuple[Path, BadLibrary]):
    folder, made = library
    document = read(folder, "yaml/types.md")
    assert any(made.notices["yaml/types.md"] in notice for notice in document.notices)


def test_active_html_leaves_nothing_but_words(library: tuple[Path, BadLibrary]):
    text = read(library[0], "html/active.html").text
    for gone in ("Evil", "alert", "steal", "Framed", "javascript"):
        assert gone not in text


def test_marks_are_gone_and_full_width_figures_are_figures(library: tuple[Path, BadLibrary]):
    text = read(library[0], "markdown/marks.md").text
    assert "Strand folding needs 6.2 GB of memory." in text
    assert "It takes 28.0 ms, which is 12% more." in text


@pytest.mark.parametrize(
    ("name", "reason"),
    [("dangling.md", "cannot be opened"), ("loop.md", "cannot be opened"), ("folder.pdf", "no regular file")],
)
def test_what_is_no_file_is_refused(library: tuple[Path, BadLibrary], name: str, reason: str):
    with pytest.raises(ReadError, match=reason):
        read(library[0], f"special/{name}")
