"""A run whose time was over, recorded against a slow server, and its replay, which has all the time that it wants."""

from __future__ import annotations

import socket
import threading
from pathlib import Path
from typing import Any

import pytest

from sovereign.kernel import Request, run
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
    stop.wait(2.5)
    reply(PAGE.format(WORKS[0][1], WORKS[0][2], "We measured it. " * 50).encode())(connection, stop)


def test_a_replay_leaves_out_what_the_recorded_run_had_no_time_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tape = tmp_path / "tape"
    with serving() as server:
        server.on(path("arxiv"), reply(FEED.format("".join(ENTRY.format(*w) for w in WORKS)).encode()))
        server.on(f"/site/html/{WORKS[0][0]}v1", slow)
        bring_home(monkeypatch, server, Limits(retries=0))
        record = asked(tmp_path / "first", record=tape, seconds=2)
        assert asked(tmp_path / "unhurried").content_hash != record.content_hash  # it does make a difference
    assert NOT_IN_TIME in [f.reason for f in record.retrieval.failures] and len(record.papers) < 2
    assert len(record.reviews) == 2 and not any("searched again" in c for c in record.reviews[1].changes)
    assert b'"no time to read arxiv:2103.00002","step":3,"value":true' in (tape / FILE).read_bytes()
    first, second = (asked(tmp_path / name, replay=tape) for name in ("second", "third"))
    assert first.content_hash == second.content_hash == record.content_hash
