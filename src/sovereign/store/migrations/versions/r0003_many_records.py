"""Fit for many records: the events of a subject by an index, and the place of each record in the order of the ledger."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0003"
down_revision = "r0002"

_LOOKED_UP = (
    ("record", "id"),
    ("record_version", "record_id"),
    ("owner_decision", "record_id"),
    ("ledger_event", "subject"),
)


def upgrade() -> None:
    """Add the indices, and number the records that are there. The default stands for "not numbered yet", see ``tables``."""
    if op.get_bind().dialect.name == "postgresql":
        for table, column in _LOOKED_UP:
            op.alter_column(table, column, type_=sa.Text(collation="C"))
    op.create_index("ledger_event_subject", "ledger_event", ["subject"])
    op.create_index("owner_decision_record", "owner_decision", ["record_id"])
    op.add_column("record", sa.Column("saved_seq", sa.Integer, nullable=False, server_default="2147483647"))
    op.create_index("record_saved_seq", "record", ["saved_seq", "id"])
    op.execute(
        "UPDATE record SET saved_seq = COALESCE((SELECT MIN(seq) FROM ledger_event "
        "WHERE ledger_event.subject = record.id AND kind = 'record.saved'), saved_seq)"
    )
