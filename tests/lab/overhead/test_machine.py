"""What the machine says of itself, also where it says little."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sovereign.lab.overhead import machine
from sovereign.lab.overhead.budget import budget
from sovereign.lab.overhead.config import overhead_config
from sovereign.lab.shapes import shape

GB = 1 << 30


@pytest.fixture
def no_proc(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system like macOS: nothing under /proc, 16 GB by sysconf."""
    monkeypatch.setattr(machine, "_colons", lambda path: {})
    monkeypatch.setattr(os, "sysconf", {"SC_PHYS_PAGES": 16 * GB // 4096, "SC_PAGE_SIZE": 4096}.__getitem__)


def test_without_proc_half_of_the_memory_counts_as_free(no_proc: None) -> None:
    assert (machine.memory_bytes(), machine.free_bytes()) == (16 * GB, 8 * GB)
    assert machine.processor()


def test_without_proc_a_block_is_not_cut_for_want_of_a_figure(no_proc: None) -> None:
    plan = budget(shape("opt-6.7b"), overhead_config(dtype="bfloat16"), cache=64 << 20)
    assert plan.cold and plan.slices == 1


def test_a_system_that_says_nothing_has_no_memory_that_is_known(no_proc: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(name: str) -> int:
        raise ValueError("unrecognized configuration name")

    monkeypatch.setattr(os, "sysconf", unknown)
    assert (machine.memory_bytes(), machine.free_bytes()) == (0, 0)


@pytest.mark.parametrize(("text", "size"), [("512K\n", 512 << 10), ("32M", 32 << 20), ("", 0), ("none", 0)])
def test_the_cache_is_the_largest_that_can_be_read(
    text: str, size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "index0").mkdir()
    (tmp_path / "index0" / "size").write_text(text)
    (tmp_path / "index1" / "size").mkdir(parents=True)  # cannot be read as a file
    monkeypatch.setattr(machine, "CACHES", tmp_path)
    assert machine.cache_bytes() == size
