"""Runs that several tests look at: made once, and never changed."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from sovereign.records import Record, seed_claims
from tests.kernel import columnar
from tests.kernel.asking import ask


class Run(NamedTuple):
    """A published record and the home of its store."""

    record: Record
    home: Path


@pytest.fixture(scope="session")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The first question over the library that ships with the package, with the settings that a user has."""
    home = tmp_path_factory.mktemp("starter")
    return Run(ask(home, seed_claims().question, embedder="minilm"), home)


@pytest.fixture(scope="session")
def layouts(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A question of another field over the library of ``columnar.py``."""
    folder = tmp_path_factory.mktemp("layouts")
    library = columnar.write(folder / "library")
    return Run(ask(folder / "home", columnar.QUESTION, library), folder / "home")
