"""The stages that both rounds of a run go through, each with what it needs of the sources and the time."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from time import monotonic
from typing import NamedTuple

from sovereign.lab.overhead.evidence import Evidence
from sovereign.records import Claim, Document, Failure, Measurement, Paper, Plan, Retrieval, ReviewRound
from sovereign.sources import LOCAL, LibraryReport
from sovereign.store import Store

from .aspects import Aspects
from .assistance import Assistance
from .budget import Budget
from .corroborate import corroborate
from .durable import Steps
from .evidence import lab_evidence, measured_anew
from .extract import extract
from .independence import versions_named
from .measure import measure
from .publish import Draft
from .read import Read, Reader, read
from .retractions import without_retracted
from .retrieve import retrieve
from .runs import Request
from .sources import Sources
from .tribunal import respond, review, rule, tested
from .verify import verify

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


def search(planned: Plan, max_papers: int, sources: Sources) -> Found:
    opened, report = sources.opened()
    sources.searched.append(planned)
    found = retrieve(planned, opened, max_papers, report.merged, sources.relevance(planned))
    # Those of what could not be opened are known to nobody else.
    failures = dict.fromkeys((*report.failures, *found.failures, *sources.failures))
    found = found.model_copy(update={"failures": tuple(failures)})
    if ask := sources.retractions():
        found = without_retracted(found, ask)
    found = found.model_copy(update={"candidates": versions_named(found.candidates)})
    sources.require_recorded()
    return Found(found, report)


def read_kept(
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
    budget = Budget(seconds_left)
    copies = sources.free_copies()
    readers: list[Reader] = [*opened, *([copies] if copies else [])]

    def out_of_time(paper_id: str) -> bool:
        return sources.decided(f"no time to read {paper_id}", budget.spent)

    done = read(retrieval, readers, out_of_time, lambda text: steps.event("read", text))
    sources.require_recorded()
    return done


def claims_of(
    documents: Sequence[Document],
    papers: Sequence[Paper],
    aspects: Aspects,
    steps: Steps,
    helped: Assistance,
    known: Sequence[Claim] = (),
    retracted: AbstractSet[str] = frozenset(),
) -> tuple[Claim, ...]:
    """Claims of all documents. ``known`` are those of the first documents: reviewers have named them, so they keep their ids.

    Claims of the works ``retracted`` are held against their own texts alone, and bear on no other claim.
    """

    had = {c.quote.paper_id for c in known}
    fresh = [d for d in documents if d.paper.id not in had]

    def extracted() -> tuple[Claim, ...]:
        found = extract(fresh, aspects)
        return (*known, *(c.model_copy(update={"id": f"C{n}"}) for n, c in enumerate(found, len(known) + 1)))

    def checked() -> tuple[Claim, ...]:
        good = verify([c for c in claims if not speaks_for(c, retracted)], sound, papers)
        gone = verify([c for c in claims if speaks_for(c, retracted)], documents, papers)
        return _in_order(claims, (*good, *gone))

    def corroborated() -> tuple[Claim, ...]:
        good = corroborate([c for c in verified if not speaks_for(c, retracted)], papers, aspects)
        return _in_order(verified, good)

    sound = [d for d in documents if d.paper.id not in retracted]
    claims = steps.step("extract", extracted, tuple[Claim, ...])
    claims = helped.claims(fresh, aspects, claims)
    verified = steps.step("verify", checked, tuple[Claim, ...])
    return steps.step("corroborate", corroborated, tuple[Claim, ...])


def speaks_for(claim: Claim, works: AbstractSet[str]) -> bool:
    """Whether a claim is the word of one of these works, in its own text or as another passes it on."""
    return claim.quote.paper_id in works or claim.quote.source_id in works


def _in_order(claims: Sequence[Claim], changed: Sequence[Claim]) -> tuple[Claim, ...]:
    new = {c.id: c for c in changed}
    return tuple(new.get(c.id, c) for c in claims)


def measured(claims: Sequence[Claim], aspects: Aspects, request: Request, store: Store, steps: Steps) -> Measured:
    """The question itself first; what time is left goes to single claims."""
    seconds, start = time_to_measure(request, steps), monotonic()
    tell = partial(steps.event, "measure")
    fresh, notice = measured_anew(aspects, seconds, tell)
    left = max(0.0, seconds - (monotonic() - start))
    judged, made = measure(claims, request.measure, store.artifacts.put, left, tell=tell)
    return Measured(judged, made, lab_evidence(aspects, store.artifacts.put, fresh, notice))


def reviewed(
    number: int,
    draft: Draft,
    helped: Assistance,
    steps: Steps,
    withdrawn: AbstractSet[str] = frozenset(),
    downgraded: AbstractSet[str] = frozenset(),
    changes: Sequence[str] = (),
) -> ReviewRound:
    """A round of review. From the second on it answers the findings of the one before."""
    objections = helped.objections(draft.answer, draft.claims, rule().texts)

    def done() -> ReviewRound:
        brief = draft.brief(withdrawn, downgraded)
        found = review(number, brief, changes, tested(objections, helped.judge, brief))
        answers = respond(draft.rounds[-1], found, changes) if draft.rounds else ()
        return found.model_copy(update={"responses": answers})

    return steps.step("review", done, ReviewRound)


def time_to_measure(request: Request, steps: Steps) -> float:
    """Seconds: one allowance for both rounds, within the time for the whole question."""
    settings = request.settings
    left = min(settings.measure_seconds - steps.seconds.get("measure", 0.0), settings.budget_seconds - steps.spent())
    return max(0.0, left) if request.measure else 0.0


def measured_again(claims: Sequence[Claim], draft: Draft, request: Request, store: Store, steps: Steps) -> Measured:
    """Single claims alone; what was measured in the first round is not measured again."""
    left, tell = time_to_measure(request, steps), partial(steps.event, "measure")
    return Measured(*measure(claims, request.measure, store.artifacts.put, left, draft.measurements, tell=tell))
