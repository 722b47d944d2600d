"""ZIP files and folders from strangers: what may not be opened is refused, by name, and nothing is written anywhere."""

from __future__ import annotations

import io
import os
import stat
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sovereign.errors import InputError, OutputError
from sovereign.publish.export import archive as archives
from sovereign.publish.export import read_export, write_folder, zip_bytes
from sovereign.publish.export.archive import unzip

NAMES = st.from_regex(r"[a-z]{1,5}(/[a-zé]{1,5}){0,2}\.x", fullmatch=True)


@given(st.dictionaries(NAMES, st.binary(max_size=200), max_size=6))
def test_what_is_written_is_read(files: dict[str, bytes]) -> None:
    assert unzip(zip_bytes(files), "x.zip") == (files, ())


def crafted(*entries: tuple[zipfile.ZipInfo, bytes], how: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", how) as archive:
        for entry, data in entries:
            entry.compress_type = how
            archive.writestr(entry, data)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "path", ["../evil", "/etc/evil", "a/../../evil", "a\\..\\evil", "C:/evil", "a//b", "./a", "a/.", "x" * 501]
)
def test_paths_that_lead_elsewhere_are_refused(path: str) -> None:
    with pytest.raises(InputError, match=r"leads elsewhere|cannot be opened"):
        unzip(crafted((zipfile.ZipInfo(path), b"evil")), "x.zip")


def test_links_are_refused_in_a_zip_and_in_a_folder(tmp_path: Path) -> None:
    entry = zipfile.ZipInfo("record.json")
    entry.create_system, entry.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(InputError, match="link"):
        unzip(crafted((entry, b"/etc/passwd")), "x.zip")
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "record.json").symlink_to("/etc/passwd")
    with pytest.raises(InputError, match="link"):
        read_export(tmp_path / "x")
    os.mkfifo(tmp_path / "fifo")  # reading it would never end
    with pytest.raises(InputError, match="neither"):
        read_export(tmp_path / "fifo")


def test_a_path_twice_is_refused() -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        data = crafted((zipfile.ZipInfo("a"), b"1"), (zipfile.ZipInfo("a"), b"2"))
    with pytest.raises(InputError, match="twice"):
        unzip(data, "x.zip")


def test_a_bomb_is_refused_by_what_it_declares_and_by_what_it_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_BYTES", 10_000)
    bomb = crafted((zipfile.ZipInfo("a"), b"\0" * 1_000_000), how=zipfile.ZIP_DEFLATED)
    with pytest.raises(InputError, match="unpacks to more"):
        unzip(bomb, "x.zip")
    # One that declares less than it holds: both size fields say 10 bytes.
    at = [i for i in range(len(bomb)) if bomb.startswith((1_000_000).to_bytes(4, "little"), i)]
    liar = bytearray(bomb)
    for place in at:
        liar[place : place + 4] = (10).to_bytes(4, "little")
    files, damaged = unzip(bytes(liar), "x.zip")
    assert not files and damaged


def test_too_many_files_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(archives, "MOST_FILES", 3)
    with pytest.raises(InputError, match="4 files"):
        unzip(zip_bytes({str(n): b"" for n in range(4)}), "x.zip")
    write_folder({str(n): b"" for n in range(4)}, tmp_path / "x")
    with pytest.raises(InputError, match="more than an export may"):
        read_export(tmp_path / "x")


def test_a_zip_of_another_program_is_said_to_be_one() -> None:
    files, damaged = unzip(crafted((zipfile.ZipInfo("a"), b"1" * 99), how=zipfile.ZIP_DEFLATED), "x.zip")
    assert files == {"a": b"1" * 99} and "another program" in damaged[0]


@pytest.mark.parametrize(
    "data", [b"", b"PK", b"not a zip", b"PK\x05\x06" + b"\xff" * 18, zip_bytes({"a": b"x" * 500})[:300]]
)
def test_what_is_no_zip_is_said_to_be_none(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(data)
    with pytest.raises(InputError, match="ZIP"):
        read_export(tmp_path / "x.zip")


def test_what_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_export(tmp_path / "nothing")


def test_a_folder_is_written_whole_and_never_over_another(tmp_path: Path) -> None:
    write_folder({"a/b": b"1"}, tmp_path / "x")
    assert read_export(tmp_path / "x") == ({"a/b": b"1"}, ())
    with pytest.raises(OutputError, match="there already"):
        write_folder({"a": b"2"}, tmp_path / "x")
    assert [p.name for p in tmp_path.iterdir()] == ["x"]
