"""The example record and a ledger head."""

from __future__ import annotations

import pytest

from sovereign.records import LedgerHead, Record
from tests.publish.example import build


@pytest.fixture
def record() -> Record:
    """The record with its content hash."""
    return build()


@pytest.fixture
def head() -> LedgerHead:
    """A ledger head."""
    return LedgerHead(count=1042, hash="cd" * 32)
