"""The site as files, opened in a browser without any server."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.site.browser.conftest import Served

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def folder(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The approved record as files."""
    target = tmp_path_factory.mktemp("files") / "www"
    command = [sys.executable, "-m", "sovereign.cli", "site", "build", str(target)]
    subprocess.run(command, check=True, env={**os.environ, "SOVEREIGN_HOME": str(served.home)}, capture_output=True)
    return target


@pytest.fixture
def opened(browser: Browser, folder: Path) -> Iterator[Page]:
    """The first page, as a file. What it complains of, or asks for and does not get, fails the test."""
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        wrong: list[str] = []
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.on("requestfailed", lambda request: wrong.append(request.url))
        page.goto((folder / "index.html").as_uri())
        yield page
        assert not wrong


def test_search_leads_to_the_record(opened: Page, served: Served) -> None:
    opened.get_by_role("searchbox").fill("lora memory")
    expect(opened.get_by_role("status")).to_contain_text("found")
    opened.get_by_role("searchbox").fill("expert bridging latency 175B")
    opened.locator("#static-search ol a").first.click()
    expect(opened.get_by_text(served.records[0].short_id).first).to_be_visible()
    assert opened.url.startswith("file:")


def test_pages_lead_to_each_other_and_keep_the_theme(opened: Page) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    light = opened.evaluate(ground)
    opened.get_by_role("button", name="dark").click()
    assert opened.evaluate(ground) != light
    for name in ("Benchmarks", "Graph", "Lab", "Audit", "About", "Records"):
        opened.get_by_role("navigation", name="Main").get_by_role("link", name=name).click()
        expect(opened.get_by_role("heading", level=1)).to_be_visible()
    assert opened.evaluate(ground) != light


def test_the_graph_is_drawn(opened: Page) -> None:
    opened.get_by_role("navigation", name="Main").get_by_role("link", name="Graph").click()
    expect(opened.locator("canvas").first).to_be_visible()


def test_drafts_are_not_there(folder: Path, served: Served) -> None:
    draft = served.records[1]
    assert not (folder / "paper" / str(draft.id)).exists()
    assert (folder / "paper" / str(served.records[0].id) / "index.html").exists()
