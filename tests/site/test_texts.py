"""About, methodology and quality say what the code does: their tables are those of the code."""

from __future__ import annotations

import re
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import get_args

import pytest
from fastapi.testclient import TestClient

from sovereign.contracts.decision import policy
from sovereign.contracts.dimensions import DEFINITIONS
from sovereign.contracts.gates import STATUSES
from sovereign.contracts.levels import LEVELS
from sovereign.contracts.tiers import THRESHOLDS
from sovereign.records import AnswerState, DecisionOutcome, Depth, Record, Verdict
from sovereign.site import words
from sovereign.version import __version__

ROOT = Path(__file__).parents[2]


def test_about_counts_what_is_there_and_says_what_it_is_not(client: TestClient, record: Record) -> None:
    told = client.get("/api/v1/about").json()
    assert (told["software"], told["records"], told["claims"]) == (__version__, 1, len(record.claims))
    assert told["verified"] == record.counters.verified and told["peer_reviewed"] is False
    assert "This is not peer review" in client.get("/about").text


def test_methodology_has_every_word_that_a_record_may_use(client: TestClient) -> None:
    told = client.get("/api/v1/methodology").json()
    for name, kind in (("verdicts", Verdict), ("depths", Depth), ("states", AnswerState)):
        assert tuple(t["word"] for t in told[name]) == get_args(kind)
    text = unescape(client.get("/methodology").text)
    assert all(stage["does"] in text and stage["never"] in text for stage in told["stages"])


def test_the_stages_are_those_of_the_documentation_in_its_order() -> None:
    table = (ROOT / "docs/concepts.md").read_text("utf-8").partition("| stage | does | never |")[2].partition("\n\n")[0]
    assert [s.name for s in words.STAGES] == re.findall(r"^\| (\w+) \|", table, re.MULTILINE)


def test_quality_shows_the_rules_of_the_code(client: TestClient) -> None:
    told = client.get("/api/v1/quality").json()
    assert [level["key"] for level in told["levels"]] == [level.key for level in LEVELS]
    assert [t["tier"] for t in told["tiers"]] == [t.tier for t in THRESHOLDS]
    assert [d["number"] for d in told["dimensions"]] == [f"D-{n}" for n in range(1, 9)]
    assert {d["name"]: d["definition"] for d in told["dimensions"]} == DEFINITIONS
    assert tuple(o["word"] for o in told["outcomes"]) == get_args(DecisionOutcome)
    text = unescape(client.get("/quality").text)
    for one in (*(s.definition for s in STATUSES), *(level.definition for level in LEVELS), *DEFINITIONS.values()):
        assert one in text
    for threshold in THRESHOLDS:
        assert threshold.description in text and (threshold.minimum_review_score or 0) < 10
    assert [rule["id"] for rule in told["rules"]] == re.findall(r'<th scope="row"><code>([a-z-]+)</code>', text)


def test_each_rule_of_the_policy_is_told_with_all_its_conditions() -> None:
    for rule, told in zip(policy()["rules"], words.rules(), strict=True):
        assert len(told.when) == sum(map(len, rule["when"].values()))
    (approve,) = [rule for rule in words.rules() if rule.id == "auto-approve"]
    assert approve.when == (
        "the review's score is 6.5 or more",
        "the number of verified claims is 5 or more",
        "the number of claims with mixed evidence that a sentence of the answer rests on is at most 0",
        "the answer's state is not “not answerable”",
    )


@pytest.mark.parametrize(
    "path", ["/about", "/methodology", "/quality", "/schemas", "/mathematics", "/audit", "/benchmarks"]
)
def test_pages_need_no_script_of_their_own_and_no_style_in_them(client: TestClient, path: str) -> None:
    text = client.get(path).text
    assert re.findall(r"<script(?![^>]*src=)", text) == [] and " style=" not in text and "<style" not in text
    assert re.findall(r"<[^>]+\son\w+=", text) == []
    headings = [int(level) for level in re.findall(r"<h([1-6])", text)]
    assert headings[0] == 1 and headings.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(headings))
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
