"""A real server over real records, and a real Chromium that looks at it. Run with ``make test-browser``."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from sovereign.records import OwnerDecision, Record
from sovereign.store import open_store
from tests.kernel.asking import ask

TOKEN = "a-token-of-these-tests-alone"
QUESTIONS = (
    "What is the computational overhead of implementing expert bridging versus full fine-tuning in terms of inference latency and "
    "memory usage across different model scales from 110M to 175B parameters?",
    "How does the memory use of LoRA compare with full fine-tuning?",
)
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class Served(NamedTuple):
    """A running server: its address, the records in it, the first of them approved, and their home."""

    address: str
    records: tuple[Record, ...]
    home: Path


@pytest.fixture(scope="session")
def chromium() -> str:
    """The Chromium of the system."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no Chromium is installed: on Debian, apt install chromium")
    return found


@pytest.fixture(scope="session")
def served(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server in a process of its own, over a home with records that the kernel made."""
    home = tmp_path_factory.mktemp("site") / "home"
    records = tuple(ask(home, question) for question in QUESTIONS)
    with open_store(home) as store:
        store.records.decide(
            OwnerDecision(
                record_id=str(records[0].id),
                outcome="APPROVED",
                reason="read, and right",
                by="owner",
                at="2026-01-02T03:04:05+00:00",
            )
        )
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("SOVEREIGN_")},
        "SOVEREIGN_HOME": str(home),
        "SOVEREIGN_SITE_TOKEN": TOKEN,
        "SOVEREIGN_MEASURE_SECONDS": "0",
        "SOVEREIGN_EMBEDDER": "none",
    }
    command = [sys.executable, "-m", "sovereign.cli", "serve", "--port", "0", "--json"]
    with (tmp_path_factory.getbasetemp() / "serve.err").open("wb") as errors:
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=errors)
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, Path(errors.name).read_text()
            yield Served(json.loads(line)["address"].rstrip("/"), records, home)
        finally:
            process.terminate()
            process.wait(20)


@pytest.fixture(scope="session")
def browser(chromium: str, served: Served) -> Iterator[Browser]:
    """One browser for all tests. It comes after the records: the kernel does not run where a loop of events does."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield launched
        launched.close()


@pytest.fixture
def context(browser: Browser, served: Served) -> Iterator[BrowserContext]:
    """A window of its own, that knows nothing of other tests."""
    made = browser.new_context(base_url=served.address, viewport={"width": 1280, "height": 900})
    made.set_default_timeout(10_000)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page. Whatever it complains of on its console, a breach of its security policy among it, fails the test."""
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    assert not complaints
