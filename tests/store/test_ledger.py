from __future__ import annotations

import json
import multiprocessing
import random
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from sovereign.errors import LedgerBroken, SovereignError, StoreError
from sovereign.records import GENESIS, Event, LedgerHead, canonical_json
from sovereign.store import NewEvent, Store, open_store

from .sql import address_of, edit, in_a_file, rows

COLUMNS = ("seq", "at", "kind", "subject", "payload", "prev_hash", "hash")


@pytest.fixture
def full(store: Store) -> Store:
    """A store with five events in its ledger."""
    store.ledger.append([("claim.extracted", f"r/c{i}", {"i": i, "words": ["größer", 1.5]}) for i in range(3)])
    store.ledger.append([("claim.cited", "r/c0", {}), ("record.saved", "r", {"a": "b"})])
    return store


def rehash(store: Store) -> None:
    """Make the whole chain consistent again."""
    prev = GENESIS
    for seq, at, kind, subject, payload, _, _ in rows(store):
        event = Event(
            seq=seq,
            at=at,
            kind=kind,
            subject=subject,
            payload=json.loads(payload),
            prev_hash=prev,
            hash="",
        )
        edit(store, "UPDATE ledger_event SET prev_hash = ?, hash = ? WHERE seq = ?", prev, event.computed_hash(), seq)
        prev = event.computed_hash()


def test_an_empty_ledger(store: Store) -> None:
    assert store.ledger.head() == LedgerHead(count=0, hash=GENESIS)
    assert store.ledger.kept_head() is None
    report = store.ledger.verify(None)
    assert (report.ok, report.status, report.count) == (True, "self_consistent_only", 0)
    assert store.ledger.append([]) == store.ledger.head()
    assert store.ledger.kept_head() is None


def test_events_are_chained_and_the_head_is_kept_outside(full: Store) -> None:
    events = full.ledger.events()
    assert [e.seq for e in events] == [1, 2, 3, 4, 5]
    assert [e.prev_hash for e in events] == [GENESIS, *(e.hash for e in events[:-1])]
    assert all(e.hash == e.computed_hash() for e in events)
    assert events[0].payload == {"i": 0, "words": ["größer", 1.5]}
    head = LedgerHead(count=5, hash=events[-1].hash)
    assert full.ledger.head() == full.ledger.kept_head() == head
    assert json.loads((full.home / "ledger.head").read_text()) == head.model_dump()


def test_events_of_a_subject_and_what_is_below_it(full: Store) -> None:
    full.ledger.append([("x", "R/c9", {}), ("x", "r/c", {}), ("x", "r%", {}), ("x", "r_/c", {}), ("x", "rr/c0", {})])
    assert [e.seq for e in full.ledger.events("r/c0")] == [1, 4]
    assert [e.seq for e in full.ledger.events("r")] == [1, 2, 3, 4, 5, 7]
    assert [e.seq for e in full.ledger.events("r%")] == [8]
    assert full.ledger.events("nothing") == ()
    assert [e.seq for e in full.ledger.events("r", ["record.saved", "x"])] == [5, 7]
    assert [e.seq for e in full.ledger.events(kinds=["claim.cited"])] == [4]


@pytest.mark.parametrize("payload", [{"x": float("nan")}, {"x": object()}, {"x": 2**60}, {"x": "\ud800"}, {1: 2}])
def test_a_payload_that_is_no_json_writes_nothing(full: Store, payload: Any) -> None:
    with pytest.raises(StoreError, match="bad"):
        full.ledger.append([("good", "r", {}), ("bad", "r", payload)])
    assert full.ledger.head().count == 5


def test_verified_against_its_head(full: Store) -> None:
    report = full.ledger.verify(full.ledger.kept_head())
    assert (report.ok, report.status, report.count, report.beyond_head) == (True, "verified", 5, 0)
    assert report.head == full.ledger.head()
    assert report.problems == ()
    assert report.model_dump()["ok"] is True


def test_without_a_head_it_is_self_consistent_only(full: Store) -> None:
    report = full.ledger.verify(None)
    assert (report.ok, report.status, report.count) == (True, "self_consistent_only", 5)
    nothing = LedgerHead(count=0, hash=GENESIS)
    assert full.ledger.verify(nothing).status == "self_consistent_only"


def test_a_head_behind_the_ledger_is_fine_and_counted(full: Store) -> None:
    events = full.ledger.events()
    report = full.ledger.verify(LedgerHead(count=3, hash=events[2].hash))
    assert (report.status, report.count, report.beyond_head) == ("verified", 5, 2)


@pytest.mark.parametrize("seq", [1, 3, 5])
@pytest.mark.parametrize("column", COLUMNS[1:])
def test_one_changed_letter_in_any_column(full: Store, column: str, seq: int) -> None:
    edit(full, f"UPDATE ledger_event SET {column} = ' ' || substr({column}, 2) WHERE seq = ?", seq)
    if column == "payload":  # a space in front alone would not change what the JSON means
        edit(full, "UPDATE ledger_event SET payload = '{' || substr(payload, 2) || ' ' WHERE seq = ?", seq)
    report = full.ledger.verify(None)
    assert report.status == "broken"
    assert not report.ok
    assert {p.seq for p in report.problems} <= {seq, seq + 1}
    assert any(p.seq == seq for p in report.problems)


@in_a_file
@pytest.mark.parametrize("column", COLUMNS[1:])
@pytest.mark.parametrize(
    "value", [b"\xff\x00", 7, 1.5, "", "\x00", "[1]", "[" * 100_000, '{"a":NaN}', b"\xc3(".decode("latin1")]
)
def test_any_value_in_any_column_is_that_events_problem(full: Store, column: str, value: Any) -> None:
    edit(full, f"UPDATE ledger_event SET {column} = ? WHERE seq = 2", value)
    for head in (None, full.ledger.kept_head()):
        report = full.ledger.verify(head)
        assert report.status == "broken"
        assert 2 in {p.seq for p in report.problems}
        report.model_dump_json()


@in_a_file
def test_bytes_that_are_no_text(full: Store) -> None:
    edit(full, "UPDATE ledger_event SET kind = CAST(x'ff41' AS TEXT) WHERE seq = 2")
    edit(full, "UPDATE ledger_event SET payload = CAST(x'7b2261223a22ff227d' AS TEXT) WHERE seq = 3")
    report = full.ledger.verify(None)
    assert {2, 3} <= {p.seq for p in report.problems}
    report.model_dump_json()
    with pytest.raises(LedgerBroken, match="event 2"):
        full.ledger.events()


def test_payload_that_means_the_same_but_is_written_otherwise(full: Store) -> None:
    edit(full, "UPDATE ledger_event SET payload = replace(payload, ':', ': ') WHERE seq = 1")
    (problem,) = full.ledger.verify(None).problems
    assert (problem.seq, problem.kind) == (1, "claim.extracted")
    assert "payload" in problem.what


def test_a_changed_event_is_not_handed_out(full: Store) -> None:
    edit(full, "UPDATE ledger_event SET kind = 'claim.reproduced' WHERE seq = 4")
    with pytest.raises(LedgerBroken, match="event 4"):
        full.ledger.events("r/c0")
    assert [e.seq for e in full.ledger.events("r/c1")] == [2]


def test_a_changed_event_is_told_with_its_kind(full: Store) -> None:
    edit(full, "UPDATE ledger_event SET subject = 'r/c9' WHERE seq = 4")
    (problem,) = full.ledger.verify(full.ledger.kept_head()).problems
    assert (problem.seq, problem.kind) == (4, "claim.cited")
    assert "differs" in problem.what


def test_a_gap(full: Store) -> None:
    edit(full, "DELETE FROM ledger_event WHERE seq IN (2, 3)")
    (problem,) = full.ledger.verify(full.ledger.kept_head()).problems
    assert problem.seq == 4
    assert "events 2 to 3 are missing" in problem.what


def test_a_missing_beginning(full: Store) -> None:
    edit(full, "DELETE FROM ledger_event WHERE seq = 1")
    (problem,) = full.ledger.verify(None).problems
    assert "event 1 is missing" in problem.what


def test_reordered_events(full: Store) -> None:
    for old, new in ((2, 99), (3, 2), (99, 3)):
        edit(full, "UPDATE ledger_event SET seq = ? WHERE seq = ?", new, old)
    problems = full.ledger.verify(None).problems
    assert {2, 3, 4} == {p.seq for p in problems if "does not follow" in p.what}
    assert {2, 3} == {p.seq for p in problems if "differs" in p.what}


def test_a_replaced_event_that_is_sound_in_itself(full: Store) -> None:
    old = full.ledger.events()[2]
    forged = old.model_copy(update={"payload": {"i": 99}})
    edit(
        full,
        "UPDATE ledger_event SET payload = ?, hash = ? WHERE seq = 3",
        canonical_json(forged.payload).decode(),
        forged.computed_hash(),
    )
    (problem,) = full.ledger.verify(None).problems
    assert problem.seq == 4
    assert "does not follow" in problem.what


def test_a_cut_tail_shows_only_against_a_head(full: Store) -> None:
    edit(full, "DELETE FROM ledger_event WHERE seq > 3")
    assert full.ledger.verify(None).status == "self_consistent_only"
    report = full.ledger.verify(full.ledger.kept_head())
    assert report.status == "broken"
    assert report.problems[0].seq == 4
    assert "cut" in report.problems[0].what


def test_an_emptied_ledger(full: Store) -> None:
    edit(full, "DELETE FROM ledger_event")
    assert full.ledger.verify(full.ledger.kept_head()).status == "broken"


def test_a_rehash_of_everything_shows_only_against_a_head(full: Store) -> None:
    early = LedgerHead(count=2, hash=full.ledger.events()[1].hash)
    edit(full, "UPDATE ledger_event SET subject = 'r/other' WHERE seq = 2")
    rehash(full)
    assert full.ledger.verify(None).status == "self_consistent_only"
    for head, seq in ((full.ledger.kept_head(), 5), (early, 2)):
        (problem,) = full.ledger.verify(head).problems
        assert problem.seq == seq
        assert "rewritten" in problem.what


@pytest.mark.parametrize("head", [LedgerHead(count=-1, hash=GENESIS), LedgerHead(count=0, hash="f" * 64)])
def test_a_head_that_is_none(full: Store, head: LedgerHead) -> None:
    assert full.ledger.verify(head).status == "broken"


@in_a_file
def test_a_seq_that_is_no_number(full: Store) -> None:
    with closing(sqlite3.connect(full.home / "sovereign.db")) as raw:
        raw.executescript(
            "CREATE TABLE other AS SELECT * FROM ledger_event; DROP TABLE ledger_event;"
            "ALTER TABLE other RENAME TO ledger_event; UPDATE ledger_event SET seq = 'two' WHERE seq = 2"
        )
    report = full.ledger.verify(full.ledger.kept_head())
    assert any(p.seq is None and "'two'" in p.what and p.kind == "claim.extracted" for p in report.problems)
    with pytest.raises(LedgerBroken, match="two"):
        full.ledger.head()
    with pytest.raises(LedgerBroken, match="two"):
        full.ledger.append([("a", "b", {})])


@in_a_file
def test_a_number_given_twice(full: Store) -> None:
    with closing(sqlite3.connect(full.home / "sovereign.db")) as raw:
        raw.executescript(
            "CREATE TABLE other AS SELECT * FROM ledger_event; DROP TABLE ledger_event;"
            "ALTER TABLE other RENAME TO ledger_event; "
            "INSERT INTO ledger_event SELECT * FROM ledger_event WHERE seq = 5"
        )
    (problem,) = full.ledger.verify(full.ledger.kept_head()).problems
    assert "its seq is 5, after an event of seq 5" in problem.what


def test_appending_does_not_paper_over_a_cut_tail(full: Store) -> None:
    kept = full.ledger.kept_head()
    edit(full, "DELETE FROM ledger_event WHERE seq = 5")
    with pytest.raises(LedgerBroken, match="nothing was written"):
        full.ledger.append([("a", "b", {})])
    assert full.ledger.kept_head() == kept
    assert full.ledger.head().count == 4


def test_appending_goes_on_after_a_crash_before_the_head_was_written(
    full: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sovereign.store.ledger.write_atomic", crash)
    with pytest.raises(KeyboardInterrupt):
        full.ledger.append([("a", "b", {})])
    monkeypatch.undo()
    report = full.ledger.verify(full.ledger.kept_head())
    assert (report.status, report.count, report.beyond_head) == ("verified", 6, 1)
    full.ledger.append([("a", "b", {})])
    assert full.ledger.kept_head() == full.ledger.head() == LedgerHead(count=7, hash=full.ledger.events()[-1].hash)


@in_a_file
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"\xff",
        b'{"count": "5", "hash": "a"}',
        b'{"count": -1, "hash": "a"}',
        b'{"count": 1e99, "hash": "a"}',
        b'{"count": 999999999999999999999999, "hash": "a"}',
        b"[" * 100_000,
    ],
)
def test_a_head_file_that_holds_no_head(full: Store, content: bytes) -> None:
    full.ledger.head_file.write_bytes(content)
    with pytest.raises(LedgerBroken, match=r"ledger\.head"):
        full.ledger.kept_head()
    with pytest.raises(LedgerBroken):
        full.ledger.append([("a", "b", {})])
    assert full.ledger.head().count == 5


@in_a_file
def test_a_head_file_that_cannot_be_read(full: Store) -> None:
    full.ledger.head_file.unlink()
    full.ledger.head_file.mkdir()
    with pytest.raises(StoreError, match=r"ledger\.head"):
        full.ledger.kept_head()


@in_a_file
def test_flipped_bytes_anywhere_in_the_file(full: Store) -> None:
    """Either the rows are what they were, or the report says otherwise, or the file is refused: no traceback."""
    head = full.ledger.kept_head()
    full.close()
    path = full.home / "sovereign.db"
    sound, before = path.read_bytes(), rows(full)
    # Where the texts of the events lie, and anywhere.
    texts = [sound.index(b"claim.extracted"), sound.rindex(b"record.saved") + 200]
    chance = random.Random(0)
    places = [chance.randint(min(texts) - 200, max(texts)) for _ in range(100)]
    places += [chance.randrange(len(sound)) for _ in range(200)]
    noticed = 0
    for place in places:
        damaged = bytearray(sound)
        damaged[place] ^= chance.randint(1, 255)
        for file in full.home.glob("sovereign.db*"):
            file.unlink()
        path.write_bytes(damaged)
        try:
            with open_store(full.home, wait_seconds=0.2) as store:
                ok = store.ledger.verify(head).ok
        except SovereignError:
            ok = False
        noticed += not ok
        if ok:
            assert rows(full) == before
    assert noticed > 50


def _append(home: Path, url: str, name: str, times: int) -> None:
    with open_store(home, url, wait_seconds=30) as store:
        for i in range(times):
            store.ledger.append([("worker", name, {"i": i, "part": part}) for part in range(2)])


def test_two_processes_append_to_one_chain(store: Store) -> None:
    spawn = multiprocessing.get_context("spawn")
    workers = [spawn.Process(target=_append, args=(store.home, address_of(store), name, 25)) for name in ("a", "b")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
    assert [worker.exitcode for worker in workers] == [0, 0]
    report = store.ledger.verify(store.ledger.kept_head())
    assert (report.status, report.count, report.beyond_head) == ("verified", 100, 0)
    for name in ("a", "b"):
        assert [(e.payload["i"], e.payload["part"]) for e in store.ledger.events(name)] == [
            (i, part) for i in range(25) for part in range(2)
        ]
    # The two events of one call always stand together.
    owners = [e.subject for e in store.ledger.events()]
    assert owners[::2] == owners[1::2]


def test_the_newest_events_come_first_and_go_on_before_a_number(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.ledger.append([NewEvent("x.y", f"s{n}", {"n": n}) for n in range(1, 6)])
        assert [e.seq for e in store.ledger.newest(2)] == [5, 4]
        assert [e.seq for e in store.ledger.newest(10, before=4)] == [3, 2, 1]
        assert store.ledger.newest(10, before=1) == ()
