"""A work whose text and tables differ: tables are evidence in a run, and what they rest on can be worked out again."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sovereign.kernel.tribunal import DEFECTS, review_json
from sovereign.records import Evidence, Record
from tests.kernel.asking import ask

Json = dict[str, Any]

PAPER = """<html><head><title>Caching layers for transformers</title></head><body>
<h1>Caching layers for transformers</h1>
<h2>Abstract</h2>
<p>We cache the layers of a transformer between requests. CacheNet lowers the latency from 40.0 ms to 28.0 ms on the news set.
CacheNet has a higher latency than PlainNet on the mail set.</p>
<h2>Results</h2>
<p>We ran every model ten times. {filler}</p>
<figure><table>
<tr><th>Model</th><th>News</th><th>Mail</th></tr>
<tr><td>PlainNet</td><td>40.0</td><td>36.0</td></tr>
<tr><td>CacheNet</td><td>28.0</td><td>31.0</td></tr>
</table><figcaption>Table 1: Latency in ms on each set; lower is better.</figcaption></figure>
</body></html>"""
FILLER = "Each of the runs began with an empty store, as a server does after it was started again by hand. " * 50


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    folder: Path = tmp_path_factory.mktemp("tables")
    (folder / "library").mkdir()
    (folder / "library" / "caching.html").write_text(PAPER.format(filler=FILLER))
    return ask(folder / "home", "What latency does CacheNet have compared with PlainNet?", folder / "library")


def tabled(record: Record) -> list[tuple[str, Evidence]]:
    """Evidence from tables, each with its claim's text."""
    return [
        (c.text, e) for c in record.claims if c.verification for e in c.verification.evidence if e.rationale is not None
    ]  # fmt: skip


def test_a_table_contradicts_its_own_abstract(record: Record) -> None:
    found = [e for text, e in tabled(record) if "higher latency than PlainNet" in text]
    assert [e.verdict for e in found] == ["CONTRADICT"]
    (evidence,) = found
    assert evidence.relation == "own_work" and evidence.quote.depth == "table"
    assert evidence.rationale is not None
    assert {c.text for c in evidence.rationale.cells} == {"31.0", "36.0"}
    claim = next(c for c in record.claims if "higher latency than PlainNet" in c.text)
    assert claim.verdict == "MIXED" and not claim.verified


def test_cells_stand_in_the_quoted_part_of_the_table(record: Record) -> None:
    assert tabled(record)
    for _, evidence in tabled(record):
        assert evidence.rationale is not None
        for cell in evidence.rationale.cells:
            start = cell.start - evidence.quote.start
            assert evidence.quote.text[start : start + len(cell.text)] == cell.text


def cell(data: Json) -> None:
    rationale(data)["cells"][0]["text"] = "99.9"


def result(data: Json) -> None:
    rationale(data)["computation"]["expression"] = "36.0 - 31.0 = 7"


def operand(data: Json) -> None:
    rationale(data)["computation"]["expression"] = "55.5 - 31.0 = 24.5"


def rationale(data: Json) -> Json:
    found = (e["rationale"] for c in data["claims"] for e in c["verification"]["evidence"] if e.get("rationale"))
    return next(found)


def codes(data: Json) -> set[str]:
    return {f.code for f in review_json(data) if f.code in DEFECTS}


def test_reviewers_find_no_fault_with_it(record: Record) -> None:
    assert codes(record.model_dump(mode="json")) == set()


@pytest.mark.parametrize("plant", [cell, result, operand])
def test_what_was_altered_is_found(record: Record, plant: Callable[[Json], None]) -> None:
    data = copy.deepcopy(record.model_dump(mode="json"))
    plant(data)
    assert "altered-number" in codes(data)
