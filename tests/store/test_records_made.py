"""The made records of the benchmarks are records in every respect, and fit for measuring a search."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from benchmarks.records_made import Maker, make_records, vocabulary
from sovereign.contracts.public import CONTRACTS, documents
from sovereign.contracts.published import Published
from sovereign.publish.view import view_of
from sovereign.records import Record
from sovereign.store import open_store

COUNT, CLAIMS = 12, 6


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("made")
    with open_store(home) as store:
        make_records(store, COUNT, CLAIMS, seed=3)
    return home


def test_they_are_stored_as_the_kernel_stores_them(made: Path) -> None:
    with open_store(made) as store:
        records = [store.records.load(entry.id) for entry in store.records.newest()]
        assert store.ledger.verify(store.ledger.kept_head()).status == "verified"
        for record in records:
            assert record.content_hash == record.computed_hash()
            for quote in record.quotes():
                text = store.artifacts.get(quote.text_hash).decode()
                assert text[quote.start : quote.end] == quote.text
            published = Published(record, store.ledger.events(str(record.id)), store.ledger.head())
            assert view_of(record, published.head).claims
            assert set(documents(published)) == {c.file for c in CONTRACTS if c.make}
    assert [len(record.claims) for record in records] == [CLAIMS] * COUNT
    assert len({record.question for record in records}) == COUNT


def test_they_are_of_many_kinds(made: Path) -> None:
    with open_store(made) as store:
        records = [store.records.load(entry.id) for entry in store.records.newest()]
        claims = [claim for record in records for claim in record.claims]
        assert {c.verdict for c in claims} >= {"SUPPORT", "CONTRADICT", "NOT_ENOUGH_INFO", "UNCHECKED"}
        assert {c.verified for c in claims} == {True, False}
        assert len({(r.answer.state, r.decision.outcome, r.level) for r in records}) > 3


def test_one_seed_gives_the_same_records_and_another_gives_others(made: Path, tmp_path: Path) -> None:
    def first(seed: int) -> Record:
        with open_store(tmp_path / str(seed)) as store:
            return Maker(store, COUNT, seed).record(0, CLAIMS)[0]

    with open_store(made) as store:
        assert first(3) == store.records.load(store.records.newest()[-1].id)
    assert first(4).content_hash != first(3).content_hash


def test_words_are_common_and_rare() -> None:
    import random

    drawn = Counter(vocabulary().some(random.Random(0), 20_000))
    (_, most), *_, (_, fewest) = drawn.most_common()
    assert most > 100 * fewest
