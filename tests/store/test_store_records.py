from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy.event import listen

from sovereign.errors import LedgerBroken, NotFound, StoreError
from sovereign.records import OwnerDecision, Record
from sovereign.store import NewEvent, Store

from .sql import edit, in_a_file, refusing

A = "aaaa1111-0000-4000-8000-000000000001"
A2 = "aaaa2222-0000-4000-8000-000000000002"
B = "bbbbcccc-0000-4000-8000-000000000003"
Make = Callable[..., Record]


@pytest.mark.parametrize(
    "name", [A, A.upper(), A.replace("-", ""), "SRCH:AAAA1111", "srch:aaaa1111", "AAAA1111", "aaaa1", " aaaa1111-0 "]
)
def test_a_record_comes_back_as_it_was(store: Store, make_record: Make, name: str) -> None:
    records = [make_record(A), make_record(A2), make_record(B)]
    for record in records:
        store.records.save(record)
    loaded = store.records.load(name)
    assert loaded == records[0]
    assert loaded.content_hash == loaded.computed_hash()
    assert store.records.load(records[0].id) == records[0]


def test_saving_leaves_an_artifact_a_row_and_an_event(store: Store, make_record: Make) -> None:
    record = make_record(A)
    entry = store.records.save(record)
    assert store.artifacts.has(entry.artifact)
    assert (entry.outcome, entry.score, entry.short_id) == ("HOLD", 7.25, "SRCH:AAAA1111")
    assert store.records.newest() == (entry,)
    (event,) = store.ledger.events(A)
    assert (event.kind, event.payload["artifact"]) == ("record.saved", entry.artifact)
    assert event.payload["content_hash"] == record.content_hash


def test_saving_again_changes_nothing_and_other_content_is_refused(store: Store, make_record: Make) -> None:
    entry = store.records.save(make_record(A))
    assert store.records.save(make_record(A)) == entry
    assert store.ledger.head().count == 1
    with pytest.raises(StoreError, match="saved already"):
        store.records.save(make_record(A, question="Another?"))
    assert store.records.load(A).question == "Größe?"
    assert store.ledger.head().count == 1


def test_many_are_saved_together_or_not_at_all(store: Store, make_record: Make) -> None:
    first, second, third = (make_record(record_id) for record_id in (A, A2, B))
    store.records.save(first)
    other = make_record(A, question="Another?")
    with pytest.raises(StoreError, match="saved already"):
        store.records.save_many([(second, []), (other, [])])
    with pytest.raises(StoreError):
        store.records.save_many([(second, []), (second.model_copy(update={"question": "Another?"}), [])])
    with refusing(store, "record_version"), pytest.raises(StoreError):
        store.records.save_many([(second, []), (third, [])])
    assert [str(e.id) for e in store.records.newest()] == [A]
    entries = store.records.save_many([(first, []), (second, [NewEvent("asked", A2, {})]), (third, [])])
    assert [str(entry.id) for entry in entries] == [A, A2, B]
    assert [str(e.id) for e in store.records.newest()] == [B, A2, A]
    assert [e.kind for e in store.ledger.events()] == ["record.saved", "asked", "record.saved", "record.saved"]
    assert [store.records.load(record_id) for record_id in (A, A2, B)] == [first, second, third]
    assert store.records.save_many([]) == ()


def test_a_record_that_was_never_reviewed_has_no_score(store: Store, make_record: Make) -> None:
    assert store.records.save(make_record(A).model_copy(update={"reviews": ()})).score is None


def test_row_and_event_are_written_together_or_not_at_all(store: Store, make_record: Make) -> None:
    with refusing(store, "ledger_event"):
        with pytest.raises(StoreError):
            store.records.save(make_record(A))
        assert store.records.newest() == ()
    store.records.save(make_record(A))
    assert store.records.load(A) == make_record(A)


def test_newest_first_whatever_the_clock_said(store: Store, make_record: Make) -> None:
    assert store.records.newest() == ()
    for record_id, day in ((A, 2), (B, 3), (A2, 1)):
        store.records.save(make_record(record_id, created_at=f"2024-01-0{day}T00:00:00Z"))
    assert [str(e.id) for e in store.records.newest()] == [A2, B, A]
    assert [str(e.id) for e in store.records.newest(limit=1)] == [A2]
    assert [str(e.id) for e in store.records.newest(limit=1, offset=1)] == [B]
    assert [str(e.id) for e in store.records.newest(offset=2)] == [A]
    assert store.records.newest(offset=3) == ()
    assert store.records.count() == 3


def test_a_record_without_its_number_is_the_newest_until_the_next_save(store: Store, make_record: Make) -> None:
    for record_id in (A, B):
        store.records.save(make_record(record_id))
    # As an older program leaves it, which had the store open when it was brought up to date.
    edit(store, "UPDATE record SET saved_seq = 2147483647 WHERE id = ?", A)
    assert [str(e.id) for e in store.records.newest()] == [A, B]
    store.records.save(make_record(A2))
    assert [str(e.id) for e in store.records.newest()] == [A2, B, A]


@in_a_file
def test_no_query_reads_a_whole_table(store: Store, make_record: Make) -> None:
    """What one record costs does not grow with the store: each query goes by an index."""
    for record_id in (A, A2, B):
        store.records.save(make_record(record_id))
    asked: list[tuple[str, Any]] = []
    listen(
        store._database._engine, "before_cursor_execute", lambda c, cursor, sql, values, *_: asked.append((sql, values))
    )
    store.records.load("SRCH:AAAA1111")
    store.records.versions(A)
    store.records.decisions(A)
    store.records.newest(limit=2, offset=1)
    store.records.save(make_record("cccc0000-0000-4000-8000-000000000004"))
    with pytest.raises(NotFound, match="2 records"):
        store.records.find("aaaa")
    queries = [(sql, values) for sql, values in asked if sql.startswith(("SELECT", "UPDATE"))]
    assert len(queries) > 10
    with closing(sqlite3.connect(store.home / "sovereign.db")) as raw:
        for sql, values in queries:
            plan = [row[-1] for row in raw.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
            whole = any(step.startswith("SCAN") for step in plan) and ("LIMIT" not in sql or "TEMP B-TREE" in str(plan))
            assert not whole, (sql, plan)


def test_names_that_fit_no_record_or_several(store: Store, make_record: Make) -> None:
    with pytest.raises(NotFound) as caught:
        store.records.load("SRCH:AAAA1111")
    assert "no records yet" in caught.value.advice
    for record_id in (A, A2, B):
        store.records.save(make_record(record_id))
    with pytest.raises(NotFound, match="2 records") as caught:
        store.records.load("aaaa")
    assert A in caught.value.message
    assert A2 in caught.value.message
    with pytest.raises(NotFound) as caught:
        store.records.load("SRCH:BBBBCCCD")
    assert "SRCH:BBBBCCCC" in caught.value.advice
    for name in ("", "SRCH:", "xyz", "%", "_aaa", "aaaag", f"{A}0", "0" * 33):
        with pytest.raises(NotFound):
            store.records.load(name)


def test_a_changed_artifact_row_or_both(store: Store, make_record: Make) -> None:
    entry = store.records.save(make_record(A))
    path = store.artifacts.path(entry.artifact)
    sound = path.read_bytes()
    path.write_bytes(sound.replace(b"HOLD", b"HELD"))
    with pytest.raises(StoreError, match="was changed"):
        store.records.load(A)
    path.write_bytes(sound)
    other = store.artifacts.put(sound.replace(b"HOLD", b"AUTO_APPROVE"))
    edit(store, "UPDATE record SET artifact = ?", other)
    with pytest.raises(LedgerBroken, match="knows nothing"):
        store.records.load(A)


def test_an_artifact_that_is_no_record(store: Store, make_record: Make) -> None:
    store.records.save(make_record(A))
    sha = store.artifacts.put(b"{}")
    edit(store, "UPDATE record SET artifact = ?", sha)
    store.ledger.append([("record.saved", A, {"artifact": sha})])
    with pytest.raises(StoreError, match="not a record"):
        store.records.load(A)


@in_a_file
def test_a_damaged_row(store: Store, make_record: Make) -> None:
    store.records.save(make_record(A))
    edit(store, "UPDATE record SET score = 'high'")
    with pytest.raises(StoreError, match="damaged"):
        store.records.newest()


def test_a_damaged_id(store: Store, make_record: Make) -> None:
    store.records.save(make_record(A))
    edit(store, "UPDATE record SET id = 'aaaa1111'")
    with pytest.raises(StoreError, match="damaged"):
        store.records.load(A[:8])


def decision(record_id: str, outcome: str, at: str) -> OwnerDecision:
    return OwnerDecision.model_validate(
        {"record_id": record_id, "outcome": outcome, "reason": "sound", "by": "Ada", "at": at}
    )


def test_decisions_of_the_owner_add_up(store: Store, make_record: Make) -> None:
    store.records.save(make_record(A))
    store.records.save(make_record(B))
    assert store.records.decisions(A) == ()
    store.records.decide(decision("SRCH:AAAA1111", "HELD", "2024-01-02"))
    store.records.decide(decision(A, "APPROVED", "2024-01-01"))
    store.records.decide(decision(B, "REJECTED", "2024-01-03"))
    assert [(d.record_id, d.outcome) for d in store.records.decisions("aaaa1111")] == [(A, "HELD"), (A, "APPROVED")]
    (event,) = [e for e in store.ledger.events(B) if e.kind == "owner.decided"]
    assert event.payload == {"outcome": "REJECTED", "reason": "sound", "by": "Ada", "at": "2024-01-03"}
    assert store.ledger.verify(store.ledger.kept_head()).status == "verified"


def test_a_decision_on_no_record(store: Store) -> None:
    with pytest.raises(NotFound):
        store.records.decide(decision(A, "HELD", "2024-01-01"))
    assert store.ledger.head().count == 0


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE owner_decision SET outcome = 'APPROVED'",
        "DELETE FROM owner_decision",
        "UPDATE owner_decision SET by = 7",
    ],
)
def test_an_edited_decision_is_noticed(store: Store, make_record: Make, tampering: str) -> None:
    store.records.save(make_record(A))
    store.records.decide(decision(A, "HELD", "2024-01-01"))
    edit(store, tampering)
    with pytest.raises(LedgerBroken, match="owner"):
        store.records.decisions(A)


def test_a_decision_needs_its_record_in_the_database_too(store: Store) -> None:
    from sqlalchemy import insert

    from sovereign.store.tables import owner_decision

    orphan = {"record_id": A, "outcome": "HELD", "reason": "", "by": "", "at": ""}
    with pytest.raises(StoreError):
        store.ledger.append([("x", "y", {})], writes=[insert(owner_decision).values(orphan)])
    assert store.ledger.head().count == 0
