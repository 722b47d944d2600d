"""A library searched by words and by meaning."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import sovereign.sources.semantic as module
from sovereign.errors import InputError, SovereignError, StoreError
from sovereign.index import open_vectors
from sovereign.index.embedded import EmbeddedVectors
from sovereign.models import Embedder, embedder
from sovereign.records import Query
from sovereign.sources import Library
from sovereign.sources.semantic import Semantic

TEXTS = {
    "Physicians": "Physicians prescribe fewer antibiotics than before.",
    "Trains": "The night trains were late in winter.",
    "Experts": "A gate routes each token to two experts.",
}


def model(name: str = "fake:") -> Embedder:
    found = embedder(name)
    assert found
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "lib"
    root.mkdir()
    for title, text in TEXTS.items():
        (root / f"{title}.md").write_text(f"---\ntitle: About {title} and more\n---\n\n## Abstract\n\n{text}\n")
    return root


def opened(folder: Path, tmp_path: Path, one: Embedder | None = None, **more: Any) -> Library:
    semantic = Semantic(one or model(), open_vectors(tmp_path / "home"), **more)
    tmp_path.mkdir(exist_ok=True)
    return Library([folder], tmp_path / "index.db", semantic=semantic)


def titles(library: Library, text: str) -> list[str]:
    (hits,) = library.search([Query(text=text, facet_ids=())], 10)
    return [hit.paper.title for hit in hits]


def test_other_words_of_the_same_meaning_are_found(folder: Path, tmp_path: Path) -> None:
    text = "doctors give out less penicillin"
    words = Library([folder])
    assert titles(words, text) == []
    assert titles(opened(folder, tmp_path, model("minilm")), text)[0] == "About Physicians and more"


def test_a_hit_shows_the_nearest_passage(folder: Path, tmp_path: Path) -> None:
    (hits,) = opened(folder, tmp_path).search([Query(text="gate token experts", facet_ids=())], 10)
    assert hits[0].text == TEXTS["Experts"]
    (plain,) = Library([folder]).search([Query(text="gate token experts", facet_ids=())], 10)
    assert plain[0].text == TEXTS["Experts"]


def test_only_new_passages_are_embedded(folder: Path, tmp_path: Path) -> None:
    asked: list[str] = []

    def embed(texts: Sequence[str]) -> Any:
        asked.extend(texts)
        return model().embed(texts)

    counting = Embedder("counting", model().dimension, "", embed)
    opened(folder, tmp_path, counting).refresh()
    assert len(asked) == 3
    (folder / "new.md").write_text("---\ntitle: A new work\n---\n\n## Abstract\n\nSomething quite new.\n")
    library = opened(folder, tmp_path, counting)
    library.refresh()
    assert asked[3:] == ["A new work. Something quite new."]
    library.refresh()
    assert len(asked) == 4


def test_an_unchanged_library_loads_no_passages(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(folder, tmp_path).refresh()
    monkeypatch.setattr("sovereign.sources.index.Cache.passages", lambda self: pytest.fail("texts were loaded"))
    library = opened(folder, tmp_path)
    assert library.refresh().notices == ()
    assert len(titles(library, "gate experts")) == 3, "it is searched by meaning all the same"


def test_many_new_passages_are_embedded_behind_the_run(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 2)
    first = opened(folder, tmp_path)
    report = first.refresh()
    assert any("by words alone: 3 of 3 passages" in notice for notice in report.notices)
    assert titles(first, "gate experts") == ["About Experts and more"]
    semantic = first._semantic
    assert semantic and semantic._thread and not semantic.ready
    semantic._thread.join(20)
    assert titles(first, "gate experts") == ["About Experts and more"], "a search does not depend on the background"
    first.close()
    second = opened(folder, tmp_path)
    assert not any("words alone" in notice for notice in second.refresh().notices)
    assert len(titles(second, "gate experts")) == 3
    second.close()


def test_closing_ends_the_background_at_once(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 0)
    library = opened(folder, tmp_path)
    library.refresh()
    thread = library._semantic and library._semantic._thread
    library.close()
    assert thread and not thread.is_alive()


def test_vectors_of_another_model_are_refused(folder: Path, tmp_path: Path) -> None:
    opened(folder, tmp_path).refresh()
    with pytest.raises(InputError, match="do not compare"):
        opened(folder, tmp_path, model("minilm")).refresh()


def test_a_model_that_fails_leaves_the_words(folder: Path, tmp_path: Path) -> None:
    asked: list[str] = []

    def down(texts: Sequence[str]) -> Any:
        asked.extend(texts)
        raise SovereignError("the server is down", "Start it.")

    report = opened(folder, tmp_path / "down", Embedder("down", 3, "", down)).refresh()
    assert "searched by words alone: the server is down" in report.notices
    asked.clear()
    asking = Embedder(model().name, model().dimension, "", model().embed, ask=down)
    library = opened(folder, tmp_path, asking)
    assert titles(library, "gate experts") == ["About Experts and more"]
    assert titles(library, "gate experts again") == ["About Experts and more"]
    assert [f.reason for f in library.failures] == ["searched by words alone from a query on: the server is down"]
    assert len(asked) == 1, "each query would wait for a server that is away"


def test_a_store_that_fails_leaves_the_words(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = EmbeddedVectors(None)

    def broken(*_: object) -> Any:
        raise StoreError("the disk is full", "Make room.")

    monkeypatch.setattr(store, "put", broken)
    library = Library([folder], semantic=Semantic(model(), store))
    assert "searched by words alone: the disk is full" in library.refresh().notices
    assert titles(library, "gate experts") == ["About Experts and more"]


def test_an_index_of_older_tables_is_made_again(folder: Path, tmp_path: Path) -> None:
    import sqlite3

    path = tmp_path / "index.db"
    Library([folder], path).refresh()
    with sqlite3.connect(path) as db:
        db.execute("DROP TABLE places")
        db.execute("PRAGMA user_version = 0")
    db.close()
    library = Library([folder], path)
    assert library.refresh().read == 0, "documents are kept, the index over them is made again"
    assert titles(library, "gate experts") == ["About Experts and more"]
