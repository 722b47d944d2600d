"""Tests load models again and again, so nothing is kept between them."""

from collections.abc import Iterator

import pytest

from sovereign.models import embedder, entailer


@pytest.fixture(autouse=True)
def nothing_loaded() -> Iterator[None]:
    embedder.cache_clear()
    entailer.cache_clear()
    yield
    embedder.cache_clear()
    entailer.cache_clear()
