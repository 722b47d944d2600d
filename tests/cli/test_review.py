"""``sovereign review``: a published record, worked out again."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest

from sovereign.kernel.tribunal import rule
from tests.cli.conftest import Asked
from tests.cli.running import failed, sovereign

DOCS = Path(__file__).parents[2] / "docs"


def test_a_record_of_the_store_and_its_export_are_reviewed_alike(asked: Asked, tmp_path: Path):
    exported = tmp_path / "record.json"
    exported.write_text(sovereign("export", asked.short_id).out)
    found = sovereign("review", str(exported), "--json").json
    assert found == sovereign("review", asked.short_id, "--json").json
    assert found["defects"] == 0
    assert found["findings"]


def test_a_defect_is_shown_with_its_place(asked: Asked, tmp_path: Path):
    data = copy.deepcopy(asked.record)
    data["level"] = 6
    (tmp_path / "raised.json").write_text(json.dumps(data))
    found = sovereign("review", str(tmp_path / "raised.json"), "--json").json
    assert found["defects"] == 1
    (defect,) = [f for f in found["findings"] if f["severity"] == "critical"]
    assert (defect["code"], defect["at"]) == ("overclaimed-level", ["/level"])
    assert "overclaimed-level" in " ".join(sovereign("review", str(tmp_path / "raised.json")).out.split())


@pytest.mark.parametrize("content", ["", "{", "[]", "3", "{}", '{"answer": {}}', "\x00", "[" * 100_000])
def test_what_is_no_record_is_said(tmp_path: Path, content: str):
    (tmp_path / "x.json").write_text(content)
    failed(sovereign("review", str(tmp_path / "x.json")), 2, "record")


def test_the_page_of_the_reviewers_holds_the_rule():
    page = (DOCS / "reviewers.md").read_text("utf-8")
    for code, kind in rule().kinds.items():
        if kind.severity != "note":
            assert f"| `{code}` | {kind.role} | {kind.severity} | {kind.meaning} |" in page
    for role, terms in rule().terms.items():
        for name, term in terms.items():
            assert f"| {role} | {name} | {term.weight:g} | {term.basis} |" in page
