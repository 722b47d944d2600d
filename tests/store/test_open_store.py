from __future__ import annotations

import multiprocessing
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

import sovereign.store.database
from sovereign.errors import StoreError
from sovereign.store import Store, open_store
from sovereign.store.tables import HEAD_REVISION, metadata

from .sql import in_a_file

MIGRATIONS = Path(sovereign.store.database.__file__).parent / "migrations"


@in_a_file
def test_the_migrations_lead_to_the_tables_that_the_queries_use(store: Store) -> None:
    with create_engine(f"sqlite:///{store.home / 'sovereign.db'}").connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_newest_migration_is_the_one_that_the_code_asks_for() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD_REVISION]


def test_opening_again_is_fast_and_keeps_what_is_there(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.ledger.append([("a", "b", {})])
    took = []
    for _ in range(3):
        start = time.perf_counter()
        with open_store(tmp_path) as store:
            took.append(time.perf_counter() - start)
            assert store.ledger.head().count == 1
    assert min(took) < 0.3, "the best of three, since a busy machine is no failure"


def test_alembic_is_imported_only_to_migrate(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from sovereign.store import open_store; open_store(pathlib.Path(sys.argv[1])).close(); "
        "print('alembic' in sys.modules)"
    )
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    runs = [
        subprocess.run([sys.executable, "-c", code, str(tmp_path)], env=environ, check=True, capture_output=True)
        for _ in range(2)
    ]
    assert [run.stdout.strip() for run in runs] == [b"True", b"False"]


@in_a_file
def test_pragmas(store: Store) -> None:
    with store._database.reading() as connection:
        said = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "busy_timeout", "synchronous")
        }
    assert said == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 200, "synchronous": 2}


def test_a_home_with_awkward_letters(tmp_path: Path) -> None:
    home = tmp_path / "a%b ?x#ü" / "deeper"
    with open_store(home) as store:
        store.ledger.append([("a", "b", {})])
    assert (home / "sovereign.db").is_file()


def test_a_home_that_is_a_file(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.write_text("")
    for path in (home, home / "below"):
        with pytest.raises(StoreError) as caught:
            open_store(path)
        assert str(path) in caught.value.message
        assert caught.value.advice


def test_a_home_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Not by permissions of the file system: they do not bind every user that may run the tests.
    monkeypatch.setattr("os.access", lambda path, mode: not mode & os.W_OK)
    with pytest.raises(StoreError, match="cannot be written") as caught:
        open_store(tmp_path)
    assert "writable" in caught.value.advice


def test_a_database_that_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "sovereign.db").mkdir()
    with pytest.raises(StoreError, match="cannot be opened"):
        open_store(tmp_path)


def test_a_database_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "sovereign.db").write_text("not a database, but long enough to look like one" * 100)
    with pytest.raises(StoreError, match="is not a database"):
        open_store(tmp_path)


def test_a_database_of_a_newer_version(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    with sqlite3.connect(tmp_path / "sovereign.db") as raw:
        raw.execute("UPDATE alembic_version SET version_num = 'r9999'")
    raw.close()
    with pytest.raises(StoreError, match="r9999") as caught:
        open_store(tmp_path)
    assert "upgrade" in caught.value.advice


@in_a_file
def test_a_locked_database_can_be_read_and_says_so_when_written(store: Store) -> None:
    store.ledger.append([("a", "b", {})])
    other = sqlite3.connect(store.home / "sovereign.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        assert store.ledger.verify(store.ledger.kept_head()).status == "verified"
        with pytest.raises(StoreError, match="another process") as caught:
            store.ledger.append([("a", "b", {})])
        assert "try again" in caught.value.advice
    finally:
        other.close()
    assert store.ledger.append([("a", "b", {})]).count == 2


def test_a_migration_that_fails_leaves_no_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from alembic import op

    def fail(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("the power is gone")

    create = op.create_table
    monkeypatch.setattr(op, "create_table", lambda name, *a, **k: create(name, *a, **k) if name == "record" else fail())
    with pytest.raises(StoreError, match="the power is gone"):
        open_store(tmp_path)
    monkeypatch.undo()
    with open_store(tmp_path) as store:
        assert store.ledger.head().count == 0


def _open(home: Path) -> None:
    with open_store(home) as store:
        store.ledger.append([("opened", str(os.getpid()), {})])


def test_two_processes_that_make_the_same_home(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    workers = [spawn.Process(target=_open, args=(tmp_path / "home",)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    with open_store(tmp_path / "home") as store:
        assert len({event.subject for event in store.ledger.events()}) == 2
