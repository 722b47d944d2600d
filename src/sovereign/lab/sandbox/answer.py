"""What came out of a task's process, judged: a result, or an error that says what to do. Every byte of it is hostile."""

from __future__ import annotations

import json
import re
import signal
import unicodedata
from typing import Any, NamedTuple, NoReturn

from sovereign.errors import LabError
from sovereign.records import canonical_json

from .task import Isolation, Outcome, Task

_LONGEST = 400
_ESCAPE = re.compile(r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b.")


class Answer(NamedTuple):
    """What a process gave. ``data``: what it wrote as its answer, or None if it never ended its line.

    ``ending``: why the caller ended it, if it did; else ``code`` is its exit status, as shells tell it.
    """

    data: bytes | None
    held: frozenset[str]
    seconds: float
    code: int | None
    ending: str | None
    last: str


def clean(text: str, longest: int = _LONGEST) -> str:
    """One line that does nothing to a terminal: no control character, no escape sequence, not too long."""
    text = _ESCAPE.sub("", text[: 4 * longest])
    text = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 1] + "…"


def outcome_of(task: Task, answer: Answer, isolation: Isolation) -> Outcome:
    """The outcome of a task.

    Raises:
        LabError: if it gave none.
    """
    if answer.ending is not None or answer.data is None:
        _explain(task, answer)
    try:
        told = json.loads(answer.data)
        failed = told.get("failed")
        if failed is None:
            result, peak = told["result"], told["peak_bytes"]
            if not isinstance(result, dict) or type(peak) is not int:
                raise TypeError("it is no object")
            canonical_json(result)  # refuses NaN, whole numbers that floats cannot hold, and broken text
            return Outcome(result=result, isolation=isolation, seconds=answer.seconds, peak_bytes=peak)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError) as error:
        told, failed = {"message": str(error)}, "invalid"
    _refuse(task, str(failed), told)


def _refuse(task: Task, failed: str, told: dict[str, Any]) -> NoReturn:
    message = clean(str(told.get("message", "")))
    if failed == "memory":
        raise _too_much_memory(task)
    if failed == "raised":
        raise LabError(f"{task.entry} failed: {message}", "Mend the protocol, or what it was given.")
    raise LabError(
        f"{task.entry} returned no result that can be kept: {message}",
        "A protocol returns a dict of plain JSON: finite numbers, whole ones below 2^53.",
    )


def _explain(task: Task, answer: Answer) -> NoReturn:
    """Raise for a process that gave no answer."""
    limits = task.limits
    said = f"; the last that it said: {clean(answer.last)}" if answer.last else ""
    if answer.ending == "time":
        raise LabError(
            f"{task.entry} was stopped: it took longer than its {limits.seconds:g} s{said}",
            "Raise the limit on seconds, or give it less to do.",
        )
    if answer.ending == "output":
        raise LabError(
            f"{task.entry} was stopped: its result is larger than {limits.output_bytes:,} bytes",
            "Raise the limit on output_bytes, or let the protocol write to its folder.",
        )
    if answer.ending == "memory":
        raise _too_much_memory(task)
    if answer.code is not None and 128 < answer.code <= 128 + signal.NSIG:
        number = answer.code - 128
        name = signal.strsignal(number) or f"signal {number}"
        raise LabError(
            f"{task.entry} crashed: {name} (signal {number}){said}",
            "It may have needed more memory, processor time or disk than it may use; if not, mend the protocol.",
        )
    raise LabError(
        f"{task.entry} ended without a result (exit status {answer.code}){said}",
        "A protocol returns a dict; one that ends its own process returns nothing.",
    )


def _too_much_memory(task: Task) -> LabError:
    return LabError(
        f"{task.entry} needed more memory than its {task.limits.memory_bytes / 1e6:,.0f} MB",
        "Raise the limit on memory_bytes, or give it less to do.",
    )
