"""The questions that the owner submitted: kept in a file of the home, answered one at a time by a process of its own.

A restart loses none: what waits is asked then, and a run that was cut short goes on after the last stage that ended.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Literal
from uuid import UUID, uuid4

from pydantic import Field, TypeAdapter, ValidationError

from sovereign.errors import InputError, SovereignError, StoreError
from sovereign.kernel import unfinished
from sovereign.kernel.lock import locked
from sovereign.records import Model
from sovereign.sources import LOCAL, require_source
from sovereign.store import write_atomic

from ..context import Site
from .token import FILE_VARIABLE, VARIABLE

State = Literal["waiting", "running", "done", "failed"]
_FILE = "site-questions.json"
_LOCK = "site-questions.lock"
_MOST_WAITING = 50
_KEPT = 200  # questions that are remembered, the newest
_TOLD = 2_000  # characters of what a failed run said
_OUTPUT = 1_000_000  # bytes that a run may write before it is ended
_TICK_SECONDS = 0.25
_PATIENCE_SECONDS = 5.0  # for a run to keep what it has
_RECORD = re.compile(r"^Record: (SRCH:[0-9A-F]{8})\b", re.MULTILINE)


class QuestionIn(Model):
    """A question for the kernel. By default nothing but the library on the owner's machine is asked."""

    question: str = Field(min_length=1, max_length=2_000, description="One technical question.")
    library_only: bool = Field(
        default=True, description="Touch nothing but the library: no server and no language model is asked."
    )
    sources: tuple[str, ...] = Field(
        default=(), max_length=10, description="Sources to search besides, such as arxiv; library_only is false then."
    )
    measure: bool = Field(default=True, description="Run laboratory protocols where a claim can be measured.")


class Question(Model):
    """A submitted question. ``run`` is the id of its run, which becomes that of its record; ``record`` is there when that is;
    ``told`` is the end of what a failed run said."""

    id: UUID
    asked: QuestionIn
    state: State
    submitted_at: str
    ended_at: str | None = None
    run: UUID | None = None
    record: UUID | None = None
    told: str = ""


_LIST = TypeAdapter(tuple[Question, ...])


class Questions:
    """The list of questions of one home, and the thread that has them answered."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._home = site.store.home
        self._lock = threading.Lock()
        self._more = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._held = ExitStack()

    def all(self) -> tuple[Question, ...]:
        """Every question that is remembered, newest first.

        Raises:
            StoreError: if the list cannot be read.
        """
        return tuple(reversed(self._read()))

    def submit(self, asked: QuestionIn) -> Question:
        """Put a question on the list. One that is on it already, and not answered yet, is not put there twice.

        Raises:
            InputError: if it is none that can be asked, too many wait, or another server answers the questions of this home.
            StoreError: if the list cannot be read or written.
        """
        asked = _sound(asked)
        self.start()
        with self._lock:
            there = self._read()
            open_ones = [one for one in there if one.state in ("waiting", "running")]
            if same := next((one for one in open_ones if one.asked == asked), None):
                return same
            if len(open_ones) >= _MOST_WAITING:
                raise InputError(f"{_MOST_WAITING} questions wait already.", "Wait until some of them are answered.")
            new = Question(id=uuid4(), asked=asked, state="waiting", submitted_at=_now())
            self._write((*there, new))
        self._more.set()
        return new

    def start(self) -> None:
        """Begin to have questions answered, those first that an earlier server left.

        Raises:
            InputError: if another server does it.
            StoreError: if the list cannot be read or written.
        """
        with self._lock:
            if self._thread is not None:
                return
            try:
                self._held.enter_context(locked(self._home / _LOCK))
            except BlockingIOError:
                raise InputError(
                    "Another server answers the questions of this home.",
                    "Submit the question there, or stop that server.",
                ) from None
            except OSError as error:
                raise StoreError(
                    f"{self._home} cannot be written: {error.strerror or error}", "Make room there."
                ) from error
            self._stopping.clear()
            self._write(tuple(_left(one) for one in self._read()))
            self._thread = threading.Thread(target=self._work, name="questions", daemon=True)
            self._thread.start()

    def resume(self) -> None:
        """``start``, if anything was left to do. What stands in the way is told on stderr."""
        try:
            if any(one.state in ("waiting", "running") for one in self._read()):
                self.start()
        except SovereignError as error:
            print(f"No question is answered: {error.message} {error.advice}", file=sys.stderr)

    def stop(self) -> None:
        """End the run that goes on, which keeps what it has, and wait for that."""
        self._stopping.set()
        self._more.set()
        if self._thread is not None:
            self._thread.join(2 * _PATIENCE_SECONDS)
            self._thread = None
        self._held.close()

    def _work(self) -> None:
        while not self._stopping.is_set():
            self._more.clear()
            try:
                todo = next((one for one in self._read() if one.state == "waiting"), None)
                if todo is not None:
                    self._answer(todo)
                    continue
            except (SovereignError, OSError) as error:
                # The list stays as it is: a new question, or a new start, tries again.
                print(f"The questions cannot be answered: {error}", file=sys.stderr)
            self._more.wait()

    def _answer(self, todo: Question) -> None:
        """Run the kernel on one question, to the end or until this is stopped."""
        self._change(todo.id, state="running")
        before = {one.begun.id for one in unfinished(self._home)}
        with tempfile.TemporaryFile() as output:
            process = _begun(todo, self._home, output)
            run = todo.run
            while process.poll() is None and not self._stopping.wait(_TICK_SECONDS):
                if run is None and (run := self._run_of(todo, before)):
                    self._change(todo.id, run=run)
                if os.fstat(output.fileno()).st_size > _OUTPUT:
                    break
            if process.poll() is None:
                _end(process)
                if self._stopping.is_set():
                    # It goes on when the next server starts.
                    self._change(todo.id, state="waiting", run=run)
                    return
            said = _end_of(output)
        found = _RECORD.search(said)
        record = self._record(str(run) if run else found.group(1) if found else "")
        if record is not None:
            self._change(todo.id, state="done", run=record, record=record, ended_at=_now())
            with suppress(SovereignError):  # it is taken up at the next look at the ledger
                self._site.catalog.sync(self._site.store)
        else:
            self._change(todo.id, state="failed", run=run, told=said[-_TOLD:], ended_at=_now())

    def _run_of(self, todo: Question, before: set[UUID]) -> UUID | None:
        """The run that the process has begun for a question."""
        wanted = " ".join(todo.asked.question.split())
        return next(
            (
                one.begun.id
                for one in unfinished(self._home)
                if one.begun.id not in before and " ".join(one.begun.question.split()) == wanted
            ),
            None,
        )

    def _record(self, name: str) -> UUID | None:
        try:
            return self._site.store.records.find(name) if name else None
        except SovereignError:
            return None

    def _change(self, question_id: UUID, **fields: object) -> None:
        with self._lock:
            there = self._read()
            self._write(tuple(one.model_copy(update=fields) if one.id == question_id else one for one in there))

    def _read(self) -> tuple[Question, ...]:
        path = self._home / _FILE
        try:
            return _LIST.validate_json(path.read_bytes())
        except FileNotFoundError:
            return ()
        except (OSError, ValidationError) as error:
            why = error.strerror if isinstance(error, OSError) else "it holds no list of questions"
            raise StoreError(f"{path} cannot be read: {why}", "Move it away; records are not in it.") from None

    def _write(self, questions: tuple[Question, ...]) -> None:
        ended = [one for one in questions if one.state in ("done", "failed")]
        dropped = {one.id for one in ended[: max(0, len(questions) - _KEPT)]}
        write_atomic(self._home / _FILE, _LIST.dump_json(tuple(one for one in questions if one.id not in dropped)))


def sound_question(text: str) -> str:
    """A question on one line.

    Raises:
        InputError: if it is empty or is not printed.
    """
    question = " ".join(text.split())
    if not question:
        raise InputError("The question is empty.", "Write one technical question.")
    if not question.isprintable():
        raise InputError("The question holds characters that are not printed.", "Write it without control characters.")
    return question


def _sound(asked: QuestionIn) -> QuestionIn:
    """A question as it can be given to the kernel.

    Raises:
        InputError: if it is empty, is not printed, or its sources do not go with ``library_only``.
    """
    question = sound_question(asked.question)
    try:
        sources = tuple(dict.fromkeys(map(require_source, asked.sources)))
    except SovereignError as error:
        raise InputError(error.message, error.advice) from None
    if asked.library_only and set(sources) - set(LOCAL):
        raise InputError(
            "library_only does not go with sources that are not on this machine.", "Set library_only to false."
        )
    return asked.model_copy(update={"question": question, "sources": sources})


def _begun(todo: Question, home: Path, output: IO[bytes]) -> subprocess.Popen[bytes]:
    """The process that answers a question, or goes on with its run."""
    asked = todo.asked
    if todo.run is not None:
        words = ["resume", str(todo.run)]
    else:
        words = ["ask"]
        # More than to name no source: no server is asked for a model either.
        words += ["--only-library"] if asked.library_only else []
        words += [word for source in asked.sources for word in ("--source", source)]
        words += [] if asked.measure else ["--no-measure"]
        # What follows is no option, whatever it begins with.
        words += ["--", asked.question]
    environment = {name: value for name, value in os.environ.items() if name not in (VARIABLE, FILE_VARIABLE)}
    return subprocess.Popen(
        [sys.executable, "-m", "sovereign.cli", *words],
        env={**environment, "SOVEREIGN_HOME": str(home), "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        # Ctrl-C is for the server, which tells the run itself.
        start_new_session=True,
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a run and what it has started: first as Ctrl-C does, so that it keeps what it has, then for good."""
    for sign in (signal.SIGINT, signal.SIGKILL):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, sign)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_PATIENCE_SECONDS)
            return


def _end_of(output: IO[bytes]) -> str:
    size = output.seek(0, os.SEEK_END)
    output.seek(max(0, size - 4 * _TOLD))
    return output.read().decode("utf-8", "replace")


def _left(question: Question) -> Question:
    """A question that an earlier server left. What ran then waits now."""
    return question.model_copy(update={"state": "waiting"}) if question.state == "running" else question


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
