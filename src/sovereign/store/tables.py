"""The tables of the store. The migrations build them; here they are named for queries."""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, MetaData, Table, Text

HEAD_REVISION = "r0003"
"""The migration that leads to exactly these tables."""

NOT_NUMBERED = 2**31 - 1
"""The ``saved_seq`` of a record that was not numbered yet: it stands before all others, as the newest."""

metadata = MetaData()

# Ids and subjects are looked up by ranges, so they compare byte by byte in every database.
Name = Text().with_variant(Text(collation="C"), "postgresql")

record = Table(
    "record",
    metadata,
    Column("id", Name, primary_key=True),  # the UUID in its usual form, lower case
    Column("short_id", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("created_at", Text, nullable=False),  # ISO 8601, UTC
    Column("outcome", Text, nullable=False),
    Column("score", Float),  # 0..10, null for a record that was never reviewed
    Column("content_hash", Text, nullable=False),
    Column("artifact", Text, nullable=False),  # SHA-256 of the record's JSON
    # The event that first saved it. An older program, which had the store open, leaves it out; the next save adds it.
    Column("saved_seq", Integer, nullable=False, server_default=str(NOT_NUMBERED)),
    Index("record_saved_seq", "saved_seq", "id"),
)

# The row of ``record`` is that of the newest version; here they all stand.
record_version = Table(
    "record_version",
    metadata,
    Column("record_id", Name, ForeignKey("record.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),  # from 1
    Column("artifact", Text, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("created_at", Text, nullable=False),  # when this version was made
)

owner_decision = Table(
    "owner_decision",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("record_id", Name, ForeignKey("record.id"), nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Text, nullable=False),
    Index("owner_decision_record", "record_id"),
)

# The payload is text, not a JSON type: its bytes are the canonical JSON, so that any changed byte shows.
ledger_event = Table(
    "ledger_event",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Name, nullable=False),
    Column("payload", Text, nullable=False),
    Column("prev_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index("ledger_event_subject", "subject"),
)
