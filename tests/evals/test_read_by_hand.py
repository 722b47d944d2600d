"""The benches of attribution and of atomic claims: what they count on invented sentences, and that their sets hold no words."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import pytest

from sovereign.errors import InputError
from sovereign.evals import atomic, attributed
from sovereign.evals.extraction import markdown
from tests.evals.data import SHARED

PARTS = [
    ("Abstract", 1, "We propose lanes. Lanes take 4 ms."),
    ("Related Work", 1, "Ostrom et al. (2020) proposed stripes, which take 9 ms. Our lanes differ."),
    ("Results", 1, "Lanes need 2 GB of memory."),
]


def test_sections_are_the_yardstick_and_figures_are_shares():
    document = markdown("Lanes", PARTS, "lanes")
    rows = attributed.by_section([("lanes", document)])
    assert [row.other for row in rows] == [False, False, True, True]
    counts = sum(attributed.judged(rows, attributed.JUDGES["ours"]).values(), attributed.Counter())
    assert attributed.figures(counts) == {"precision": 1.0, "recall": 0.5, "own_lost": 0.0}
    whole = attributed.of_claims("lanes", document)
    assert (whole["stated_before"], whole["stated_before_related"], whole["stated_after_related"]) == (3, 1, 0)


def test_a_paper_of_tokens_becomes_prose_under_its_headings():
    words = [
        "document",
        ":",
        "Lanes",
        "We",
        "propose",
        "lanes",
        ",",
        "(",
        "fast",
        "ones",
        ")",
        ".",
        "section",
        ":",
        "Related",
        "Work",
        "Rows",
        "are",
        "slow",
        ".",
    ]
    paper = attributed.Paper(
        doc_id="x", words=words, sentences=[(0, 3), (3, 12), (12, 16), (16, 20)], sections=[(0, 12), (12, 20)]
    )
    document = attributed.text_of(paper)
    assert document.paper.title == "Lanes"
    assert [document.slice(s) for s in document.sentences] == ["We propose lanes, (fast ones).", "Rows are slow."]
    assert [s.title for s in document.sections if s.title] == ["Lanes", "Abstract", "Related Work"]


GOLD = atomic.Gold.model_validate(
    {"arxiv_id": "0", "sentence": "0", "figures": [["latency", 4, "Lanes"], ["memory", 2, None], ["memory", 3, None]]}
)
SENTENCE = "Lanes have a latency of 4 ms and need 2 GB of memory."


def test_a_figure_is_right_with_its_metric_and_found_once():
    counts = atomic.counts_of(GOLD, SENTENCE, atomic.ours)
    assert (counts["gold"], counts["said"], counts["right"], counts["as_many"]) == (3, 2, 2, 1)
    wrong = GOLD.model_copy(
        update={"figures": (atomic.Figure("accuracy", 4.0, None), atomic.Figure("memory", 2.0, "Rows"))}
    )
    counts = atomic.counts_of(wrong, SENTENCE, atomic.ours)
    assert (counts["right"], counts["owners"]) == (1, 0)
    together = atomic.counts_of(GOLD, SENTENCE, atomic.one_claim)
    assert together["right"] < 2 and together["as_many"] == 0


@pytest.mark.parametrize("name", ["attributed.json", "atomic.json"])
def test_the_sets_hold_hashes_and_no_sentence(name: str):
    rows = json.loads(resources.files("sovereign.evals").joinpath(name).read_text("utf-8"))
    assert len(rows) >= 60
    assert all(len(row["sentence"]) == 16 and " " not in row["sentence"] for row in rows)
    words = [str(f[2]) for row in rows for f in row.get("figures", ())]
    assert all(len(w.split()) <= 4 for w in words)


def test_a_set_that_is_not_whole_is_refused(tmp_path: Path):
    row = {"arxiv_id": "2605.02888", "abstract": "Something else."}
    (tmp_path / "abstracts.jsonl").write_text(json.dumps(row), "utf-8")
    with pytest.raises(InputError, match="lacks sentences"):
        atomic.measure(tmp_path)


@pytest.mark.skipif(not (SHARED / "scirex").is_dir(), reason=f"there is no data in {SHARED}")
def test_every_sentence_that_was_read_is_found_again():
    scirex, others, _ = attributed.documents(SHARED)
    found = attributed.by_hand([*scirex, *others])
    rows = json.loads(resources.files("sovereign.evals").joinpath("attributed.json").read_text("utf-8"))
    assert sum(map(len, found.values())) == len(rows)
    assert len(atomic.sentences(SHARED)[0]) == 60
