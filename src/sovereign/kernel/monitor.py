"""The monitor: what has happened to published records since, as triggers that ask for a review. It changes no record.

Running it again changes nothing: a trigger is raised once for each cause, and cleared, by an added event, when its cause is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

from sovereign.benchmarks import reported_numbers
from sovereign.contracts.monitor import MONITORED, ActiveTrigger, Trigger, active_triggers
from sovereign.contracts.published import CLEARED, TRIGGERED
from sovereign.errors import LedgerBroken, NotFound, StoreError
from sovereign.records import Document, Event, Model, Paper, Record, ReportedNumber
from sovereign.settings import Settings
from sovereign.sources import Library
from sovereign.store import NewEvent, RecordEntry, Store

from .indexing import indexed_paths
from .inputs import inputs_of
from .limits import limits_of
from .sources import CACHE_FOLDER, INDEX_FILE
from .watches import GONE, Look, Seen, contested_cluster, integrity, reproduction_failed, retraction, source_changed

Tell = Callable[[str], None]
_NETWORK_SECONDS = 120.0


class Watched(Model):
    """What the monitor found of one record. ``raised`` and ``cleared`` are of this run, ``active`` is all that asks for a review.

    ``checked`` are the triggers that it could look for; ``problems`` say what it could not, and why.
    """

    record_id: str
    short_id: str
    version: int
    checked: tuple[Trigger, ...]
    raised: tuple[str, ...]
    cleared: tuple[str, ...]
    active: tuple[ActiveTrigger, ...]
    problems: tuple[str, ...]


def monitor(store: Store, names: Sequence[str], look: Look, tell: Tell = lambda line: None) -> tuple[Watched, ...]:
    """Look at the records of these names, or at all, one after the other. What was found of one is stored before the next.

    Raises:
        NotFound: if no record, or more than one, goes by a name.
        LedgerBroken: if the ledger does not take events any more; nothing was written then.
        StoreError: if the store cannot be read or written.
    """
    by_id = {entry.id: entry for entry in store.records.newest()}
    wanted = list(dict.fromkeys(store.records.find(name) for name in names)) or list(by_id)
    broken = _ledger_problem(store)
    found = []
    for number, record_id in enumerate(wanted, 1):
        entry = by_id[record_id]
        tell(f"{number} of {len(wanted)}: {entry.short_id}")
        found.append(_watch(store, entry, look, broken))
    return tuple(found)


def _ledger_problem(store: Store) -> str:
    """Why the ledger does not verify against its kept head; empty if it does."""
    try:
        report = store.ledger.verify(store.ledger.kept_head())
    except LedgerBroken as error:
        return error.message
    return "" if report.ok else "; ".join(str(problem) for problem in report.problems[:3])


def _watch(store: Store, entry: RecordEntry, look: Look, broken: str) -> Watched:
    problems: list[str] = []
    name = str(entry.id)
    events = store.ledger.events(name)
    seen: dict[Trigger, Seen]
    try:
        record = store.records.load(entry.id)
    except (StoreError, LedgerBroken) as error:
        problems.append(f"the record cannot be read, so that nothing else was looked for: {error.message}")
        seen = {
            "INTEGRITY": Seen(
                {entry.artifact: f"the record cannot be read: {GONE}, or the ledger names another"}, looked=set()
            )
        }
    else:
        seen = _looked(store, record, events, look, problems.append)
    if broken:
        seen["INTEGRITY"].found["ledger"] = f"the ledger does not verify: {broken}"
    before = active_triggers(events, name)
    rows, raised, cleared = _changes(name, before, seen)
    checked = tuple(seen)
    if rows or _to_be_told(events, name, checked):
        rows.append(NewEvent(MONITORED, name, {"checked": list(checked), "version": entry.version}))
        store.ledger.append(rows)
    active = active_triggers(store.ledger.events(name), name) if rows else before
    return Watched(
        record_id=name,
        short_id=entry.short_id,
        version=entry.version,
        checked=checked,
        raised=raised,
        cleared=cleared,
        active=active,
        problems=tuple(dict.fromkeys(problems)),
    )


def _looked(store: Store, record: Record, events: Sequence[Event], look: Look, fails: Tell) -> dict[Trigger, Seen]:
    """Each trigger that can be looked for, with what was found."""
    seen: dict[Trigger, Seen] = {"INTEGRITY": integrity(record, events, store)}
    seen["REPRODUCTION_FAILED"] = reproduction_failed(record, events)
    seen["RETRACTION"] = retraction(record, look, fails)
    if look.library is not None or look.entries is not None:
        seen["SOURCE_CHANGED"] = source_changed(record, look, fails)
    inputs = inputs_of(record.id, events, store.artifacts.get)
    if inputs is not None:
        seen["CONTESTED_CLUSTER"] = contested_cluster(record, inputs.documents, look)
    else:
        fails("what was read for this record was not kept, so that no cluster of figures could be made")
    return seen


def _changes(
    name: str, before: Sequence[ActiveTrigger], seen: dict[Trigger, Seen]
) -> tuple[list[NewEvent], tuple[str, ...], tuple[str, ...]]:
    """The events that raise what is new and clear what is gone, and both in words."""
    there = {(one.trigger, one.cause) for one in before}
    rows, raised, cleared = [], [], []
    for trigger, found in seen.items():
        for cause, reason in found.found.items():
            if (trigger, cause) not in there:
                rows.append(NewEvent(TRIGGERED, name, {"trigger": trigger, "cause": cause, "reason": reason}))
                raised.append(f"{trigger}, {cause}: {reason}")
    for one in before:
        if one.trigger in seen and seen[one.trigger].gone(one.cause):
            said = {"trigger": one.trigger, "cause": one.cause, "reason": "it was looked for and is there no more"}
            rows.append(NewEvent(CLEARED, name, said))
            cleared.append(f"{one.trigger}, {one.cause}")
    return rows, tuple(raised), tuple(cleared)


def _to_be_told(events: Sequence[Event], name: str, checked: Sequence[Trigger]) -> bool:
    """Whether the ledger does not tell of such a look yet today: one line a day is enough."""
    told = [e for e in events if e.kind == MONITORED and e.subject == name]
    today = datetime.now(UTC).date().isoformat()
    return not any(e.at[:10] == today and set(checked) <= {*e.payload.get("checked", ())} for e in told)


@contextmanager
def looking(settings: Settings, paths: Sequence[Path], online: bool, tell: Tell) -> Iterator[Look]:
    """What the monitor has at hand: the libraries of these paths, or the indexed documents and the notes that ship, and the network if
    it is allowed.

    Raises:
        InputError: if a path is not there.
        NothingToRead: if nothing of the paths could be read.
    """
    with ExitStack() as stack:
        starter = resources.files("sovereign") / "data" / "starter_library"
        indexed = [path for path in indexed_paths(settings.home) if path.exists()]
        given = list(paths) or [*indexed, stack.enter_context(resources.as_file(starter))]
        library = Library(given, settings.home / INDEX_FILE, limits_of(settings), tell)
        stack.callback(library.close)
        library.refresh()
        numbers: list[ReportedNumber] = []
        papers: list[Paper] = []
        for work in library.works() if paths else ():
            tell(f"numbers of {work}")
            document = library.document(work)
            papers.append(document.paper)
            numbers += reported_numbers(document)

        def in_library(work: str) -> Document | None:
            try:
                return library.document(work)
            except NotFound:
                return None

        look = Look(in_library, tuple(numbers), tuple(papers))
        yield _online(look, settings, stack, tell) if online else look


def _online(look: Look, settings: Settings, stack: ExitStack, tell: Tell) -> Look:
    # Loaded only here: without the network no HTTP client is opened.
    from time import monotonic

    from sovereign.sources.arxiv import entries_of
    from sovereign.sources.crossref import retractions
    from sovereign.sources.keys import read_keys
    from sovereign.sources.web import Client

    keys, end = read_keys(), monotonic() + _NETWORK_SECONDS
    client = Client(
        seconds_left=lambda: max(0.0, end - monotonic()),
        contact=keys.contact,
        cache=settings.home / CACHE_FOLDER,
        tell=tell,
    )
    stack.callback(client.close)

    def gone(dois: Sequence[str]) -> dict[str, str]:
        return {doi: str(notice) for doi, notice in retractions(client, keys, dois).items()}

    def entries(ids: Sequence[str]) -> tuple[Paper, ...]:
        return entries_of(client, ids)

    return Look(look.library, look.numbers, look.papers, gone, entries)


__all__ = ["Look", "Watched", "looking", "monitor"]
