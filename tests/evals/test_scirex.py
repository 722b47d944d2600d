"""The SciREX bench on a small paper made here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sovereign import evals
from sovereign.errors import InputError
from sovereign.evals import scirex

SENTENCES = [
    "ZapNet : Fast Parsing",
    "We test on SQuAD 2.0 , a set for question answering .",
    "ZapNet reaches an F1 score of 83.1 on SQuAD 2.0 ( see Table 3 ) .",
]


def paper(*relations: dict[str, str], sentences: list[str] = SENTENCES) -> dict[str, Any]:
    words: list[str] = []
    spans = []
    for sentence in sentences:
        spans.append([len(words), len(words) + len(sentence.split())])
        words += sentence.split()

    def mentions(name: str) -> list[list[int]]:
        parts = name.split()
        return [[i, i + len(parts)] for i in range(len(words)) if words[i : i + len(parts)] == parts]

    coref = {
        "SQuAD_2_0": mentions("SQuAD 2.0"),
        "ZapNet__single_": mentions("ZapNet"),
        "F1": mentions("F1 score"),
        "Question_Answering": mentions("question answering"),
        "Only_In_A_Table": [],
    }
    sections = [[0, len(words)]]
    return {
        "doc_id": "d1", "words": words, "sentences": spans, "sections": sections, "ner": [], "coref": coref,
        "relations": list(relations),
    }  # fmt: skip


def relation(score: object = "83.1", **other: str) -> dict[str, Any]:
    named = {"Material": "SQuAD_2_0", "Method": "ZapNet__single_", "Metric": "F1", "Task": "Question_Answering"}
    return {**named, **other, "score": score}


def folder(path: Path, *papers: dict[str, Any]) -> Path:
    (path / "documents.jsonl").write_text("\n".join(map(json.dumps, papers)), "utf-8")
    return path


def test_words_become_text_whose_sentences_slice_back(tmp_path: Path):
    ((document, relations),) = scirex.documents(folder(tmp_path, paper(relation())))
    assert [document.slice(s) for s in document.sentences][2] == (
        "ZapNet reaches an F1 score of 83.1 on SQuAD 2.0 (see Table 3)."
    )
    assert document.paper.title == SENTENCES[0]
    assert relations[0].entities["method"] == "ZapNet single"
    assert relations[0].names["metric"] == ("F1 score",)


def test_a_result_of_the_text_is_found_with_all_its_entities(tmp_path: Path):
    result = evals.run("scirex", folder(tmp_path, paper(relation())))
    assert (result["n"], result["all"], result["method"]) == (1, 1.0, 1.0)
    assert result["counts"] == {"relations": 1, "score_in_text": 1, "entities_in_text": 1}
    assert set(result["baselines"]) == {"nearest", "any_sentence"}


def test_what_stands_in_tables_only_is_no_miss_but_counted(tmp_path: Path):
    apart = [relation(Method="Only_In_A_Table"), relation("55.5"), relation(None)]
    result = evals.run("scirex", folder(tmp_path, paper(relation(), *apart)))
    assert result["n"] == 1
    assert result["counts"] == {"relations": 4, "score_in_text": 2, "entities_in_text": 3}


def test_a_wrong_data_set_is_not_counted_as_found(tmp_path: Path):
    sentences = [*SENTENCES[:2], "On TriviaQA ZapNet reaches an F1 score of 83.1 ."]
    result = evals.run("scirex", folder(tmp_path, paper(relation(), sentences=sentences)))
    assert (result["n"], result["dataset"], result["metric"]) == (1, 0.0, 1.0)


@pytest.mark.parametrize("words", [{"sentences": [[0, 999]]}, {"sections": []}, {"sentences": [[5, 2]]}, {"words": []}])
def test_spans_that_lie_outside_do_no_harm(tmp_path: Path, words: dict[str, Any]):
    result = evals.run("scirex", folder(tmp_path, {**paper(relation()), **words}))
    assert result["documents"] == 1


def test_data_that_cannot_be_used_is_refused(tmp_path: Path):
    with pytest.raises(InputError, match="needs its data"):
        evals.run("scirex")
    with pytest.raises(InputError, match=r"documents\.jsonl"):
        evals.run("scirex", tmp_path)
