"""The stages that both rounds of a run go through, each with what it needs of the sources and the time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from time import monotonic
from typing import NamedTuple

from sovereign.lab.overhead.evidence import Evidence
from sovereign.records import Claim, Document, Failure, Measurement, Paper, Plan, Retrieval
from sovereign.sources import LIBRARY, LibraryReport
from sovereign.store import Store

from .aspects import Aspects
from .budget import Budget
from .corroborate import corroborate
from .durable import Steps
from .evidence import lab_evidence, measured_anew
from .extract import extract
from .measure import measure
from .publish import Draft
from .read import Read, read
from .retrieve import retrieve
from .runs import Request
from .sources import Sources
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
    found = retrieve(planned, opened, max_papers, report.merged)
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
    providers = [source for source in opened if source.name != LIBRARY]
    if providers and planned not in sources.searched:
        # The search was done in an earlier attempt. Providers read what they have found: they are asked again, of which the
        # cache or the recording knows the answers.
        retrieve(planned, providers, 0)
    if now.signature != searched.signature:  # a run that goes on may find other files than it began with
        retrieval = retrieval.model_copy(update={"failures": (*retrieval.failures, LIBRARY_CHANGED)})
    budget = Budget(seconds_left)
    done = read(retrieval, opened, lambda _: budget.spent(), lambda text: steps.event("read", text))
    sources.require_recorded()
    return done


def claims_of(
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


def measured(claims: Sequence[Claim], aspects: Aspects, request: Request, store: Store, steps: Steps) -> Measured:
    """The question itself first; what time is left goes to single claims."""
    seconds, start = time_to_measure(request, steps), monotonic()
    tell = partial(steps.event, "measure")
    fresh, notice = measured_anew(aspects, seconds, tell)
    left = max(0.0, seconds - (monotonic() - start))
    judged, made = measure(claims, request.measure, store.artifacts.put, left, tell=tell)
    return Measured(judged, made, lab_evidence(aspects, store.artifacts.put, fresh, notice))


def time_to_measure(request: Request, steps: Steps) -> float:
    """Seconds: one allowance for both rounds, within the time for the whole question."""
    settings = request.settings
    left = min(settings.measure_seconds - steps.seconds.get("measure", 0.0), settings.budget_seconds - steps.spent())
    return max(0.0, left) if request.measure else 0.0


def measured_again(claims: Sequence[Claim], draft: Draft, request: Request, store: Store, steps: Steps) -> Measured:
    """Single claims alone; what was measured in the first round is not measured again."""
    left, tell = time_to_measure(request, steps), partial(steps.event, "measure")
    return Measured(*measure(claims, request.measure, store.artifacts.put, left, draft.measurements, tell=tell))
