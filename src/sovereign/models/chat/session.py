"""The model of a run: asks it within a budget, reads what it says as a type, keeps what was said, and never raises for its sake."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from time import monotonic

from sovereign.records import CallOutcome, ModelCall
from sovereign.records.base import sha256_hex

from .backend import Backend, Failure, Request
from .budget import Budget
from .exchange import Exchanges, written
from .ports import Prompt, T
from .render import again, halved, render, safe
from .schema import schema_of
from .tape import Entry, Tape
from .typed import Unreadable, typed

ANSWERS = 3  # how often a model may answer one prompt until it fits the schema
IN_A_ROW = 2  # calls that failed for the server's sake, after which it is asked no more


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
        self._failed = 0

    def __call__(self, prompt: Prompt, kind: type[T]) -> T | None:
        """The answer of the model, or None. That a model or its server fails is no exception: the call says what happened."""
        started = monotonic()
        note = _Note(dict(self._exchanges.backend.parameters))
        answer: T | None = None
        outcome: CallOutcome = "answered"
        reason = ""
        prompt = safe(prompt)
        try:
            answer = self._answer(prompt, kind, note)
        except Failure as failure:
            outcome, reason = failure.outcome, failure.reason
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
        self._count(outcome, reason)
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
        schema = schema_of(kind)
        messages = render(prompt, schema)
        note.prompt_hash = self._keep(written(messages))
        answers = 0
        while True:
            with self._lock:
                if self._failed >= IN_A_ROW:
                    raise Failure("unreachable", f"not asked, as {IN_A_ROW} calls in a row had failed")
            seconds = self._exchanges.budget.time()
            entry, replayed = self._exchanges.get(Request(prompt, messages, kind.__name__, schema, seconds))
            note.add(entry, replayed)
            if entry.outcome != "answered":
                if not (entry.too_long and len(prompt.passages) > 1 and "passages" not in note.parameters):
                    raise Failure(entry.outcome, entry.reason)
                prompt = halved(prompt)
                messages = render(prompt, schema)
                note.parameters["passages"] = len(prompt.passages)
                note.prompt_hash = self._keep(written(messages))
                continue
            note.reply_hash = self._keep(entry.text.encode())
            answers += 1
            try:
                return typed(entry.text, kind)
            except Unreadable as error:
                if answers == ANSWERS:
                    raise
                messages = again(messages, entry.text, str(error))

    def _count(self, outcome: CallOutcome, reason: str) -> None:
        """Two calls in a row that failed for the server's sake are enough: nobody waits for a third."""
        with self._lock:
            before = self._failed
            if outcome in ("unreachable", "refused"):
                self._failed += 1
            elif outcome in ("answered", "unreadable"):
                self._failed = 0
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
