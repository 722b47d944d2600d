"""Verification of a ledger from its raw rows. Whatever a row holds, it gives a problem, never a traceback."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import ValidationError, computed_field

from ..records import GENESIS, Event, LedgerHead, Model, canonical_json, sha256_hex

Row = Mapping[Any, Any]


class LedgerProblem(Model):
    """What is wrong with one event. ``seq`` is None, and ``kind`` is ``"?"``, where the event does not say it."""

    seq: int | None
    kind: str
    what: str


class LedgerReport(Model):
    """What a verification found.

    ``count`` is the number of events that are there and ``head`` what the ledger itself ends in; ``beyond_head``
    counts the events after the head that it was held against: they are consistent, but nothing vouches for them.
    ``self_consistent_only`` says that there was no head to hold the ledger against.
    """

    status: Literal["verified", "self_consistent_only", "broken"]
    count: int
    head: LedgerHead
    beyond_head: int
    problems: tuple[LedgerProblem, ...]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def ok(self) -> bool:
        """Whether no problem was found. It does not say that there was a head: ``status`` does."""
        return self.status != "broken"


def sound_event(row: Row) -> tuple[Event | None, str]:
    """The event that a raw row holds, if its content fits its hash; else None and what is wrong."""
    try:
        payload = json.loads(row["payload"])
        event = Event.model_validate({**row, "payload": payload}, strict=True)
    except ValidationError as error:
        columns = dict.fromkeys(str(e["loc"][0]) for e in error.errors(include_url=False))
        return None, f"it cannot be read: wrong content in {', '.join(columns)}"
    except (TypeError, ValueError, RecursionError):
        return None, "its payload is not JSON: it was changed"
    if _is_as_written(event, row["payload"]):
        return event, ""
    try:
        computed, written = event.computed_hash(), canonical_json(payload).decode()
    except (ValueError, RecursionError):
        return None, "its content cannot be hashed: it was changed"
    if computed != event.hash:
        return None, "the hash of its content differs from the hash that it carries: it was changed"
    if written != row["payload"]:
        return None, "its payload means what was hashed, but is not written so: it was changed"
    return event, ""


def _is_as_written(event: Event, payload: str) -> bool:
    """Whether an event is surely sound: its payload stands as our writer writes it, and the hash is over that very text.

    Nearly all are, and this is four times as fast as making the canonical form twice, which every other one is held against.
    """
    try:
        if _ENCODE(event.payload) != payload:
            return False
        at, kind, prev_hash, subject = map(_ENCODE, (event.at, event.kind, event.prev_hash, event.subject))
        hashed = f'{{"at":{at},"kind":{kind},"payload":{payload},"prev_hash":{prev_hash},"seq":{event.seq},"subject":{subject}}}'
        return payload.isascii() and sha256_hex(hashed.encode("utf-8")) == event.hash
    except (TypeError, ValueError, RecursionError):
        return False


_ENCODE = json.JSONEncoder(ensure_ascii=False, check_circular=False, sort_keys=True, separators=(",", ":")).encode


def audit(rows: Iterable[Row], head: LedgerHead | None) -> LedgerReport:
    """Check raw rows, in the order of their ``seq``, against one another and against ``head``."""
    problems: list[LedgerProblem] = []
    last = LedgerHead(count=0, hash=GENESIS)
    count = 0
    at_head: LedgerProblem | None = None
    for row in rows:
        count += 1
        seq = row["seq"] if type(row["seq"]) is int else None
        kind, own_hash = _shown(row["kind"]), _shown(row["hash"])
        problems += (LedgerProblem(seq=seq, kind=kind, what=what) for what in _row_problems(row, seq, last))
        if head is not None and seq == head.count and own_hash != head.hash:
            what = f"its hash is {own_hash}, the head says {head.hash}: it, or events before it, were rewritten"
            at_head = LedgerProblem(seq=seq, kind=kind, what=what)
        last = LedgerHead(count=last.count + 1 if seq is None else seq, hash=own_hash)
    if at_head:
        problems.append(at_head)
    problems += _tail_problems(last, head)

    # A head that counts nothing vouches for nothing.
    held = head is not None and (head.count > 0 or count == 0)
    return LedgerReport(
        status="broken" if problems else "verified" if held else "self_consistent_only",
        count=count,
        head=last,
        beyond_head=max(0, last.count - head.count) if head else 0,
        problems=tuple(problems),
    )


def _row_problems(row: Row, seq: int | None, last: LedgerHead) -> Iterable[str]:
    """All that is wrong with one row that follows ``last``."""
    if seq is None:
        yield f"its seq is {_shown(row['seq'])!r}, not a whole number"
    elif seq <= last.count:
        yield f"its seq is {seq}, after an event of seq {last.count}"
    elif seq > last.count + 1:
        first, end = last.count + 1, seq - 1
        yield (
            f"event {first} is missing before it" if first == end else f"events {first} to {end} are missing before it"
        )
    elif _shown(row["prev_hash"]) != last.hash:
        yield "it does not follow the event before it: one of the two was changed, replaced or moved"

    event, wrong = sound_event(row)
    if event is None:
        yield wrong


def _tail_problems(last: LedgerHead, head: LedgerHead | None) -> Iterable[LedgerProblem]:
    """What the head says of events that are not there."""
    if head is None:
        return
    if head.count < 0 or (head.count == 0 and head.hash != GENESIS):
        yield LedgerProblem(seq=None, kind="?", what="the head that the ledger is held against is not one")
    elif last.count < head.count:
        what = f"the head counts {head.count} events, the ledger ends at {last.count}: its tail was cut"
        yield LedgerProblem(seq=last.count + 1, kind="?", what=what)


def _shown(value: object) -> str:
    """A raw value as text that can be printed, whatever it is."""
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else repr(value)
