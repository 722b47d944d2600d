"""``sovereign serve`` and ``sovereign site build``, as processes that a person starts."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sovereign.errors import InputError
from sovereign.kernel.lock import locked
from sovereign.site import demo
from sovereign.store import open_store
from tests.cli.conftest import Asked
from tests.cli.running import sovereign

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


@contextmanager
def serving(*arguments: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A running server, and its address."""
    command = [sys.executable, "-m", "sovereign.cli", "serve", "--port", "0", "--json", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=dict(os.environ))
    try:
        assert process.stdout is not None and process.stderr is not None
        line = process.stdout.readline()
        assert line, process.stderr.read().decode()
        yield json.loads(line)["address"], process
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_the_record_and_stops_when_told(asked: Asked, told: signal.Signals) -> None:
    with serving() as (address, process):
        with urllib.request.urlopen(f"{address}api/v1/records") as answer:
            assert [r["short_id"] for r in json.load(answer)["items"]] == [asked.short_id]
        process.send_signal(told)
        assert process.wait(10) == 0
        assert process.stderr is not None and process.stderr.read() == b""


def test_the_other_commands_do_not_load_the_server_and_its_lack_is_told(asked: Asked) -> None:
    without = (
        "import sys; sys.modules['uvicorn'] = None; from sovereign.cli import main; "
        "assert 'fastapi' not in sys.modules; sys.argv = ['sovereign', 'serve']; main()"
    )
    said = subprocess.run([sys.executable, "-c", without], capture_output=True, text=True, check=False)
    assert said.returncode == 2 and "uvicorn" in said.stderr and "sovereign-research[site]" in said.stderr
    assert "Traceback" not in said.stderr


def test_a_taken_port_is_told_with_one_that_is_free(asked: Asked) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = sovereign("serve", "--port", port)
    assert said.code == 2 and f"port {port}" in said.err and "--port" in said.err.partition("Take another")[2]


def test_a_host_that_is_not_ours_is_told(asked: Asked) -> None:
    said = sovereign("serve", "--host", "192.0.2.1")
    assert said.code == 2 and "192.0.2.1" in said.err


def test_the_site_is_built_and_drafts_are_counted(asked: Asked, tmp_path: Path) -> None:
    said = sovereign("site", "build", tmp_path / "www")
    assert said.code == 0 and "1 draft" in said.err
    again = sovereign("site", "build", tmp_path / "www", "--drafts", "--json")
    assert again.code == 0 and again.json["records"] == 1 and not again.json["failed"]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.tex").write_text("years of work")
    refused = sovereign("site", "build", tmp_path / "mine")
    assert refused.code == 2 and "not of this site" in refused.err


def test_the_demonstration_is_made_by_one_process_alone(tmp_path: Path) -> None:
    with locked(tmp_path / demo._LOCK):
        # To its owner the lock is taken, too: it hangs on the open file.
        with pytest.raises(InputError, match="Another process"):
            demo.make(tmp_path)
        with demo.making(tmp_path):
            pass
    assert not (tmp_path / "runs").exists()


def test_the_demonstration_approves_and_corrects(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "QUESTIONS", (demo._CORRECTED, demo._APPROVED))
    demo.make(home, embedder="none")
    with open_store(home) as store:
        by_question = {entry.question: entry for entry in store.records.newest()}
        assert by_question[demo._CORRECTED].version == 2
        assert [d.outcome for d in store.records.decisions(by_question[demo._APPROVED].id)] == ["APPROVED"]
        head = store.ledger.head()
        assert demo._is_whole(store)
    demo.make(home)  # and what is there is not made again
    with open_store(home) as store:
        assert store.ledger.head() == head
