"""One prompt to one model and its raw answer: from the recording, or sent, within the budget, again if what failed may pass."""

from __future__ import annotations

import dataclasses
import json
import threading
from collections.abc import Callable
from time import monotonic

from .backend import Backend, Failure, Message, Request
from .budget import LEAST_SECONDS, Budget, estimate
from .room import Room, room
from .tape import Entry, Tape, is_count, key_of

TRIES = 4  # how often a request is sent that fails in a way that may pass
WAIT = 20.0  # seconds at most between two of them, whatever the server asks for


def written(messages: tuple[Message, ...]) -> bytes:
    """A prompt as it is kept and hashed: JSON, a list of turns."""
    return json.dumps([m._asdict() for m in messages], ensure_ascii=False, indent=1).encode()


class Exchanges:
    """A model, its budget and its recording. ``get`` is safe for several threads."""

    def __init__(self, backend: Backend, budget: Budget, tape: Tape | None, sleep: Callable[[float], None]) -> None:
        self.backend, self.budget = backend, budget
        self._tape, self._sleep = tape, sleep
        self._structured = True  # until the server says that it knows no schemas
        self._room: Room | None = None
        self._lock = threading.Lock()

    def room(self) -> Room:
        """What the model bears now. The server is asked once; a recording keeps what it said, as prompts depend on it."""
        with self._lock:
            if self._room is None:
                key = key_of(self.backend, b"context")
                kept = self._tape.get(key) if self._tape else None
                context = self.backend.context() if kept is None else kept.input_tokens
                if self._tape and not self._tape.replay and kept is None and context:
                    self._tape.put(Entry(key=key, model=self.backend.name, input_tokens=context, tries=0))
                self._room = room(context, self.backend.most_output)
            return self._room

    def shrink(self) -> None:
        """Ask for half as much from now on: the model took too long."""
        half = self.room().halved
        with self._lock:
            self._room = half

    def get(self, request: Request) -> tuple[Entry, bool]:
        """The answer, or how there was none, and whether it comes from the recording.

        Raises:
            Failure: if nothing was asked: no budget is left, or a replay holds no answer.
        """
        key = key_of(self.backend, written(request.messages))
        stage = request.prompt.stage
        reserved = (estimate("".join(m.text for m in request.messages)), request.most_output)
        self.budget.reserve(stage, *reserved)  # also in a replay, so that it ends where the run did
        used, started = (0, 0), monotonic()
        try:
            entry, recorded = self._tape.get(key) if self._tape else None, True
            if not entry:
                if self._tape and self._tape.replay:
                    raise Failure("unrecorded", "the recording holds no answer to this prompt")
                entry, recorded = self._sent(key, dataclasses.replace(request, structured=self._structured)), False
            used = (entry.input_tokens, entry.output_tokens)
        finally:
            self.budget.settle(reserved, used)
            self.budget.took(stage, monotonic() - started)
        if self._tape and not recorded:
            self._tape.put(entry)
        return entry, recorded

    def _sent(self, key: str, request: Request) -> Entry:
        """The answer of the model, or the last failure. What a server may have counted of a try that failed is counted, too."""
        asked = estimate("".join(m.text for m in request.messages))
        lost = tries = 0
        while True:
            tries += 1
            entry = Entry(key=key, model=self.backend.name, structured=request.structured, tries=tries)
            try:
                reply = self.backend.send(request)
            except Failure as failure:
                lost += asked if failure.sent else 0
                if failure.no_schema and request.structured:
                    self._structured = False
                    request = dataclasses.replace(request, structured=False)
                elif failure.again and tries < TRIES and self._waited(failure, tries):
                    request = dataclasses.replace(request, seconds=min(request.seconds, self.budget.seconds_left()))
                else:
                    return entry.model_copy(
                        update={
                            "outcome": failure.outcome,
                            "reason": failure.reason,
                            "too_long": failure.too_long,
                            "slow": failure.slow,
                            "input_tokens": lost,
                            "estimated": lost > 0,
                        }
                    )
            else:
                counted = is_count(reply.input_tokens) and is_count(reply.output_tokens)
                tokens = reply.input_tokens if is_count(reply.input_tokens) else asked
                said = reply.output_tokens if is_count(reply.output_tokens) else estimate(reply.text)
                return entry.model_copy(
                    update={
                        "text": reply.text,
                        "input_tokens": lost + tokens,
                        "output_tokens": said,
                        "estimated": not counted or lost > 0,
                    }
                )

    def _waited(self, failure: Failure, tries: int) -> bool:
        """Wait before the next try, if the time of the run allows it."""
        seconds = min(WAIT, failure.wait or 2.0 ** (tries - 1) / 2)
        if seconds + LEAST_SECONDS >= self.budget.seconds_left():
            return False
        self._sleep(seconds)
        return True
