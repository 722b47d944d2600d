"""One prompt to one model and its raw answer: from the recording, or sent, within the budget, again if what failed may pass."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable

from .backend import Backend, Failure, Message, Request
from .budget import LEAST_SECONDS, Budget, estimate
from .tape import Entry, Tape, key_of

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

    def get(self, request: Request) -> tuple[Entry, bool]:
        """The answer, or how there was none, and whether it comes from the recording.

        Raises:
            Failure: if nothing was asked: no budget is left, or a replay holds no answer.
        """
        key = key_of(self.backend, written(request.messages))
        if self._tape and (entry := self._tape.get(key)):
            self.budget.reserve(entry.input_tokens, entry.output_tokens)  # so that a replay ends where the run did
            return entry, True
        if self._tape and self._tape.replay:
            raise Failure("unrecorded", "the recording holds no answer to this prompt")
        entry = self._sent(key, dataclasses.replace(request, structured=self._structured))
        if self._tape:
            self._tape.put(entry)
        return entry, False

    def _sent(self, key: str, request: Request) -> Entry:
        reserved = (estimate("".join(m.text for m in request.messages)), self.backend.most_output)
        self.budget.reserve(*reserved)
        used, tries = (0, 0), 0
        try:
            while True:
                tries += 1
                try:
                    reply = self.backend.send(request)
                except Failure as failure:
                    used = (used[0] + reserved[0] if failure.sent else used[0], 0)
                    if failure.no_schema and request.structured:
                        self._structured = False
                        request = dataclasses.replace(request, structured=False)
                    elif not (failure.again and tries < TRIES and self._waited(failure, tries)):
                        return Entry(
                            key=key,
                            model=self.backend.name,
                            outcome=failure.outcome,
                            reason=failure.reason,
                            too_long=failure.too_long,
                            input_tokens=used[0],
                            estimated=used[0] > 0,
                            structured=request.structured,
                            tries=tries,
                        )
                    else:
                        request = dataclasses.replace(request, seconds=self.budget.time())
                    continue
                asked = reserved[0] if reply.input_tokens is None else reply.input_tokens
                used = (
                    used[0] + asked,
                    estimate(reply.text) if reply.output_tokens is None else reply.output_tokens,
                )
                return Entry(
                    key=key,
                    model=self.backend.name,
                    text=reply.text,
                    input_tokens=used[0],
                    output_tokens=used[1],
                    estimated=reply.input_tokens is None or reply.output_tokens is None,
                    structured=request.structured,
                    tries=tries,
                )
        finally:
            self.budget.settle(reserved, used)

    def _waited(self, failure: Failure, tries: int) -> bool:
        """Wait before the next try, if the time of the run allows it."""
        seconds = min(WAIT, failure.wait or 2.0 ** (tries - 1) / 2)
        if seconds + LEAST_SECONDS >= self.budget.seconds_left():
            return False
        self._sleep(seconds)
        return True
