"""The bench of the main claim: what it counts on invented abstracts, and that weights are fitted to one half alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sovereign import evals
from sovereign.errors import InputError
from sovereign.evals import scitldr
from sovereign.evals.extraction import half_of, rouge_1, rouge_l, same_words
from sovereign.kernel import main_claim
from tests.evals.data import SHARED

SENTENCES = [
    "Queries have become slow in recent years.",
    "In this paper, we propose lanes, a columnar layout for fast scans.",
    "Each lane holds one attribute.",
    "The garden club paid for the tea.",
    "Nobody else was there.",
]


def paper(number: int, gold: int = 1, **other: Any) -> dict[str, Any]:
    row = {
        "paper_id": f"p{number}",
        "title": "Lanes: a columnar layout for fast scans",
        "source": SENTENCES,
        "source_labels": [int(i == gold) for i in range(len(SENTENCES))],
        "target": ["We propose lanes, a columnar layout."],
    }
    return row | other


def folder(path: Path, *papers: dict[str, Any]) -> Path:
    (path / "abstracts_tldr.jsonl").write_text("\n".join(map(json.dumps, papers)), "utf-8")
    return path


def test_the_announcing_sentence_is_found_and_kept(tmp_path: Path):
    result = evals.run("scitldr", folder(tmp_path, *(paper(n) for n in range(6))))
    assert (result["recall_at_1"], result["kept"], result["kept_first_3"]) == (1.0, 1.0, 1.0)
    assert 0 < result["sentences_kept"] < 1
    first, last = (result["baselines"][name] for name in ("first", "last"))
    assert (first["recall_at_1"], first["recall_at_2"], last["recall_at_1"]) == (0.0, 1.0, 0.0)
    assert result["baselines"]["oracle"]["rouge_1"] >= result["rouge_1"] > first["rouge_1"]
    assert result["halves"]["seen"]["documents"] + result["halves"]["held_out"]["documents"] == 6
    assert "kept" not in first


def test_another_label_is_counted_as_missed(tmp_path: Path):
    result = evals.run("scitldr", folder(tmp_path, paper(1), paper(2, gold=2)))
    assert result["recall_at_1"] == 0.5


def test_abstracts_without_one_labelled_sentence_are_left_out(tmp_path: Path):
    result = evals.run("scitldr", folder(tmp_path, paper(1), paper(2, source_labels=[0] * 5), paper(3, target=[])))
    assert result["n"] == 1
    with pytest.raises(InputError, match="no abstract with one labelled sentence"):
        evals.run("scitldr", folder(tmp_path, paper(2, source_labels=[1, 1, 0, 0, 0])))
    with pytest.raises(InputError, match="needs its data"):
        evals.run("scitldr")
    with pytest.raises(InputError, match="title"):
        evals.run("scitldr", folder(tmp_path, {k: v for k, v in paper(1).items() if k != "title"}))


def test_texts_are_held_against_each_other_by_words():
    assert rouge_1("a b c d", "b a") == pytest.approx(2 * 2 / 6)
    assert rouge_l("a b c d", "b a") == pytest.approx(2 * 1 / 6)
    assert rouge_l("x", "y") == rouge_1("", "") == 0.0
    assert same_words("Lanes are fast", "lanes are fast, and small.") and not same_words(
        "Lanes are fast", "Rows are slow"
    )
    assert not same_words("", "Rows")


def test_the_held_out_half_does_not_move_the_weights():
    papers = [scitldr.Paper.model_validate(paper(n, gold=n % 3)) for n in range(40)]
    turned = [
        p if half_of(p.paper_id) == "seen" else p.model_copy(update={"source_labels": p.source_labels[::-1]})
        for p in papers
    ]
    assert turned != papers
    assert scitldr.fit(papers) == scitldr.fit(turned)
    seen = [
        p if half_of(p.paper_id) != "seen" else p.model_copy(update={"source_labels": [0, 0, 0, 0, 1]}) for p in papers
    ]
    assert scitldr.fit(papers)["all"] != scitldr.fit(seen)["all"]


@pytest.mark.skipif(not (SHARED / "scitldr").is_dir(), reason=f"there is no data in {SHARED}")
def test_the_shipped_weights_are_what_the_command_gives():
    shipped = json.loads(main_claim.WEIGHTS.read_text("utf-8"))
    again = scitldr.fit(scitldr.load(scitldr.file_of(SHARED / "scitldr")))
    assert {"all": shipped["all"], "folds": shipped["folds"]} == again


def test_every_signal_has_a_weight():
    shipped = json.loads(main_claim.WEIGHTS.read_text("utf-8"))
    assert all(tuple(table["signals"]) == main_claim.SIGNALS for table in (shipped["all"], *shipped["folds"]))
    assert len(shipped["folds"]) == 5
