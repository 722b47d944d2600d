"""A run whose time was over, recorded against a slow server, and its replay, which has all the time that it wants."""

from __future__ import annotations

import itertools
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sovereign.kernel import Request, run
from sovereign.kernel.budget import Budget
from sovereign.records import Record
from sovereign.settings import load
from sovereign.sources import NOT_IN_TIME
from sovereign.sources.web import Limits
from sovereign.sources.web.recording import FILE
from sovereign.store import open_store
from tests.kernel import columnar
from tests.kernel.local import bring_home, path
from tests.kernel.test_network import ENTRY, FEED, PAGE, WORKS
from tests.sources.web.server import reply, serving

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def asked(home: Path, **more: Any) -> Record:
    budget = {"budget_seconds": more.pop("seconds")} if "seconds" in more else {}
    settings = load({"home": str(home), "measure_seconds": 0, **budget}, environ={})
    with open_store(home) as store:
        return run(Request(columnar.QUESTION, settings, sources=("arxiv",), measure=False, **more), store)


def slow(connection: socket.socket, stop: threading.Event) -> None:
    stop.wait(3)
    reply(PAGE.format(WORKS[0][1], WORKS[0][2], "We measured it. " * 50).encode())(connection, stop)


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """arXiv with two works, the page of the first of which takes longer than the run has."""
    with serving() as server:
        server.on(path("arxiv"), reply(FEED.format("".join(ENTRY.format(*w) for w in WORKS)).encode()))
        server.on(f"/site/html/{WORKS[0][0]}v1", slow)
        bring_home(monkeypatch, server, Limits(retries=0))
        yield


def test_a_replay_comes_to_what_the_recorded_run_had_time_for(web: None, tmp_path: Path) -> None:
    tape = tmp_path / "tape"
    record = asked(tmp_path / "first", record=tape, seconds=2)
    assert any(
        "the time budget is spent" in line for line in (*record.limits, *(f.reason for f in record.retrieval.failures))
    )
    assert asked(tmp_path / "unhurried").content_hash != record.content_hash  # it does make a difference
    first, second = (asked(tmp_path / name, replay=tape) for name in ("second", "third"))
    assert first.content_hash == second.content_hash == record.content_hash


def test_a_replay_leaves_out_the_work_for_which_there_was_no_time(
    web: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time is over when the second work is to be read, and for all that follows."""
    tape, looks = tmp_path / "tape", itertools.count()
    with monkeypatch.context() as patch:
        patch.setattr(Budget, "spent", lambda _: next(looks) > 0)
        patch.setattr("sovereign.kernel.durable.Steps.spent", lambda steps: 1000.0 * ("review" in steps.seconds))
        record = asked(tmp_path / "first", record=tape)
    assert [f.reason for f in record.retrieval.failures] == [NOT_IN_TIME] and len(record.papers) == 1
    assert not any("searched again" in change for change in record.reviews[1].changes)
    said = (tape / FILE).read_bytes()
    assert b'"no time to read arxiv:2103.00002","step":3,"value":true' in said
    first, second = (asked(tmp_path / name, replay=tape) for name in ("second", "third"))
    assert first.content_hash == second.content_hash == record.content_hash
    (tape / FILE).write_bytes(b"".join(line for line in said.splitlines(True) if b'"decision"' not in line))
    assert asked(tmp_path / "of old", replay=tape).content_hash != record.content_hash
