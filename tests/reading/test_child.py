"""A file that hangs its reader, eats memory, kills it or takes it over ends a child process and nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sovereign.reading import Limits, ReadError, Task, read_each, read_file, read_one
from sovereign.reading.child import Child
from sovereign.records import Document
from tests.bad_library import pdfs

GOOD = b"# A title here\n\nThe widget needs 5 GB of memory.\n"
# Seconds of work for the Markdown parser, which no limit of its own stops.
SLOW = b"# T\n\n" + b"".join(b"[a](" + b"<b" * 40 + b"\n" for _ in range(60_000))


def test_a_child_reads_what_the_reader_reads():
    document = read_one(Task(GOOD, "a.md"), Limits())
    assert [document.slice(s) for s in document.sentences] == ["The widget needs 5 GB of memory."]
    with pytest.raises(ReadError, match=r"a\.md: the file is empty"):
        read_one(Task(b" ", "a.md"), Limits())


def test_what_takes_too_long_is_stopped_and_the_rest_is_read():
    limits = Limits(max_read_seconds=2)
    list(read_each([(i, Task(GOOD, f"{i}.md")) for i in range(4)], limits))  # starts the children
    ticks: list[float] = []
    start = time.monotonic()
    tasks = [(0, Task(GOOD, "0.md")), (1, Task(SLOW, "slow.md")), (2, Task(GOOD, "2.md"))]
    found = dict(read_each(tasks, limits, lambda: ticks.append(time.monotonic())))
    assert time.monotonic() - start < 7
    assert isinstance(found[0], Document)
    assert isinstance(found[2], Document)
    assert isinstance(found[1], ReadError)
    assert "longer than 2 s" in found[1].message
    assert "max_read_seconds" in found[1].advice
    assert ticks, "nobody could have stopped it while it waited"


def test_what_needs_too_much_memory_is_stopped():
    text = b"<p>" + b"<b>word</b> " * 1_500_000
    with pytest.raises(ReadError, match=r"a\.html: .*256 MB of memory|more than 5000 elements") as caught:
        read_one(Task(text, "a.html"), Limits(max_read_megabytes=256, max_document_chars=10**8))
    assert caught.value.advice
    assert read_one(Task(GOOD, "b.md"), Limits(max_read_megabytes=256, max_document_chars=10**8)).sentences


def test_a_reader_that_dies_is_replaced():
    child = Child(Limits())
    try:
        child.read(Task(GOOD, "a.md"))
        assert child._process is not None
        os.kill(child._process.pid, signal.SIGSEGV)
        child._process.wait()
        with pytest.raises(ReadError, match="the reader broke down over it"):
            child.read(Task(GOOD, "a.md"))
        assert isinstance(child.read(Task(GOOD, "a.md")), Document)
    finally:
        child.close()


@pytest.mark.parametrize(
    "answer",
    [
        b"", b"\n", b"nonsense\n", b"[]\n", b"{}\n", b'{"size": -1}\n', b'{"size": 1e300}\n', b'{"size": "a"}\n', b'{"size": 3}\nab',
        b'{"size": 2}\n{}', b"9" * 200_000,
    ],
)  # fmt: skip
def test_a_reader_that_was_taken_over_is_not_believed(answer: bytes, tmp_path: Path):
    (tmp_path / "answer").write_bytes(answer)
    child = Child(Limits(max_read_seconds=5))
    code = "import sys; sys.stdin.buffer.readline(); sys.stdout.buffer.write(open(sys.argv[1], 'rb').read())"
    pipe = subprocess.PIPE
    child._process = subprocess.Popen([sys.executable, "-c", code, tmp_path / "answer"], stdin=pipe, stdout=pipe)
    try:
        with pytest.raises(ReadError, match="the reader broke down over it"):
            child.read(Task(GOOD, "a.md"))
    finally:
        child.close()


def test_giving_up_ends_the_children():
    def stop() -> None:
        raise KeyboardInterrupt

    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        list(read_each([(i, Task(SLOW, f"{i}.md")) for i in range(9)], Limits(), stop))
    assert time.monotonic() - start < 5


def test_a_child_can_write_no_file(tmp_path: Path):
    """What a hostile file could make of a reader: it has no right to leave anything behind."""
    code = (
        "from sovereign.reading.worker import _confine; from sovereign.reading import Limits; _confine(Limits())\n"
        f"with open({str(tmp_path / 'x')!r}, 'w') as out: out.write('y')"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    assert subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, check=False).returncode != 0
    assert not (tmp_path / "x").exists() or not (tmp_path / "x").read_text()


def test_a_long_pdf_in_bounded_memory():
    document = read_one(Task(pdfs.long(60), "long.pdf"), Limits(max_read_megabytes=300))
    assert max(s.page or 0 for s in document.sentences) == 60


def test_latex_is_read_with_what_it_includes_and_nothing_else(tmp_path: Path):
    (tmp_path / "secret.tex").write_text("The password is 17 GB long.")
    project = tmp_path / "project"
    project.mkdir()
    (project / "main.tex").write_text(
        "\\documentclass{article}\\title{A Paper on Widgets}\\begin{document}\\maketitle\\section{Results}\n"
        "\\input{part}\n\n\\input{../secret}\\end{document}"
    )
    (project / "part.tex").write_text("Widgets need 5\\,GB of memory.")
    document = read_file(project / "main.tex", "main.tex")
    assert document.paper.title == "A Paper on Widgets"
    assert "Widgets need 5 GB of memory." in document.text
    assert "password" not in document.text
    assert any("leads out" in notice for notice in document.notices)
