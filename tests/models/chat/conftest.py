from __future__ import annotations

from collections.abc import Iterator

import pytest

from sovereign.models.vendors import VENDORS
from tests.models.chat.helpers import Server


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, socket_enabled: None) -> Iterator[Server]:
    """A server of OpenAI's interface on this machine; no key of the person who runs the tests is around."""
    pytest.importorskip("pydantic_ai", reason="needs the extra llm")
    for variable in (name for vendor in VENDORS.values() for name in vendor.keys):
        monkeypatch.delenv(variable, raising=False)
    running = Server()
    yield running
    running.close()
