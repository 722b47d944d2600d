"""The model of a run: asks it within a budget, reads what it says as a type, keeps what was said, and never raises for its sake."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any

from sovereign.records import CallOutcome, ModelCall
from sovereign.records.base import sha256_hex

from .backend import Backend, Failure, Message, Request
from .budget import Budget
from .exchange import Exchanges, written
from .ports import Prompt, T
from .render import again, halved, render, safe
from .room import fitted, form
from .tape import Entry, Tape
from .typed import Unreadable, typed

BRIEF_ANSWERS = 2  # the same, of a model with little room
ANSWERS = 3  # how often a model may answer one prompt until it fits the schema
IN_A_ROW = 2  # calls that failed for the server's sake, after which it is asked no more
SLOW_IN_A_ROW = 4  # the same, of calls that only took too long, of a model that has answered before


class Assistant:
    """A model as a run holds it: callable as ``Ask``, by several threads at once.

    ``keep`` puts the text of a prompt or an answer into the store and gives its SHA-256; ``tell`` says to a person what happened.
    """

    def __init__(
        self,
        backend: Backend,
        budget: Budget,
        tape: Tape | None,
        keep: Callable[[bytes], str] | None,
        tell: Callable[[str], None],
        sleep: Callable[[float], None],
    ) -> None:
        self.name = backend.name
        self._exchanges = Exchanges(backend, budget, tape, sleep)
        self._keep = keep or sha256_hex
        self._tell = tell
        self._lock = threading.Lock()
        self._calls: list[ModelCall] = []
        self._failed = 0.0  # calls in a row, in parts of ``IN_A_ROW``
        self._answered = False

    def __call__(self, prompt: Prompt, kind: type[T]) -> T | None:
        """The answer of the model, or None. That a model or its server fails is no exception: the call says what happened."""
        started = monotonic()
        note = _Note(dict(self._exchanges.backend.parameters))
        answer: T | None = None
        outcome: CallOutcome = "answered"
        reason, worth = "", 0.0
        prompt = safe(prompt)
        try:
            answer = self._answer(prompt, kind, note)
        except Failure as failure:
            outcome, reason = failure.outcome, failure.reason
            worth = self._worth(failure)
        except Unreadable as error:
            outcome, reason = "unreadable", str(error)
        call = ModelCall(
            stage=prompt.stage,
            role=prompt.role,
            model=self.name,
            prompt_hash=note.prompt_hash,
            parameters=note.parameters,
            outcome=outcome,
            reason=reason,
            reply_hash=note.reply_hash,
            input_tokens=note.input_tokens if note.attempts else None,
            output_tokens=note.output_tokens if note.attempts else None,
            cost=self._exchanges.budget.limits.cost(note.input_tokens, note.output_tokens) if note.attempts else None,
            seconds=round(monotonic() - started, 3),
            attempts=note.attempts,
            replayed=note.replayed,
        )
        with self._lock:
            self._calls.append(call)
        self._count(outcome, reason, worth)
        return answer

    def remember(self, calls: Iterable[ModelCall]) -> None:
        """Count the calls of an earlier attempt of this run: going on with a run is no way to a second budget."""
        self._exchanges.budget.remember(calls)

    def taken(self) -> tuple[ModelCall, ...]:
        """The calls since the last taking, in an order that does not depend on threads."""
        with self._lock:
            calls, self._calls = self._calls, []
        return in_order(calls)

    def _answer(self, prompt: Prompt, kind: type[T], note: _Note) -> T:
        space = self._exchanges.room()
        schema = form(kind, space)
        whole, prompt = prompt, fitted(prompt, schema, space)
        if len(prompt.passages) < len(whole.passages):
            note.parameters["passages"] = len(prompt.passages)
        if space.output < self._exchanges.backend.most_output:
            note.parameters["max_tokens"] = space.output
        messages = self._rendered(prompt, schema, note)
        answers = 0
        while True:
            entry = self._entry(Request(prompt, messages, kind.__name__, schema, 0, space.output), note)
            if entry.outcome != "answered":
                if not (entry.too_long and len(prompt.passages) > 1):
                    raise entry.failure()
                prompt = halved(prompt)
                note.parameters["passages"] = len(prompt.passages)
                messages = self._rendered(prompt, schema, note)
                continue
            note.reply_hash = self._keep(entry.text.encode())
            answers += 1
            try:
                return typed(entry.text, kind)
            except Unreadable as error:
                if answers == (BRIEF_ANSWERS if space.brief else ANSWERS):
                    raise
                if space.brief:  # most likely it was cut off: the least is asked for
                    note.parameters["items"] = 1
                    schema = form(kind, space, items=1)
                    messages = self._rendered(prompt, schema, note)
                else:
                    messages = again(messages, entry.text, str(error))
                    if not space.holds(messages):
                        raise

    def _rendered(self, prompt: Prompt, schema: dict[str, Any], note: _Note) -> tuple[Message, ...]:
        messages = render(prompt, schema)
        note.prompt_hash = self._keep(written(messages))
        return messages

    def _entry(self, request: Request, note: _Note) -> Entry:
        """One exchange, in the time that it may take now."""
        with self._lock:
            if self._failed >= IN_A_ROW:
                raise Failure("unreachable", "not asked, as too many calls in a row had failed")
        budget = self._exchanges.budget
        request = replace(request, seconds=budget.time(request.prompt.stage))
        entry, replayed = self._exchanges.get(request)
        note.add(entry, replayed)
        if entry.slow and request.seconds < budget.limits.seconds:  # it did not have what a call is given
            raise Failure("budget", f"cut short, as the time for it was over: {entry.reason}")
        return entry

    def _worth(self, failure: Failure) -> float:
        """How much a failure weighs: one too long for the model nothing, as another prompt may do."""
        if failure.too_long:
            return 0.0
        if failure.slow:
            self._exchanges.shrink()
        return IN_A_ROW / SLOW_IN_A_ROW if failure.slow and self._answered else 1.0

    def _count(self, outcome: CallOutcome, reason: str, worth: float) -> None:
        """Two calls in a row that failed for the server's sake are enough: nobody waits for a third."""
        with self._lock:
            before = self._failed
            if outcome in ("unreachable", "refused"):
                self._failed += worth
            elif outcome in ("answered", "unreadable"):
                self._failed, self._answered = 0.0, True
            told = before < IN_A_ROW <= self._failed
        if told:
            self._tell(f"{self.name} is asked no more, and the run goes on without it: {reason}")


def in_order(calls: Iterable[ModelCall]) -> tuple[ModelCall, ...]:
    """Calls by stage, role and prompt: the same order whichever thread was faster."""
    return tuple(sorted(calls, key=lambda call: (call.stage, call.role, call.prompt_hash, call.outcome)))


@dataclass
class _Note:
    """What is known of a call while it goes on."""

    parameters: dict[str, str | int | float]
    prompt_hash: str = ""
    reply_hash: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    attempts: int = 0
    replayed: bool = field(default=False)

    def add(self, entry: Entry, replayed: bool) -> None:
        self.input_tokens += entry.input_tokens
        self.output_tokens += entry.output_tokens
        self.attempts += entry.tries
        self.replayed |= replayed
        if not entry.structured:
            self.parameters["format"] = "words"
        if entry.estimated:
            self.parameters["tokens"] = "estimated"
