"""A store in a temporary home, and a small record to put into it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest

from sovereign.records import (
    Answer,
    AnswerSentence,
    Claim,
    Counters,
    Decision,
    Environment,
    Plan,
    Quote,
    Record,
    Result,
    Retrieval,
    ReviewRound,
    Setting,
    short_id,
    text_hash,
)
from sovereign.store import Store, open_store


@pytest.fixture(params=["file", "postgresql"])
def store(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Store]:
    """An empty store, of the one kind and of the other."""
    url = request.getfixturevalue("emptied") if request.param == "postgresql" else ""
    with open_store(tmp_path / "home", url, wait_seconds=0.2) as opened:
        yield opened


@pytest.fixture
def emptied(postgres: str) -> str:
    """The address of a database whose tables, if it has them, are empty."""
    import psycopg

    with psycopg.connect(postgres) as raw:
        tables = raw.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'sovereign'").fetchall()
        if names := ", ".join(f"sovereign.{name}" for (name,) in tables if name != "alembic_version"):
            raw.execute(f"TRUNCATE {names} RESTART IDENTITY")
    return postgres


@pytest.fixture
def make_record() -> Callable[..., Record]:
    def make(record_id: str, created_at: str = "2024-01-01T00:00:00Z", question: str = "Größe?") -> Record:
        text = "MixLoRA needs 40 % less memory."
        quote = Quote(
            text=text,
            text_hash=text_hash(text),
            start=0,
            end=len(text),
            paper_id="arxiv:1",
            source_id="arxiv:1",
            section="Abstract",
            depth="abstract",
        )
        claim = Claim(id="c1", text=text, quote=quote, setting=Setting(), results=(Result(metric="memory", ratio=0.6),))
        names = Counters.model_fields
        record = Record(
            id=UUID(record_id),
            short_id=short_id(UUID(record_id)),
            created_at=created_at,
            question=question,
            plan=Plan(question=question, facets=(), queries=()),
            retrieval=Retrieval(sources=("library",), candidates=()),
            papers=(),
            claims=(claim,),
            measurements=(),
            answer=Answer(state="PARTLY_ANSWERED", summary=(AnswerSentence(text=text, claim_ids=("c1",)),), facets=()),
            reviews=(ReviewRound(number=1, findings=(), terms=(), score=7.25),),
            decision=Decision(
                outcome="HOLD", rule="r", policy="p", inputs={"score": 7.0, "ok": True}, reasons=("why",)
            ),
            counters=Counters(**dict.fromkeys(names, 1)),
            level=2,
            limits=(),
            environment=Environment(
                sovereign="0",
                python="3",
                platform="any",
                seed=0,
                settings={},
                files_read=1,
                files_unchanged=0,
                seconds={"plan": 0.5},
            ),
        )
        return record.model_copy(update={"content_hash": record.computed_hash()})

    return make
