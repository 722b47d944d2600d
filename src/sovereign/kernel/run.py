"""One run, from question to published record. It reads as the list of its stages; each is a file of this package."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sovereign.records import Claim, Document, Paper, Plan, Record, Retrieval
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
from .revise import revise, second_search
from .verify import verify

Progress = Callable[[str, str], None]


@dataclass(frozen=True)
class Request:
    """What a person asks for. ``libraries`` empty means the starter library; ``sources`` empty means all that there are.

    The library is the only source so far, so "only the library" holds for every run.
    """

    question: str
    settings: Settings
    libraries: tuple[Path, ...] = ()
    sources: tuple[str, ...] = ()
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
        contradicted, mixed = _cited_against(draft)
        decision = decide(count(draft), draft.answer, draft.rounds[-1], contradicted, mixed)
    with clock.stage("publish"):
        return publish(draft, decision, store, request.question, request.settings, opened, clock.seconds)


def _claims(
    documents: Sequence[Document], papers: Sequence[Paper], aspects: Aspects, clock: Clock, known: Sequence[Claim] = ()
) -> tuple[Claim, ...]:
    """Claims of all documents. ``known`` are those of the first documents: reviewers have named them, so they keep their ids."""
    with clock.stage("extract"):
        had = {c.quote.paper_id for c in known}
        found = extract([d for d in documents if d.paper.id not in had], aspects)
        claims = (*known, *(c.model_copy(update={"id": f"C{n}"}) for n, c in enumerate(found, len(known) + 1)))
    with clock.stage("verify"):
        claims = verify(claims, documents, papers)
    with clock.stage("corroborate"):
        return corroborate(claims, papers, aspects)


def _revised(draft: Draft, request: Request, sources: Sequence[Source], budget: Budget, clock: Clock) -> Draft:
    """The one revision round. It changes the record or says that there was nothing to change."""
    first = draft.rounds[-1]
    documents, retrieval, claims, measurements = draft.documents, draft.retrieval, draft.claims, draft.measurements
    changes: list[str] = []
    empty = [f.facet_id for f in draft.answer.facets if f.state == "NOT_ANSWERABLE"]
    again = second_search(draft.plan, empty)
    if again and not budget.spent():
        documents, retrieval = _searched_again(draft, again, request.settings.max_papers, sources, budget, clock)
        had = {d.paper.id for d in draft.documents}
        more = sum(d.paper.id not in had for d in documents)
        changes.append(f"searched again for {', '.join(empty)}: {more} further work(s) read")
    papers = tuple(d.paper for d in documents)
    aspects = aspects_of(draft.plan, papers)
    if documents != draft.documents:
        claims = _claims(documents, papers, aspects, clock, claims)
        claims, made = measure(claims, request.measure)
        measurements = (*measurements, *made)
    revision = revise(first, draft.answer)
    changes += revision.changes
    with clock.stage("answer"):
        answered = answer([c for c in claims if c.id not in revision.withdrawn], aspects, revision.downgraded)
    with clock.stage("review"):
        notes = changes or ["nothing to withdraw and no empty facet to search for"]
        second = review(2, draft.plan, claims, answered, papers, notes)
    return Draft(draft.plan, retrieval, documents, claims, measurements, answered, [first, second])


def _searched_again(
    draft: Draft, again: Plan, limit: int, sources: Sequence[Source], budget: Budget, clock: Clock
) -> tuple[tuple[Document, ...], Retrieval]:
    """Documents and log with what a second search finds. Works that gave no claim make room, so that ``limit`` holds."""
    had, gave = {d.paper.id for d in draft.documents}, {c.quote.paper_id for c in draft.claims}
    silent = [d.paper.id for d in draft.documents if d.paper.id not in gave]
    with clock.stage("retrieve") as step:
        found = retrieve(again, sources, limit + len(had))
        room = limit - len(had) + len(silent)
        fresh = tuple(c for c in found.candidates if c.kept and c.paper_id not in had)[:room]
        more, log = read(found.model_copy(update={"candidates": fresh}), sources, budget, step)
    left = silent[len(silent) - max(0, len(had) + len(fresh) - limit) :]
    why = "dropped: it gave no claim, and made room for a work of the second search"
    before = [c for c in draft.retrieval.candidates if c.paper_id not in {f.paper_id for f in fresh}]
    before = [c.model_copy(update={"kept": False, "reason": why}) if c.paper_id in left else c for c in before]
    candidates = (*(c for c in before if c.kept), *fresh, *(c for c in before if not c.kept))
    failures = tuple(dict.fromkeys((*draft.retrieval.failures, *log.failures)))
    documents = (*(d for d in draft.documents if d.paper.id not in left), *more)
    return documents, draft.retrieval.model_copy(update={"candidates": candidates, "failures": failures})


def _cited_against(draft: Draft) -> tuple[int, int]:
    """Contradicted claims that the answer cites anywhere, and mixed ones that a sentence of it rests on."""
    said = {i for f in draft.answer.facets for s in f.sentences for i in s.claim_ids}
    cited = set(draft.answer.cited())
    contradicted = sum(c.verdict == "CONTRADICT" for c in draft.claims if c.id in cited)
    return contradicted, sum(c.verdict == "MIXED" for c in draft.claims if c.id in said)
