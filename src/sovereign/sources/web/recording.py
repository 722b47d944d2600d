"""Exchanges on disk, and answers from them alone.

A recording is a folder: ``exchanges.jsonl`` has one line of canonical JSON per request, in the order in which they came to
their end, and ``bodies/`` holds what was answered, by hash. An exchange is what the caller asked and what it got in the
end: redirects, tries and cached answers are behind it, so that a replay does not depend on them. Between them stands what
the clock decided, such as that there was no time to read a work: a replay is quicker, and has to leave out the same.
"""

from __future__ import annotations

import errno
import threading
from collections import defaultdict, deque
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from sovereign.errors import InputError, StoreError
from sovereign.records import Model, canonical_json
from sovereign.store import Artifacts, write_atomic

from .answer import Answer, FetchError
from .request import Request

FILE = "exchanges.jsonl"
_ADVICE = "Restore the folder from a copy, or record again."


class Failed(Model):
    """Why there was no answer."""

    message: str
    advice: str
    status: int | None


class Got(Model):
    """An answer. ``body`` is the SHA-256 of the decompressed bytes."""

    url: str
    status: int
    headers: dict[str, str]
    body: str


class Exchange(Model):
    """One line of a recording. ``sent`` is the SHA-256 of the request's body, empty if it had none.

    ``step`` is the number of the run's step that asked.
    """

    method: str
    url: str
    sent: str
    outcome: Got | Failed
    step: int = 0


class Decision(Model):
    """One line of a recording: what the run decided by the clock, or by what its user had set."""

    decision: str
    value: bool
    step: int


_LINE: TypeAdapter[Exchange | Decision] = TypeAdapter(Exchange | Decision)


def exchanges_in(folder: Path) -> bytes:
    """The list of exchanges of a recording, as it stands in its file; each names its answer by hash.

    Raises:
        StoreError: if it cannot be read.
    """
    try:
        return (folder / FILE).read_bytes()
    except OSError as error:
        raise StoreError(f"the recording {folder} cannot be read: {error.strerror or error}", _ADVICE) from error


class Recorder:
    """Adds to the recording in a folder, so that a resumed run goes on with it. Threads may share it.

    Raises:
        InputError: if the folder cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self._lock = threading.Lock()
        self._bodies = Artifacts(folder / "bodies")
        self._path, self._step = folder / FILE, 0
        self._hole: StoreError | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path = self._path
            # A run that was killed may have left half a line: that exchange never came to its end.
            if path.exists() and (data := path.read_bytes()) and not data.endswith(b"\n"):
                path.write_bytes(data[: data.rfind(b"\n") + 1])
            self._file = path.open("ab", buffering=0)  # a line goes out whole
        except OSError as error:
            raise InputError(
                f"nothing can be recorded in {folder}: {error.strerror or error}", "Name a folder that you may write."
            ) from error

    def begin(self, step: int) -> None:
        """What follows is of that step. What an attempt that was cut short left of it is dropped: it made no part of the record.

        Raises:
            StoreError: if the recording cannot be written.
        """
        with self._lock:
            self._step = step
            try:
                lines = self._path.read_bytes().splitlines(keepends=True)
                kept = [line for line in lines if _LINE.validate_json(line).step < step]
                if len(kept) < len(lines):
                    self._file.close()
                    write_atomic(self._path, b"".join(kept))
                    self._file = self._path.open("ab", buffering=0)
            except (OSError, ValidationError) as error:
                raise StoreError(f"the recording {self._path} cannot be gone on with", _ADVICE) from error

    def require_whole(self) -> None:
        """Raise the error of an exchange that could not be written: whoever asked may have gone on without the answer.

        Raises:
            StoreError: if there is one.
        """
        if self._hole:
            raise self._hole

    def answered(self, request: Request, answer: Answer) -> None:
        """Record an answer.

        Raises:
            StoreError: if it cannot be written: a recording with holes would be none.
        """
        try:
            body = self._bodies.put(answer.body)
        except StoreError as error:
            self._hole = error
            raise
        got = Got(url=answer.url, status=answer.status, headers=dict(answer.headers), body=body)
        self._add(request, got)

    def failed(self, request: Request, error: FetchError) -> None:
        """Record a failure.

        Raises:
            StoreError: if it cannot be written.
        """
        self._add(request, Failed(message=error.message, advice=error.advice, status=error.status))

    def decided(self, step: int, what: str, value: bool) -> None:
        """Record a decision of a step.

        Raises:
            StoreError: if it cannot be written.
        """
        self._write(Decision(decision=what, value=value, step=step))

    def close(self) -> None:
        """Close the file. What ends after this is no part of the run, and is not recorded."""
        with self._lock:
            self._file.close()

    def _add(self, request: Request, outcome: Got | Failed) -> None:
        method, url, sent = request.identity
        self._write(Exchange(method=method, url=url, sent=sent, outcome=outcome, step=self._step))

    def _write(self, entry: Exchange | Decision) -> None:
        line = canonical_json(entry.model_dump(mode="json"))
        try:
            with self._lock:
                if self._file.closed:  # a thread that came to its end after the run's
                    return
                if self._file.write(line + b"\n") != len(line) + 1:
                    raise OSError(errno.ENOSPC, "only a part of a line went out")
        except OSError as error:
            self._hole = StoreError(
                f"the recording cannot be written: {error.strerror or error}",
                "Make room on the disk, and record again.",
            )
            raise self._hole from error


class Player:
    """Answers from a recording. A request that was made several times gets its answers in their order; threads may share it.

    Raises:
        InputError: if there is no recording in the folder, or any part of it is damaged.
    """

    def __init__(self, folder: Path) -> None:
        self._lock = threading.Lock()
        self._bodies = Artifacts(folder / "bodies")
        self._outcomes: dict[tuple[str, str, str], deque[Got | Failed]] = defaultdict(deque)
        self._decisions: dict[tuple[int, str], bool] = {}
        path = folder / FILE
        try:
            lines = path.read_bytes().splitlines()
        except OSError as error:
            raise InputError(
                f"there is no recording in {folder}: {error.strerror or error}", "Name a folder that --record wrote."
            ) from error
        for number, line in enumerate(lines, start=1):
            try:
                exchange = _LINE.validate_json(line)
                if isinstance(exchange, Decision):
                    self._decisions[exchange.step, exchange.decision] = exchange.value
                    continue
                if isinstance(exchange.outcome, Got):
                    self._bodies.get(exchange.outcome.body)
            except ValidationError as error:
                raise InputError(f"the recording is damaged at line {number} of {path}", _ADVICE) from error
            except StoreError as error:
                raise InputError(
                    f"the recording is damaged at line {number} of {path}: {error.message}", _ADVICE
                ) from error
            self._outcomes[exchange.method, exchange.url, exchange.sent].append(exchange.outcome)

    def answer(self, request: Request) -> Answer:
        """What the recording has for a request.

        Raises:
            FetchError: if that was a failure, or the recording has nothing (more) for it.
        """
        with self._lock:
            outcomes = self._outcomes.get(request.identity)
            outcome = outcomes.popleft() if outcomes else None
        if outcome is None:
            raise FetchError(
                f"{request.method} {request.shown} is not in the recording{' once more' if outcomes is not None else ''}",
                "Replay with the question and settings of the recording, or record again.",
            )
        if isinstance(outcome, Failed):
            raise FetchError(outcome.message, outcome.advice, outcome.status)
        return Answer(outcome.url, outcome.status, outcome.headers, self._bodies.get(outcome.body))

    def decided(self, step: int, what: str) -> bool | None:
        """What a step of the recorded run decided; None if it did not."""
        return self._decisions.get((step, what))
