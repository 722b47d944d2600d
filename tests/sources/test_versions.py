"""Versions of one preprint in one library: works of their own, that count as one group."""

from __future__ import annotations

from pathlib import Path

from sovereign.records import Record
from tests.kernel.asking import ask

PAGE = """---
title: "FastNet: caching for models"
authors: ["Ada One", "Bo Two"]
arxiv: "2404.11111{version}"
---

## Abstract

We present FastNet, which caches layers between requests of many users. {claim}
"""
OLD = "FastNet reduces GPU memory consumption by 41% and latency by 17% during training."
NEW = "FastNet reduces GPU memory consumption by 40% and latency by 30% during both training and inference."


def asked(folder: Path, **pages: tuple[str, str]) -> Record:
    """The record of a question over a library of pages, each a version mark and a claim."""
    (folder / "library").mkdir()
    for name, (version, claim) in pages.items():
        (folder / "library" / f"{name}.md").write_text(PAGE.format(version=version, claim=claim))
    return ask(folder / "home", "How much GPU memory and latency does FastNet save?", folder / "library")


def test_changed_figures_of_two_versions_are_told_with_the_older_first(tmp_path: Path) -> None:
    record = asked(tmp_path, old=("v1", OLD), new=("v3", NEW))
    assert {(p.id, p.version) for p in record.papers} == {("arxiv:2404.11111", 3), ("arxiv:2404.11111v1", 1)}
    changed = [d for d in record.answer.disagreements if d.type == "different_version"]
    assert {d.metric for d in changed} == {"memory", "latency"}
    for item in changed:
        assert [s.source_ids for s in item.sides] == [("arxiv:2404.11111v1",), ("arxiv:2404.11111",)]
    assert any("17% became 30%" in d.why for d in changed)


def test_versions_are_one_group(tmp_path: Path) -> None:
    record = asked(tmp_path, old=("v1", OLD), new=("v2", OLD))
    assert all(c.verification and c.verification.independent_groups == 0 for c in record.claims)
    assert not any(c.verified for c in record.claims)


def test_files_that_say_nothing_of_versions_are_one_work(tmp_path: Path) -> None:
    record = asked(tmp_path, one=("", OLD), two=("v3", NEW))
    assert [p.id for p in record.papers] == ["arxiv:2404.11111"]
