"""Versions of a record in the store: added in one transaction, never rewritten, and held against the ledger."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config

import sovereign.store.database
from sovereign.errors import LedgerBroken, NotFound, StoreError
from sovereign.records import Correction, OwnerDecision, Record
from sovereign.store import NewEvent, Store, open_store
from sovereign.store.database import Database

from .sql import edit, refusing

A = "aaaa1111-0000-4000-8000-000000000001"
B = "aaaa1111-0000-4000-8000-00000000000b"
Make = Callable[..., Record]


def corrected(before: Record, **changes: Any) -> Record:
    number = len(before.corrections) + 1
    one = Correction(
        event_id=f"{before.id}/corrections/{number}", number=number, type="CLAIM", at=f"2026-01-0{number}T00:00:00+00:00", by="Ada",
        note="wrong", affected_fields=("/level",), claim_ids=("c1",), from_version=before.version, to_version=before.version + 1,
        from_hash=before.content_hash,
    )  # fmt: skip
    update = {"version": before.version + 1, "corrections": (*before.corrections, one), "level": 0} | changes
    new = before.model_copy(update=update)
    return new.model_copy(update={"content_hash": changes.get("content_hash") or new.computed_hash()})


def test_versions_add_up_and_the_old_ones_stay_as_they_are(store: Store, make_record: Make) -> None:
    first = make_record(A)
    store.records.save(first)
    before = store.artifacts.get(store.records.versions(A)[0].artifact)
    second = corrected(first)
    entry = store.records.amend(second, [NewEvent("record.corrected", f"{A}/corrections/1", {})])
    third = corrected(second, level=1)
    store.records.amend(third)
    assert store.records.load(A) == third
    assert [store.records.load(A, n) for n in (1, 2, 3)] == [first, second, third]
    assert [(v.version, v.created_at) for v in store.records.versions(A)] == [
        (1, first.created_at), (2, "2026-01-01T00:00:00+00:00"), (3, "2026-01-02T00:00:00+00:00"),
    ]  # fmt: skip
    assert store.artifacts.get(store.records.versions(A)[0].artifact) == before
    (listed,) = store.records.newest()
    assert (listed.version, listed.content_hash, listed.created_at) == (3, third.content_hash, first.created_at)
    kinds = [e.kind for e in store.ledger.events(A)]
    assert kinds == ["record.saved", "record.corrected", "record.saved", "record.saved"]
    assert entry.version == 2
    assert store.ledger.verify(store.ledger.kept_head()).status == "verified"
    for n in (0, 4):
        with pytest.raises(NotFound, match="no version"):
            store.records.load(A, n)


def test_the_same_version_twice_is_refused_as_made(store: Store, make_record: Make) -> None:
    store.records.save(make_record(A))
    second = corrected(make_record(A))
    store.records.amend(second)
    with pytest.raises(StoreError, match="made already"):
        store.records.amend(second)
    assert store.ledger.head().count == 2


def test_what_does_not_follow_the_newest_version_is_refused(store: Store, make_record: Make) -> None:
    first = make_record(A)
    with pytest.raises(NotFound):
        store.records.amend(corrected(first))
    store.records.save(first)
    other = corrected(first, content_hash="0" * 64)
    wrong = [
        first.model_copy(update={"level": 5}),
        other,
        corrected(first, version=3),
        corrected(first, question="Another?"),
        corrected(first.model_copy(update={"content_hash": "f" * 64})),
        corrected(corrected(first)),
    ]
    for one in wrong:
        with pytest.raises(StoreError, match="cannot be stored"):
            store.records.amend(one)
    assert store.ledger.head().count == 1
    assert store.records.load(A) == first


def test_an_approval_holds_for_its_own_version_alone(store: Store, make_record: Make) -> None:
    store.records.save(make_record(A))

    def decide(outcome: str) -> None:
        said = {"record_id": A, "outcome": outcome, "reason": "r", "by": "Ada", "at": "2026-01-01"}
        store.records.decide(OwnerDecision.model_validate(said))

    decide("APPROVED")
    store.records.amend(corrected(make_record(A)))
    assert store.records.decisions(A) == ()
    decide("HELD")
    assert [d.outcome for d in store.records.decisions(A)] == ["HELD"]
    assert [d.outcome for d in store.records.decisions(A, 1)] == ["APPROVED"]


def test_row_version_and_events_are_written_together_or_not_at_all(store: Store, make_record: Make) -> None:
    first = make_record(A)
    store.records.save(first)
    for table in ("ledger_event", "record_version"):
        with refusing(store, table), pytest.raises(StoreError):
            store.records.amend(corrected(first))
        assert store.records.load(A) == first
        assert len(store.records.versions(A)) == 1
        assert store.ledger.head().count == 1
    store.records.amend(corrected(first))


@pytest.mark.parametrize(
    "tampering",
    [
        "DELETE FROM record_version WHERE version = 2",
        "UPDATE record_version SET artifact = (SELECT artifact FROM record_version WHERE version = 1)",
        "UPDATE record SET artifact = (SELECT artifact FROM record_version WHERE version = 1)",
    ],
)
def test_a_version_that_was_hidden_or_put_back_is_noticed(store: Store, make_record: Make, tampering: str) -> None:
    store.records.save(make_record(A))
    store.records.amend(corrected(make_record(A)))
    edit(store, tampering)
    with pytest.raises(LedgerBroken):
        store.records.versions(A) if "record_version SET" in tampering or "DELETE" in tampering else store.records.load(
            A
        )


def test_two_records_with_one_short_id(store: Store, make_record: Make) -> None:
    for one in (A, B):
        store.records.save(make_record(one))
    for ask in (store.records.versions, store.records.load, store.records.decisions):
        with pytest.raises(NotFound, match="2 records") as caught:
            ask("SRCH:AAAA1111")
        assert A in caught.value.message
        assert B in caught.value.message
        assert "more digits" in caught.value.advice
    store.records.amend(corrected(make_record(B)))
    assert [e.version for e in store.records.newest()] == [2, 1]


def test_a_store_from_before_there_were_versions(tmp_path: Path, make_record: Make) -> None:
    home = tmp_path / "old"
    home.mkdir()
    old = Database(home / "sovereign.db", 1.0)
    config = Config()
    config.set_main_option("script_location", str(Path(sovereign.store.database.__file__).parent / "migrations"))
    with old.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "r0001")
    old.close()
    record = make_record(A)
    with open_store(tmp_path / "made") as made:  # what the old program would have written
        entry = made.records.save(record)
        (event,) = made.ledger.events()
        shutil_copy(made, home)
    with closing(sqlite3.connect(home / "sovereign.db")) as raw:
        row = (
            str(entry.id),
            entry.short_id,
            entry.question,
            entry.created_at,
            entry.outcome,
            entry.score,
            entry.content_hash,
            entry.artifact,
        )
        raw.execute("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        with closing(sqlite3.connect(tmp_path / "made" / "sovereign.db")) as source:
            for line in source.execute("SELECT * FROM ledger_event"):
                raw.execute("INSERT INTO ledger_event VALUES (?, ?, ?, ?, ?, ?, ?)", line)
        raw.commit()
    with open_store(home) as store:
        assert [(v.version, v.content_hash) for v in store.records.versions(A)] == [(1, record.content_hash)]
        store.records.amend(corrected(record))
        assert store.records.load(A).version == 2
        assert store.records.load(A, 1) == record
        assert store.ledger.events()[0] == event


def test_a_store_from_before_records_were_numbered(tmp_path: Path, make_record: Make) -> None:
    with open_store(tmp_path) as store:
        for record_id in (A, B):
            store.records.save(make_record(record_id))
        store.records.amend(corrected(make_record(A)))
        listed = store.records.newest()
    with closing(sqlite3.connect(tmp_path / "sovereign.db")) as raw:  # back to what r0002 made
        for statement in (
            "DROP INDEX owner_decision_record",
            "DROP INDEX record_saved_seq",
            "DROP INDEX ledger_event_subject",
            "ALTER TABLE record DROP COLUMN saved_seq",
            "UPDATE alembic_version SET version_num = 'r0002'",
        ):
            raw.execute(statement)
        raw.commit()
    with open_store(tmp_path) as store:
        assert store.records.newest() == listed
        assert [str(e.id) for e in listed] == [B, A]
        assert store.records.load(A).version == 2
        assert store.ledger.verify(store.ledger.kept_head()).status == "verified"


def shutil_copy(made: Store, home: Path) -> None:
    import shutil

    shutil.copytree(made.home / "artifacts", home / "artifacts")
    shutil.copy(made.home / "ledger.head", home / "ledger.head")


def test_a_record_that_a_process_from_before_saved_into_the_new_store(store: Store, make_record: Make) -> None:
    first = make_record(A)
    store.records.save(first)
    edit(store, "DELETE FROM record_version")
    assert store.records.newest()[0].version == 1
    assert store.records.load(A) == first
    assert [v.version for v in store.records.versions(A)] == [1]
    store.records.amend(corrected(first))
    assert [v.version for v in store.records.versions(A)] == [1, 2]


KILLED = """
import os, signal, sys
from pathlib import Path
from sovereign.records import Record
from sovereign.store import open_store
import sovereign.store.ledger as ledger
new = Record.model_validate_json(Path(sys.argv[2]).read_bytes())
at = sys.argv[3]
die = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
with open_store(Path(sys.argv[1])) as store:
    if at == "artifact":
        store.ledger.append = die
    elif at == "inside":
        ledger._chained = die
    elif at == "head":
        store.ledger._write_head = die
    store.records.amend(new)
"""


@pytest.mark.skipif(os.name != "posix", reason="there is no SIGKILL here")
@pytest.mark.parametrize(("at", "versions"), [("artifact", 1), ("inside", 1), ("head", 2)])
def test_killed_at_any_moment(tmp_path: Path, make_record: Make, at: str, versions: int) -> None:
    first = make_record(A)
    home, file = tmp_path / "home", tmp_path / "new.json"
    with open_store(home) as store:
        store.records.save(first)
    new = corrected(first)
    file.write_text(new.model_dump_json())
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(home), str(file), at], env=environ, check=False, timeout=60
    )
    assert done.returncode == -signal.SIGKILL
    with open_store(home) as store:
        assert len(store.records.versions(A)) == versions
        assert store.records.load(A, 1) == first
        if versions == 1:
            store.records.amend(new)
        assert store.records.load(A) == new
        store.ledger.append([NewEvent("a", "b", {})])
        assert store.ledger.verify(store.ledger.kept_head()).status == "verified"
