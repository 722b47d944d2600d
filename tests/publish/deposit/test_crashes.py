"""Whatever dies between any two steps, and whatever the archive answers: run again, and there is one deposit, with the right files."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sovereign.errors import DepositError
from sovereign.publish.deposit import Reply, events, work
from sovereign.publish.deposit.answers import Unclear
from sovereign.publish.deposit.plan import LOOKS, Call
from sovereign.publish.deposit.state import State
from sovereign.store import Store, open_store
from tests.publish.example import build

from .conftest import Desk

Fault = Literal[
    "none", "killed before", "killed after", "lost before", "lost after", "500 after", "409 before", "429", "garbled", "other"
]  # fmt: skip
_FAULTS: tuple[Fault, ...] = Fault.__args__  # type: ignore[attr-defined]
ONE: dict[str, Path | bytes] = {"record.json": b"{}"}
TWO: dict[str, Path | bytes] = {"record.json": b'{"v": 2}', "report.html": b"<p>"}


class Killed(BaseException):
    """The process is gone."""


@dataclass
class World:
    """Faults in the order in which they come: of requests, and of what is written (state file, ledger)."""

    desk: Desk
    faults: list[Fault] = field(default_factory=list)
    writes: list[Fault] = field(default_factory=list)
    done: int = 0

    def send(self, call: Call, content: bytes) -> Reply:
        self.done += 1
        fault = self.faults.pop(0) if self.faults else "none"
        match fault:
            case "killed before":
                raise Killed
            case "lost before":
                raise Unclear("the connection broke")
            case "409 before":
                return Reply(409, b'{"message": "conflict"}')
            case "429":
                return Reply(429, b"{}", wait=3.0)
        reply = Desk.send(self.desk, call, content)
        match fault:
            case "killed after":
                raise Killed
            case "lost after":
                raise Unclear("it did not answer in time")
            case "500 after":
                return Reply(500, b"<html>")
            case "garbled":
                return Reply(reply.status, reply.body[: len(reply.body) // 2])
            case "other":
                return Reply(reply.status, b'{"id": "../../x", "pids": 7, "hits": [], "entries": {}}')
        return reply

    @contextmanager
    def writing(self) -> Iterator[None]:
        """A process may die right before and right after it writes the state, and around the ledger."""
        fault = self.writes.pop(0) if self.writes else "none"
        if fault == "killed before":
            raise Killed
        yield
        if fault == "killed after":
            raise Killed

    def until(self, publish: bool, files: dict[str, Path | bytes], runs: int) -> State:
        """Run it again and again, as a person does, until it is done."""
        for _ in range(runs):
            try:
                state = self.desk.deposit(None if self.staged() else files, publish=publish)
            except Killed:
                continue
            except DepositError as error:
                assert "no clear answer" in error.message, error.message
                continue
            finally:
                assert len(self.desk.archive.published) <= 2
            return state
        raise AssertionError("it came to no end")

    def staged(self) -> bool:
        return work.staged(self.desk.store, self.desk.record, self.desk.terms.archive) is not None


Make = Callable[[float, list[Fault], list[Fault]], AbstractContextManager[World]]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Make]:
    """Makes worlds, each a copy of a home with one record in it."""
    ready, places = tmp_path_factory.mktemp("ready") / "home", tmp_path_factory.mktemp("worlds")
    with open_store(ready) as store:
        store.records.save(build())
    yield lambda *given: _world(ready, places / uuid4().hex, *given)


@contextmanager
def _world(ready: Path, home: Path, lag: float, faults: list[Fault], writes: list[Fault]) -> Iterator[World]:
    shutil.copytree(ready, home)
    with open_store(home) as store, pytest.MonkeyPatch.context() as patch:
        record = build()
        desk = Desk(store, record)
        desk.archive.lag = lag
        made = World(desk, faults, writes)
        save, tell = work.save, events.tell

        def saving(home: Path, state: State) -> None:
            with made.writing():
                save(home, state)

        def telling(store: Store, state: State) -> dict[str, object]:
            with made.writing():
                return tell(store, state)

        patch.setattr(
            "os.fsync", lambda handle: None
        )  # processes die here, machines do not; and it is most of the time
        patch.setattr(work, "save", saving)
        patch.setattr(events, "tell", telling)
        desk.send = made.send  # type: ignore[method-assign]
        yield made


def brought_through(found: World, runs: int, versions: int) -> None:
    """Prepare, approve and publish; then there is exactly what should be."""
    desk = found.desk
    for version, files in ((1, ONE), (2, TWO))[:versions]:
        if version == 2:
            desk.correct()
        found.until(False, files, runs)
        assert [len(desk.archive.published), len(desk.archive.drafts)] == [version - 1, 1]
        desk.approve()
        state = found.until(True, files, runs)
        assert state.published
        assert [i.files for i in desk.archive.published] == [ONE, TWO][:version]
        assert not desk.archive.drafts
        assert {i.parent for i in desk.archive.published} == {desk.archive.published[0].parent}
        told = desk.told()
        assert [(t["version"], t["record_id"]) for t in told] == [(i.index, i.id) for i in desk.archive.published]
        assert {t["concept_doi"] for t in told} == {state.concept_doi} and state.concept_doi


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    faults=st.lists(st.sampled_from(_FAULTS), max_size=60),
    writes=st.lists(st.sampled_from(["none", "killed before", "killed after"]), max_size=40),
    lag=st.sampled_from([0.0, 0.5, 10.0, sum(LOOKS) - 5]),
    versions=st.integers(1, 2),
)
def test_any_faults_in_any_order(
    world: Make, faults: list[Fault], writes: list[Fault], lag: float, versions: int
) -> None:
    runs = len(faults) + len(writes) + 2
    with world(lag, list(faults), list(writes)) as found:
        brought_through(found, runs, versions)


@pytest.mark.parametrize("fault", _FAULTS[1:])
def test_one_fault_at_each_request(world: Make, fault: Fault) -> None:
    versions = 2 if fault in ("killed before", "killed after", "lost after") else 1
    with world(20.0, [], []) as found:
        brought_through(found, 1, versions)
        count = found.done
    assert count >= 18 * versions
    for place in range(count):
        with world(20.0, ["none"] * place + [fault], []) as found:
            brought_through(found, 3, versions)
            assert not found.faults


@pytest.mark.parametrize("fault", ["killed before", "killed after"])
def test_one_death_at_each_writing(world: Make, fault: Fault) -> None:
    for place in range(200):
        with world(20.0, [], ["none"] * place + [fault]) as found:
            brought_through(found, 3, 2)
            if found.writes:
                break
    assert 20 < place < 199


def test_an_index_slower_than_we_look_leaves_a_draft_and_never_a_second_publication(world: Make) -> None:
    """What remains possible: the draft of an answer that was lost stays, unpublished, beside the one that is published."""
    with world(10_000.0, ["none", "killed after"], []) as found:
        desk = found.desk
        found.until(False, ONE, 3)
        assert len(desk.archive.drafts) == 2
        desk.approve()
        found.until(True, ONE, 1)
        assert len(desk.archive.published) == len(desk.archive.drafts) == 1 and len(desk.told()) == 1


def test_a_publication_of_the_same_version_by_another_home_is_seen_before_publishing(desk: Desk) -> None:
    desk.deposit()
    desk.approve()
    kept = work.staged(desk.store, desk.record, desk.terms.archive)
    assert kept
    item = desk.archive._made("900", 1, dict(desk.archive.drafts[0].metadata))
    item.files, item.committed = {"a": b"1"}, {"a"}
    desk.archive._publish(item)
    with pytest.raises(DepositError, match=f"already, published as {item.id}"):
        desk.deposit(publish=True)
    assert len(desk.archive.published) == 1
