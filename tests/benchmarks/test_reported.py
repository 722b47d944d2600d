"""Numbers that tables and sentences report, with their keys."""

from __future__ import annotations

import random
import time

import pytest

from sovereign.benchmarks import reported_numbers
from sovereign.records import Document, ReportedNumber

from .documents import document

NER = [
    ["Model", "CoNLL-2003", "OntoNotes 5.0"],
    ["LSTM-CRF (Lample et al., 2016)", "90.94", "86.3"],
    ["Ours", "92.1", "88.0"],
]


def by_value(found: Document) -> dict[float, ReportedNumber]:
    return {r.value.value: r for r in reported_numbers(found)}


def test_a_cell_has_the_data_set_of_its_column_the_metric_of_the_caption_and_the_method_of_its_row():
    numbers = by_value(
        document(NER, "F1 scores of named entity recognition on the test sets.", bold="92.1", title="NAMER: A Tagger")
    )
    key = numbers[92.1].key
    assert (key.metric, key.dataset, key.task, key.split) == ("F1", "CoNLL 2003", "named entity recognition", "test")
    assert key.method == "NAMER"  # what the paper calls its own
    assert (numbers[92.1].bold, numbers[92.1].credited) == (True, None)
    other = numbers[86.3]
    assert (other.key.dataset, other.key.method, other.bold) == ("OntoNotes 5.0", "LSTM-CRF", False)
    assert other.credited == "Lample et al., 2016"
    assert other.cell is not None and other.cell.text == "86.3"


def test_methods_in_columns_give_the_same_keys():
    caption = "F1 scores of named entity recognition."
    turned = [list(column) for column in zip(*NER, strict=True)]
    rows, columns = (by_value(document(table, caption)) for table in (NER, turned))
    assert {v: r.key for v, r in rows.items()} == {v: r.key for v, r in columns.items()}


def test_permuted_rows_report_the_same_numbers():
    chance = random.Random(0)
    rows = [["Model", "SST-2 (acc)", "QNLI (acc)"], *([f"Model-{n}", f"8{n}.1", f"7{n}.2"] for n in range(8))]
    reported = {(r.key, r.value) for r in reported_numbers(document(rows, "Results."))}
    assert len(reported) == 16
    for _ in range(5):
        shuffled = [rows[0], *chance.sample(rows[1:], 8)]
        assert {(r.key, r.value) for r in reported_numbers(document(shuffled, "Results."))} == reported


def test_the_sentence_that_refers_to_a_table_says_what_it_shows():
    rows = [["Model", "dev", "test"], ["A-Net", "80.1", "79.2"]]
    numbers = by_value(document(rows, "Main results.", text="Table 1 shows accuracy on the MultiNLI data."))
    key = numbers[79.2].key
    assert (key.metric, key.dataset, key.split, key.task) == (
        "accuracy",
        "MultiNLI",
        "test",
        "natural language inference",
    )
    assert numbers[80.1].key.split == "dev"


def test_headers_of_two_levels_are_read_together():
    rows = [["Model", "ROUGE", "ROUGE"], ["", "1", "2"], ["PtrNet", "39.5", "17.3"]]
    numbers = by_value(document(rows, "Results on CNN/Daily Mail.", heads=2))
    assert {numbers[39.5].key.metric, numbers[17.3].key.metric} == {"ROUGE-1", "ROUGE-2"}


def test_a_data_set_that_no_vocabulary_knows_is_read_from_what_the_paper_calls_it():
    rows = [["Model", "Zorb", "Quill"], ["A-Net", "61.0", "62.0"]]
    numbers = by_value(document(rows, "Accuracy.", text="We evaluate on the Zorb and Quill datasets."))
    assert (numbers[61.0].key.dataset, numbers[62.0].key.dataset) == ("Zorb", "Quill")


def test_translation_keeps_its_languages():
    rows = [["Model", "En-De", "En-Fr"], ["Trans-X", "28.4", "41.0"]]
    numbers = by_value(document(rows, "BLEU on WMT14."))
    assert (numbers[28.4].key.dataset, numbers[41.0].key.dataset) == ("WMT 2014 En-De", "WMT 2014 En-Fr")


def test_what_is_no_result_is_left_out_or_says_so():
    assert reported_numbers(document([["", "train", "test"], ["SQuAD", "87599", "10570"]], "Data statistics.")) == ()
    rows = [["Model", "Params", "Accuracy"], ["A-Net", "110M", "81.0"]]
    numbers = by_value(document(rows, "Results on SST-2."))
    assert (numbers[110e6].key.metric, numbers[81.0].key.metric) == ("parameters", "accuracy")


def test_a_caption_that_names_several_data_sets_names_none():
    rows = [["Model", "Accuracy"], ["A-Net", "81.0"]]
    (number,) = reported_numbers(document(rows, "Results on SST-2 and QNLI."))
    assert number.key.dataset is None


def test_sentences_report_what_they_say_and_what_they_point_back_to():
    text = "We evaluate on SQuAD 2.0. ZapNet reaches an F1 score of 83.1 on the dev set. It was trained for 12 epochs."
    numbers = by_value(document(text=text))
    key = numbers[83.1].key
    assert (key.metric, key.dataset, key.split, key.method) == ("F1", "SQuAD 2.0", "dev", "ZapNet")
    assert 12.0 not in numbers


def test_the_metric_is_the_one_beside_the_figure():
    numbers = by_value(document(text="On TriviaQA ZapNet gets 70.2 EM and 75.9 F1."))
    assert (numbers[70.2].key.metric, numbers[75.9].key.metric) == ("EM", "F1")


def test_counts_and_versions_in_sentences_are_no_scores():
    text = (
        "The F1 score is computed over all of the 1500 answers of 27 annotators. On OntoNotes 4.0 we report accuracy."
    )
    assert reported_numbers(document(text=text)) == ()


def test_models_and_sizes_are_read_from_headers():
    rows = [
        ["Model", "GSM8K"],
        ["LLaMA-7B + LoRA", "38.5"],
        ["LLaMA-13B + LoRA", "47.5"],
        ["(Cobbe et al., 2021)", "33.0"],
    ]
    numbers = by_value(document(rows, "Accuracy."))
    assert (numbers[38.5].key.model, numbers[38.5].key.size, numbers[47.5].key.size) == ("LLaMA-7B", 7e9, 13e9)
    assert numbers[33.0].key.method == numbers[33.0].credited == "Cobbe et al., 2021"


HOSTILE = {
    "empty": [],
    "one cell": [["1"]],
    "ragged": [["Model", "F1"], ["A", "1", "2", "3"], ["B"], ["", "", "", "", "9"]],
    "long header": [["Model", "F1 " * 5000], ["A" * 20_000, "9.1"]],
    "markup": [["<b>Model</b>", "<script>F1</script>"], ["{\\bf A} [red]", "**9.1**"]],
    "brackets": [["(" * 3000, "F1 [" * 900], ["]" * 3000, "9.1"]],
}


@pytest.mark.parametrize("name", HOSTILE)
def test_quotes_slice_back_and_hostile_tables_do_no_harm(name: str):
    found = document(HOSTILE[name], "F1 on SQuAD.", text="A-Net reaches 81.0 F1 on SQuAD.")
    numbers = reported_numbers(found)
    assert numbers  # at least the sentence
    for number in numbers:
        quote = number.quote
        assert found.text[quote.start : quote.end] == quote.text
        assert (number.cell is not None) == (quote.depth == "table")
        assert number.cell is None or found.text[number.cell.start : number.cell.end] == number.cell.text


def test_ten_thousand_cells_take_less_than_two_seconds():
    rows = [
        ["Model", *(f"Set{n}" for n in range(100))],
        *([f"M-{y}", *(f"{y}.{x}" for x in range(100))] for y in range(100)),
    ]
    found = document(rows, "Accuracy on many sets.")
    start = time.process_time()
    numbers = reported_numbers(found)
    assert time.process_time() - start < 2
    assert len(numbers) == 10_000
