"""One run, from question to published record. It reads as the list of its stages; each is a file of this package."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from sovereign.contracts.decision import cited_against, decide, policy
from sovereign.errors import InputError, Interrupted, NotFound, NothingToRead, StoreError
from sovereign.records import (
    Answer,
    Decision,
    Plan,
    Record,
)
from sovereign.store import Store
from sovereign.version import __version__

from . import durable
from .answer import answer
from .aspects import aspects_of
from .assistance import Assistance, require_models
from .durable import Steps
from .glossary import starter_notes
from .kept import Damaged
from .plan import plan
from .publish import Draft, count, now, publish
from .read import Read
from .revision import revised
from .runs import Begun, Request, clear_leftovers, damage, discard, find, folder_of, held, keep, named
from .sources import Sources, require_unrecorded
from .stages import Found, Measured, claims_of, measured, read_kept, reviewed, search

Progress = Callable[[str, str], None]


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
    require_models(request)
    if request.record:
        require_unrecorded(request.record)
    folder = folder_of(store.home, begun)
    with held(folder, make=True):
        try:
            keep(begun, folder)
            clear_leftovers(store.home)
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
    helped = Assistance(request, store, steps)
    with Sources(request, steps) as sources:
        planned = steps.step("plan", lambda: plan(request.question, settings.max_question_chars, starter_notes()), Plan)
        planned = helped.plan(planned)
        retrieval, report = steps.step("retrieve", lambda: search(planned, settings.max_papers, sources), Found)
        seconds_left = settings.budget_seconds - steps.spent()
        documents, retrieval = steps.step(
            "read", lambda: read_kept(planned, retrieval, report, sources, seconds_left, steps), Read
        )
        papers = tuple(d.paper for d in documents)
        aspects = aspects_of(planned, papers)
        claims = claims_of(documents, papers, aspects, steps, helped)
        claims, made, found = steps.step("measure", lambda: measured(claims, aspects, request, store, steps), Measured)
        answered = steps.step(
            "answer",
            lambda: answer(claims, aspects, found=found, retrieval=retrieval, documents=documents),
            Answer,
        )
        answered = helped.wording(answered, claims, documents, retrieval)
        draft = Draft(planned, retrieval, report, documents, claims, made, found, answered)
        draft = replace(draft, rounds=(reviewed(1, draft, helped, steps),))
        if draft.rounds[-1].score < policy()["revision_below"]:
            draft = revised(draft, request, store, sources, steps, helped)
    draft = replace(draft, model_use=helped.use(draft.rounds))
    against = cited_against(draft.claims, draft.answer)
    decided = steps.step(
        "decide", lambda: Decided(decide(count(draft), draft.answer, draft.rounds[-1], *against), now()), Decided
    )
    steps.step("publish", lambda: publish(begun.id, draft, *decided, store, request, steps.seconds), type(None))
