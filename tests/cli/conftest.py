"""A library to ask, and a home in which one record was made already."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cli.running import QUESTION, sovereign
from tests.kernel import columnar


class Asked(NamedTuple):
    """A home with one record, its short id, and its JSON as ``ask --json`` printed it."""

    home: Path
    short_id: str
    record: dict[str, object]


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small library of good notes. Tests do not change it."""
    return columnar.write(tmp_path_factory.mktemp("cli") / "library")


@pytest.fixture(scope="session")
def _made(tmp_path_factory: pytest.TempPathFactory, library: Path) -> Asked:
    home = tmp_path_factory.mktemp("made") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOVEREIGN_HOME", str(home))
        said = sovereign("ask", QUESTION, "--library", library, "--json")
    assert said.code == 0, said.err
    return Asked(home, said.json["short_id"], said.json)


@pytest.fixture
def asked(_made: Asked, home: Path) -> Iterator[Asked]:
    """The home of this test with a copy of the record in it."""
    shutil.copytree(_made.home, home)
    yield _made._replace(home=home)
