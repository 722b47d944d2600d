"""PostgreSQL: tables in a schema of their own, one writer at a time, and its errors in words for people.

Several processes and machines may use one database, each with the same home: artifacts and the ledger's head lie there.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from ..errors import InputError, StoreError
from ..settings import public_address

SCHEMA = "sovereign"
_CONNECT_SECONDS = 10
_LOCKS = 0x534F5652 << 32  # of transactions that write; the schema makes up the lower half
_CHECK = "Check the setting store_url, and that the server runs."

# Codes of PostgreSQL's errors, by their beginning: what they mean to a person, and what to do.
_EXPLAINED = {
    "55P03": ("another process is writing to it", "Wait until that process is done, or end it, and try again."),
    "42501": ("its user may not do that", f"Let the user create the schema {SCHEMA}, or own it and its tables."),
    "25006": ("it cannot be written", "Name the server that takes writes in the setting store_url, not a copy of it."),
    "53100": ("the disk is full", "Make room on the server's disk and try again."),
    "XX": ("it is damaged", "Restore it from a backup; do not trust what it holds now."),
    "23": ("what was to be written clashes with what is there", "Try again; nothing was written."),
}


def engine_of(url: str, wait_seconds: float, schema: str = SCHEMA) -> Engine:
    """The engine of the database at ``url``. A transaction of its connections writes if their options say ``writes``.

    Raises:
        InputError: if the driver is not installed, or ``url`` is no such address.
    """
    require_address(url, "store_url")
    import psycopg

    # The driver reads the address, as its documentation says; SQLAlchemy knows less of them (several hosts, services).
    engine = create_engine(
        "postgresql+psycopg://",
        creator=lambda: psycopg.connect(url, connect_timeout=_CONNECT_SECONDS, client_encoding="UTF8"),
        pool_size=20,  # a server with threads opens these once; each more is a process of PostgreSQL that starts and ends
        pool_pre_ping=True,  # the server may have been started anew since the last transaction
        isolation_level="REPEATABLE READ",  # a reader sees one state
    )
    event.listen(engine, "begin", lambda connection: _begin(connection, wait_seconds, schema))
    return engine


def writer_of(engine: Engine) -> Engine:
    """The same engine for writers. One that has waited for the lock must see what was written meanwhile, so each statement looks anew."""
    return engine.execution_options(writes=True, isolation_level="READ COMMITTED")


def lock_of(schema: str = SCHEMA) -> int:
    """The number of the advisory lock that every writer of a schema takes."""
    return _LOCKS + zlib.crc32(schema.encode())


def _begin(connection: Connection, wait_seconds: float, schema: str) -> None:
    """Start a transaction, a writer's with the lock that all writers of the schema take. Nothing is set beyond its end, for poolers' sake."""
    connection.execute(_PATH, {"schema": schema})
    if connection.get_execution_options().get("writes", False):
        connection.execute(_WAIT, {"most": f"{max(1, round(wait_seconds * 1000))}ms"})
        connection.execute(_TAKE, {"lock": lock_of(schema)})


_PATH = text("SELECT set_config('search_path', :schema, true)")
_WAIT = text("SELECT set_config('lock_timeout', :most, true)")
_TAKE = text("SELECT pg_advisory_xact_lock(:lock)")


def make_schema(connection: Connection, schema: str = SCHEMA) -> None:
    """Make the schema where there is none. Somebody with more rights may have made it: so it is not asked for again."""
    there = text("SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = :name")
    if connection.execute(there, {"name": schema}).first() is None:
        connection.execute(text(f"CREATE SCHEMA {schema}"))


@contextmanager
def explained(url: str) -> Iterator[None]:
    """Turn what the database at ``url`` reports into a StoreError that names it."""
    try:
        yield
    except SQLAlchemyError as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        code = getattr(cause, "sqlstate", None) or ""
        lines = str(cause).strip().splitlines() or [type(cause).__name__]
        found = (said for start, said in _EXPLAINED.items() if code.startswith(start))
        reason, advice = next(found, (lines[0], _CHECK))
        raise StoreError(f"the database {public_address(url)} cannot be used: {reason}", advice) from error


def require_address(url: str, setting: str) -> None:
    """Refuse an address that is not one of a PostgreSQL database, and one that nothing here can reach.

    Raises:
        InputError: if the driver is not installed, or ``url``, the value of ``setting``, is no such address.
    """
    try:
        import psycopg
    except ImportError as error:
        raise InputError(
            f"PostgreSQL needs the library psycopg: {error}",
            'Install the extra postgres: pip install "sovereign-research[postgres]".',
        ) from error
    try:
        parts: dict[str, Any] = psycopg.conninfo.conninfo_to_dict(url)
    except psycopg.Error:
        parts = {"dbname": "@"}
    # libpq repeats in its errors what it takes for a port or the name of a database: that may be a piece of a password.
    ports = str(parts.get("port", "")).replace(",", "")
    whole = url.startswith(("postgresql://", "postgres://")) and "@" not in str(parts.get("dbname", ""))
    if not whole or (ports and not ports.isdecimal()):
        raise InputError(
            f"The setting {setting} is no address of a PostgreSQL database.",
            "Write postgresql://USER:PASSWORD@HOST:PORT/DATABASE, with signs such as @ or / of the password as %40 or %2F.",
        )
