"""Results that ship: plain or compressed, of this version or refused, absent or not."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from sovereign.errors import InputError
from sovereign.lab.overhead.shipped import read, shipped
from tests.lab.overhead.making import results

DATA = results(("opt-125m",), quick=True).model_dump_json().encode()


def test_an_empty_folder_ships_nothing(tmp_path: Path) -> None:
    assert shipped(tmp_path) is None
    assert shipped(tmp_path / "absent") is None


def test_compressed_and_plain_are_the_same(tmp_path: Path) -> None:
    (tmp_path / "results.json").write_bytes(DATA)
    plain = shipped(tmp_path)
    (tmp_path / "results.json").unlink()
    (tmp_path / "results.json.gz").write_bytes(gzip.compress(DATA))
    packed = shipped(tmp_path)
    assert plain == packed and plain.data == DATA
    assert plain.results == results(("opt-125m",), quick=True)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\xff\xfe", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b"[]", "version 'None'"),
        (json.dumps(json.loads(DATA) | {"version": "2.0"}).encode(), "version '2.0'"),
        (json.dumps(json.loads(DATA) | {"latency": [{}]}).encode(), "does not hold results: latency"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(data: bytes, words: str) -> None:
    with pytest.raises(InputError, match=r"results\.json") as caught:
        read(data)
    assert words in caught.value.message and caught.value.advice


@pytest.mark.parametrize("data", [b"no gzip", gzip.compress(DATA, mtime=0)[:-20]])
def test_a_damaged_archive_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "results.json.gz").write_bytes(data)
    with pytest.raises(InputError, match="cannot be unpacked"):
        shipped(tmp_path)


def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sovereign.lab.overhead.shipped.MAX_BYTES", 1000)
    (tmp_path / "results.json.gz").write_bytes(gzip.compress(DATA))
    with pytest.raises(InputError, match="larger than 1,000 bytes"):
        shipped(tmp_path)


def test_what_ships_with_the_package_can_be_read() -> None:
    kept = shipped()
    assert kept is None or read(kept.data) == kept.results
