"""The one revision round: search again for what stayed empty, and answer anew without what the reviewers attacked."""

from __future__ import annotations

from dataclasses import replace

from sovereign.records import Answer, Plan
from sovereign.sources import RETRACTED
from sovereign.store import Store

from .answer import answer
from .aspects import aspects_of
from .assistance import Assistance
from .durable import Steps
from .publish import Draft
from .read import Read
from .revise import revise, second_search, taken_back
from .runs import Request
from .sources import Sources
from .stages import Found, Measured, claims_of, measured_again, read_kept, reviewed, search, speaks_for


def revised(draft: Draft, request: Request, store: Store, sources: Sources, steps: Steps, helped: Assistance) -> Draft:
    """The one revision round. It changes the record or says that there was nothing to change."""
    first = draft.rounds[-1]
    documents, retrieval, claims, made = draft.documents, draft.retrieval, draft.claims, draft.made
    changes: list[str] = []
    empty = [f.facet_id for f in draft.answer.facets if f.state == "NOT_ANSWERABLE"]
    again = second_search(draft.plan, empty)

    def in_time() -> bool:
        return sources.decided("time for a second search", lambda: steps.spent() < request.settings.budget_seconds)

    if again and in_time():
        documents, retrieval = _again(draft, again, request, sources, steps)
        had = {d.paper.id for d in draft.documents}
        more = sum(d.paper.id not in had for d in documents)
        changes.append(f"searched again for {', '.join(empty)}: {more} further work(s) read")
    papers = tuple(d.paper for d in documents)
    aspects = aspects_of(draft.plan, papers)
    gone = frozenset(i for c in retrieval.candidates if c.reason.startswith(RETRACTED) for i in c.ids)
    if documents != draft.documents or gone & {d.paper.id for d in documents}:
        found = claims_of(documents, papers, aspects, steps, helped, claims, gone)
        claims, new, _ = steps.step("measure", lambda: measured_again(found, draft, request, store, steps), Measured)
        made = (*made, *new)
    revision = revise(first, draft.answer)
    changes += revision.changes
    of_gone = {
        c.id: c.quote.source_id if c.quote.source_id in gone else c.quote.paper_id
        for c in claims
        if speaks_for(c, gone)
    }
    changes += [f"withdrew {i}: {paper_id} is retracted, as the log says" for i, paper_id in of_gone.items()]
    kept = [c for c in claims if c.id not in revision.withdrawn and c.id not in of_gone]
    answered = steps.step(
        "answer",
        lambda: answer(kept, aspects, revision.downgraded, draft.found, retrieval, documents, revision.struck),
        Answer,
    )
    answered = helped.wording(answered, kept, documents, retrieval)
    notes = changes or ["nothing to withdraw and no empty facet to search for"]
    out = {c.id for c in claims} - {c.id for c in kept}
    anew = replace(
        draft,
        retrieval=retrieval,
        documents=documents,
        claims=claims,
        made=made,
        answer=answered,
        struck=revision.struck,
    )
    return replace(anew, rounds=(first, reviewed(2, anew, helped, steps, out, revision.downgraded, notes)))


def _again(draft: Draft, again: Plan, request: Request, sources: Sources, steps: Steps) -> Read:
    """Documents and log with what a second search finds. Works that gave no claim make room, so that the limit holds."""
    limit = request.settings.max_papers
    had, gave = {d.paper.id for d in draft.documents}, {c.quote.paper_id for c in draft.claims}
    known = had.union(*(c.ids for c in draft.retrieval.candidates if c.paper_id in had))
    silent = [d.paper.id for d in draft.documents if d.paper.id not in gave]
    found, report = steps.step("retrieve", lambda: search(again, limit + len(had), sources), Found)
    room = limit - len(had) + len(silent)
    # What either search calls retracted is so for both: the other may have asked nobody who knows.
    retraction = taken_back((*draft.retrieval.candidates, *found.candidates))
    fresh = tuple(c for c in found.candidates if c.kept and not known & {*c.ids} and not retraction(c))[:room]
    wanted, left_over = found.model_copy(update={"candidates": fresh}), request.settings.budget_seconds - steps.spent()
    more, log = steps.step("read", lambda: read_kept(again, wanted, report, sources, left_over, steps), Read)
    left = silent[len(silent) - max(0, len(had) + len(fresh) - limit) :]
    why = "dropped: it gave no claim, and made room for a work of the second search"
    before = [c for c in draft.retrieval.candidates if c.paper_id not in {f.paper_id for f in fresh}]
    before = [c.model_copy(update={"kept": False, "reason": why}) if c.paper_id in left else c for c in before]
    before = [c.model_copy(update={"kept": False, "reason": said}) if (said := retraction(c)) else c for c in before]
    candidates = (*(c for c in before if c.kept), *fresh, *(c for c in before if not c.kept))
    failures = tuple(dict.fromkeys((*draft.retrieval.failures, *log.failures)))
    documents = (*(d for d in draft.documents if d.paper.id not in left), *more)
    return Read(documents, draft.retrieval.model_copy(update={"candidates": candidates, "failures": failures}))
