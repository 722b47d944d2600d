"""The TDMS bench on small papers made here: what is found, what is not, and what is counted apart."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sovereign import evals
from sovereign.checks.tabular import grids_of
from sovereign.errors import InputError
from sovereign.evals import tdms
from sovereign.evals.key_bench import half_of
from sovereign.evals.key_match import number_of, same_name, same_number

Cells = list[dict[str, Any]]


def cell(value: str, rows: list[str], columns: list[str], bold: bool = False) -> dict[str, Any]:
    return {"value": value, "bold": bold, "rows": rows, "columns": columns, "merged": []}


def paper(name: str, cells: Cells, caption: str, *results: tuple[str, str, str, str]) -> dict[str, Any]:
    named = [dict(zip(("task", "dataset", "metric", "score"), r, strict=True)) for r in results]
    tables = [{"caption": caption, "cells": cells}]
    return {"paper_id": name, "url": None, "results": named, "tables": tables, "sections": None}


NER = [
    cell("90.94", ["LSTM - CRF ( Lample et al . , 2016 )"], ["CoNLL - 2003"]),
    cell("0.9210", ["Ours"], ["CoNLL - 2003"], bold=True),
    cell("88.0", ["Ours"], ["OntoNotes 5.0"]),
]
CAPTION = "Table 2: F1 scores of named entity recognition.\nModel CoNLL-2003 OntoNotes"
GOLD = ("named_entity_recognition", "CoNLL 2003 (English)", "F1", "92.1")


def folder(path: Path, *papers: dict[str, Any]) -> Path:
    path.mkdir(exist_ok=True)
    (path / "papers.jsonl").write_text("\n".join(map(json.dumps, papers)), "utf-8")
    return path


def run(path: Path, *papers: dict[str, Any]) -> dict[str, Any]:
    return evals.run("tdms", folder(path / "data", *papers))


def test_cells_keep_their_headers_and_captions_their_label(tmp_path: Path):
    ((document, gold),) = tdms.documents(folder(tmp_path / "d", paper("a", NER, CAPTION, GOLD)))
    (grid,) = grids_of(document)
    assert grid.label == "Table 2" and grid.caption.startswith("F1 scores of named entity")
    found = {c.text: (c.row_headers, c.column_headers, c.bold) for c in grid.cells}
    assert found == {c["value"]: (tuple(c["rows"]), tuple(c["columns"]), c["bold"]) for c in NER}
    assert gold[0].score == "92.1"


def test_cells_with_the_same_headers_are_all_kept(tmp_path: Path):
    cells = [cell(f"{n}.5", ["A"], ["F1"]) for n in range(5)]
    ((document, _),) = tdms.documents(folder(tmp_path / "d", paper("a", cells, "Table 1: x")))
    (grid,) = grids_of(document)
    assert sorted(c.text for c in grid.cells) == sorted(c["value"] for c in cells)
    assert {(c.row_headers, c.column_headers) for c in grid.cells} == {(("A",), ("F1",))}


def test_a_score_in_the_right_cell_is_found_and_a_wrong_name_is_not(tmp_path: Path):
    right = run(tmp_path, paper("a", NER, CAPTION, GOLD))
    assert (right["n"], right["all"], right["best_score"], right["leaderboard"]) == (1, 1.0, 1.0, 1.0)
    wrong = run(tmp_path, paper("a", NER, CAPTION, ("named_entity_recognition", "CoNLL 2000", "F1", "92.1")))
    assert (wrong["n"], wrong["all"], wrong["metric"], wrong["dataset"]) == (1, 0.0, 1.0, 0.0)


def test_what_no_table_prints_is_counted_apart(tmp_path: Path):
    other = [(*GOLD[:3], score) for score in ("50.5", "-", "")]
    result = run(tmp_path, paper("a", NER, CAPTION, GOLD, *other))
    assert (result["n"], result["tuples"]) == (1, {"in_table": 1, "in_no_table": 1, "no_score": 2})


def test_baselines_do_not_read_headers(tmp_path: Path):
    result = run(tmp_path, paper("a", NER, CAPTION, GOLD, ("named_entity_recognition", "OntoNotes 5.0", "F1", "88.0")))
    assert result["all"] == 1.0
    assert result["baselines"]["any_cell"]["all"] == 1.0
    assert result["baselines"]["caption"]["dataset"] == 0.5  # the caption's first name


def test_halves_are_of_documents_and_add_up(tmp_path: Path):
    papers = [paper(f"paper {n}", NER, CAPTION, GOLD) for n in range(12)]
    result = run(tmp_path, *papers)
    assert sum(half["n"] for half in result["halves"].values()) == result["n"] == 12
    ids = [document.paper.id for document, _ in tdms.documents(tmp_path / "data")]
    assert result["halves"]["seen"]["n"] == sum(half_of(i) == "seen" for i in ids) not in (0, 12)
    assert result["halves"]["seen"]["intervals"]["all"] is not None


def test_a_random_cell_and_papers_without_tables(tmp_path: Path):
    result = run(tmp_path, {**paper("a", NER, CAPTION, GOLD), "tables": None}, paper("b", [], "", GOLD))
    assert (result["n"], result["all"], result["tuples"]) == (0, None, {"in_no_table": 2})


@pytest.mark.parametrize(
    ("score", "number"),
    [("86.48", 86.48), ("70.14 (measured by others)", 70.14), ("46M", 46e6), ("-", None), ("", None), ("76.5%", 76.5)],
)
def test_scores_are_read(score: str, number: float | None):
    assert number_of(score) == number


def test_rules_of_matching():
    assert same_number(0.8648, 86.48) and same_number(1.2, 1.20) and not same_number(86.4, 86.48)
    assert same_name("dataset", "CoNLL 2003", "CoNLL 2003 (English)")
    assert same_name("dataset", "LexNorm1.2", "LexNorm1.2 corpus")
    assert not same_name("dataset", "SQuAD", "SQuAD 2.0")
    assert not same_name("dataset", "WMT 2014 En-Fr", "WMT2014 EN-DE")
    assert same_name("dataset", "WMT 2014 En-De", "WMT2014 English-German")
    assert not same_name("dataset", None, "SQuAD")
    assert same_name("metric", "perplexity", "Test perplexity") and not same_name("metric", "F1", "F0.5")
    assert not same_name("dataset", "the data set", "data set")  # words that say nothing make no match


def test_data_that_cannot_be_used_is_refused(tmp_path: Path):
    with pytest.raises(InputError, match="needs its data"):
        evals.run("tdms")
    with pytest.raises(InputError, match=r"papers\.jsonl"):
        evals.run("tdms", tmp_path)
    (tmp_path / "papers.jsonl").write_text('{"paper_id": 3}', "utf-8")
    with pytest.raises(InputError, match="line 1: paper_id"):
        evals.run("tdms", tmp_path)
