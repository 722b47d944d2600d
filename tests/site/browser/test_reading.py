"""What a reader does: look, search, filter, open a claim, follow its quote, switch the theme, print."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.site.browser.conftest import Served

pytestmark = pytest.mark.browser


def test_search_finds_records_and_claims(page: Page, served: Served) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.get_by_role("searchbox").fill("quantization memory")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"\?.*q=quantization"))
    expect(page.locator("article.card").first).to_be_visible()
    page.goto("/?q=zzzyx")
    expect(page.get_by_text("Nothing matches")).to_be_visible()


def test_a_filter_narrows_the_list(page: Page, served: Served) -> None:
    # Other tests may have asked a question meanwhile.
    states = [row["answer_state"] for row in page.request.get("/api/v1/records").json()["items"]]
    page.goto("/")
    assert page.locator("article.card").count() == len(states) >= len(served.records)
    first = served.records[0].answer.state
    page.locator("select[name=state]").select_option(first)
    page.get_by_role("button", name="Search").click()
    page.wait_for_url(re.compile("state="))
    assert page.locator("article.card").count() == states.count(first)


def test_a_claim_leads_to_its_sentence_in_context(page: Page, served: Served) -> None:
    record = served.records[0]
    page.goto(f"/paper/{record.id}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.locator("a[href^='/claim/']").first.click()
    page.wait_for_url(re.compile("/claim/"))
    claim_id = page.url.rpartition(".")[2]
    quote = record.claim(claim_id).quote.text
    marked = page.locator("mark").first
    expect(marked).to_be_visible()
    assert " ".join(marked.inner_text().split()) == " ".join(quote.split())


def test_the_theme_is_switched_and_kept(page: Page) -> None:
    page.goto("/")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.get_by_role("button", name="dark").click()
    dark = page.evaluate(ground)
    assert dark != light
    page.goto("/about")
    assert page.evaluate(ground) == dark


def test_the_system_asks_for_dark(browser: Browser, served: Served) -> None:
    with browser.new_context(base_url=served.address, color_scheme="dark") as context:
        page = context.new_page()
        page.goto("/")
        red, green, blue = map(
            int, re.findall(r"\d+", page.evaluate("getComputedStyle(document.body).backgroundColor"))[:3]
        )
        assert red + green + blue < 150


def test_a_record_prints_whole(page: Page, served: Served, tmp_path: Path) -> None:
    import pypdfium2

    record = served.records[0]
    page.goto(f"/paper/{record.id}")
    printed = tmp_path / "record.pdf"
    page.pdf(path=printed, format="A4")
    pages = list(pypdfium2.PdfDocument(printed))
    text = " ".join(" ".join(one.get_textpage().get_text_range() for one in pages).split())
    assert " ".join(record.question.split())[:60] in text
    assert "Switch to" not in text and "☾" not in text  # what is for the screen alone is not printed


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_runs_off_the_side(page: Page, served: Served, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    for path in (
        "/",
        f"/paper/{served.records[0].id}",
        "/benchmarks",
        "/lab",
        "/graph",
        "/audit",
        "/schemas",
        "/quality",
    ):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, path
