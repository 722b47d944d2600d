"""The folder of a result: what may go on in it, and what may not."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from sovereign.errors import InputError, StoreError
from sovereign.lab.overhead import folder as folders
from sovereign.lab.overhead.config import overhead_config
from sovereign.lab.overhead.jobs import Job, Part
from sovereign.lab.overhead.results import Skipped

CONFIG = overhead_config(scales_given=["125m"], quick=True)
JOB = Job("latency", "opt-125m", 32)


def test_the_configuration_reads_back(tmp_path: Path) -> None:
    folders.open_folder(tmp_path / "new", CONFIG, 'a "processor" with \\')
    found = tomllib.loads((tmp_path / "new" / "config.toml").read_text("utf-8"))
    assert found.pop("machine") == 'a "processor" with \\'
    assert found.pop("version") == "1.0"
    assert found == CONFIG.model_dump(mode="json")


def test_the_same_configuration_goes_on(tmp_path: Path) -> None:
    folders.open_folder(tmp_path, CONFIG, "m")
    part = Part(skipped=(Skipped(shape="opt-125m", method="", what="latency", reason="why"),), seconds=3.0)
    (tmp_path / "parts" / JOB.file).write_text(part.model_dump_json(), "utf-8")
    folders.open_folder(tmp_path, CONFIG, "m")
    assert folders.kept(tmp_path, [JOB, Job("memory", "opt-125m")]) == {JOB: part}


@pytest.mark.parametrize("content", ["", "{", '{"latency": [{}]}', "\x00"])
def test_half_a_part_is_measured_again(tmp_path: Path, content: str) -> None:
    folders.open_folder(tmp_path, CONFIG, "m")
    (tmp_path / "parts" / JOB.file).write_text(content, "utf-8")
    assert folders.kept(tmp_path, [JOB]) == {}
    assert not (tmp_path / "parts" / JOB.file).exists()


def test_another_configuration_is_refused(tmp_path: Path) -> None:
    folders.open_folder(tmp_path, CONFIG, "m")
    with pytest.raises(InputError) as caught:
        folders.open_folder(tmp_path, CONFIG.model_copy(update={"repeats": 7}), "m")
    assert "repeats" in caught.value.message
    assert "--out" in caught.value.advice


def test_another_machine_is_refused(tmp_path: Path) -> None:
    folders.open_folder(tmp_path, CONFIG, "m")
    with pytest.raises(InputError, match="machine"):
        folders.open_folder(tmp_path, CONFIG, "another")


def test_results_of_another_version_are_refused(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('version = "0.9"\n', "utf-8")
    with pytest.raises(InputError, match="of version"):
        folders.open_folder(tmp_path, CONFIG, "m")


@pytest.mark.parametrize("content", [b"version = ", b"\xff\xfe", b"machine = 1"])
def test_a_spoilt_configuration_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "config.toml").write_bytes(content)
    with pytest.raises(InputError):
        folders.open_folder(tmp_path, CONFIG, "m")


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("x", "utf-8")
    with pytest.raises(InputError, match="not empty"):
        folders.open_folder(tmp_path, CONFIG, "m")
    assert [one.name for one in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine", "utf-8")
    with pytest.raises(StoreError, match="out cannot be the folder"):
        folders.open_folder(tmp_path / "out", CONFIG, "m")
    assert (tmp_path / "out").read_text("utf-8") == "mine"


def test_a_folder_that_cannot_be_made_is_an_error_for_a_person() -> None:
    with pytest.raises(StoreError, match="Not a directory") as caught:
        folders.open_folder(Path("/dev/null/out"), CONFIG, "m")
    assert "--out" in caught.value.advice


def test_one_process_at_a_time_measures_into_a_folder(tmp_path: Path) -> None:
    folders.open_folder(tmp_path, CONFIG, "m")
    with folders.alone(tmp_path), pytest.raises(InputError, match="another process"), folders.alone(tmp_path):
        pass
    with folders.alone(tmp_path):
        assert sorted(one.name for one in tmp_path.iterdir()) == ["config.toml", "parts"]


@pytest.mark.parametrize("content", [None, b"", b"{}", b"\xff"])
def test_an_environment_that_cannot_be_read_is_none(tmp_path: Path, content: bytes | None) -> None:
    folders.open_folder(tmp_path, CONFIG, "m")
    if content is not None:
        (tmp_path / "parts" / folders.ENVIRONMENT).write_bytes(content)
    assert folders.environment(tmp_path) is None
