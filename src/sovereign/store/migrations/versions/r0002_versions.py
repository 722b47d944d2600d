"""Versions of a record: each correction makes one, and none replaces another."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0002"
down_revision = "r0001"


def upgrade() -> None:
    """Create the table, with every record that is there as its own first version."""
    op.create_table(
        "record_version",
        sa.Column("record_id", sa.Text, sa.ForeignKey("record.id"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("artifact", sa.Text, nullable=False),
        sa.Column("content_hash", sa.Text, nullable=False),
        sa.Column("created_at", sa.Text, nullable=False),
    )
    op.execute(
        "INSERT INTO record_version (record_id, version, artifact, content_hash, created_at) "
        "SELECT id, 1, artifact, content_hash, created_at FROM record"
    )
