"""Stage *publish*: assemble the record, enter its events in the ledger, earn the levels, store it."""

from __future__ import annotations

import platform
import sys
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from sovereign.contracts import record_level, rungs_by_claim
from sovereign.contracts.decision import count as count_parts
from sovereign.contracts.published import INPUTS, RECORDED
from sovereign.lab.overhead.evidence import Evidence
from sovereign.publish.model_use import stage_lines
from sovereign.records import (
    Answer,
    Claim,
    Counters,
    Decision,
    Document,
    Environment,
    Measurement,
    ModelUse,
    Plan,
    Record,
    Retrieval,
    ReviewRound,
    short_id,
)
from sovereign.settings import Settings, lines
from sovereign.sources import NOT_IN_TIME, LibraryReport
from sovereign.sources.web.recording import exchanges_in
from sovereign.store import NewEvent, Store
from sovereign.version import __version__

from .events import claim_events
from .inputs import AnswerInputs, keep_inputs
from .runs import Request
from .tribunal import Brief, Order, limitations

_CLOCK_SLACK = 2.0  # seconds by which two clocks may differ that are both right
_MANY = 3  # works of which one and the same thing is said


@dataclass(frozen=True)
class Draft:
    """What the stages have made so far. ``struck`` are texts that no sentence may have, ``order`` how the record numbers
    claims and measurements, where a correction took some back and they are not here."""

    plan: Plan
    retrieval: Retrieval
    report: LibraryReport
    documents: tuple[Document, ...]
    claims: tuple[Claim, ...]
    made: tuple[Measurement, ...]
    found: Evidence
    answer: Answer
    rounds: tuple[ReviewRound, ...] = ()
    model_use: ModelUse | None = None
    struck: frozenset[str] = frozenset()
    order: Order = field(default_factory=Order)

    @property
    def measurements(self) -> tuple[Measurement, ...]:
        """Those that gate verdicts rest on, then those that the answer shows."""
        return (*self.made, *self.found.measurements)

    def brief(self, withdrawn: AbstractSet[str] = frozenset(), downgraded: AbstractSet[str] = frozenset()) -> Brief:
        """What the reviewers are given of it. ``withdrawn`` are claims that a revision took out of the answer, ``downgraded`` those
        that none of its sentences may rest on."""
        papers = tuple(d.paper for d in self.documents)
        return Brief(
            plan=self.plan,
            retrieval=self.retrieval,
            papers=papers,
            claims=self.claims,
            measurements=self.measurements,
            answer=self.answer,
            withdrawn=frozenset(withdrawn),
            downgraded=frozenset(downgraded),
            order=self.order,
        )


def count(draft: Draft) -> Counters:
    """The counters of a draft."""
    return count_parts(draft.retrieval, draft.claims, draft.measurements, draft.answer)


def now() -> str:
    """The time of a record, UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def publish(
    record_id: UUID,
    draft: Draft,
    decision: Decision,
    created_at: str,
    store: Store,
    request: Request,
    seconds: dict[str, float],
) -> None:
    """Store the texts, then the record with all events of its run in one transaction. Doing it twice changes nothing."""
    if store.records.has(record_id):
        return
    kept = keep_inputs(
        AnswerInputs(documents=draft.documents, found=draft.found, struck=tuple(sorted(draft.struck))),
        store.artifacts.put,
    )
    texts = sorted({document.text_hash for document in draft.documents})
    events = [
        *_events(record_id, draft, decision),
        NewEvent(INPUTS, str(record_id), {"artifact": kept, "texts": texts}),
    ]
    events += _recorded(record_id, store, request)
    rungs = rungs_by_claim(record_id, events)
    claims = tuple(c.model_copy(update={"rungs": tuple(sorted(rungs.get(c.id, ())))}) for c in draft.claims)
    record = Record(
        id=record_id,
        short_id=short_id(record_id),
        created_at=created_at,
        question=" ".join(request.question.split()),
        plan=draft.plan,
        retrieval=draft.retrieval,
        papers=tuple(d.paper for d in draft.documents),
        claims=claims,
        measurements=draft.measurements,
        answer=draft.answer,
        reviews=draft.rounds,
        decision=decision,
        counters=count(draft),
        level=record_level(rungs, draft.answer.cited()),
        limits=tuple(dict.fromkeys((*limits_of(draft), *_clock_limit(store), *draft.report.notices))),
        environment=_environment(request.settings, draft.report, seconds),
        model_use=draft.model_use,
    )
    store.records.save(record.model_copy(update={"content_hash": record.computed_hash()}), events)


def _events(record_id: UUID, draft: Draft, decision: Decision) -> list[NewEvent]:
    """The events of a run: what each claim earned, by itself and in order, then the review and the decision."""
    cited = set(draft.answer.cited())
    rows = [NewEvent("record.asked", str(record_id), {"question": draft.plan.question})]
    for claim in draft.claims:
        rows += claim_events(record_id, claim, claim.id in cited, draft.measurements)
    for call in draft.model_use.calls if draft.model_use else ():
        told = {"stage": call.stage, "model": call.model, "outcome": call.outcome}
        hashes = {"prompt": call.prompt_hash, "reply": call.reply_hash}
        rows.append(NewEvent("model.called", str(record_id), told | hashes))
    for round_ in draft.rounds:
        rows.append(
            NewEvent(
                "record.reviewed",
                str(record_id),
                {"round": round_.number, "score": round_.score, "changes": list(round_.changes)},
            )
        )
    rows.append(
        NewEvent(
            "record.decided",
            str(record_id),
            {"outcome": decision.outcome, "rule": decision.rule, "policy": decision.policy},
        )
    )
    return rows


def _recorded(record_id: UUID, store: Store, request: Request) -> list[NewEvent]:
    """What tells of the recording of the exchanges with the network, whose list becomes an artifact; the answers stay in its folder."""
    if (folder := request.record or request.replay) is None:
        return []
    exchanges = exchanges_in(folder)
    return [
        NewEvent(
            RECORDED,
            str(record_id),
            {"exchanges": store.artifacts.put(exchanges), "replayed": request.replay is not None},
        )
    ]


def limits_of(draft: Draft) -> tuple[str, ...]:
    """What this record does not show, said from its own contents."""
    cited = set(draft.answer.cited())
    quotes = [c.quote for c in draft.claims if c.id in cited]
    found = [*draft.plan.notes, *draft.found.notices]
    if late := sum(f.reason == NOT_IN_TIME for f in draft.retrieval.failures):
        found.append(
            f"The time budget was spent before {late} file(s) or kept work(s) could be read; nothing below speaks of them."
        )
    if notes := sum(q.depth == "note" for q in quotes):
        found.append(
            f"{notes} of {len(quotes)} cited claims come from secondary notes; the original works were not read."
        )
    if abstracts := sum(q.depth == "abstract" for q in quotes):
        found.append(f"{abstracts} of {len(quotes)} cited claims come from abstracts.")
    if recalled := sum(c.verdict == "UNCHECKED" for c in draft.claims):
        found.append(
            f"{recalled} claim(s) were recalled by their note's author or could not be anchored; they are UNCHECKED and not used."
        )
    if false := sum(c.falsified for c in draft.claims):
        found.append(f"{false} claim(s) were falsified by a run of the laboratory; the answer does not use them.")
    if not draft.measurements:
        found.append("Nothing was measured: no protocol tests these claims.")
    if set(draft.retrieval.sources) == {"library"}:
        found.append("Only the library on this machine was searched; no network source was asked.")
    found += stage_lines(draft.model_use)
    found.append(
        "Checks compare words, figures, units, negation and direction; they do not understand a sentence as a reader does."
    )
    return (*found, *limitations(draft.rounds), *_said_of(draft.documents))


def _said_of(documents: Sequence[Document]) -> list[str]:
    """The notices of documents; what is said of many is said once."""
    places: dict[str, list[str]] = {}
    for document in documents:
        for notice in document.notices:
            places.setdefault(notice, []).append(document.paper.location)
    lines = []
    for notice, where in places.items():
        if len(where) < _MANY:
            lines += [f"{place}: {notice}" for place in where]
        else:
            lines.append(f"{len(where)} works, among them {where[0]}: {notice}")
    return lines


def _clock_limit(store: Store) -> tuple[str, ...]:
    if (ahead := store.ledger.seconds_ahead()) < _CLOCK_SLACK:
        return ()
    return (
        f"The clock of this machine stands {ahead:.0f} s before the newest event of the ledger: it has gone back, and the "
        "times of this record may be wrong. The order of events is not touched by it.",
    )


def _environment(settings: Settings, report: LibraryReport, seconds: dict[str, float]) -> Environment:
    return Environment(
        sovereign=__version__,
        python=platform.python_version(),
        platform=f"{sys.platform} {platform.machine()}",
        seed=settings.seed,
        settings={line.name: str(line.value) for line in lines(settings) if line.name not in ("home", "owner")},
        files_read=report.read,
        files_unchanged=report.unchanged,
        seconds=dict(seconds),
    )
