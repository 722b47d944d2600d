"""The first tables: records, decisions of the owner, ledger."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0001"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "record",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("short_id", sa.Text, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("created_at", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("score", sa.Float),
        sa.Column("content_hash", sa.Text, nullable=False),
        sa.Column("artifact", sa.Text, nullable=False),
    )
    op.create_table(
        "owner_decision",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("record_id", sa.Text, sa.ForeignKey("record.id"), nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
    )
    op.create_table(
        "ledger_event",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("prev_hash", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
    )
