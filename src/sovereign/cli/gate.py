"""``sovereign lab gate`` and ``sovereign lab reproduce``: claims through the empirical gate, and again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from sovereign.contracts.gates import standing
from sovereign.errors import InputError
from sovereign.lab import Gated, events_of, gate
from sovereign.lab.reproduce import gated_event
from sovereign.lab.reproduce import reproduce as run_again
from sovereign.lab.texts import claims_of
from sovereign.records import Claim, GateVerdict, Measurement, SeedClaims, seed_claims
from sovereign.settings import load
from sovereign.store import NewEvent, Store, open_of

from .output import clean, err, guarded, out, print_json

SEED = "seed"
_MOST = 1000  # claims of one file
_MOST_BYTES = 10_000_000
_ADVICE = 'Write one object a line, such as {"text": "Merged LoRA adds no inference latency."}.'

Json = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]


def _tell(line: str) -> None:
    err.print(clean(line))


@guarded
def lab_gate(
    record: Annotated[str | None, typer.Option("--record", help="Claims of this record: short id or UUID.")] = None,
    claim: Annotated[str | None, typer.Option("--claim", help="One claim, in quotes.")] = None,
    claims: Annotated[
        str | None, typer.Option("--claims", help="A file of claims (JSON, or JSON lines with “text”), or “seed”.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Put claims through the gate: verdict, match, reason, measurements, isolation."""
    if sum(given is not None for given in (record, claim, claims)) != 1:
        raise InputError(
            "Say what to put through the gate.", "Give one of --record ID, --claim TEXT and --claims FILE."
        )
    with open_of(load()) as store:
        if record is not None:
            gated, note = _of_record(record, store)
        else:
            texts = claims_of(claim, "T1") if claim is not None else _from_file(claims or "")
            gated, note = gate(texts, store.artifacts.put, tell=_tell), ""
    if as_json:
        return print_json(_as_json(gated))
    for one in gated.claims:
        _show(one, gated.measurements)
    if note:
        err.print(note)


def _of_record(name: str, store: Store) -> tuple[Gated, str]:
    """The claims of a record that were not measured yet, judged now. The record stays; the ledger is told."""
    found = store.records.load(name)
    subject = f"{found.id}"
    stands = standing(found, store.ledger.events(subject))
    measured = {m.id: m for m in (*found.measurements, *(m for _, made in stands.values() for m in made))}
    waiting = [c.model_copy(update={"gate": None}) for c in found.claims if not _settled(stands[c.id].gate)]
    gated = gate(waiting, store.artifacts.put, known=tuple(measured.values()), tell=_tell)
    events: list[NewEvent] = []
    for one in gated.claims:
        if one.gate is not None and one.gate != stands[one.id].gate:
            events.append(gated_event(f"{subject}/{one.id}", one.gate, gated.measurements))
            events += events_of(f"{subject}/{one.id}", one.gate, gated.measurements)
    if events:
        store.ledger.append(events)
    fresh = {one.id: one for one in gated.claims}
    claims = [fresh.get(c.id) or c.model_copy(update={"gate": stands[c.id].gate}) for c in found.claims]
    note = f"{len(events)} event(s) were added to the ledger; the record {found.short_id} itself is as it was."
    return Gated(tuple(claims), (*measured.values(), *gated.measurements)), note


def _settled(verdict: GateVerdict | None) -> bool:
    """Whether a protocol has run for a claim already, and was not too noisy to decide."""
    return verdict is not None and bool(verdict.measurement_ids) and verdict.code != "not_measured"


def _from_file(name: str) -> tuple[Claim, ...]:
    """Claims of a file, or the shipped ones.

    Raises:
        InputError: if the file cannot be read, or holds no claims.
    """
    if name == SEED:
        return _of_seed(seed_claims())
    path = Path(name)
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)  # a device has no size, and no end
        if len(data) > _MOST_BYTES:
            raise InputError(f"{name} is larger than {_MOST_BYTES:,} bytes.", "Split it into smaller files.")
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise InputError(
            f"{name} cannot be read: {error.strerror or error}.",
            f"Name a file of claims, or “{SEED}” for the shipped ones.",
        ) from None
    except UnicodeDecodeError:
        raise InputError(f"{name} is not UTF-8.", "Save it as UTF-8.") from None
    try:
        found = _of_seed(SeedClaims.model_validate_json(text))
    except ValidationError:
        found = _of_lines(text, name)
    ids = [one.id for one in found]
    if not found or len(ids) > _MOST or len(set(ids)) < len(ids):
        why = "no claims" if not found else f"more than {_MOST} claims" if len(ids) > _MOST else "two claims of one id"
        raise InputError(f"{name} holds {why}.", _ADVICE)
    return found


def _of_seed(seed: SeedClaims) -> tuple[Claim, ...]:
    return tuple(found for one in seed.claims for found in claims_of(one.text, one.id, seed.source_id))


def _of_lines(text: str, name: str) -> tuple[Claim, ...]:
    """JSON lines: objects with ``text``, and ``id`` and ``source_id`` if there are any."""
    found: list[Claim] = []
    for number, line in enumerate(text.split("\n"), 1):  # JSON may hold the other line ends of Unicode
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict) or not isinstance(row.get("text"), str):
            raise InputError(f"{name} holds no claim in line {number}.", _ADVICE)
        found += claims_of(row["text"], str(row.get("id") or f"T{number}"), str(row.get("source_id") or ""))
    return tuple(found)


def _as_json(gated: Gated) -> dict[str, Any]:
    return {
        "claims": [
            {"id": c.id, "text": c.text, "gate": c.gate.model_dump(mode="json") if c.gate else None}
            for c in gated.claims
        ],
        "measurements": [m.model_dump(mode="json") for m in gated.measurements],
    }


def _show(claim: Claim, measurements: Sequence[Measurement]) -> None:
    verdict = claim.gate
    if verdict is None:
        return
    match = f", {verdict.protocol_match} match of {verdict.protocol}" if verdict.protocol_match else ""
    out.print(f"[bold]{clean(claim.id)} {verdict.status}[/] ({verdict.code or 'no code'}{match})")
    out.print(f"  “{clean(claim.text)}”")
    out.print(f"  {clean(verdict.reason)}")
    if verdict.untested:
        out.print(f"  Not tested: {clean('; '.join(f'“{part}”' for part in verdict.untested))}")
    by_id = {m.id: m for m in measurements}
    for name in verdict.measurement_ids:
        if one := by_id.get(name):
            ratio = f", {one.ratio:.3f} of {one.key.comparator}" if one.ratio is not None and one.key.comparator else ""
            what = f"{one.key.metric.replace('_', ' ')} of {one.key.method}"
            setting = ", ".join(f"{k} {v}" for k, v in one.key.setting)
            out.print(f"    {name} {clean(f'{what} ({setting}): {one.quantity.text}{ratio}')} [dim]{one.how}[/]")
    if verdict.isolation:
        out.print(f"  [dim]sandbox: {verdict.isolation}[/]")


@guarded
def lab_reproduce(
    record: Annotated[
        str, typer.Argument(metavar="RECORD", help="Short id (SRCH:1A2B3C4D), UUID, or the beginning of one.")
    ],
    as_json: Json = False,
) -> None:
    """Run the exact protocols of a record again in a fresh sandbox, and compare."""
    with open_of(load()) as store:
        found = store.records.load(record)
        events = store.ledger.events(str(found.id))
        repeats, told = run_again(found, events, store.artifacts.get, store.artifacts.put, tell=_tell)
        if told:
            store.ledger.append(told)
    if as_json:
        return print_json({"record": found.short_id, "repeats": [r.model_dump(mode="json") for r in repeats]})
    if not repeats:
        out.print(
            f"{found.short_id} has no claim that an exact protocol verified or falsified: there is nothing to run again."
        )
        return
    for one in repeats:
        by = f"; the same counts by {', '.join(one.by)}" if one.by else ""
        mark = f"repeated {one.repeated}" if one.inside else "NOT REPRODUCED"
        out.print(f"[bold]{clean(one.claim_id)} {mark}[/] ({one.protocol}): {clean(one.reason)}{clean(by)}")
    err.print(f"{len(told)} event(s) were added to the ledger; the record {found.short_id} itself is as it was.")
