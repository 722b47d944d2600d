"""The owner in a real browser: signs in, asks, decides, corrects, signs out. Its forms are held to the policy and to where they come from."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.site.browser.conftest import TOKEN, Served

pytestmark = pytest.mark.browser


def _signed_in(page: Page) -> None:
    page.goto("/owner")
    page.get_by_label("Token of the site").fill(TOKEN)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Ask, decide, correct")).to_be_visible()


def test_the_owner_submits_a_question_and_approves_its_record(page: Page) -> None:
    _signed_in(page)
    question = "Does QLoRA lose accuracy compared with 16-bit fine-tuning?"
    page.get_by_label("Question", exact=True).fill(question)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text(question)
    row = page.get_by_role("row").filter(has_text=question).first
    for _ in range(60):
        if row.get_by_text("done", exact=True).count():
            break
        page.wait_for_timeout(1000)
        page.goto("/owner")
    row.get_by_role("link", name="Decide on it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(question)
    page.get_by_label("Reason").fill("Read, and right.")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("status")).to_contain_text("APPROVED")
    page.reload()
    expect(page.get_by_role("status")).to_have_count(0)
    expect(page.get_by_text("Read, and right.")).to_have_count(1)
    page.get_by_role("link", name="Read the record").click()
    expect(page.get_by_text("draft", exact=True)).to_have_count(0)


def test_the_owner_withdraws_a_claim(page: Page, served: Served) -> None:
    _signed_in(page)
    record = served.records[1]
    page.goto(f"/owner/records/{record.id}")
    page.get_by_label("Type").select_option("CLAIM")
    page.get_by_label("What was wrong").fill("It is not in the paper.")
    page.get_by_text("Claims to withdraw").click()
    page.locator(f"input[name=claim][value={record.claims[-1].id}]").check()
    page.get_by_role("button", name="Correct", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("version 2")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
