"""The tables of the catalogue. They hold nothing that is not in the store, so they are never migrated but made anew."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, MetaData, Table, Text

VERSION = 2
"""Goes up with every change to these tables or to what ``project`` puts into them."""

metadata = MetaData()

state = Table(
    "site_state",
    metadata,
    Column("version", Integer, nullable=False),
    Column("stamp", Integer, nullable=False),
)

# The number of a record is that of the event that first saved it, so that the newest has the largest.
record = Table(
    "site_record",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False, unique=True),
    Column("seen", Integer, nullable=False),  # the last event on it that was taken up
    Column("stands", Boolean, nullable=False),
    Column("tier", Text, nullable=False),
    Column("level", Integer, nullable=False),
    Column("gate", Text, nullable=False),
    Column("answer_state", Text, nullable=False),
    Column("score", Float),
    Column("row", Text, nullable=False),  # the whole RecordRow as JSON
    Column("title", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("text", Text, nullable=False),
)

problem = Table(
    "site_problem",
    metadata,
    Column("id", Text, primary_key=True),  # of a record that cannot be read
    Column("message", Text, nullable=False),
)

topic = Table(
    "site_topic",
    metadata,
    Column("topic", Text, nullable=False),
    Column("record", BigInteger, nullable=False),
    Index("site_topic_topic", "topic", "record"),
    Index("site_topic_record", "record"),
)

ROOM = 100_000
"""Claims that one record has numbers for."""

# Numbers of claims count down within a record: in the order of falling numbers come the newest record's claims, from its first.
claim = Table(
    "site_claim",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("record", BigInteger, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("verified", Boolean, nullable=False),
    Column("cited", Boolean, nullable=False),
    Column("row", Text, nullable=False),  # the whole ClaimRow as JSON
    Column("text", Text, nullable=False),
    Column("quote", Text, nullable=False),
    Column("source", Text, nullable=False),
    Index("site_claim_record", "record"),
    Index("site_claim_verdict", "verdict", "verified"),
    Index("site_claim_order", "cited", "number"),
)

node = Table(
    "site_node",
    metadata,
    Column("record", BigInteger, nullable=False),
    Column("id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("address", Text, nullable=False),
    Index("site_node_record", "record"),
    Index("site_node_id", "id"),
)

edge = Table(
    "site_edge",
    metadata,
    Column("record", BigInteger, nullable=False),
    Column("source", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("main", Boolean, nullable=False),  # of the record itself, or of a claim that its answer cites
    Index("site_edge_record", "record", "main"),
    Index("site_edge_source", "source"),
    Index("site_edge_target", "target"),
)

OF_A_RECORD = (topic, claim, node, edge)
"""Tables whose rows hang on a record by its number."""
