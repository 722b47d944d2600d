from __future__ import annotations

import pytest

from sovereign.language.comparisons import MAX_FIGURES, MAX_SENTENCE, parse
from sovereign.records import Result

from .sentences import SENTENCES


def cases() -> list[tuple[str, list[str]]]:
    found: list[tuple[str, list[str]]] = []
    for line in SENTENCES.splitlines():
        if line.startswith("    "):
            found[-1][1].append(" | ".join(part.strip() for part in line.split("|")))
        elif line and not line.startswith("#"):
            found.append((line, []))
    return found


def told(result: Result) -> str:
    parts = (
        result.subject,
        result.value and result.value.text,
        result.comparator,
        result.comparator_value and result.comparator_value.text,
        result.metric,
        result.direction,
        None if result.ratio is None else f"{result.ratio:g}",
    )
    return " | ".join(part or "-" for part in parts)


def test_the_table_is_large():
    assert len(cases()) >= 80


@pytest.mark.parametrize(("sentence", "expected"), cases(), ids=[s for s, _ in cases()])
def test_sentence(sentence: str, expected: list[str]):
    assert [told(r) for r in parse(sentence).results] == expected


def test_a_result_keeps_the_condition_of_its_figure():
    first, second = parse("Alpha takes 15.1 GB in training and 13.7 GB in inference.").results
    assert (first.condition, second.condition) == ("in training", "in inference")
    (scored,) = parse("Alpha scores 70.6 on QA-1 against 69.9 for Beta.").results
    assert scored.condition == "on QA-1"


def test_a_gap_may_name_a_condition():
    results = parse("Alpha needs 31.4 GB of memory and with split gradients 16.6 GB.").results
    assert [(r.subject, r.condition) for r in results] == [("Alpha", None), ("Alpha", "with split gradients")]


def test_units_of_both_sides_are_compared_in_base_units():
    (result,) = parse("Alpha takes 500 ms against 2 s for Beta.").results
    assert (result.direction, result.ratio) == ("decrease", 0.25)


def test_a_bare_figure_takes_the_unit_of_the_one_it_is_compared_with():
    (result,) = parse("Alpha trains at 43.1 against 32.5 tokens per second for Beta.").results
    assert result.value is not None and result.value.unit == "tokens/s"


def test_training_makes_latency_training_time():
    faster = parse("Alpha is 40% faster in training than Beta.").results
    assert [r.metric for r in faster] == ["training_time"]


def test_opening_phrases_become_conditions():
    setting = parse("On T1, with 2,000 users (all at once), Alpha takes 4 s.").setting
    assert setting.conditions == ("On T1", "with 2,000 users (all at once)")


def test_no_comparator_is_a_lone_function_word():
    for sentence in ("Alpha uses 40% of the 183 of Beta.", "Alpha takes 4 GB against at most 9 GB."):
        for result in parse(sentence).results:
            assert result.comparator not in ("", "the", "at", "at most", "more")


def test_white_space_makes_no_difference():
    assert parse("Alpha  takes\n4 GB against\t9 GB for Beta.") == parse("Alpha takes 4 GB against 9 GB for Beta.")


def test_long_texts_are_cut_and_tables_give_no_results():
    sentence = "Alpha takes 4 GB against 9 GB for Beta. "
    assert parse(" " * MAX_SENTENCE + sentence).results == ()
    assert parse("Alpha takes " + "4 GB and " * (MAX_FIGURES + 1) + "5 GB.").results == ()
    assert parse(sentence * 1000) == parse((sentence * 1000)[:MAX_SENTENCE])


@pytest.mark.parametrize(
    "unit", ["a", "1", ",", "(", ")", " ", "and ", "-", "1,", "A-", "to ", "1 ms and ", "$1", "\\", "'s "]
)
def test_pathological_texts_are_read_in_no_time(unit: str):
    parse(unit * 100_000)
