"""The deposit of a record, from its files to its DOI: staged, prepared as a draft, approved by the owner, published."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sovereign.errors import DepositError, InputError
from sovereign.records import Record
from sovereign.store import Store

from . import dry, events, metadata
from .archive import Send
from .drive import Driver
from .files import described, stage, unchanged
from .state import State, folder, load, locked, marker, save

Files = Mapping[str, Path | bytes]


@dataclass(frozen=True)
class Terms:
    """Where and as what a record is deposited: the archive's address, the licence of our text, a contributor or none."""

    archive: str
    license: str = "cc-by-4.0"
    contributor: str = ""


def staged(store: Store, record: Record, archive: str) -> State | None:
    """What is kept of the deposit of a record's newest version, None if nothing is.

    Raises:
        StoreError: if it cannot be read.
    """
    version = events.version_of(store.ledger.events(str(record.id)))
    return load(store.home, record.id, archive, version)


def requests(
    store: Store, record: Record, files: Files | None, terms: Terms, publish: bool
) -> tuple[State, list[dict[str, Any]]]:
    """What would be sent next, in order; nothing is sent or kept. ``files`` as for ``deposit``.

    Raises:
        InputError, StoreError: if the files or the state cannot be read.
        DepositError: if ``record`` is not its newest version.
    """
    state = staged(store, record, terms.archive)
    if state is None or files is not None:
        fresh = _fresh(store, record, _given(files), terms)
        kept = {} if state is None else {"archive_id": state.archive_id, "doi": state.doi, "asked": state.asked}
        state = fresh.model_copy(update=kept)
    return state, dry.requests(state, publish)


def deposit(
    store: Store,
    record: Record,
    files: Files | None,
    terms: Terms,
    send: Send,
    *,
    publish: bool = False,
    rebuild: bool = False,
    restart: bool = False,
    sleep: Callable[[float], None] = time.sleep,
    tell: Callable[[str], None] = lambda line: None,
) -> State:
    """Bring the deposit of a record's newest version on: to a draft with DOI, files and description, or to its publication.

    ``files`` are staged the first time; None goes on with what was staged. ``rebuild`` stages them in place of the former ones
    in the same draft, ``restart`` forgets a draft that is gone from the archive. It may be killed at any point and run again.

    Raises:
        DepositError: if the archive refuses or does not answer, or the owner has not approved what is to be published.
        InputError, StoreError, LedgerBroken: if files, state or ledger cannot be used.
    """
    with locked(store.home, record.id):
        known = staged(store, record, terms.archive)
        done = _told(store, record, terms.archive)
        if done is not None and (known is None or known.published):
            if rebuild or restart:
                raise DepositError(
                    f"this version of {record.short_id} is published already, as {done['doi']}",
                    "What is published stays. A correction makes a new version, which is deposited under the same concept.",
                )
            return known or _remembered(store, record, done, terms)
        if publish and known is None:
            events.must_be_approved(store, _fresh(store, record, _given(files), terms))
        driver = _driver(store, send, sleep, tell)
        state = known
        if state is None or rebuild or restart:
            state = _staged_anew(store, record, files, terms, known, restart, driver)
        elif files is not None and described(files) != state.files:
            raise DepositError(
                f"other files of {record.short_id} are staged already",
                "Go on with those, or put these in their place: --rebuild",
            )
        if publish and not state.published:
            events.must_be_approved(store, state)
        state = driver.run(state, publish)
        if state.published:
            events.tell(store, state)
        return state


def approve(store: Store, record: Record, archive: str, digest: str, reason: str, by: str) -> State:
    """Enter into the ledger that ``by`` approves the publication of exactly what is staged of a record in an archive.

    ``digest`` is that of the state which the owner has looked at.

    Raises:
        DepositError: if nothing is staged, something else than that, or a staged file was changed.
        StoreError, LedgerBroken: if it cannot be entered.
    """
    with locked(store.home, record.id):
        state = to_approve(store, record, archive)
        if state.digest != digest:
            raise DepositError(
                f"what is staged of {record.short_id} has changed meanwhile; nothing was approved", "Look at it again."
            )
        store.ledger.append([events.approval(state, reason, by)])
        return state


def to_approve(store: Store, record: Record, archive: str) -> State:
    """What an approval would be of, its files held against their hashes.

    Raises:
        DepositError: if nothing is staged, or a staged file was changed.
    """
    state = staged(store, record, archive)
    if state is None or not state.prepared:
        raise DepositError(
            f"nothing of {record.short_id} is prepared for {archive}",
            f"Prepare it first: sovereign deposit {record.short_id}",
        )
    if state.published:
        raise DepositError(f"{record.short_id} is published already, as {state.doi}", "There is nothing to approve.")
    for file in state.files:
        unchanged(_staging(store, state), file)
    return state


def _driver(store: Store, send: Send, sleep: Callable[[float], None], tell: Callable[[str], None]) -> Driver:
    def content(state: State, name: str) -> bytes:
        return unchanged(_staging(store, state), next(file for file in state.files if file.name == name))

    def keep(state: State) -> None:
        save(store.home, state)

    return Driver(send, keep, content, lambda state: events.must_be_approved(store, state), tell, sleep)


def _staging(store: Store, state: State) -> Path:
    return folder(store.home, state.record_id, state.archive) / f"v{state.version}"


def _given(files: Files | None) -> Files:
    if files is None:
        raise InputError("nothing is staged for this deposit", "Give its files.")
    return files


def _told(store: Store, record: Record, archive: str) -> dict[str, Any] | None:
    """What the ledger tells of the published deposit of the newest version, None if it tells of none."""
    seen = store.ledger.events(str(record.id))
    version = events.version_of(seen)
    return next((p for p in events.deposited(seen, archive) if p.get("version") == version), None)


def _fresh(store: Store, record: Record, files: Files, terms: Terms) -> State:
    """The state of a deposit of which nothing has been sent. Made from the ledger and the files; nothing is kept."""
    seen = store.ledger.events(str(record.id))
    version = events.version_of(seen)
    if record.version != version:
        raise DepositError(
            f"version {record.version} of {record.short_id} is not the newest, which is {version}",
            "Deposit the newest.",
        )
    before = [p for p in events.deposited(seen, terms.archive) if p["version"] < version]
    name = marker(record.id, version)
    today = datetime.now(UTC).date().isoformat()
    return State(
        record_id=record.id,
        short_id=record.short_id,
        version=version,
        archive=terms.archive,
        marker=name,
        body=metadata.body(record, version, name, today, terms.archive, terms.license, terms.contributor),
        files=described(files),
        previous=before[-1]["record_id"] if before else "",
        known={file["name"]: file["md5"] for file in before[-1]["files"]} if before else {},
        concept_before=before[-1]["concept_doi"] if before else "",
    )


def _staged_anew(
    store: Store, record: Record, files: Files | None, terms: Terms, known: State | None, restart: bool, driver: Driver
) -> State:
    """A state with staged files, in place of ``known`` if there is one. Its draft in the archive stays, but for ``restart``."""
    taken: dict[str, Any] = {}
    if known is None:
        taken = _handed_on(store, record, terms.archive, driver)
    elif not restart:
        taken = known.model_dump(include={"archive_id", "asked", "doi", "url"})
    # After the older version is settled: the new one may go under its concept.
    state = _fresh(store, record, _given(files), terms).model_copy(update=taken)
    stage(_staging(store, state), _given(files))
    save(store.home, state)
    return state


def _handed_on(store: Store, record: Record, archive: str, driver: Driver) -> dict[str, Any]:
    """The draft of an older version that was never published, for the newest one to go on with."""
    newest = events.version_of(store.ledger.events(str(record.id)))
    older = (load(store.home, record.id, archive, version) for version in range(newest - 1, 0, -1))
    last = next((state for state in older if state is not None), None)
    if last is None:
        return {}
    last = driver.settle(last) if last.asked or last.archive_id else last
    if last.published:
        events.tell(store, last)
        return {}
    return {"archive_id": last.archive_id, "doi": last.doi, "url": last.url}


def _remembered(store: Store, record: Record, done: Mapping[str, Any], terms: Terms) -> State:
    """The state of a published deposit, made again from the ledger where the file is gone."""
    name = marker(record.id, int(done["version"]))
    return State(
        record_id=record.id, short_id=record.short_id, version=done["version"], archive=terms.archive, marker=name, body={},
        files=done["files"], archive_id=done["record_id"], doi=done["doi"], concept_doi=done["concept_doi"], url=done["url"],
        prepared=True, published=True,
    )  # fmt: skip
