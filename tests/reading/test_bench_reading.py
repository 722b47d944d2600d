"""Tests of the measures that hold two readings of one paper against each other, on documents made by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.reading import cells, pages, prose
from benchmarks.reading.__main__ import main
from benchmarks.reading.forms import PAIRS, Pair, words
from sovereign.reading.document import Box, Builder
from sovereign.reading.limits import Limits
from sovereign.records import Document, Paper

PAPER = Paper(id="title:t", title="T", location="t")
ONE, TWO, THREE, FOUR = (
    "The first sentence of the paper is about routers.",
    "A second sentence says that the routers are small.",
    "In the third sentence we count all of the experts.",
    "Nobody has ever read the fourth sentence of a paper.",
)
ENTRY = "A. Moor and B. Lund. Routing small adapters without any loss at all. In Letters of Routing, 2020."


def document(*sentences: str, references: str = "", tables: tuple[tuple[str, list[Box]], ...] = ()) -> Document:
    builder = Builder(Limits())
    builder.heading("Body", 1)
    for sentence in sentences:
        builder.paragraph(sentence)
    for label, boxes in tables:
        builder.table(boxes, label)
    if references:
        builder.heading("References", 1)
        builder.block(references)
    return builder.document(PAPER)


def compared(pdf: Document, body: Document, structured: Document | None = None) -> prose.Prose:
    return prose.compare(Pair("a", pdf, structured or body, body, (ENTRY,)))


def test_words_are_what_two_forms_share() -> None:
    one = "The ﬁne-tuned model (Moor et al., 2020; Lund, 2021) needs x_1=2 α steps, as Roe and Po (2019) show [12]."
    assert words(one) == words("The finetuned model needs steps, as show.")
    assert words("It was pre- trained on 5 data sets.") == words("It was pretrained on 5 data sets.")
    assert words("It has 5 parts.") != words("It has 6 parts.")
    assert words("It holds (as a rule).") == ("it", "holds", "as", "a", "rule")


def test_the_same_sentences_are_all_found() -> None:
    same = document(ONE, TWO, THREE, FOUR)
    found = compared(same, same)
    assert (found.wanted, found.given) == (4, 4)
    assert (found.recall_exact, found.recall_near, found.recall_running) == (1, 1, 1)
    assert (found.precision_exact, found.precision_near, found.order) == (1, 1, 1)


def test_recall_is_of_the_structured_form_and_precision_of_the_pdf() -> None:
    junk = "Page header of the proceedings of the conference on routing."
    found = compared(document(ONE, TWO, junk, THREE), document(ONE, TWO, THREE, FOUR))
    assert (found.recall_exact, found.precision_exact) == (0.75, 0.75)
    found = compared(document(ONE, junk), document(ONE, TWO, THREE, FOUR))
    assert (found.recall_exact, found.recall_near, found.precision_near) == (0.25, 0.25, 0.5)


def test_one_changed_word_is_near_and_not_exact_and_three_are_neither() -> None:
    long = "The router of the model sends each of the tokens to the two experts that it likes best"
    found = compared(document(long.replace("best", "most") + "."), document(long + "."))
    assert (found.recall_exact, found.recall_near, found.recall_running) == (0, 1, 0)
    changed = long.replace("best", "most").replace("sends", "moves").replace("two", "few")
    assert compared(document(changed + "."), document(long + ".")).recall_near == 0


def test_sentences_cut_in_another_way_stand_in_the_running_text() -> None:
    joined = document(f"{ONE.rstrip('.')} and {TWO}")
    found = compared(joined, document(ONE, TWO))
    assert (found.recall_exact, found.recall_running) == (0, 1)


def test_a_sentence_is_found_once() -> None:
    found = compared(document(ONE), document(ONE, ONE))
    assert (found.recall_exact, found.recall_near) == (0.5, 0.5)


def test_order() -> None:
    assert compared(document(TWO, ONE, THREE, FOUR), document(ONE, TWO, THREE, FOUR)).order == pytest.approx(2 / 3)
    assert compared(document(FOUR, THREE, TWO, ONE), document(ONE, TWO, THREE, FOUR)).order == 0
    assert prose.in_order([3, None, 4, None, 1]) == 0.5
    assert prose.in_order([None, 2]) is None


def test_captions_count_on_neither_side() -> None:
    caption = "A caption that is as long as any other sentence of the paper."
    pdf = document(ONE, f"Figure 2: {caption}", caption)
    found = compared(pdf, document(ONE), document(ONE, caption))
    assert (found.wanted, found.given, found.precision_exact) == (1, 1, 1)


def test_references_in_the_body_and_body_in_the_references() -> None:
    found = compared(document(ONE, ENTRY), document(ONE))
    assert (found.references_in_body, found.body_in_references) == (1, 0)
    found = compared(document(ONE, references=f"{ENTRY} {TWO}"), document(ONE, TWO))
    assert (found.references_in_body, found.body_in_references) == (0, 1)


GRID = [
    Box("Model", 0, 0, header=True),
    Box("F1", 0, 1, header=True),
    Box("EM", 0, 2, header=True),
    Box("ours", 1, 0),
    Box("9.1", 1, 1, bold=True),
    Box("8.0", 1, 2),
    Box("–", 2, 1),
]


def scored(given: list[Box], label: str = "Table 2.") -> cells.Score:
    structured, pdf = document(ONE, tables=(("Table 2", GRID),)), document(ONE, tables=((label, given),))
    (score,) = cells.compare(structured, pdf)
    return score


def test_a_table_against_itself() -> None:
    assert scored(GRID) == ("table 2", "label", 6, 6, 6)
    assert scored(GRID, "")[1:] == ("cells", 6, 6, 6)


def test_cells_in_another_place_are_found_and_not_in_place() -> None:
    swapped = [*GRID[:4], Box("9.1", 1, 2), Box("8.0", 1, 1)]
    assert scored(swapped)[2:] == (6, 6, 4)
    moved = [box._replace(row=box.row + 3, column=box.column + 2) for box in GRID]
    assert scored(moved)[2:] == (6, 6, 6)
    other_row = [*GRID[:4], Box("theirs", 2, 0), Box("9.1", 2, 1), Box("8.0", 1, 2)]
    assert scored(other_row)[2:] == (6, 6, 5)


def test_cells_that_are_lost_or_run_together() -> None:
    assert scored(GRID[:4])[2:] == (6, 4, 4)
    assert scored([*GRID[:4], Box("9.1 8.0", 1, 1)])[2:] == (6, 4, 4)
    assert scored([Box("a", 0, 0), Box("b", 1, 1)], "Table 9")[1:] == ("none", 6, 0, 0)


def test_a_header_over_two_columns_is_the_header_of_both() -> None:
    wide = [Box("Score", 0, 1, columns=2, header=True), Box("a", 1, 0), Box("1", 1, 1), Box("2", 1, 2)]
    built = document(ONE, tables=(("Table 1", wide),))
    assert set(cells.relations(built, built.tables[0])) == {
        ("", "", "score"),
        ("", "", "a"),
        ("a", "score", "1"),
        ("a", "score", "2"),
    }


def test_the_bench_compares_papers_on_the_disk(
    tmp_path: Path, make_pdf: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(pages, "PAGES", 3)
    for name, data in zip(
        PAIRS[0],
        (
            make_pdf([["A Title of It", "", "1 Introduction", "", ONE, TWO, THREE]]),
            rf"\begin{{document}}\section{{Introduction}} {ONE} {TWO} {FOUR}\end{{document}}".encode(),
        ),
        strict=True,
    ):
        path = tmp_path / "fulltext" / name
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
    assert main(["--data", str(tmp_path), "--json", str(tmp_path / "out.json")]) == 0
    result = json.loads((tmp_path / "out.json").read_text())
    (pair,) = result["pairs"]
    assert (pair["prose"]["wanted"], pair["prose"]["recall_exact"]) == (3, 0.667)
    assert [one["file"] for one in result["files"]] == [PAIRS[0][1], PAIRS[0][0]]
    assert "recall of 3 sentences: 0.667 to the word" in capsys.readouterr().out
    assert main(["--data", str(tmp_path / "none")]) == 1
    assert "readers were not compared" in capsys.readouterr().out


def test_the_memory_of_reading_is_not_that_of_whoever_measures_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "PAGES", 3)
    ballast = b"x" * 600_000_000
    assert 10 < pages.measure().peak_megabytes < len(ballast) / 1_000_000 - 200
