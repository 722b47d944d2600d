"""The HTML page: hostile text stays text, nothing is asked of the network, and the answer comes first."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest
from selectolax.lexbor import LexborHTMLParser

from sovereign.publish import NOTICE, render
from sovereign.records import LedgerHead, OwnerDecision, Record
from tests.publish.example import BIDI, FORMULA, HANDLER, LONG_TITLE, MARKDOWN, QUESTION, SCRIPT, build


@pytest.fixture
def page(record: Record, head: LedgerHead) -> LexborHTMLParser:
    return LexborHTMLParser(render(record, "html", head))


def test_hostile_text_makes_no_element_and_no_handler(page: LexborHTMLParser) -> None:
    assert not page.css("script, img, iframe, object, embed, form, link, base, input, svg")
    for node in page.css("*"):
        assert not [name for name in node.attributes if name.startswith("on") or name in ("src", "style")]
    text = page.body.text() if page.body else ""
    for hostile in (SCRIPT, MARKDOWN, HANDLER, FORMULA, LONG_TITLE):
        assert hostile in text


def test_no_hidden_or_direction_characters(record: Record) -> None:
    html = render(record, "html")
    assert BIDI in record.claims[7].text
    assert "safegnp.exe" in html
    assert not re.search("[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\x00-\x08]", html)


def test_links_lead_into_the_page_or_to_http(page: LexborHTMLParser) -> None:
    ids = [node.attributes["id"] for node in page.css("[id]")]
    assert len(ids) == len(set(ids))
    hrefs = [node.attributes["href"] or "" for node in page.css("a")]
    assert {"#C1", "#measurement-M1", "#ref-1", "https://arxiv.org/abs/2404.15159"} <= set(hrefs)
    assert not [h for h in hrefs if h.startswith("#") and h[1:] not in ids]
    assert not [h for h in hrefs if not h.startswith(("#", "https://"))]
    assert not [h for h in hrefs if "evil.example" in h]
    assert "javascript:alert(5)" in (page.body.text() if page.body else "")


def test_policy_allows_only_the_style_of_the_page(page: LexborHTMLParser) -> None:
    policy = page.css_first("meta[http-equiv='Content-Security-Policy']").attributes["content"] or ""
    style = page.css_first("style").text()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert "url(" not in style and "@import" not in style


def test_question_is_the_whole_title_and_the_order_is_kept(page: LexborHTMLParser) -> None:
    assert page.css_first("h1").text() == QUESTION
    assert page.css_first("html").attributes["lang"] == "en"
    titles = [node.text(strip=True) for node in page.css("h2")]
    assert titles == [
        "The answerPARTLY ANSWERED",
        "Abstract",
        "1Introduction",
        "2Methodology",
        "3Results",
        "4Uncertainties",
        "5Extracted Claims",
        "References",
        "Imprint",
    ]
    for table in page.css("table"):
        assert table.css_first("caption") is not None
        assert all(th.attributes.get("scope") in ("col", "row") for th in table.css("th"))


def test_counters_are_kept_apart(page: LexborHTMLParser) -> None:
    pairs = {d.css_first("dt").text(): d.css_first("dd").text() for d in page.css(".counters div")}
    assert pairs == {"extracted": "9", "anchored": "6", "supported": "3", "contradicted": "1", "verified": "1"}


def test_a_claim_shows_its_text_marks_checks_and_other_evidence(page: LexborHTMLParser, record: Record) -> None:
    for claim in record.claims[:7]:
        row = page.css_first(f"#{claim.id}")
        assert claim.text in row.text() and claim.quote.text in row.text()
        assert "secondary summary, our words, not the paper's" in row.text()
    first = page.css_first("#C1")
    assert "✓ SUPPORT" in first.text() and "✓ verified" in first.text() and "1 independent group" in first.text()
    assert len(first.css(".others .evidence")) == 2
    assert "reported only, decides nothing" in first.css_first("li[title*='0.31']").attributes["title"]  # type: ignore[operator]
    assert "not verified" in page.css_first("#C2").text()
    assert "UNCHECKED recalled" in page.css_first("#C7").text()
    assert "532.8 to 442.2 is 17.0%, not 30%" in page.css_first("#C4 .others").text()


def test_answer_shows_ratios_inference_and_unknown_ids(page: LexborHTMLParser) -> None:
    answer = page.css_first("#answer")
    assert [c.text() for c in answer.css("caption")] == ["Latency: 3 comparisons", "Memory: 1 comparison"]
    assert "1.83×" in answer.text() and "2.21×" in answer.text()
    marks = [m.text() for m in answer.css(".summary .ours")]
    assert marks.count("our inference") == 1 and "secondary summary" in marks
    # C99 is not in the record: it is named, and leads nowhere.
    assert "C99" in answer.text() and not answer.css("a[href='#C99']")
    assert [len(d.css(".side")) for d in answer.css(".dispute")] == [2, 2]


def _owner(outcome: str) -> OwnerDecision:
    values = {"record_id": "x", "outcome": outcome, "reason": "read", "by": "me", "at": "2026-05-29T00:00:00+00:00"}
    return OwnerDecision.model_validate(values)


def test_notice_stays_until_policy_or_owner_approves(record: Record) -> None:
    approved = build(decision=record.decision.model_copy(update={"outcome": "AUTO_APPROVE"}))
    for form in ("html", "md"):
        assert NOTICE in render(record, form)
        assert NOTICE not in render(approved, form)
        assert NOTICE not in render(record, form, owner=_owner("APPROVED"))
        assert NOTICE in render(approved, form, owner=_owner("HELD"))
        assert "APPROVED by me, 29 May 2026" in render(record, form, owner=_owner("APPROVED"))


def test_footer_says_what_to_hold_the_page_against(record: Record, head: LedgerHead) -> None:
    for form in ("html", "md"):
        page = render(record, form, head)
        for part in (
            record.content_hash,
            head.hash,
            "1,042 events",
            "sovereign verify-record",
            "sovereign export SRCH:A6718A17",
        ):
            assert part in page
    assert "none was exported" in render(record, "html")


def test_an_empty_record_still_makes_every_form(record: Record) -> None:
    answer = record.answer.model_copy(
        update={"state": "NOT_ANSWERABLE", "summary": (), "comparisons": (), "disagreements": ()}
    )
    empty = build(claims=(), papers=(), reviews=(), measurements=(), answer=answer, limits=())
    html = render(empty, "html")
    assert "No claim was extracted." in html and "not reviewed" in html and "NOT ANSWERABLE" in html
    for form in ("md", "csv", "bib", "json"):
        assert render(empty, form)
