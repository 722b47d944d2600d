"""Corrections of a published record. Each is added and makes a new version; the versions before stay as they are.

What a correction asks for is checked first; then the record is made anew (``corrected``), what differs is worked out by comparing the two
versions, and the new version is stored with its events in one transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from sovereign.contracts.levels import REASSESSED, WITHDRAWN, standing_events
from sovereign.contracts.published import CORRECTED
from sovereign.errors import InputError
from sovereign.lab.reproduce import gated_event
from sovereign.records import Claim, Correction, CorrectionType, Event, Paper, Record, canonical_json, sha256_hex
from sovereign.store import NewEvent, Store

from .corrected import made_anew
from .events import claim_events
from .inputs import inputs_of
from .pointers import differences, set_fields
from .stages import speaks_for

RESTORED = "claim.restored"
"""Kind of the event of a claim that stands again after a correction withdrew it, on the claim."""

_OF_CLAIMS: tuple[CorrectionType, ...] = ("CLAIM", "BENCHMARK")
_OF_PAPERS: tuple[CorrectionType, ...] = ("METADATA", "PROVENANCE")
_LONGEST_NOTE = 4_000  # characters
_EARNED = ("claim.anchored", "claim.supported", "claim.corroborated", "claim.cited")
_RUN = ("claim.inspected", "claim.executed", "claim.falsified", "claim.measured", "claim.reproduced")


class Change(NamedTuple):
    """What a correction asks for. ``sets`` are of the form ``/papers/3/year=2024``."""

    claims: tuple[str, ...] = ()
    measurements: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    restores: tuple[str, ...] = ()


class _Asked(NamedTuple):
    """A change that can be made: what is withdrawn and restored, the papers as they then are, and the pointers that were named."""

    claims: tuple[str, ...]
    measurements: tuple[str, ...]
    restores: tuple[str, ...]
    undoes: tuple[int, ...]
    papers: tuple[Paper, ...]
    named: tuple[str, ...]


def correct(store: Store, name: str, kind: CorrectionType, note: str, by: str, change: Change = Change()) -> Record:  # noqa: B008
    """The new version of a record, stored.

    Raises:
        NotFound: if no record, or more than one, goes by that name.
        InputError: if the note is empty, the change is none that this type makes, names what is not there, or changes nothing.
        StoreError: if a version is missing or changed, somebody else corrected the record at the same time, or the store cannot be written.
        LedgerBroken: if the ledger does not agree with the store.
    """
    note = " ".join(note.split())
    if not note:
        raise InputError("The note is empty.", "Say in a few words what was wrong: the note is public, and stays.")
    if len(note) > _LONGEST_NOTE:
        raise InputError(f"The note has more than {_LONGEST_NOTE:,} characters.", "Write a shorter one.")
    if not note.isprintable():
        raise InputError("The note holds characters that are not printed.", "Write it without control characters.")
    newest = store.records.load(name)
    first = store.records.load(newest.id, store.records.versions(newest.id)[0].version)
    events = store.ledger.events(str(newest.id))
    _must_be_the_newest(newest, events)
    asked = _asked(newest, first, kind, change)
    draft = Correction(
        event_id=f"{newest.id}/corrections/{len(newest.corrections) + 1}",
        number=len(newest.corrections) + 1,
        type=kind,
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        by=by,
        note=note,
        affected_fields=(),
        claim_ids=asked.claims,
        measurement_ids=asked.measurements,
        restored_ids=asked.restores,
        undoes=asked.undoes,
        from_version=newest.version,
        to_version=newest.version + 1,
        from_hash=newest.content_hash,
    )
    inputs = inputs_of(newest.id, events, store.artifacts.get)
    new = made_anew(first, inputs, asked.papers, (*newest.corrections, draft))
    followed = differences(newest, new)
    _must_change(newest, new, kind, asked)
    correction = draft.model_copy(update={"affected_fields": _affected(newest, asked, followed)})
    new = new.model_copy(
        update={"version": correction.to_version, "corrections": (*newest.corrections, correction), "ledger_head": None}
    )
    new = new.model_copy(update={"content_hash": new.computed_hash()})
    hashes = {"artifact": sha256_hex(canonical_json(new.model_dump(mode="json"))), "content_hash": new.content_hash}
    told = NewEvent(CORRECTED, correction.event_id, correction.model_dump(mode="json") | hashes)
    store.records.amend(new, [told, *_events(newest, new, correction, events)])
    return store.records.load(new.id)


def _must_be_the_newest(newest: Record, events: Sequence[Event]) -> None:
    """An imported older version would get a second version of a number that the first store has given already."""
    told = [n for e in events if e.kind == CORRECTED and type(n := e.payload.get("to_version")) is int]
    if (latest := max(told, default=newest.version)) > newest.version:
        raise InputError(
            f"{newest.short_id} has a version {latest}, and this store holds versions up to {newest.version}.",
            f"Import version {latest} into a store that does not hold the record, and correct it there.",
        )


def _asked(newest: Record, first: Record, kind: CorrectionType, change: Change) -> _Asked:
    """What is asked for, checked against the newest version."""
    _must_fit(kind, change)
    gone = newest.withdrawn
    claims = _each(change.claims, {c.id for c in newest.claims}, gone.claims, "claim", newest)
    measurements = _each(
        change.measurements, {m.id for m in newest.measurements}, gone.measurements, "measurement", newest
    )
    if kind == "BENCHMARK" and (bare := [i for i in claims if not newest.claim(i).results]):
        raise InputError(f"{bare[0]} reports no figure.", "Withdraw it with --type CLAIM.")
    restores, undoes = _restored(change.restores, gone.measurements if kind == "ARTIFACT" else gone.claims, kind)
    if kind == "ARTIFACT" and any(number <= len(first.corrections) for number in undoes):
        raise InputError(
            f"What stood before correction {min(undoes)} is not in this store.", "Correct it where version 1 is."
        )
    papers, named = set_fields(newest, kind, change.sets)
    # A work that is taken back carries nothing any more: no claim that it makes, itself or through another text.
    taken_back = {p.id for p, old in zip(papers, newest.papers, strict=True) if p.retracted and not old.retracted}
    more = tuple(c.id for c in newest.standing if speaks_for(c, taken_back))
    return _Asked((*claims, *more), measurements, restores, undoes, papers, named)


def _must_fit(kind: CorrectionType, change: Change) -> None:
    """Each type makes one kind of change, and needs at least one of it."""
    takes = {
        "claims": kind in _OF_CLAIMS,
        "measurements": kind == "ARTIFACT",
        "sets": kind in _OF_PAPERS,
        "restores": kind in (*_OF_CLAIMS, "ARTIFACT"),
    }
    options = {"claims": "--claim", "measurements": "--measurement", "sets": "--set", "restores": "--restore"}
    given = {field: bool(getattr(change, field)) for field in takes}
    wanted = [options[field] for field, fits in takes.items() if fits]
    says = f"A correction of type {kind} takes {' or '.join(wanted) or 'none of the options that name what to change'}."
    if wrong := [options[field] for field, there in given.items() if there and not takes[field]]:
        raise InputError(f"{wrong[0]} does not go with the type {kind}.", says)
    if wanted and not any(given.values()):
        raise InputError("Nothing is named that is to be corrected.", says)


def _each(ids: Sequence[str], there: set[str], gone: Mapping[str, int], what: str, newest: Record) -> tuple[str, ...]:
    """Ids that can be withdrawn, each once."""
    for one in ids:
        if one not in there:
            raise InputError(
                f"{newest.short_id} has no {what} {one[:80]!r}.", f"See what it has: sovereign show {newest.short_id}"
            )
        if one in gone:
            raise InputError(
                f"The {what} {one} was withdrawn already, by correction {gone[one]}.",
                "This correction was made. To take it back, add one with --restore.",
            )
    return tuple(dict.fromkeys(ids))


def _restored(
    ids: Sequence[str], gone: Mapping[str, int], kind: CorrectionType
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Ids that stand again, and the corrections that had withdrawn them."""
    for one in ids:
        if one not in gone:
            what = "measurement" if kind == "ARTIFACT" else "claim"
            known = f"Withdrawn are: {', '.join(gone)}." if gone else f"No {what} of this record is withdrawn."
            raise InputError(f"No correction has withdrawn the {what} {one[:80]!r}.", known)
    return tuple(dict.fromkeys(ids)), tuple(sorted({gone[one] for one in ids}))


def _must_change(newest: Record, new: Record, kind: CorrectionType, asked: _Asked) -> None:
    """That it does what it says. Another round of the reviewers alone is no change."""
    if kind == "QUALITY_ASSESSMENT":
        same = bool(newest.reviews) and _found(newest) == _found(new)
        what = f"the reviewers find again what they found, {new.reviews[-1].score:g} of 10"
    else:
        same = not (asked.claims or asked.measurements or asked.restores or asked.named)
        what = "it says so already"
    if same:
        raise InputError(f"This correction changes nothing in {newest.short_id}: {what}.", "Nothing was stored.")


def _found(record: Record) -> tuple[object, ...]:
    last = record.reviews[-1]
    return last.score, last.terms, tuple(f.model_copy(update={"id": ""}) for f in last.findings)


def _affected(newest: Record, asked: _Asked, followed: Sequence[str]) -> tuple[str, ...]:
    """What was named, as pointers, then all that differs."""
    numbers = {c.id: f"/claims/{n}" for n, c in enumerate(newest.claims)}
    numbers |= {m.id: f"/measurements/{n}" for n, m in enumerate(newest.measurements)}
    named = (*(numbers[i] for i in (*asked.claims, *asked.measurements, *asked.restores)), *asked.named)
    return tuple(dict.fromkeys((*named, *followed)))


def _events(newest: Record, new: Record, correction: Correction, events: Sequence[Event]) -> list[NewEvent]:
    """What a correction tells of each claim: taken back, standing again, or what it lost and earned by what followed."""
    rows: list[NewEvent] = []
    cited = set(new.answer.cited())
    measurements = tuple(m for m in new.measurements if m.id not in new.withdrawn.measurements)
    before = {c.id: c for c in newest.claims}
    by_claim: dict[str, list[Event]] = {}
    for event in events:
        by_claim.setdefault(event.subject, []).append(event)
    for claim in new.claims:
        subject = f"{new.id}/{claim.id}"
        said = {"correction": correction.event_id, "note": correction.note}
        mine = by_claim.get(subject, [])
        if claim.id in correction.claim_ids:
            rows.append(NewEvent(WITHDRAWN, subject, said))
            continue
        if claim.id in new.withdrawn.claims:
            continue
        if claim.id in correction.restored_ids:
            rows.append(NewEvent(RESTORED, subject, said))
            rows += _earned_before(mine)
        if claim.gate != before[claim.id].gate and claim.gate is not None:
            rows.append(gated_event(subject, claim.gate, measurements))
        now = claim_events(new.id, claim, claim.id in cited, measurements)
        rows += _reassessed(subject, mine, now, claim.gate != before[claim.id].gate, correction, claim)
    return rows


def _earned_before(mine: Sequence[Event]) -> list[NewEvent]:
    """What runs had shown of a claim before it was withdrawn: they happened, and count again."""
    last = max((n for n, e in enumerate(mine) if e.kind == WITHDRAWN), default=0)
    stood = [e for e in standing_events(mine[:last]) if e.kind in _RUN]
    return [NewEvent(e.kind, e.subject, dict(e.payload)) for e in stood]


def _reassessed(
    subject: str,
    mine: Sequence[Event],
    now: Sequence[NewEvent],
    gate_changed: bool,
    correction: Correction,
    claim: Claim,
) -> list[NewEvent]:
    """The events that are void now, and those that were not there. Of runs only if the verdict of the gate is another."""
    kinds = (*_EARNED, *_RUN) if gate_changed else _EARNED
    stood = {(e.kind, str(dict(e.payload))) for e in standing_events(mine) if e.kind in kinds}
    wanted = {(e.kind, str(dict(e.payload))): e for e in now if e.kind in kinds}
    voids = sorted({kind for kind, _ in stood - set(wanted)})
    rows = [NewEvent(REASSESSED, subject, {"correction": correction.event_id, "voids": voids})] if voids else []
    return rows + [e for key, e in wanted.items() if key not in stood or key[0] in voids]


__all__ = ["RESTORED", "Change", "correct"]
