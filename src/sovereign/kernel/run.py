"""One run, from question to published record. It reads as the list of its stages; each is a file of this package."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sovereign.records import Claim, Document, Paper, Plan, Record
from sovereign.settings import Settings
from sovereign.sources import Source
from sovereign.store import Store

from .answer import answer
from .aspects import Aspects, aspects_of
from .budget import Budget
from .corroborate import corroborate
from .decide import decide, policy
from .extract import extract
from .library import Opened, open_sources
from .measure import measure
from .plan import plan
from .publish import Draft, count, publish
from .read import read
from .retrieve import retrieve
from .review import review
from .revise import second_search, withdrawn
from .verify import verify

Progress = Callable[[str, str], None]


@dataclass(frozen=True)
class Request:
    """What a person asks for. ``libraries`` empty means the starter library; ``sources`` empty means all that may be used."""

    question: str
    settings: Settings
    libraries: tuple[Path, ...] = ()
    sources: tuple[str, ...] = ()
    only_library: bool = False
    measure: bool = True


@dataclass
class Clock:
    """Seconds by stage, and the report of progress."""

    report: Progress
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[Callable[[str], None]]:
        """Time one stage; yields the function that reports a step of it."""
        start = time.monotonic()
        self.report(name, "")
        yield lambda text: self.report(name, text)
        self.seconds[name] = round(self.seconds.get(name, 0.0) + time.monotonic() - start, 3)


def run(request: Request, store: Store, progress: Progress = lambda stage, text: None) -> Record:
    """Answer one question and keep its record in the store.

    Raises:
        InputError: for a question, source or library that cannot be used.
        NothingToRead: if not one document could be read.
        StoreError: if the store cannot be written.
    """
    settings, clock = request.settings, Clock(progress)
    budget = Budget(settings.budget_seconds)
    with clock.stage("plan"):
        planned = plan(request.question, settings.max_question_chars)
    with open_sources(request.libraries, request.sources, settings, lambda text: progress("library", text)) as opened:
        return _run(request, store, clock, budget, planned, opened)


def _run(request: Request, store: Store, clock: Clock, budget: Budget, planned: Plan, opened: Opened) -> Record:
    with clock.stage("retrieve"):
        retrieval = retrieve(planned, opened.sources, request.settings.max_papers, opened.merged)
    with clock.stage("read") as step:
        documents, retrieval = read(retrieval, opened.sources, budget, step)
    papers = tuple(d.paper for d in documents)
    aspects = aspects_of(planned, papers)
    claims = _claims(documents, papers, aspects, clock)
    with clock.stage("measure"):
        claims, measurements = measure(claims, request.measure)
    with clock.stage("answer"):
        answered = answer(claims, aspects)
    with clock.stage("review"):
        rounds = [review(1, planned, claims, answered, papers)]
    draft = Draft(planned, retrieval, documents, claims, measurements, answered, rounds)
    if rounds[-1].score < policy()["revision_below"]:
        draft = _revised(draft, request, opened.sources, budget, clock)
    with clock.stage("decide"):
        decision = decide(count(draft), draft.answer, draft.rounds[-1], _cited_contradicted(draft))
    with clock.stage("publish"):
        return publish(draft, decision, store, request.question, request.settings, opened, clock.seconds)


def _claims(documents: Sequence[Document], papers: Sequence[Paper], aspects: Aspects, clock: Clock) -> tuple[Claim, ...]:
    with clock.stage("extract"):
        claims = extract(documents, aspects)
    with clock.stage("verify"):
        claims = verify(claims, documents, papers)
    with clock.stage("corroborate"):
        return corroborate(claims, papers, aspects)


def _revised(draft: Draft, request: Request, sources: Sequence[Source], budget: Budget, clock: Clock) -> Draft:
    """The one revision round. It changes the record or says that there was nothing to change."""
    first = draft.rounds[-1]
    documents, retrieval, claims = draft.documents, draft.retrieval, draft.claims
    changes: list[str] = []
    empty = [f.facet_id for f in draft.answer.facets if f.state == "NOT_ANSWERABLE"]
    again = second_search(draft.plan, empty)
    if again and not budget.spent():
        with clock.stage("retrieve") as step:
            found = retrieve(again, sources, request.settings.max_papers)
            have = {d.paper.id for d in documents}
            new = found.model_copy(update={"candidates": tuple(c for c in found.candidates if c.kept and c.paper_id not in have)})
            more, read_log = read(new, sources, budget, step)
        changes.append(f"searched again for {', '.join(empty)}: {len(more)} further work(s) read")
        if more:
            documents = (*documents, *more)
            failures = tuple(dict.fromkeys((*retrieval.failures, *read_log.failures)))
            retrieval = retrieval.model_copy(update={"candidates": (*retrieval.candidates, *new.candidates), "failures": failures})
    papers = tuple(d.paper for d in documents)
    aspects = aspects_of(draft.plan, papers)
    if len(documents) > len(draft.documents):
        claims = _claims(documents, papers, aspects, clock)
        claims, _ = measure(claims, request.measure)
    dropped, reasons = withdrawn(claims, first)
    changes += reasons
    with clock.stage("answer"):
        answered = answer([c for c in claims if c.id not in dropped], aspects)
    with clock.stage("review"):
        notes = changes or ["nothing to withdraw and no empty facet to search for"]
        second = review(2, draft.plan, claims, answered, papers, notes)
    return Draft(draft.plan, retrieval, documents, claims, draft.measurements, answered, [first, second])


def _cited_contradicted(draft: Draft) -> int:
    cited = set(draft.answer.cited())
    return sum(c.verdict == "CONTRADICT" for c in draft.claims if c.id in cited)
