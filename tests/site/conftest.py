"""A home with one real record, made once, and the site over a copy of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from sovereign.records import Record
from sovereign.site.app import make_app
from sovereign.site.catalog import open_catalog
from sovereign.site.context import Options, Site
from sovereign.store import open_store
from tests.cli.running import QUESTION
from tests.kernel import columnar
from tests.kernel.asking import ask


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Record]:
    """A home, and the one record in it. Tests change neither: they take ``site_home``."""
    folder = tmp_path_factory.mktemp("site")
    library = columnar.write(folder / "library")
    return folder / "home", ask(folder / "home", QUESTION, library)


@pytest.fixture(scope="session")
def record(made: tuple[Path, Record]) -> Record:
    """The record of the home."""
    return made[1]


@pytest.fixture
def site_home(made: tuple[Path, Record], tmp_path: Path) -> Path:
    """A copy of the home, which the test may change."""
    return Path(shutil.copytree(made[0], tmp_path / "site-home"))


@pytest.fixture(scope="session")
def site(made: tuple[Path, Record], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site over a copy that no test changes."""
    home = Path(shutil.copytree(made[0], tmp_path_factory.mktemp("served") / "home"))
    with open_store(home) as store:
        catalog = open_catalog(home)
        catalog.sync(store)
        yield Site(store, catalog, Options())
        catalog.close()


@pytest.fixture(scope="session")
def client(site: Site) -> TestClient:
    """Asks the site, in this process. An exception of the server is one of the test."""
    return TestClient(make_app(site), base_url="http://127.0.0.1")
