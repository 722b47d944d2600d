"""Writing into a folder: whole files, and errors that say where and what to do."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from sovereign.errors import OutputError
from sovereign.publish import FORMATS, render_bytes, write_all
from sovereign.records import LedgerHead, Record

NAMES = {
    *("record.json", "report.html", "report.md", "report.pdf", "claims.csv"),
    *("references.bib", "references.ris", "references.csl.json", "CITATION.cff", "record.jsonld"),
}


def test_every_format_is_written(record: Record, head: LedgerHead, tmp_path: Path) -> None:
    paths = write_all(record, tmp_path / "new" / "folder", head)
    assert set(paths) == set(FORMATS) and {p.name for p in paths.values()} == NAMES
    for name, path in paths.items():
        assert path.read_bytes() == render_bytes(record, name, head)
    assert {p.name for p in (tmp_path / "new" / "folder").iterdir()} == NAMES


def test_a_second_writing_replaces_the_first(record: Record, head: LedgerHead, tmp_path: Path) -> None:
    write_all(record, tmp_path)
    paths = write_all(record, tmp_path, head)
    assert head.hash in paths["html"].read_text("utf-8")


def test_a_file_in_the_way_of_the_folder(record: Record, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    for folder in (tmp_path / "out", tmp_path / "out" / "deeper"):
        with pytest.raises(OutputError, match="out") as caught:
            write_all(record, folder)
        assert "Move" in caught.value.advice
    assert (tmp_path / "out").read_text() == "mine"


def test_a_folder_in_the_way_of_a_file_leaves_the_others(record: Record, tmp_path: Path) -> None:
    (tmp_path / "report.md").mkdir()
    with pytest.raises(OutputError, match=r"report\.md.*Written: record\.json, report\.html") as caught:
        write_all(record, tmp_path)
    assert "Move away" in caught.value.advice
    assert {p.name for p in tmp_path.iterdir()} == NAMES
    assert (tmp_path / "claims.csv").stat().st_size


def test_a_full_disk_leaves_no_half_file(record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "record.json").write_text("older")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left") as caught:
        write_all(record, tmp_path)
    assert "Free some space" in caught.value.advice and caught.value.exit_code == 4
    assert [p.name for p in tmp_path.iterdir()] == ["record.json"]
    assert (tmp_path / "record.json").read_text() == "older"


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_folder_that_may_not_be_written(record: Record, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError) as caught:
        write_all(record, tmp_path)
    assert "may write" in caught.value.advice
