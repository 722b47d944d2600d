"""Both stores of vectors, held to one behaviour."""

from __future__ import annotations

import multiprocessing
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sovereign.errors import InputError, SovereignError, StoreError
from sovereign.index import VectorStore, fill, key_of, open_vectors
from sovereign.index.base import Passage
from sovereign.index.embedded import EmbeddedVectors
from sovereign.models import Embedder, embedder
from sovereign.sources.index import Cache

TEXTS = [
    "The cat sat on the mat.",
    "Experts are routed by a gate.",
    "Memory grows with the batch.",
    "A cat is an animal.",
]


POSTGRES: list[str] = []  # the address behind the store of a test, for another process's


def passages(*texts: str) -> list[Passage]:
    return [Passage(key_of(text), text) for text in texts]


@pytest.fixture
def model() -> Embedder:
    found = embedder("fake:")
    assert found
    return found


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[VectorStore]:
    url = request.getfixturevalue("postgres") if request.param == "postgres" else ""
    POSTGRES.append(url)
    opened = open_vectors(tmp_path, url)
    opened.clear()
    yield opened
    opened.close()


def test_what_is_filled_is_found_nearest_first(store: VectorStore, model: Embedder) -> None:
    assert fill(store, model, passages(*TEXTS)) == 0
    store.collect("all", [p.key for p in passages(*TEXTS)])
    found = store.nearest("all", model.queries(["cat"])[0], 3)
    assert {found[0].key, found[1].key} == {key_of(TEXTS[0]), key_of(TEXTS[3])}
    assert [f.cosine for f in found] == sorted((f.cosine for f in found), reverse=True)
    exact = model.embed([TEXTS[0]])[0] @ model.queries(["cat"])[0]
    assert dict(found)[key_of(TEXTS[0])] == pytest.approx(float(exact), abs=1e-6)


def test_a_search_sees_its_collection_alone(store: VectorStore, model: Embedder) -> None:
    fill(store, model, passages(*TEXTS))
    store.collect("some", [key_of(TEXTS[1]), key_of("of no vector")])
    assert [f.key for f in store.nearest("some", model.queries(["cat"])[0], 9)] == [key_of(TEXTS[1])]
    assert store.nearest("unknown", model.queries(["cat"])[0], 9) == []
    assert store.nearest("some", model.queries(["cat"])[0], 0) == []
    assert store.has("some") and not store.has("unknown")


def test_equal_passages_stand_in_order_of_key(store: VectorStore, model: Embedder) -> None:
    keys = [f"k{n}" for n in (3, 1, 2)]
    store.require(model)
    store.put(keys, np.repeat(model.embed(["cat"]), 3, axis=0))
    store.collect("c", keys)
    assert [f.key for f in store.nearest("c", model.embed(["cat"])[0], 2)] == ["k1", "k2"]


def test_only_what_is_missing_is_embedded(store: VectorStore, model: Embedder) -> None:
    asked: list[str] = []

    def embed(texts: list[str]) -> np.ndarray:
        asked.extend(texts)
        return model.embed(texts)

    counting = Embedder(model.name, model.dimension, model.weights, embed)  # type: ignore[arg-type]
    fill(store, counting, passages(*TEXTS[:2]))
    fill(store, counting, passages(*TEXTS, TEXTS[0]))
    assert sorted(asked) == sorted(TEXTS)
    assert store.stats().vectors == len(TEXTS)


def test_a_stopped_fill_keeps_what_it_has_and_goes_on(store: VectorStore, model: Embedder) -> None:
    many = passages(*(f"Text number {n}." for n in range(200)))
    asked = iter([False, True])
    left = fill(store, model, many, stopped=lambda: next(asked))
    assert 0 < left < len(many)
    assert store.stats().vectors == len(many) - left
    assert fill(store, model, many) == 0
    assert store.stats().vectors == len(many)


@pytest.mark.parametrize(
    "other",
    [
        Embedder("other", 256, "", lambda texts: np.zeros((0, 256), np.float32)),
        Embedder("fake: hashed stems", 128, "", lambda texts: np.zeros((0, 128), np.float32)),
        Embedder("fake: hashed stems", 256, "ab" * 32, lambda texts: np.zeros((0, 256), np.float32)),
    ],
    ids=["name", "dimension", "weights"],
)
def test_mixing_models_is_refused_and_changes_nothing(store: VectorStore, model: Embedder, other: Embedder) -> None:
    fill(store, model, passages(*TEXTS))
    before = store.stats()
    with pytest.raises(InputError, match="do not compare"):
        fill(store, other, passages("new"))
    assert store.stats() == before
    store.clear()
    store.require(other)
    assert store.stats().model == other.name


def test_a_collection_that_is_used_outlives_others(store: VectorStore, model: Embedder) -> None:
    fill(store, model, passages(*TEXTS))
    store.collect("kept", [key_of(TEXTS[0])])
    for number in range(20):
        store.collect(f"c{number}", [key_of(TEXTS[1])])
        store.collect("kept", [key_of(TEXTS[0])])
    assert store.has("kept") and store.has("c19") and not store.has("c0")
    for number in range(20):
        store.collect(f"d{number}", [key_of(TEXTS[1])])
        assert store.has("kept"), "who asks for it uses it"


def test_who_fills_what_another_cleared_mixes_nothing(store: VectorStore, model: Embedder) -> None:
    other = Embedder("other", 256, "", model.embed)
    fill(store, model, passages(TEXTS[0]))
    second = open_vectors(Path(store.stats().where).parent, "" if isinstance(store, EmbeddedVectors) else POSTGRES[-1])
    second.clear()
    second.require(other)
    with pytest.raises(StoreError, match="cleared by another process"):
        store.put([key_of(TEXTS[1])], model.embed(TEXTS[1:2]))
    assert second.stats().vectors == 0 and second.stats().model == "other"
    second.close()


def test_several_threads_use_one_store(store: VectorStore, model: Embedder) -> None:
    store.require(model)

    def work(number: int) -> int:
        some = passages(*(f"Text {number} {n}." for n in range(5)))
        for _ in range(10):
            store.require(model)
            store.put([p.key for p in some], model.embed([p.text for p in some]))
            store.collect(f"c{number}", [p.key for p in some])
        return len(store.nearest(f"c{number}", model.queries(["text"])[0], 9))

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(work, range(4))) == [5] * 4


def test_a_second_process_finds_what_the_first_wrote(tmp_path: Path, model: Embedder) -> None:
    first = open_vectors(tmp_path)
    fill(first, model, passages(*TEXTS))
    first.collect("all", [p.key for p in passages(*TEXTS)])
    first.close()
    second = open_vectors(tmp_path)
    assert len(second.nearest("all", model.embed(["cat"])[0], 9)) == len(TEXTS)
    second.close()


def _opened(folder: Path, at: float) -> str:
    while time.time() < at:
        pass
    try:
        open_vectors(folder).close()
        Cache(folder / "words.db").close()
    except (StoreError, sqlite3.Error) as error:
        return str(error)
    return ""


def test_several_processes_make_a_new_store_at_once(tmp_path: Path) -> None:
    with multiprocessing.get_context("fork").Pool(6) as pool:
        for number in range(15):
            at = [(tmp_path / str(number), time.time() + 0.05)] * 6
            assert pool.starmap(_opened, at, chunksize=1) == [""] * 6


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "vectors.db"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE theirs (a)")
    db.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="another program"):
        open_vectors(tmp_path)
    assert path.read_bytes() == before


def test_a_damaged_file_is_said_to_be_one(tmp_path: Path) -> None:
    (tmp_path / "vectors.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreError, match="cannot be used"):
        open_vectors(tmp_path)


def test_a_database_that_is_not_there_is_said_so_without_the_password() -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(StoreError, match="cannot be used") as caught:
        open_vectors(Path(), "postgresql://me:secret@127.0.0.1:1/none")
    assert "index_url" in caught.value.advice
    assert "secret" not in str(caught.value) + caught.value.advice


@pytest.mark.parametrize(
    "url",
    [
        "host=127.0.0.1 port=1 password=secret",
        "postgresql://me:secret@127.0.0.1:port/db",
        "postgresql://me:secret x@127.0.0.1:1/db",
        "postgres:/me:secret@127.0.0.1/db",
        "postgresql://me:secret@[::1/db",
        "postgresql://me:secret/x@127.0.0.1:1/db",
        "postgresql://me:1/secret@127.0.0.1:1/db",
        "postgresql://me@127.0.0.1:1/db?password=secret",
        "secret",
    ],
)
def test_no_message_repeats_a_password(url: str) -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(SovereignError) as caught:
        open_vectors(Path(), url)
    assert "index_url" in caught.value.message + caught.value.advice
    assert "secret" not in caught.value.message + caught.value.advice


@given(
    st.lists(st.lists(st.floats(-1, 1, width=32), min_size=4, max_size=4), min_size=1, max_size=30), st.integers(1, 30)
)
def test_the_search_is_exact(rows: list[list[float]], limit: int) -> None:
    vectors = np.array(rows, dtype=np.float32) + 0.01
    store = EmbeddedVectors(None)
    store.require(Embedder("m", 4, "", lambda texts: vectors))
    keys = [f"{n:03}" for n in range(len(rows))]
    store.put(keys, vectors)
    store.collect("c", keys)
    cosines = np.round((vectors @ vectors[0]).astype(float), 6)
    wanted = sorted(range(len(rows)), key=lambda n: (-cosines[n], keys[n]))[:limit]
    assert [f.key for f in store.nearest("c", vectors[0], limit)] == [keys[n] for n in wanted]
    store.close()
