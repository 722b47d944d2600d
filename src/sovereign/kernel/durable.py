"""Durable steps: what a step gave is kept, so that a run that was killed goes on after the last one that ended.

A thin port over DBOS, which only this file and ``kept`` know. Every run has a database of its own, so that two runs never meet
and a run that is over is forgotten by removing its folder. DBOS runs a step that was cut short again: a step must bear
that. Results are kept as JSON of our own types, never as pickles: a file of state that was tampered with must not run code.
"""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar
from uuid import uuid4

from dbos import DBOS, DBOSConfig, Serializer, SetWorkflowID
from pydantic import TypeAdapter
from sqlalchemy import Engine

from sovereign.errors import StoreError

from .kept import Damaged, connected, readable

T = TypeVar("T")
Report = Callable[[str, str], None]

_DATABASE = "steps.db"
_LAUNCH = threading.Lock()  # DBOS is one per process
_QUEUE = "going-on"
_TICK_SECONDS = 0.02
_POLL_SECONDS = 0.2  # what is waited for at most, once, when a run goes on; each look costs a query
_BEGIN_SECONDS = 30.0
_SETTLE_SECONDS = 5.0
_FOREIGN = "DBOS_"  # variables that would steer DBOS past what is written here, up to sending what it does elsewhere


class Stopped(BaseException):
    """The run was asked to stop. No step that had not ended is kept."""


class _Failed(BaseException):
    """Carries the error of a step past DBOS, which takes any ``Exception`` for what the step gave, and keeps it."""


class _Pending(BaseException):
    """Ends the workflow in a way that DBOS takes for a kill: so it stays to be gone on with."""


class _Json(Serializer):
    def serialize(self, data: Any) -> str:
        return json.dumps(data)

    def deserialize(self, serialized_data: str) -> Any:
        return json.loads(serialized_data)

    def name(self) -> str:
        return "json"


@dataclass
class Steps:
    """What a durable body works with. ``seconds`` holds the time of each stage, over all attempts that were kept."""

    report: Report
    seconds: dict[str, float] = field(default_factory=dict)
    stopping: threading.Event = field(default_factory=threading.Event)
    database: Path = Path(_DATABASE)
    number: int = 0  # of the step under way: the same in every attempt

    def step(self, name: str, work: Callable[[], T], kind: Any) -> T:
        """What ``work`` gives, or gave in an earlier attempt. ``kind`` is its type, for reading it back.

        Between steps a body must do the same each time: no clock, no files, no random numbers.

        Raises:
            Damaged: if what it gave earlier cannot be read back, or an earlier attempt did other steps.
            StoreError: if what it gave cannot be kept.
        """
        self.event(name, "")
        self.number += 1
        adapter: TypeAdapter[T] = TypeAdapter(kind)
        fresh: list[T] = []

        def timed() -> str:
            start = time.monotonic()
            try:
                fresh.append(work())
                value = adapter.dump_json(fresh[-1]).decode()
            except Exception as error:
                raise _Failed from error
            return f"{time.monotonic() - start:.3f} {value}"

        with readable(self.database):
            kept: object = DBOS.run_step({"name": name}, timed)
            seconds, _, value = str(kept).partition(" ")
            self.seconds[name] = round(self.seconds.get(name, 0.0) + float(seconds), 3)
            return fresh[-1] if fresh else adapter.validate_json(value)

    def event(self, stage: str, text: str) -> None:
        """Tell what is being done. Here, and in ``check`` and ``sleep``, a run that was asked to stop ends.

        Raises:
            Stopped: if so.
        """
        self.check()
        self.report(stage, text)

    def check(self) -> None:
        """End a run that was asked to stop.

        Raises:
            Stopped: if so.
        """
        if self.stopping.is_set():
            raise Stopped

    def sleep(self, seconds: float) -> None:
        """Wait, but not on after the run was asked to stop.

        Raises:
            Stopped: if so.
        """
        self.stopping.wait(seconds)
        self.check()

    def spent(self) -> float:
        """Seconds of all steps so far. The same in every attempt, so that a body may decide by it."""
        return sum(self.seconds.values())


@dataclass
class _Attempt(Generic[T]):
    """One attempt at a body in this process."""

    body: Callable[[Steps], T]
    steps: Steps
    outcome: list[T] = field(default_factory=list)
    error: BaseException | None = None
    begun: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)


_current: _Attempt[Any] | None = None


@DBOS.workflow(name="run", max_recovery_attempts=None)
def _workflow() -> str:
    attempt = _current
    if attempt is None:  # woken up while its attempt was being put away
        raise _Pending
    attempt.begun.set()
    try:
        attempt.outcome.append(attempt.body(attempt.steps))
    except BaseException as error:
        attempt.error = error.__cause__ if isinstance(error, _Failed) else error
        raise _Pending from None
    finally:
        attempt.over.set()
    return "done"


def run(folder: Path, version: str, body: Callable[[Steps], T], report: Report) -> T:
    """Run ``body`` with durable steps kept in ``folder``; steps that ended in an earlier attempt are not run again.

    Whatever ends the body but its return (an error, Ctrl-C, a kill) leaves the run to be gone on with. The body runs in a
    thread of its own; Ctrl-C stops it at its next event, and is waited for: when this returns or raises, nothing of the body
    works any more, but for an exchange with a host whose answer nobody takes. One run at a time in a process; others wait.

    Raises:
        KeyboardInterrupt: after Ctrl-C, when the body has stopped.
        Damaged: if what is kept in ``folder`` cannot be taken up.
        StoreError: if nothing can be kept in ``folder``, or variables of the environment are in the way.
        BaseException: what the body raised.
    """
    global _current
    if foreign := sorted(name for name in os.environ if name.startswith(_FOREIGN)):
        raise StoreError(
            f"the environment sets {', '.join(foreign)}, which would steer how the steps of a run are kept",
            f"Unset it for this command: env -u {' -u '.join(foreign)} sovereign …",
        )
    database = folder / _DATABASE
    attempt = _Attempt(body, Steps(report, database=database))
    with _LAUNCH, readable(database):
        _current = attempt
        engine = connected(database)
        try:
            _launch(engine, version)
            _start_or_go_on(folder.name)
            _wait(attempt)
            if attempt.error is None:
                _settle(folder.name)
        finally:
            attempt.steps.stopping.set()
            if attempt.begun.is_set():  # a Ctrl-C may have come while it was being started
                _outlast(attempt.over, attempt.steps.stopping)
            _current = None
            DBOS.destroy()
            engine.dispose()
            # It would flush the standard error of this run in the next one, when that may be closed.
            logging.getLogger("dbos").handlers.clear()
    if isinstance(attempt.error, Stopped):
        raise KeyboardInterrupt
    if attempt.error is not None:
        raise attempt.error
    return attempt.outcome[0]


def _launch(engine: Engine, version: str) -> None:
    config: DBOSConfig = {
        "name": "sovereign",
        "system_database_engine": engine,
        "application_version": version,
        # New each time: DBOS would take up by itself, and a second later, what the same executor left.
        "executor_id": uuid4().hex,
        "log_level": "CRITICAL",
        "serializer": _Json(),
        # How long closing waits for its listener, which nothing here uses.
        "notification_listener_polling_interval_sec": _TICK_SECONDS,
    }
    DBOS(config=config)
    DBOS.launch()
    # Kept in the database, so that a later attempt finds it at once.
    DBOS.register_queue(_QUEUE, polling_interval_sec=_POLL_SECONDS)


def _start_or_go_on(run_id: str) -> None:
    if DBOS.get_workflow_status(run_id) is None:
        with SetWorkflowID(run_id):
            DBOS.start_workflow(_workflow)
    else:
        DBOS.resume_workflow(run_id, queue_name=_QUEUE)


def _wait(attempt: _Attempt[T]) -> None:
    """Wait for the body to end; Ctrl-C asks it to.

    Raises:
        Damaged: if what was kept is in a state that DBOS does not take up.
    """
    if not _outlast(attempt.begun, attempt.steps.stopping, _BEGIN_SECONDS):
        raise Damaged(f"{attempt.steps.database} cannot be taken up", "Discard the run, and ask again.")
    _outlast(attempt.over, attempt.steps.stopping)


def _outlast(event: threading.Event, stopping: threading.Event, seconds: float | None = None) -> bool:
    """Wait for ``event``, however often Ctrl-C is pressed; each asks the body to stop. Whether it came in time."""
    while True:
        try:
            return event.wait(seconds)
        except KeyboardInterrupt:
            stopping.set()


def _settle(run_id: str) -> None:
    """Let DBOS write that the workflow is done. If it does not, the next attempt repeats no step and does so."""
    end = time.monotonic() + _SETTLE_SECONDS
    while time.monotonic() < end:
        status = DBOS.get_workflow_status(run_id)
        if status is None or status.status == "SUCCESS":
            return
        time.sleep(_TICK_SECONDS / 10)
