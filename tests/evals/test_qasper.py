"""The bench of QASPER on invented papers: paragraphs are ranked by the product's search, claims held against answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sovereign import evals
from sovereign.errors import InputError
from sovereign.evals import qasper

PARAGRAPHS = [
    "The authors thank the garden club for its patience.",
    "Columnar layouts were compared with row layouts. The columnar layout takes 120 ms to scan TPC-H.",
    "Annotators came from three towns. They were paid by the hour.",
    "Compression was done with run lengths. It halves the storage of each attribute.",
]


def evidence(number: int, question: str, at: int, spans: list[Any]) -> dict[str, Any]:
    return {
        "question_id": f"q{number}", "paper": "Lanes", "question": question, "answer_spans": spans,
        "evidence": [PARAGRAPHS[at]],
    }  # fmt: skip


def folder(path: Path, rows: list[dict[str, Any]], papers: list[dict[str, Any]]) -> Path:
    (path / "qa_evidence.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    (path / "fulltext.jsonl").write_text("\n".join(map(json.dumps, papers)), "utf-8")
    return path


def made(path: Path) -> Path:
    rows = [
        evidence(1, "How long does the columnar layout take to scan TPC-H?", 1, ["120 ms to scan TPC-H"]),
        evidence(2, "How were the annotators paid?", 2, ["paid by the hour"]),
        evidence(3, "Was compression done with run lengths?", 3, [True]),
    ]
    asked = [
        {
            "question": "How long does the columnar layout take to scan TPC-H?",
            "answer": "it takes 120 ms to scan TPC-H",
        },
        {"question": "Which penguins swim?", "answer": None},
    ]
    papers = [
        {"title": "Lanes", "text": "\n".join(["Lanes", *PARAGRAPHS]), "qa": asked},
        {"title": "", "text": "", "qa": []},
    ]
    return folder(path, rows, papers)


def test_paragraphs_are_found_by_the_products_own_search(tmp_path: Path):
    result = evals.run("qasper", made(tmp_path))
    ours = result["evidence"]
    assert (ours["questions"], ours["texts"], ours["recall_at_1"], ours["evidence_f1"]) == (3, 1, 1.0, 1.0)
    assert ours["baselines"]["bm25"]["recall_at_1"] == 1.0
    assert ours["baselines"]["first"]["recall_at_1"] < 1.0
    whole = result["full_text"]
    assert (whole["texts"], whole["recall_at_1"]) == (1, 1.0)
    assert result["n"] == 5


def test_an_answer_in_a_claim_is_counted_and_one_that_is_not_asked_for_is_not(tmp_path: Path):
    whole = evals.run("qasper", made(tmp_path))["full_text"]
    assert (whole["answer_in_claim"], whole["claimed_answered"]) == (1.0, 1.0)
    assert whole["claimed_unanswered"] == 0.0  # nothing of penguins stands there
    assert 0 < whole["sentences_kept"] < 1


def test_an_answer_that_no_paragraph_holds_is_not_ranked():
    paragraphs = tuple(PARAGRAPHS)
    assert qasper._holder("the columnar layout takes 120 ms", paragraphs) == {1}
    assert qasper._holder("seventeen penguins dive under ice", paragraphs) == frozenset()
    assert qasper._holder(None, paragraphs) == frozenset()


def test_broken_sets_are_named(tmp_path: Path):
    with pytest.raises(InputError, match="needs its data"):
        evals.run("qasper")
    with pytest.raises(InputError, match="does not hold qasper"):
        evals.run("qasper", tmp_path)
    rows = [evidence(1, "Who?", 0, ["garden"]) | {"evidence": "not a list"}]
    with pytest.raises(InputError, match="evidence"):
        evals.run("qasper", folder(tmp_path, rows, [{"title": "t", "text": "t\nx", "qa": []}]))
