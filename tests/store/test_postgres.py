"""What is different where the store is a PostgreSQL database: schema, locks, addresses, and what people are told."""

from __future__ import annotations

import multiprocessing
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.event import listen

from sovereign.errors import InputError, LedgerBroken, NotFound, StoreError
from sovereign.records import Record
from sovereign.settings import load
from sovereign.store import Store, open_of, open_store
from sovereign.store.postgres import lock_of
from sovereign.store.tables import metadata

from .sql import connected, edit

A = "aaaa1111-0000-4000-8000-000000000001"
Make = Callable[..., Record]


@pytest.fixture
def served(emptied: str, tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "home", emptied, wait_seconds=0.2) as store:
        yield store


@pytest.fixture
def fresh(postgres: str) -> Iterator[str]:
    """The address of a database without the schema, and without it again after the test."""
    import psycopg

    for step in (True, False):
        with psycopg.connect(postgres, autocommit=True) as raw:
            raw.execute("DROP SCHEMA IF EXISTS sovereign CASCADE")
        if step:
            yield postgres


def test_the_migrations_lead_to_the_tables_that_the_queries_use(served: Store) -> None:
    with served._database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        compared = (
            "SELECT count(*) FROM information_schema.columns WHERE table_schema = 'sovereign' AND collation_name = 'C'"
        )
        assert connection.execute(text(compared)).scalar() == 4


def test_nothing_but_the_database_is_elsewhere(served: Store, make_record: Make) -> None:
    entry = served.records.save(make_record(A))
    assert served.artifacts.has(entry.artifact)
    assert sorted(path.name for path in served.home.iterdir()) == ["artifacts", "ledger.head"]


def test_the_settings_name_it(emptied: str, tmp_path: Path, make_record: Make) -> None:
    with open_of(load({"home": tmp_path, "store_url": emptied}, environ={})) as store:
        store.records.save(make_record(A))
    with open_store(tmp_path, emptied) as store:
        assert store.records.load(A) == make_record(A)
    with open_of(load({"home": tmp_path / "other"}, environ={})) as store:
        assert store.records.count() == 0


def test_names_are_compared_byte_by_byte(served: Store) -> None:
    # In the order of most languages "r/c" stands beside "R/c", and signs count for nothing.
    served.ledger.append([("x", subject, {}) for subject in ("r", "r/c", "R/c", "r-c", "r0", "ré/c", "r/é")])
    assert [e.subject for e in served.ledger.events("r")] == ["r", "r/c", "r/é"]


def test_no_query_reads_a_whole_table(served: Store, make_record: Make) -> None:
    served.records.save(make_record(A))
    asked: list[tuple[str, Any]] = []
    listen(
        served._database._engine, "before_cursor_execute", lambda c, cursor, sql, given, *_: asked.append((sql, given))
    )
    served.records.load("SRCH:AAAA1111")
    served.records.decisions(A)
    served.records.newest(limit=2, offset=1)
    served.ledger.head()
    queries = [(sql, given) for sql, given in asked if "FROM " in sql and "set_config" not in sql]
    assert len(queries) > 6
    with closing(connected(served)) as raw:
        raw.execute("SET enable_seqscan = off")  # of a few rows a planner reads all: what can be had otherwise is asked
        for sql, given in queries:
            plan = "\n".join(line for (line,) in raw.execute(f"EXPLAIN {sql}", given))
            assert "Seq Scan" not in plan, plan
            assert "Sort" not in plan or "LIMIT" not in sql, plan


def test_a_reader_sees_one_state(served: Store) -> None:
    served.ledger.append([("a", "b", {})])
    count = text("SELECT count(*) FROM ledger_event")
    with served._database.reading() as connection:
        assert connection.execute(count).scalar() == 1
        served.ledger.append([("a", "b", {})])
        assert connection.execute(count).scalar() == 1
    assert served.ledger.head().count == 2


def test_a_writer_that_waited_sees_what_was_written_meanwhile(served: Store, emptied: str) -> None:
    done: list[int] = []

    def append() -> None:
        with open_store(served.home, emptied) as other:
            done.append(other.ledger.append([("second", "b", {})]).count)

    with served._database.writing() as connection:
        waiting = threading.Thread(target=append)
        waiting.start()
        while not _waits(connection):
            time.sleep(0.005)
        # What ``append`` does, but for the file of the head.
        connection.execute(text("INSERT INTO ledger_event VALUES (1, 'at', 'first', 'b', '{}', '', 'h')"))
    waiting.join(30)
    assert done == [2]


def _waits(connection: Any) -> bool:
    found = connection.execute(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"))
    return bool(found.scalar())


def test_another_writer_is_waited_for_only_so_long(served: Store) -> None:
    served.ledger.append([("a", "b", {})])
    with closing(connected(served)) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", (lock_of(),))
        assert served.ledger.verify(served.ledger.kept_head()).status == "verified"
        with pytest.raises(StoreError, match="another process is writing") as caught:
            served.ledger.append([("a", "b", {})])
        assert "try again" in caught.value.advice
    assert served.ledger.append([("a", "b", {})]).count == 2


def test_a_database_of_a_newer_version(fresh: str, tmp_path: Path) -> None:
    with open_store(tmp_path, fresh) as store:
        edit(store, "UPDATE alembic_version SET version_num = 'r9999'")
    with pytest.raises(StoreError, match="r9999") as caught:
        open_store(tmp_path, fresh)
    assert "upgrade" in caught.value.advice


def _open(home: Path, url: str) -> None:
    with open_store(home, url) as store:
        store.ledger.append([("opened", "here", {})])


def test_two_processes_that_make_the_same_tables(fresh: str, tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    workers = [spawn.Process(target=_open, args=(tmp_path / "home", fresh)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    with open_store(tmp_path / "home", fresh) as store:
        assert store.ledger.head().count == 2


def test_a_user_without_the_right_to_make_the_schema(fresh: str, tmp_path: Path) -> None:
    import psycopg

    with psycopg.connect(fresh, autocommit=True) as raw:
        raw.execute("DROP ROLE IF EXISTS guest")
        raw.execute("CREATE ROLE guest LOGIN")
        guest = fresh.replace("postgres:@", "guest:@")
        assert guest != fresh
        with pytest.raises(StoreError, match="its user may not do that") as caught:
            open_store(tmp_path, guest)
        assert "schema sovereign" in caught.value.advice
        raw.execute("CREATE SCHEMA sovereign AUTHORIZATION guest")  # by somebody who may
        with open_store(tmp_path, guest) as store:
            assert store.ledger.append([("a", "b", {})]).count == 1
        raw.execute("DROP SCHEMA sovereign CASCADE")
        raw.execute("DROP ROLE guest")


def test_a_server_started_anew_is_connected_to_again(served: Store, make_record: Make) -> None:
    served.records.save(make_record(A))
    with closing(connected(served)) as raw:
        raw.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname IS NOT NULL"
        )
    assert served.records.load(A) == make_record(A)


def test_a_home_of_another_store_is_refused(served: Store, tmp_path: Path) -> None:
    with open_store(tmp_path / "used") as store:
        store.ledger.append([("a", "b", {})])
    with open_store(tmp_path / "used", str(served._database._place)) as store:
        with pytest.raises(LedgerBroken, match="nothing was written") as caught:
            store.ledger.append([("a", "b", {})])
        assert "store_url" in caught.value.advice


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    pytest.importorskip("psycopg", reason="the driver of PostgreSQL is not installed")
    with pytest.raises(StoreError) as caught:
        open_store(tmp_path, "postgresql://me:secret@127.0.0.1:1/none")
    assert "postgresql://127.0.0.1:1/none" in caught.value.message
    assert "store_url" in caught.value.advice
    assert "secret" not in f"{caught.value.message}{caught.value.advice}"


@pytest.mark.parametrize(
    "url", ["mysql://me:secret@h/db", "secret", "postgresql://me:secret@h:port/db", "postgresql://[secret"]
)
def test_an_address_that_is_none(tmp_path: Path, url: str) -> None:
    pytest.importorskip("psycopg", reason="the driver of PostgreSQL is not installed")
    with pytest.raises(InputError, match="store_url") as caught:
        open_store(tmp_path, url)
    assert "secret" not in f"{caught.value.message}{caught.value.advice}"


def test_without_the_driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(InputError, match="psycopg") as caught:
        open_store(tmp_path, "postgresql://h/db")
    assert "[postgres]" in caught.value.advice


def test_a_name_with_signs_of_sql(served: Store, make_record: Make) -> None:
    served.records.save(make_record(A, question="'; DROP TABLE record; -- %s %(x)s :y"))
    for name in ("' OR 1=1 --", "%", "a'", "\x00"):
        with pytest.raises(NotFound):
            served.records.load(name)
    assert served.records.newest()[0].question == "'; DROP TABLE record; -- %s %(x)s :y"
