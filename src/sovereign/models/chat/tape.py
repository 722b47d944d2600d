"""Exchanges with models, kept in a folder and played back: one JSON object a line in ``models.jsonl``.

The key of an exchange is the SHA-256 of the model's name, its parameters and the whole prompt. So the order of calls does not matter, and a
prompt that was asked before in the same recording is answered from it: a run and its replay see the same. Keys of servers never get here.
"""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import TypeGuard

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from sovereign.errors import InputError, OutputError
from sovereign.records import CallOutcome
from sovereign.records.base import sha256_hex

from .backend import Backend, Failure

NAME = "models.jsonl"
_MOST_BYTES = 500_000_000
_MOST_COUNT = 10**9


def is_count(number: int | None) -> TypeGuard[int]:
    """Whether a server can have counted so many. A record could not hold any number (RFC 8785: below 2**53)."""
    return number is not None and 0 <= number <= _MOST_COUNT


class Entry(BaseModel):
    """One exchange. ``outcome`` is ``answered`` where there is a text, whether or not it could be used; else why there is none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    model: str
    outcome: CallOutcome = "answered"
    text: str = ""
    reason: str = ""
    too_long: bool = False
    slow: bool = False
    input_tokens: int = 0
    output_tokens: int = 0
    estimated: bool = False
    structured: bool = True
    tries: int = 1

    @field_validator("input_tokens", "output_tokens", "tries")
    @classmethod
    def _counts(cls, number: int) -> int:
        if not is_count(number):
            raise ValueError("no number of tokens or tries")
        return number

    def failure(self) -> Failure:
        return Failure(self.outcome, self.reason, too_long=self.too_long, slow=self.slow)


def key_of(backend: Backend, prompt: bytes) -> str:
    """The key of an exchange."""
    head = json.dumps([backend.name, dict(backend.parameters)], sort_keys=True)
    return sha256_hex(head.encode() + b"\0" + prompt)


class Tape:
    """A folder that exchanges are written to (``replay`` False) or answered from. Safe for threads."""

    def __init__(self, folder: Path, *, replay: bool) -> None:
        self.replay = replay
        self._path = folder / NAME
        self._lock = threading.Lock()
        self._entries, whole = _read(self._path)
        self._begin = b"" if whole else b"\n"  # ends what a killed run left of a line
        if not replay:
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise OutputError(
                    f"{folder} cannot be made: {error.strerror or error}", "Name another folder for the recording."
                ) from error

    def get(self, key: str) -> Entry | None:
        """The answer to a prompt, if there is one; when recording, none that failed: it may go well now."""
        with self._lock:
            entry = self._entries.get(key)
        return entry if entry and (self.replay or entry.outcome == "answered") else None

    def put(self, entry: Entry) -> None:
        """Write an exchange. A line is one write, so a run that is killed leaves no half of one in the middle.

        Raises:
            OutputError: if it cannot be written.
        """
        line = json.dumps(entry.model_dump(exclude_defaults=True), ensure_ascii=True, sort_keys=True) + "\n"
        with self._lock:
            self._entries[entry.key] = entry
            try:
                with self._path.open("ab") as file:
                    file.write(self._begin + line.encode())
                    file.flush()
                    os.fsync(file.fileno())
                self._begin = b""
            except OSError as error:
                raise OutputError(
                    f"{self._path} cannot be written: {error.strerror or error}",
                    "Name another folder for the recording.",
                ) from error


def _read(path: Path) -> tuple[dict[str, Entry], bool]:
    """The exchanges of a file by their keys, the last of each, and whether its last line is whole. No file: none."""
    try:
        if not path.exists():
            return {}, True
        if path.stat().st_size > _MOST_BYTES:
            raise InputError(f"{path} is larger than {_MOST_BYTES:,} bytes.", "Name the folder of another recording.")
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}", "Make it readable.") from error
    entries: dict[str, Entry] = {}
    lines = content.split(b"\n")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            entry = Entry.model_validate_json(line)
        except ValidationError:
            # A killed run leaves a line without an end, and the next one begins a new line after it.
            if not line.endswith(b"}"):
                continue
            raise InputError(
                f"{path} holds no exchange in line {number}.", "Remove the line, or record anew."
            ) from None
        entries[entry.key] = entry
    return entries, content.endswith(b"\n") or not content
