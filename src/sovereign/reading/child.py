"""Reading in child processes: a file that hangs a reader, or eats all memory, ends a child and nothing else."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from typing import Generic, Literal, NamedTuple, TypeVar

from sovereign.records import Document

from .bibliography import Bibliography
from .errors import ReadError
from .limits import Limits
from .projects import Project

T = TypeVar("T")
_TICK_SECONDS = 0.2
_MOST_CHILDREN = 4
# What a child may answer: JSON of a text with all its offsets stays below this, in bytes for each character of text.
_BYTES_PER_CHAR = 60
_LEAST_ANSWER = 10_000_000
_LONGEST_HEADER = 100_000


Found = Document | Bibliography | Project


def _no_other(name: str) -> bytes:
    raise ReadError(f"{name}: no other file may be read", "")


class Task(NamedTuple):
    """Bytes to be read, under the name that messages give them: one document, a list of works, or a LaTeX file.

    ``load`` gives the files that LaTeX takes in, by their names as seen from ``name``, or raises ``ReadError``.
    """

    data: bytes
    location: str
    kind: Literal["document", "list", "latex"] = "document"
    name: str = ""
    load: Callable[[str], bytes] = _no_other


class Result(NamedTuple, Generic[T]):
    """What became of a task; ``about`` is whatever came with it."""

    about: T
    found: Found | ReadError


class Child:
    """One child process, started when it is first needed and again after it had to be killed. For one thread at a time."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._process: subprocess.Popen[bytes] | None = None

    def read(self, task: Task) -> Found:
        """What the task's bytes hold.

        Raises:
            ReadError: as ``read_bytes``, and if reading takes too long, needs too much memory, or ends the child.
        """
        try:
            process = self._process or self._start()
        except OSError as error:
            raise ReadError(
                f"{task.location}: no reader can be started ({error.strerror})", "Try again.", passing=True
            ) from None
        late = threading.Event()

        def kill() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(self.limits.max_read_seconds, kill)
        timer.start()
        try:
            header, body = self._exchange(process, task)
            if "error" not in header:
                return _MODELS[task.kind].model_validate_json(body)
        # A reader that was taken over by a hostile file may say anything: what is no document is a reader that was lost.
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            self.close()
            raise self._lost(task.location, late.is_set()) from None
        finally:
            timer.cancel()
        if header.get("last"):
            self.close()
        raise ReadError(str(header["error"]), str(header.get("advice", "")))

    def close(self) -> None:
        """End the process, whatever it is doing."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-P", "-m", "sovereign.reading.worker", self.limits.model_dump_json()]
        # The child finds the package where this process found it.
        env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=nothing, env=env)
        return self._process

    def end(self) -> None:
        """Kill the process from another thread; whoever waits for its answer gets an error."""
        if self._process is not None:
            self._process.kill()

    def _exchange(self, process: subprocess.Popen[bytes], task: Task) -> tuple[dict[str, object], bytes]:
        """Send a task and take the answer.

        Raises:
            OSError: if the child ended.
            ValueError, KeyError, TypeError, AttributeError: if its answer is no answer.
        """
        answers = process.stdout
        assert answers is not None
        line = {"task": task.kind, "location": task.location, "name": task.name, "size": len(task.data)}
        _send(process, line, task.data)
        while "want" in (header := json.loads(answers.readline(_LONGEST_HEADER))):
            try:
                data = task.load(str(header["want"]))
            except ReadError as error:
                _send(process, {"error": error.message}, b"")
            else:
                _send(process, {"size": len(data)}, data)
        most = max(_LEAST_ANSWER, self.limits.max_document_chars * _BYTES_PER_CHAR)
        size = header.get("size", 0)
        if not 0 <= size <= most:
            raise ValueError(size)
        body = answers.read(size)
        if len(body) != size:
            raise BrokenPipeError
        return header, body

    def _lost(self, location: str, late: bool) -> ReadError:
        if late:
            return ReadError(
                f"{location}: reading it took longer than {self.limits.max_read_seconds:g} s and was stopped",
                "Raise max_read_seconds if you trust the file, or save it in another form.",
                passing=True,
            )
        return ReadError(
            f"{location}: the reader broke down over it; the file is damaged, or needs more than "
            f"{self.limits.max_read_megabytes} MB of memory",
            "Raise max_read_megabytes if you trust the file, or save it in another form.",
            passing=True,
        )


def _send(process: subprocess.Popen[bytes], header: dict[str, object], data: bytes) -> None:
    assert process.stdin is not None
    process.stdin.write(json.dumps(header).encode() + b"\n" + data)
    process.stdin.flush()


def read_each(
    tasks: Iterable[tuple[T, Task]], limits: Limits, waiting: Callable[[], None] = lambda: None
) -> Iterator[Result[T]]:
    """The results of tasks, in their order, read by as many children as there are cores.

    ``tasks`` is asked for a few at a time, so that few files are held in memory. ``waiting`` is called several times a
    second while a slow file is waited for, and may raise to give up; the children are ended then.
    """
    most = min(_MOST_CHILDREN, os.cpu_count() or 1)
    busy: set[Child] = set()

    def read(task: Task) -> Found | ReadError:
        child = _child(limits)
        busy.add(child)
        try:
            return child.read(task)
        except ReadError as error:
            return error
        finally:
            busy.discard(child)
            _idle.append(child)

    queue: deque[tuple[T, Future[Found | ReadError]]] = deque()

    def first() -> Result[T]:
        about, future = queue.popleft()
        while True:
            try:
                return Result(about, future.result(_TICK_SECONDS))
            except NotYet:
                waiting()

    pool = ThreadPoolExecutor(most)
    try:
        for about, task in tasks:
            queue.append((about, pool.submit(read, task)))
            if len(queue) > 2 * most:
                yield first()
        while queue:
            yield first()
    finally:
        for _, future in queue:
            future.cancel()
        for child in list(busy):
            child.end()
        pool.shutdown()


def read_one(task: Task, limits: Limits, waiting: Callable[[], None] = lambda: None) -> Document:
    """The document of one task, read in a child. ``waiting`` is called meanwhile as in ``read_each``, and may raise to give up.

    Raises:
        ReadError: as ``Child.read``.
    """
    ((_, found),) = read_each([(None, task)], limits, waiting)
    if isinstance(found, ReadError):
        raise found
    document = found.document if isinstance(found, Project) else found
    assert isinstance(document, Document)
    return document


# Children that wait for work: starting one costs more than reading most files.
_idle: deque[Child] = deque()
_MODELS: dict[str, type[Document] | type[Bibliography] | type[Project]] = {
    "document": Document,
    "list": Bibliography,
    "latex": Project,
}


def _child(limits: Limits) -> Child:
    """A child with these limits, to be put back into ``_idle``."""
    for _ in range(len(_idle)):
        try:
            child = _idle.popleft()
        except IndexError:  # another thread took it
            break
        if child.limits == limits:
            return child
        child.close()
    return Child(limits)


@atexit.register
def _end_all() -> None:
    while _idle:
        _idle.pop().close()


# The pipes of a child are for one process only.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_idle.clear)
