"""The help of language models in one run: who is asked, in which stage, and what became of it.

Each help is a durable step of its own, after the step of our rules: a run that goes on neither asks again nor loses a count. Where
no model is named there is no step, and nothing of the run changes. What a model says reaches a later stage, or the prompt of
another role, only as what the checks of ``proposals`` took of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sovereign.models.chat import Ask, Assistants, assistants
from sovereign.records import Answer, Claim, Document, ModelCall, ModelUse, Plan, Retrieval, ReviewRound, Role, StageUse
from sovereign.store import Store

from .aspects import Aspects
from .budget import Budget
from .durable import Steps
from .glossary import starter_notes
from .originality import sources_of
from .proposals import claims, objections, plan, wording
from .proposals.schemas import ObjectionProposal
from .runs import Request

T = TypeVar("T")
Objections = dict[Role, tuple[ObjectionProposal, ...] | None]
REVIEWERS: tuple[Role, ...] = ("SKEPTIC", "VALIDATOR")


class Assistance:
    """The models of a run, opened when a stage first asks: a run that goes on may never need them again."""

    def __init__(self, request: Request, store: Store, steps: Steps) -> None:
        self._request, self._store, self._steps = request, store, steps
        self._opened: Assistants | None = None
        self._uses: list[StageUse] = []
        self._calls: list[ModelCall] = []
        self._read: set[str] = set()
        self._objected: list[int | None] = []
        self.chats = request.settings.chat_model != "none"
        self.judge = request.settings.judge_model or request.settings.chat_model
        self.judges = self.judge != "none"

    def plan(self, planned: Plan) -> Plan:
        """The plan, with queries and facets that a model proposed and the question bears out."""
        return self._helped(plan.STAGE, planned, Plan, lambda ask: plan.propose(planned, ask, starter_notes()))

    def claims(self, documents: Sequence[Document], aspects: Aspects, known: Sequence[Claim]) -> tuple[Claim, ...]:
        """The ``known`` claims, then those that a model found in the documents and the text bears out."""

        fresh = [d for d in documents if d.paper.id not in self._read]
        self._read |= {d.paper.id for d in fresh}

        def asked(ask: Ask) -> tuple[tuple[Claim, ...], StageUse]:
            return claims.propose(fresh, aspects, known, ask)

        none: tuple[Claim, ...] = ()
        return (*known, *self._helped(claims.STAGE, none, tuple[Claim, ...], asked))

    def wording(
        self, answered: Answer, by: Sequence[Claim], documents: Sequence[Document], retrieval: Retrieval
    ) -> Answer:
        """The answer, with sentences of its abstract in a model's words where they say the same."""
        known, question = {c.id: c for c in by}, self._request.question

        def asked(ask: Ask) -> tuple[Answer, StageUse]:
            return wording.propose(answered, known, sources_of(documents, retrieval), question, ask)

        return self._helped(wording.STAGE, answered, Answer, asked)

    def objections(self, answered: Answer, by: Sequence[Claim], texts: Mapping[Role, str]) -> Objections:
        """What a model objects to as SKEPTIC and as VALIDATOR, asked side by side and blind to each other. ``texts`` describe the
        roles. The sentences are those of ``Answer.sentences``: ``S1`` is the first. Empty where nobody is named to ask."""
        if not self.judges:
            return {}
        known, sentences = {c.id: c for c in by}, answered.sentences()

        def asked() -> tuple[Objections, tuple[ModelCall, ...]]:
            opened = self._open()
            judge = opened.judge
            if judge is None:
                return {}, ()

            def one(role: Role) -> tuple[ObjectionProposal, ...] | None:
                return objections.objections(role, texts[role], self._request.question, sentences, known, judge)

            with ThreadPoolExecutor(max_workers=len(REVIEWERS)) as pool:
                found = dict(zip(REVIEWERS, pool.map(one, REVIEWERS), strict=True))
            return found, opened.taken()

        found, calls = self._steps.step(objections.STAGE, asked, tuple[Objections, tuple[ModelCall, ...]])
        self._calls += calls
        self._objected += [None if of_role is None else len(of_role) for of_role in found.values()]
        return found

    def use(self, rounds: Sequence[ReviewRound]) -> ModelUse | None:
        """All that was asked in the run; None where no model was named. ``rounds`` say what became of objections."""
        if not (self.chats or self.judges):
            return None
        uses = list(self._uses)
        if self._objected:
            review = objections.use_of_review(self._objected, rounds)
            uses.append(_with_reason(review, [c for c in self._calls if c.stage == objections.STAGE]))
        else:
            uses.append(_unnamed(objections.STAGE))
        merged: dict[str, StageUse] = {}
        for use in uses:
            merged[use.stage] = _together(merged[use.stage], use) if use.stage in merged else use
        return ModelUse(stages=tuple(merged.values()), calls=tuple(self._calls))

    def _helped(self, stage: str, unchanged: T, kind: object, work: Callable[[Ask], tuple[T, StageUse]]) -> T:
        if not self.chats:
            self._uses.append(_unnamed(stage))
            return unchanged

        def asked() -> tuple[T, StageUse, tuple[ModelCall, ...]]:
            opened = self._open()
            assert opened.chat is not None  # the settings name it
            result, use = work(opened.chat)
            calls = opened.taken()
            return result, _with_reason(use, calls), calls

        result, use, calls = self._steps.step(stage, asked, tuple[kind, StageUse, tuple[ModelCall, ...]])  # type: ignore[valid-type]
        self._uses.append(use)
        self._calls += calls
        return result

    def _open(self) -> Assistants:
        if self._opened is None:
            settings, steps = self._request.settings, self._steps
            # Steps of an earlier attempt have had their share of the time, and their calls of the tokens.
            budget = Budget(settings.budget_seconds - steps.spent())

            def seconds_left() -> float:
                steps.check()  # asked before each call, so that Ctrl-C need not wait for the next stage
                return budget.left()

            self._opened = assistants(
                settings,
                seconds_left,
                record=self._request.record,
                replay=self._request.replay,
                keep=self._store.artifacts.put,
                tell=lambda text: steps.event("model", text),
                sleep=steps.sleep,
            )
            self._opened.remember(self._calls)
        return self._opened


def require_models(request: Request) -> None:
    """Refuse a model that cannot be asked, before anything is kept of a run.

    Raises:
        InputError: if the settings name one that is none, or is not installed, or limits that cannot be kept.
    """
    assistants(request.settings, lambda: 0.0, replay=request.replay)


def _unnamed(stage: str) -> StageUse:
    return StageUse(stage=stage, mode="embedded", reason="no model was named for it")


def _with_reason(use: StageUse, calls: Sequence[ModelCall]) -> StageUse:
    """The use with what kept the model from answering, if anything did."""
    failed = Counter(c.outcome for c in calls if c.outcome != "answered")
    if not failed:
        return use
    said = ", ".join(f"{n} {outcome}" for outcome, n in sorted(failed.items()))
    # What a call met says more than that later ones were not made.
    met = sorted((c for c in calls if c.outcome != "answered" and c.reason), key=lambda c: not c.attempts)
    why = met[0].reason if met else ""
    reason = f"of {len(calls)} call(s), {said}" + (f" ({why})" if why else "")
    return use.model_copy(update={"reason": f"{use.reason}: {reason}" if use.reason else reason})


def _together(first: StageUse, second: StageUse) -> StageUse:
    """One stage in both rounds. It is as much the model's as both were."""
    reasons = dict.fromkeys(r for r in (first.reason, second.reason) if r)
    return StageUse(
        stage=first.stage,
        mode=first.mode if first.mode == second.mode else "mixed",
        reason="; ".join(reasons),
        proposed=first.proposed + second.proposed,
        accepted=first.accepted + second.accepted,
        dropped=dict(sorted((Counter(first.dropped) + Counter(second.dropped)).items())),
    )
