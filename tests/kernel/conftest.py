"""Runs that several tests look at: made once, and never changed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest
from filelock import FileLock

from sovereign.records import Record, seed_claims
from tests.kernel import columnar
from tests.kernel.asking import ask


class Run(NamedTuple):
    """A published record and the home of its store."""

    record: Record
    home: Path


@pytest.fixture(scope="session")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The first question over the library that ships with the package, with the settings that a user has.

    It takes a dozen seconds, so that the first worker makes it, and each takes a copy.
    """
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "starter"
    made = shared / "record.json"
    with FileLock(f"{shared}.lock"):
        if not made.exists():
            record = ask(shared / "home", seed_claims().question, embedder="minilm")
            made.write_text(record.model_dump_json(), "utf-8")
    home = Path(shutil.copytree(shared / "home", tmp_path_factory.mktemp("copy") / "home"))
    return Run(Record.model_validate_json(made.read_bytes()), home)


@pytest.fixture(scope="session")
def layouts(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A question of another field over the library of ``columnar.py``."""
    folder = tmp_path_factory.mktemp("layouts")
    library = columnar.write(folder / "library")
    return Run(ask(folder / "home", columnar.QUESTION, library), folder / "home")
