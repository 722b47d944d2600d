"""The database: connections, transactions, and the tables brought up to date."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from ..errors import StoreError
from ..settings import public_address
from . import postgres, sqlite
from .tables import HEAD_REVISION


class Database:
    """One SQLite file, or one schema of a PostgreSQL database. What differs between the two is in their modules."""

    def __init__(self, place: Path | str, wait_seconds: float, schema: str = postgres.SCHEMA) -> None:
        """``place`` is the path of a file, or an address ``postgresql://…``, where ``schema`` holds the tables. Nothing is opened yet.

        Raises:
            InputError: if it is no such address, or the driver of PostgreSQL is not installed.
        """
        self._place, self._schema = place, schema
        if isinstance(place, Path):
            self.where = str(place)
            self._engine = sqlite.engine_of(place, wait_seconds)
            self._writer = sqlite.writer_of(self._engine)
        else:
            self.where = public_address(place)
            self._engine = postgres.engine_of(place, wait_seconds, schema)
            self._writer = postgres.writer_of(self._engine)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database.

        Raises:
            StoreError: for anything that the database reports.
        """
        with self._explained(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that no other writer can overlap: all of it is written, or nothing.

        Raises:
            StoreError: for anything that the database reports, a lock that outlasts the waiting time among it.
        """
        with self._explained(), self._writer.begin() as connection:
            yield connection

    def upgrade(self) -> None:
        """Bring the tables to ``HEAD_REVISION``. Costs one query when they are there already.

        Raises:
            StoreError: if the database was written by a newer version, or cannot be read or written.
        """
        with self.reading() as connection:
            if _revision(connection) == HEAD_REVISION:
                return
        from alembic import command
        from alembic.config import Config
        from alembic.util import CommandError

        config = Config()
        # A "%" would be taken for the start of a placeholder.
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
        # A second process that comes here at the same time waits for this transaction, then finds nothing to do.
        with self.writing() as connection:
            self.make_schema(connection)
            config.attributes["connection"] = connection
            try:
                command.upgrade(config, "head")
            except CommandError as error:
                raise StoreError(
                    f"{self.where} has the unknown table version {_revision(connection)!r}",
                    "A newer version of sovereign wrote it: upgrade sovereign, or choose another home.",
                ) from error

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def _explained(self) -> AbstractContextManager[None]:
        return sqlite.explained(self._place) if isinstance(self._place, Path) else postgres.explained(self._place)

    def make_schema(self, connection: Connection) -> None:
        """Make the schema of a PostgreSQL database where there is none; a file needs none."""
        if not isinstance(self._place, Path):
            postgres.make_schema(connection, self._schema)


def _revision(connection: Connection) -> str | None:
    """The version of the tables, None in a new database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)
