"""A real record with its events, made once by a run over the starter library."""

from __future__ import annotations

from pathlib import Path

import pytest

from sovereign.contracts.published import Published
from sovereign.records import seed_claims
from sovereign.store import open_store
from tests.kernel.asking import ask


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    home: Path = tmp_path_factory.mktemp("contracts-home")
    asked = ask(home, seed_claims().question)
    with open_store(home) as store:
        record = store.records.load(asked.id)
        return Published(record, store.ledger.events(str(record.id)), store.ledger.head())
