"""``run``: how a record was made, from which every page about it is generated: one place for what was asked, dropped, failed and decided."""

from __future__ import annotations

from collections import Counter
from typing import Literal

from ..records import Counters, Decision, Environment, Failure, Model, ModelCall, Plan, ScoreTerm, StageUse
from .decision import policy
from .envelope import Envelope, envelope
from .published import RECORDED, Published

Replay = Literal["replayable", "recorded"]
_LIMITATIONS = (
    "The environment is what the run said of itself.",
    "Seconds are those of one machine on one day.",
)


class Dropped(Model):
    """A work that retrieval found and did not keep, and why."""

    paper_id: str
    title: str
    reason: str


class RetrievalSummary(Model):
    """What was asked and what came of it. ``found_by`` counts works by the source that found them; one work may have several."""

    sources: tuple[str, ...]
    queries: int
    seen: int
    kept: int
    dropped: tuple[Dropped, ...]
    failures: tuple[Failure, ...]
    merged: tuple[str, ...]
    found_by: dict[str, int]


class Stage(Model):
    """One stage, its seconds, and what help of a model it had, null where none could have helped."""

    name: str
    seconds: float
    model_use: StageUse | None


class Review(Model):
    """One round of review: score, its terms, and how many findings there were by role."""

    number: int
    score: float
    terms: tuple[ScoreTerm, ...]
    findings: dict[str, int]
    changes: tuple[str, ...]


class Replayability(Model):
    """Whether the run can be made again from what is stored. ``recorded``: kept, but not enough to run it again the same."""

    state: Replay
    reasons: tuple[str, ...]


class RunDocument(Envelope):
    """How one version of a record was made; ``decision`` has the policy, the rule that fired and its inputs."""

    model_config = Envelope.model_config | {
        "title": "Run",
        "json_schema_extra": {
            "x-replay": [
                {"state": "replayable", "definition": "Over the same library, a reader can run it again to the same content hash: model answers and results are stored."},
                {"state": "recorded", "definition": "It is told what happened; reasons say what a second run would lack."},
            ],
            "x-policy": policy()["rules"],
        },
    }  # fmt: skip

    record_id: str
    short_id: str
    record_version: int
    created_at: str
    content_hash: str
    question: str
    plan: Plan
    retrieval: RetrievalSummary
    stages: tuple[Stage, ...]
    environment: Environment
    code_version: str
    models: tuple[ModelCall, ...]
    reviews: tuple[Review, ...]
    counters: Counters
    decision: Decision
    replay: Replayability


def run_document(published: Published) -> RunDocument:
    """How a record was made."""
    record = published.record
    used = {s.stage: s for s in (record.model_use.stages if record.model_use else ())}
    return RunDocument(
        **envelope("run", "the record: plan, retrieval, environment, model use, reviews and decision", *_LIMITATIONS),
        record_id=published.subject,
        short_id=record.short_id,
        record_version=record.version,
        created_at=record.created_at,
        content_hash=record.content_hash,
        question=record.question,
        plan=record.plan,
        retrieval=_retrieval(published),
        stages=tuple(
            Stage(name=name, seconds=seconds, model_use=used.get(name))
            for name, seconds in record.environment.seconds.items()
        ),
        environment=record.environment,
        code_version=record.environment.sovereign,
        models=record.model_use.calls if record.model_use else (),
        reviews=tuple(
            Review(
                number=r.number,
                score=r.score,
                terms=r.terms,
                findings=dict(Counter(f.role for f in r.findings)),
                changes=r.changes,
            )
            for r in record.reviews
        ),
        counters=record.counters,
        decision=record.decision,
        replay=replayability(published),
    )


def _retrieval(published: Published) -> RetrievalSummary:
    found, plan = published.record.retrieval, published.record.plan
    return RetrievalSummary(
        sources=found.sources,
        queries=len(plan.queries),
        seen=len(found.candidates),
        kept=sum(c.kept for c in found.candidates),
        dropped=tuple(
            Dropped(paper_id=c.paper_id, title=c.title, reason=c.reason) for c in found.candidates if not c.kept
        ),
        failures=found.failures,
        merged=found.merged,
        found_by=dict(sorted(Counter(s for c in found.candidates for s in c.sources).items())),
    )


def replayability(published: Published) -> Replayability:
    """Replayable if nothing came from the network unrecorded, every model call has its answer stored, and nothing was timed anew."""
    record = published.record
    lacks = []
    network = sorted(set(record.retrieval.sources) - {"library"})
    if network and not published.told(RECORDED):
        lacks.append(f"what {', '.join(network)} answered was not recorded")
    calls = record.model_use.calls if record.model_use else ()
    if lost := sum(c.outcome == "answered" and not (c.prompt_hash and c.reply_hash) for c in calls):
        lacks.append(f"{lost} of {len(calls)} model answers are not stored")
    if timed := sum(m.how in ("measured", "composed", "tiled") and not m.artifact for m in record.measurements):
        lacks.append(f"{timed} timed figures have no stored result")
    if lacks:
        return Replayability(state="recorded", reasons=tuple(lacks))
    return Replayability(
        state="replayable",
        reasons=(
            "texts that claims rest on, model answers and results of measurements are stored by hash",
            "it takes the library as it was: of works that were not kept, no text is stored",
            "timed figures are taken from their stored results, not timed again",
        ),
    )
