"""The catalogue over many.records and a real one, in SQLite and in PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.records_made import make_records
from sovereign.kernel.correct import Change, correct
from sovereign.records import OwnerDecision, Record
from sovereign.site.catalog import Catalog, Filters, open_catalog, tables, words
from sovereign.site.context import Site
from sovereign.store import Store, open_store

COUNT, CLAIMS = 9, 4
HOSTILE = (
    '"',
    "a OR",
    "NEAR(a b",
    "title:x",
    "a* -b",
    "'; DROP TABLE x",
    "\x00" * 200,
    "🦀" * 50,
    "㈠ ² ½ ªb",
    "e\u0301",
    "()&|!<->:*",
)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store with many.records, which tests only read."""
    with open_store(tmp_path_factory.mktemp("made")) as store:
        make_records(store, COUNT, CLAIMS)
        yield store


@pytest.fixture(scope="module", params=["file", "postgresql"])
def catalog(many: Store, request: pytest.FixtureRequest) -> Iterator[Catalog]:
    """Its catalogue, of the one kind and of the other."""
    url = request.getfixturevalue("postgres") if request.param == "postgresql" else ""
    opened = open_catalog(many.home, url)
    assert opened.sync(many) == many.ledger.head().count
    yield opened
    opened.close()


def ids(catalog: Catalog, filters: Filters) -> set[UUID]:
    return {row.id for row in catalog.records(filters, size=100).items}


def test_every_record_and_claim_is_listed_newest_first(catalog: Catalog, many: Store) -> None:
    newest = [entry.id for entry in many.records.newest()]
    listed = [row.id for page in (1, 2, 3, 4) for row in catalog.records(Filters(), page, 3).items]
    assert listed == newest and catalog.problems == ()
    claims = catalog.claims(Filters(), size=100)
    assert claims.total == COUNT * CLAIMS == len({c.id for c in claims.items})
    assert [c.cited for c in claims.items] == sorted((c.cited for c in claims.items), reverse=True)


def test_filters_give_what_the_rows_say_and_choices_count_it(catalog: Catalog) -> None:
    rows = catalog.records(Filters(), size=100).items
    choices = catalog.choices()
    for name, of_row in (("tier", "tier"), ("state", "answer_state"), ("gate", "gate"), ("level", "level")):
        counted = {c.value: c.count for c in getattr(choices, name)}
        values = {getattr(row, of_row) for row in rows}
        assert counted.keys() == {str(value) for value in values}
        for value in values:
            right = {row.id for row in rows if getattr(row, of_row) == value}
            assert ids(catalog, Filters.model_validate({name: value})) == right
            assert counted[str(value)] == len(right)
    topic = rows[0].topics[0]
    assert ids(catalog, Filters(topic=topic)) == {row.id for row in rows if topic in row.topics}
    assert ids(catalog, Filters(topic="\x00")) == set()
    verified = {c.record_id for c in catalog.claims(Filters(verified=True), size=100).items}
    assert ids(catalog, Filters(verified=True)) == verified
    assert {r.id for r in catalog.records(Filters(), size=100, drafts=False).items} == {r.id for r in rows if r.stands}


def test_all_words_are_needed_and_the_last_may_be_a_beginning(catalog: Catalog) -> None:
    rows = catalog.records(Filters(), size=100).items
    for row in rows[:3]:
        method = row.topics[0]
        assert row.id in ids(catalog, Filters(q=f"{row.topics[1]} {method}"))
        assert row.id in ids(catalog, Filters(q=method[:5].upper()))
        assert ids(catalog, Filters(q=f"{method} qqqq")) == set()
        within = catalog.claims(Filters(q=method, verdict="SUPPORT"), size=100)
        all_of_it = catalog.claims(Filters(q=method), size=100)
        assert within.total == sum(c.verdict == "SUPPORT" for c in all_of_it.items) and not within.capped
        assert catalog.claims(Filters(q=method, tier=row.tier), size=100).total > 0
    # Other forms of a word are the same word.
    assert ids(catalog, Filters(q="comparing")) == {row.id for row in rows}


def test_of_common_words_the_newest_are_ranked(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "CANDIDATES", 2)
    monkeypatch.setattr("sovereign.site.catalog.stored.CANDIDATES", 2)
    found = catalog.records(Filters(q="compares"))  # a list that nobody asked for before
    assert (found.total, found.capped) == (2, True)
    assert {row.id for row in found.items} == {row.id for row in catalog.records(Filters(), size=2).items}


@given(typed=st.one_of(st.text(max_size=200), st.sampled_from(HOSTILE)))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_typed_there_is_an_answer(catalog: Catalog, typed: str) -> None:
    filters = Filters(q=typed, verdict="SUPPORT")
    assert catalog.records(filters).total >= 0
    assert catalog.claims(filters).total >= 0


def test_the_graph_is_whole_or_what_is_cited(catalog: Catalog) -> None:
    whole = catalog.graph()
    assert len(whole.nodes) == whole.total_nodes and len(whole.edges) == whole.total_edges
    assert {n.kind for n in whole.nodes} == {"record", "claim", "work", "method"}
    known = {n.id for n in whole.nodes}
    assert all(e.source in known and e.target in known for e in whole.edges)
    assert {"has_claim", "taken_from", "about", "supported_by"} <= {e.kind for e in whole.edges}
    work = max((n for n in whole.nodes if n.kind == "work"), key=lambda n: n.weight)
    near = catalog.graph(work.id)
    assert work.id in {n.id for n in near.nodes} and len(near.nodes) < len(whole.nodes)
    small = catalog.graph(most=20)
    assert 0 < len(small.nodes) <= 20 and small.total_nodes == whole.total_nodes
    cited = {c.id for c in catalog.claims(Filters(), size=100).items if c.cited}
    assert {n.id for n in small.nodes if n.kind == "claim"} <= cited
    assert catalog.graph("nothing\x00").nodes == ()


def test_a_decision_and_a_correction_are_taken_up(site: Site, site_home: Path, record: Record) -> None:
    with open_store(site_home) as store:
        catalog = open_catalog(site_home)
        first = catalog.sync(store)
        row = catalog.record(record.id)
        shared = site.catalog.record(record.id)
        assert row is not None and shared is not None and not row.stands
        # Another test may have taken an export of the shared one, which is an event.
        assert row == shared.model_copy(update={"updated_at": row.updated_at})
        assert catalog.choices(drafts=False).tier == ()
        approved = OwnerDecision(
            record_id=str(record.id), outcome="APPROVED", reason="read", by="o", at="2026-01-02T03:04:05+00:00"
        )
        store.records.decide(approved)
        other = open_catalog(site_home)  # as another process has it
        assert other.sync(store) == first + 1
        assert catalog.stamp == first and catalog.sync(store) == first + 1
        row = catalog.record(record.id)
        assert row is not None and row.stands and row.owner == "APPROVED"
        assert catalog.choices(drafts=False).tier[0].count == 1
        correct(store, str(record.id), "CLAIM", "wrong", "o", Change(claims=(record.claims[0].id,)))
        catalog.sync(store)
        row = catalog.record(record.id)
        # What was approved before a correction is not approved after it.
        assert row is not None and (row.version, row.state, row.stands) == (2, "CORRECTED", False)
        (gone,) = [c for c in catalog.claims(Filters(), size=100).items if c.withdrawn]
        assert "corrected" in {e.kind for e in catalog.graph(gone.id).edges}
        other.close()
        catalog.close()


def test_what_cannot_be_read_is_told_and_the_rest_is_there(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        ids = make_records(store, 3, 1)
        store.artifacts.path(store.records.newest()[1].artifact).unlink()
        catalog = open_catalog(tmp_path)
        catalog.sync(store)
        assert [row.id for row in catalog.records(Filters()).items] == [ids[2], ids[0]]
        (problem,) = catalog.problems
        assert problem.startswith(str(ids[1])) and "\n" not in problem
        catalog.close()
        again = open_catalog(tmp_path)
        assert again.problems == (problem,)
        again.close()


def test_two_that_sync_at_once_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sovereign.site.catalog.stored._BATCH", 2)
    with open_store(tmp_path) as store:
        make_records(store, 5, 1)
        both = [open_catalog(tmp_path), open_catalog(tmp_path)]
        threads = [Thread(target=one.sync, args=(store,)) for one in both]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for one in both:
            assert one.sync(store) == store.ledger.head().count
            assert one.records(Filters(q="compare")).total == 5 == one.records(Filters()).total
            one.close()


@pytest.mark.parametrize("damage", ["bytes", "version"])
def test_a_damaged_file_and_one_of_other_code_are_made_anew(
    many: Store, tmp_path: Path, damage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if damage == "bytes":
        (tmp_path / "site.db").write_bytes(b"no database" * 1000)
    else:
        old = open_catalog(tmp_path)
        old.sync(many)
        old.close()
        monkeypatch.setattr(tables, "VERSION", tables.VERSION + 1)
    catalog = open_catalog(tmp_path)
    assert (catalog.stamp, catalog.records(Filters()).total) == (0, 0)
    catalog.sync(many)
    assert catalog.records(Filters(q="compare")).total == COUNT
    catalog.close()
