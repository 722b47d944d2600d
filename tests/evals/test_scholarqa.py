"""Coverage of rubrics: what is covered, what is not assessed, and both yardsticks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sovereign import evals
from sovereign.errors import InputError

TEXT = """# Rank of adapters

The adapter of rank 8 needs 2 GB of memory where the adapter of rank 64 needs 6 GB of memory.
Gradient checkpointing lowers the memory of adapters by 40 % on LLaMA 7B.
"""
QUESTION = "How much memory do adapters need?"


def rubric(number: int, *criteria: str, question: str = QUESTION) -> dict[str, object]:
    rows = [
        {"criterion": text, "weight": 0.5, "importance": "most", "supporting_snippets": [text]} for text in criteria
    ]
    return {"id": f"q{number}", "question": question, "rubric": rows}


def folder(path: Path, *rubrics: dict[str, object]) -> tuple[Path, Path]:
    (path / "data").mkdir(parents=True)
    (path / "library").mkdir()
    (path / "library/a.md").write_text(TEXT, "utf-8")
    (path / "data/cs_rubrics.jsonl").write_text("\n".join(map(json.dumps, rubrics)), "utf-8")
    return path / "data", path / "library"


def test_what_stands_in_the_answer_is_covered_and_nothing_else(tmp_path: Path):
    data, library = folder(
        tmp_path,
        rubric(1, "The answer should mention gradient checkpointing.", "It should discuss pruning of attention heads."),
        rubric(2, "Penguins dive deeply under ice.", question="How do penguins swim?"),
    )
    result = evals.run("scholarqa", data, library=library)
    assert (result["questions"], result["criteria"], result["assessed"]) == (2, 3, 3)
    assert result["ours"]["must_have"] == pytest.approx(1 / 3)
    assert result["ceiling"]["must_have"] == 1.0
    assert result["chance"]["must_have"] == 0.0
    assert result["ours"]["intervals"]["must_have"][1] <= 1.0


def test_a_figure_that_is_missing_is_not_covered(tmp_path: Path):
    data, library = folder(
        tmp_path, rubric(1, "Gradient checkpointing lowers it by 40 %.", "Gradient checkpointing lowers it by 70 %.")
    )
    assert evals.run("scholarqa", data, library=library)["ours"]["must_have"] == 0.5


def test_words_of_the_question_and_of_rubrics_alone_are_not_assessed(tmp_path: Path):
    data, library = folder(tmp_path, rubric(1, "The answer should discuss the memory that adapters need."))
    result = evals.run("scholarqa", data, library=library)
    assert (result["criteria"], result["assessed"], result["ours"]["must_have"]) == (1, 0, None)


@pytest.mark.parametrize("line", ["[1]", '{"id": "x"}', "{"])
def test_broken_rubrics_are_said_to_be(tmp_path: Path, line: str):
    (tmp_path / "cs_rubrics.jsonl").write_text(line, "utf-8")
    with pytest.raises(InputError):
        evals.run("scholarqa", tmp_path)


def test_options_that_do_not_go_together_are_refused(tmp_path: Path):
    with pytest.raises(InputError, match="--library"):
        evals.run("scifact", tmp_path, library=tmp_path)
    with pytest.raises(InputError, match="--split"):
        evals.run("scholarqa", tmp_path, split="test")
