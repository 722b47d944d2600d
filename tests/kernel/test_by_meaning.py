"""A run whose search by meaning fails goes on by words, and its record says so."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import sovereign.models.served as served
from sovereign.errors import SovereignError
from sovereign.kernel.budget import Budget
from sovereign.models import Embedder, embedder
from sovereign.records import Record

from .asking import ask

QUESTION = "Does caching reduce latency against streaming?"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "lib"
    root.mkdir()
    for n in range(3):
        text = f"Caching reduces latency by {n + 10} % against streaming."
        (root / f"{n}.md").write_text(f"---\ntitle: Caching {n}\n---\n\n# Results\n\n{text}\n")
    return root


def lacks(record: Record) -> list[str]:
    assert record.papers, "the words found them"
    return [failure.reason for failure in record.retrieval.failures]


def test_a_server_that_is_away(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, socket_enabled: None
) -> None:
    monkeypatch.setattr(served, "sleep", lambda seconds: None)
    away = {"embedder": "openai:small", "embedder_url": "http://127.0.0.1:1/v1"}
    (reason,) = lacks(ask(tmp_path / "home", QUESTION, folder, **away))
    assert reason.startswith("searched by words alone: http://127.0.0.1:1/v1/embeddings cannot be reached")


def test_a_server_that_ends_after_the_search(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(texts: Sequence[str]) -> Any:
        raise SovereignError("the server is down", "Start it.")

    real = embedder("fake:")
    assert real
    failing = Embedder(real.name, real.dimension, real.weights, down)
    monkeypatch.setattr("sovereign.kernel.sources.embedder", lambda *_: failing)
    record = ask(tmp_path / "home", QUESTION, folder, embedder="fake:")
    assert lacks(record) == ["works were not held against the question: the server is down"]


def test_vectors_that_are_damaged(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "vectors.db").write_bytes(b"damaged" * 1000)
    (reason,) = lacks(ask(tmp_path / "home", QUESTION, folder, embedder="fake:"))
    assert "vectors.db cannot be used" in reason


def test_embedding_ends_with_the_time_of_the_run(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(tmp_path / "home", QUESTION, folder, embedder="none")  # all files are read
    real = embedder("fake:")
    assert real
    asked: list[str] = []

    def embed(texts: Sequence[str]) -> Any:
        asked.extend(texts)
        return real.embed(texts)

    class Over(Budget):
        def spent(self) -> bool:
            return True

    counting = Embedder(real.name, real.dimension, real.weights, embed)
    monkeypatch.setattr("sovereign.kernel.indexing.embedder", lambda name, url: counting if name == "fake:" else None)
    assert ask(tmp_path / "home", QUESTION, folder, embedder="fake:").papers
    assert "Caching 0. Caching reduces latency by 10 % against streaming." in asked
    (folder / "new.md").write_text("---\ntitle: Caching 4\n---\n\n# Results\n\nCaching costs nothing.\n")
    ask(tmp_path / "home", QUESTION, folder, embedder="none")
    monkeypatch.setattr("sovereign.kernel.sources.Budget", Over)
    assert ask(tmp_path / "home", QUESTION, folder, embedder="fake:").papers
    assert "Caching 4. Caching costs nothing." not in asked
