from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sovereign.errors import StoreError
from sovereign.store import Artifacts


@pytest.fixture
def artifacts(tmp_path: Path) -> Artifacts:
    return Artifacts(tmp_path / "artifacts")


@given(data=st.binary())
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_put_can_be_got_by_its_hash(artifacts: Artifacts, data: bytes) -> None:
    sha = artifacts.put(data)
    assert sha == hashlib.sha256(data).hexdigest()
    assert artifacts.get(sha) == data
    assert artifacts.has(sha)


def test_layout_and_no_leftovers(artifacts: Artifacts) -> None:
    sha = artifacts.put(b"abc")
    artifacts.put(b"abc")
    files = [p.relative_to(artifacts.folder).as_posix() for p in artifacts.folder.rglob("*") if p.is_file()]
    assert files == [f"{sha[:2]}/{sha[2:]}"]


def test_putting_again_does_not_touch_a_sound_file(artifacts: Artifacts) -> None:
    path = artifacts.path(artifacts.put(b"abc"))
    before = path.stat().st_ino
    artifacts.put(b"abc")
    assert path.stat().st_ino == before


def test_a_changed_file_is_named_and_putting_again_mends_it(artifacts: Artifacts) -> None:
    sha = artifacts.put(b"abc")
    artifacts.path(sha).write_bytes(b"abd")
    with pytest.raises(StoreError) as caught:
        artifacts.get(sha)
    assert str(artifacts.path(sha)) in caught.value.message
    assert caught.value.advice
    artifacts.put(b"abc")
    assert artifacts.get(sha) == b"abc"


def test_a_missing_file_is_named(artifacts: Artifacts) -> None:
    with pytest.raises(StoreError, match="missing"):
        artifacts.get("0" * 64)
    assert not artifacts.has("0" * 64)


@pytest.mark.parametrize("name", ["", "abc", "../" * 22, "A" * 64, "0" * 63 + "\n", "0" * 65])
def test_a_name_that_is_no_hash_reaches_no_file(artifacts: Artifacts, name: str) -> None:
    with pytest.raises(StoreError, match="not the hash"):
        artifacts.get(name)


def test_a_failed_write_leaves_nothing_behind(artifacts: Artifacts, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StoreError, match="No space left"):
        artifacts.put(b"abc")
    assert [p for p in artifacts.folder.rglob("*") if p.is_file()] == []


def test_a_file_in_the_place_of_the_folder(artifacts: Artifacts) -> None:
    artifacts.folder.write_text("in the way")
    with pytest.raises(StoreError, match="cannot be written"):
        artifacts.put(b"abc")
