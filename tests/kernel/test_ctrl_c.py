"""Ctrl-C while a host does not answer, or its answer takes long to read: the process ends within about two seconds, and the run can be gone on with."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sovereign.kernel import unfinished
from tests.kernel import columnar
from tests.kernel.local import path
from tests.kernel.test_network import ENTRY, FEED, WORKS
from tests.sources.web.server import Behaviour, drip, hang, head, reply, serving

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

ASK = """
import sys, types, pytest
from tests.kernel.local import Limits, bring_home
bring_home(pytest.MonkeyPatch(), types.SimpleNamespace(port=int(sys.argv[1])), Limits())
from sovereign.cli import app
app(sys.argv[2:])
"""
FOUND = reply(FEED.format(ENTRY.format(*WORKS[0])).encode())
SLOW = reply(b"<article>" + b"<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>" * 80_000)
PAGE = f"/site/html/{WORKS[0][0]}v1"


@pytest.mark.parametrize(
    ("where", "behaviour"),
    [(path("arxiv"), hang), (PAGE, hang), (PAGE, drip(head(content_length="100000"), every=0.1)), (PAGE, SLOW)],
    ids=["search", "text", "drip", "slow to read"],
)
def test_ctrl_c_during_an_exchange(home: Path, where: str, behaviour: Behaviour) -> None:
    root = str(Path(__file__).parents[2])
    with serving() as server:
        server.on(path("arxiv"), FOUND)
        server.on(path("openalex"), hang)
        server.on(where, behaviour)
        sources = ["--source", "arxiv", *(["--source", "openalex"] if "site" not in where else [])]
        command = [sys.executable, "-c", ASK, str(server.port), "ask", columnar.QUESTION, *sources]
        asking = subprocess.Popen(command, cwd=root, env=os.environ, stderr=subprocess.PIPE, text=True)
        try:
            end = time.monotonic() + 60
            while not any(t.partition("?")[0] == where for t in server.targets()):
                assert asking.poll() is None and time.monotonic() < end
                time.sleep(0.02)
            time.sleep(1.5 if behaviour is SLOW else 0.3)  # it waits for the answer, or for who reads it
            pressed = time.monotonic()
            asking.send_signal(signal.SIGINT)
            _, said = asking.communicate(timeout=60)
            took = time.monotonic() - pressed
        finally:
            asking.kill()
    assert took < 3.0, said
    assert asking.returncode == 130 and "sovereign resume" in said and "Traceback" not in said
    assert len(unfinished(home)) == 1
