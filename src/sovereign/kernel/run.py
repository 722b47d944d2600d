"""One run, from question to published record. It reads as the list of its stages; each is a file of this package."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from time import monotonic
from typing import NamedTuple

from sovereign.errors import InputError, Interrupted, NotFound, NothingToRead, StoreError
from sovereign.lab.overhead.evidence import Evidence
from sovereign.records import (
    Answer,
    Claim,
    Decision,
    Document,
    Failure,
    Measurement,
    Paper,
    Plan,
    Record,
    Retrieval,
    ReviewRound,
)
from sovereign.sources import LOCAL, RETRACTED, LibraryReport
from sovereign.store import Store
from sovereign.version import __version__

from . import durable
from .answer import answer
from .aspects import Aspects, aspects_of
from .budget import Budget
from .corroborate import corroborate
from .decide import decide, policy
from .durable import Steps
from .evidence import lab_evidence, measured_anew
from .extract import extract
from .kept import Damaged
from .measure import measure
from .plan import plan
from .publish import Draft, count, now, publish
from .read import Read, read
from .retrieve import retrieve
from .review import review
from .revise import revise, second_search, taken_back
from .runs import Begun, Request, damage, discard, find, folder_of, held, keep, named
from .sources import Sources, require_unrecorded
from .verify import verify

Progress = Callable[[str, str], None]

LIBRARY_CHANGED = Failure(
    where="library",
    reason="its files changed while the run was interrupted: what follows is of the library as it is now, the search before "
    "of what it was then",
    advice="Ask again for an answer from one state of the library.",
)


class Found(NamedTuple):
    """What the stage *retrieve* gives: the log of the search, and what reading the libraries did."""

    retrieval: Retrieval
    report: LibraryReport


class Measured(NamedTuple):
    """What the stage *measure* gives: the claims with their gate verdicts, the measurements made for them, and what the
    laboratory has on the question itself."""

    claims: tuple[Claim, ...]
    measurements: tuple[Measurement, ...]
    found: Evidence = Evidence()


class Decided(NamedTuple):
    """What the stage *decide* gives. The time stands with it, so that a record killed while being stored is stored anew the
    same, and leaves no file behind that nothing names."""

    decision: Decision
    created_at: str


def run(request: Request, store: Store, progress: Progress = lambda stage, text: None) -> Record:
    """Answer one question and keep its record in the store.

    Raises:
        InputError: for a question, source or library that cannot be used.
        NothingToRead: if not one document could be read.
        StoreError: if the store cannot be written. The run is kept, and can be resumed.
        Interrupted: after Ctrl-C. The run is kept, and can be resumed.
    """
    # What is wrong with a question is said before anything is kept of it.
    begun = named(request)
    plan(request.question, request.settings.max_question_chars)
    if request.record:
        require_unrecorded(request.record)
    folder = folder_of(store.home, begun)
    with held(folder, make=True):
        try:
            keep(begun, folder)
            return _go_on(begun, request, store, progress)
        except (InputError, NotFound, NothingToRead):
            # To be asked in another way: there is nothing to go on with.
            discard(folder)
            raise


def resume(name: str, store: Store, progress: Progress = lambda stage, text: None) -> Record:
    """Go on with a run that was stopped or killed, after the last stage that ended.

    Raises:
        NotFound: if there is no unfinished run of that name.
        InputError: if another process works on it, or another version of sovereign began it.
        StoreError: if what was kept of it is damaged.
        SovereignError: what ``run`` raises.
    """
    begun = find(store.home, name)
    request = begun.request(store.home)
    with held(folder_of(store.home, begun)):
        return _go_on(begun, request, store, progress)


def _go_on(begun: Begun, request: Request, store: Store, progress: Progress) -> Record:
    """What is left of a run that this process holds."""
    folder, stage = folder_of(store.home, begun), "plan"

    def report(name: str, text: str) -> None:
        nonlocal stage
        stage = name
        progress(name, text)

    go_on = f"sovereign resume {begun.short_id}"
    try:
        if not store.records.has(begun.id):  # else it was killed with nothing left to do but to clear up
            durable.run(folder, __version__, lambda steps: _body(begun, request, store, steps), report)
    except KeyboardInterrupt:
        raise Interrupted(
            f"stopped in the stage {stage} of {begun.short_id}; the stages before it, and the files read, are kept",
            f"Go on with: {go_on}",
        ) from None
    except Damaged as error:
        raise damage(begun.short_id, error.message) from error
    except StoreError as error:
        raise StoreError(error.message, f"{error.advice} Then go on with: {go_on}") from error
    record = store.records.load(begun.id)
    discard(folder)
    return record.model_copy(update={"ledger_head": store.ledger.head()})


def _body(begun: Begun, request: Request, store: Store, steps: Steps) -> None:
    """The stages. Each is one durable step; between them nothing depends on time, files or chance."""
    settings = request.settings
    with Sources(request, steps) as sources:
        planned = steps.step("plan", lambda: plan(request.question, settings.max_question_chars), Plan)
        retrieval, report = steps.step("retrieve", lambda: _search(planned, settings.max_papers, sources), Found)
        seconds_left = settings.budget_seconds - steps.spent()
        documents, retrieval = steps.step(
            "read", lambda: _read(planned, retrieval, report, sources, seconds_left, steps), Read
        )
        papers = tuple(d.paper for d in documents)
        aspects = aspects_of(planned, papers)
        claims = _claims(documents, papers, aspects, steps)
        claims, made, found = steps.step("measure", lambda: _measured(claims, aspects, request, store, steps), Measured)
        answered = steps.step("answer", lambda: answer(claims, aspects, found=found), Answer)
        own = found.measurements
        first = steps.step(
            "review", lambda: review(1, planned, claims, answered, papers, measurements=own), ReviewRound
        )
        draft = Draft(planned, retrieval, report, documents, claims, made, found, answered, (first,))
        if first.score < policy()["revision_below"]:
            draft = _revised(draft, request, store, sources, steps)
    against = _cited_against(draft)
    decided = steps.step(
        "decide", lambda: Decided(decide(count(draft), draft.answer, draft.rounds[-1], *against), now()), Decided
    )
    steps.step("publish", lambda: publish(begun.id, draft, *decided, store, request, steps.seconds), type(None))


def _search(planned: Plan, max_papers: int, sources: Sources) -> Found:
    opened, report = sources.opened()
    sources.searched.append(planned)
    found = retrieve(planned, opened, max_papers, report.merged)
    sources.require_recorded()
    return Found(found, report)


def _read(
    planned: Plan,
    retrieval: Retrieval,
    searched: LibraryReport,
    sources: Sources,
    seconds_left: float,
    steps: Steps,
) -> Read:
    opened, now = sources.opened()
    providers = [source for source in opened if source.name not in LOCAL]
    if providers and planned not in sources.searched:
        # The search was done in an earlier attempt. Providers read what they have found: they are asked again, of which the
        # cache or the recording knows the answers.
        retrieve(planned, providers, 0)
    if now.signature != searched.signature:  # a run that goes on may find other files than it began with
        retrieval = retrieval.model_copy(update={"failures": (*retrieval.failures, LIBRARY_CHANGED)})
    done = read(retrieval, opened, Budget(seconds_left), lambda text: steps.event("read", text))
    sources.require_recorded()
    return done


def _claims(
    documents: Sequence[Document], papers: Sequence[Paper], aspects: Aspects, steps: Steps, known: Sequence[Claim] = ()
) -> tuple[Claim, ...]:
    """Claims of all documents. ``known`` are those of the first documents: reviewers have named them, so they keep their ids."""

    def extracted() -> tuple[Claim, ...]:
        had = {c.quote.paper_id for c in known}
        found = extract([d for d in documents if d.paper.id not in had], aspects)
        return (*known, *(c.model_copy(update={"id": f"C{n}"}) for n, c in enumerate(found, len(known) + 1)))

    claims = steps.step("extract", extracted, tuple[Claim, ...])
    checked = steps.step("verify", lambda: verify(claims, documents, papers), tuple[Claim, ...])
    return steps.step("corroborate", lambda: corroborate(checked, papers, aspects), tuple[Claim, ...])


def _measured(claims: Sequence[Claim], aspects: Aspects, request: Request, store: Store, steps: Steps) -> Measured:
    """The question itself first; what time is left goes to single claims."""
    seconds, start = _time_to_measure(request, steps), monotonic()
    tell = partial(steps.event, "measure")
    fresh, notice = measured_anew(aspects, seconds, tell)
    left = max(0.0, seconds - (monotonic() - start))
    judged, made = measure(claims, request.measure, store.artifacts.put, left, tell=tell)
    return Measured(judged, made, lab_evidence(aspects, store.artifacts.put, fresh, notice))


def _time_to_measure(request: Request, steps: Steps) -> float:
    """Seconds: one allowance for both rounds, within the time for the whole question."""
    settings = request.settings
    left = min(settings.measure_seconds - steps.seconds.get("measure", 0.0), settings.budget_seconds - steps.spent())
    return max(0.0, left) if request.measure else 0.0


def _revised(draft: Draft, request: Request, store: Store, sources: Sources, steps: Steps) -> Draft:
    """The one revision round. It changes the record or says that there was nothing to change."""
    first = draft.rounds[-1]
    documents, retrieval, claims, made = draft.documents, draft.retrieval, draft.claims, draft.made
    changes: list[str] = []
    empty = [f.facet_id for f in draft.answer.facets if f.state == "NOT_ANSWERABLE"]
    again = second_search(draft.plan, empty)
    if again and steps.spent() < request.settings.budget_seconds:
        documents, retrieval = _searched_again(draft, again, request, sources, steps)
        had = {d.paper.id for d in draft.documents}
        more = sum(d.paper.id not in had for d in documents)
        changes.append(f"searched again for {', '.join(empty)}: {more} further work(s) read")
    papers = tuple(d.paper for d in documents)
    aspects = aspects_of(draft.plan, papers)
    if documents != draft.documents:
        found = _claims(documents, papers, aspects, steps, claims)
        left = _time_to_measure(request, steps)
        fresh = partial(measure, found, request.measure, store.artifacts.put, left, draft.measurements)
        tell = partial(steps.event, "measure")
        claims, new, _ = steps.step("measure", lambda: Measured(*fresh(tell=tell)), Measured)
        made = (*made, *new)
    revision = revise(first, draft.answer)
    changes += revision.changes
    gone = {c.paper_id for c in retrieval.candidates if c.reason.startswith(RETRACTED)}
    of_gone = {c.id: c.quote.paper_id for c in claims if c.quote.paper_id in gone}
    changes += [f"withdrew {i}: {paper_id} is retracted, as the second search says" for i, paper_id in of_gone.items()]
    kept = [c for c in claims if c.id not in revision.withdrawn and c.id not in of_gone]
    answered = steps.step("answer", lambda: answer(kept, aspects, revision.downgraded, draft.found), Answer)
    notes = changes or ["nothing to withdraw and no empty facet to search for"]
    own = draft.found.measurements
    second = steps.step("review", lambda: review(2, draft.plan, claims, answered, papers, notes, own), ReviewRound)
    return Draft(draft.plan, retrieval, draft.report, documents, claims, made, draft.found, answered, (first, second))


def _searched_again(draft: Draft, again: Plan, request: Request, sources: Sources, steps: Steps) -> Read:
    """Documents and log with what a second search finds. Works that gave no claim make room, so that the limit holds."""
    limit = request.settings.max_papers
    had, gave = {d.paper.id for d in draft.documents}, {c.quote.paper_id for c in draft.claims}
    silent = [d.paper.id for d in draft.documents if d.paper.id not in gave]
    found, report = steps.step("retrieve", lambda: _search(again, limit + len(had), sources), Found)
    room = limit - len(had) + len(silent)
    # What either search calls retracted is so for both: the other may have asked nobody who knows.
    retraction = taken_back((*draft.retrieval.candidates, *found.candidates))
    fresh = tuple(c for c in found.candidates if c.kept and c.paper_id not in had and not retraction(c))[:room]
    wanted, left_over = found.model_copy(update={"candidates": fresh}), request.settings.budget_seconds - steps.spent()
    more, log = steps.step("read", lambda: _read(again, wanted, report, sources, left_over, steps), Read)
    left = silent[len(silent) - max(0, len(had) + len(fresh) - limit) :]
    why = "dropped: it gave no claim, and made room for a work of the second search"
    before = [c for c in draft.retrieval.candidates if c.paper_id not in {f.paper_id for f in fresh}]
    before = [c.model_copy(update={"kept": False, "reason": why}) if c.paper_id in left else c for c in before]
    before = [c.model_copy(update={"kept": False, "reason": said}) if (said := retraction(c)) else c for c in before]
    candidates = (*(c for c in before if c.kept), *fresh, *(c for c in before if not c.kept))
    failures = tuple(dict.fromkeys((*draft.retrieval.failures, *log.failures)))
    documents = (*(d for d in draft.documents if d.paper.id not in left), *more)
    return Read(documents, draft.retrieval.model_copy(update={"candidates": candidates, "failures": failures}))


def _cited_against(draft: Draft) -> tuple[int, int]:
    """Contradicted claims that the answer cites anywhere, and mixed ones that a sentence of it rests on."""
    said = {i for f in draft.answer.facets for s in f.sentences for i in s.claim_ids}
    cited = set(draft.answer.cited())
    contradicted = sum(c.verdict == "CONTRADICT" for c in draft.claims if c.id in cited)
    return contradicted, sum(c.verdict == "MIXED" for c in draft.claims if c.id in said)
