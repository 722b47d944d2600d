"""Which numbers may be held against each other, field by field."""

from __future__ import annotations

import pytest

from sovereign.benchmarks import compare
from sovereign.benchmarks.comparable import folded, is_share, rounding_of, score_of

from .making import key, number

DIFFERENT: list[tuple[str, dict[str, object], dict[str, object]]] = [
    ("metric", {}, {"metric": "accuracy"}),
    ("task", {}, {"task": "parsing"}),
    ("data set", {}, {"dataset": "SetTwo"}),
    ("split", {}, {"split": "dev"}),
    ("model", {"model": "Base-A"}, {"model": "Base-B"}),
    ("size", {"size": 7e9}, {"size": 6.7e9}),
    ("shots", {"setting": (("shots", "5"),)}, {"setting": (("shots", "0"),)}),
    ("baseline", {"comparator": "Beta"}, {"comparator": "Gamma"}),
    ("baseline", {}, {"comparator": "Gamma"}),
    ("unit", {}, {"unit": "ms"}),
]


@pytest.mark.parametrize(("field", "one", "other"), DIFFERENT)
def test_one_field_that_differs_makes_two_keys_not_comparable(
    field: str, one: dict[str, object], other: dict[str, object]
) -> None:
    found = compare(key(**one), key(**other))
    assert (found.status, found.differs, found.unstated) == ("not_comparable", (field,), ())
    assert found.text.startswith(f"not comparable: {field} (")
    assert compare(key(**other), key(**one)).differs == (field,)
    assert compare(key(**one), key(**one)).status == "comparable"


@pytest.mark.parametrize("field", ["metric", "task", "dataset", "split", "model", "size"])
def test_what_one_alone_states_leaves_it_unknown(field: str) -> None:
    whole = key(model="Base-A", size=7e9)
    found = compare(whole, whole.model_copy(update={field: "" if field == "metric" else None}))
    assert found.status == "unknown" and found.differs == ()
    assert found.unstated == ({"dataset": "data set"}.get(field, field),)
    assert "only one says" in found.text


def test_what_one_alone_states_of_the_setting_leaves_it_unknown() -> None:
    found = compare(key(setting=(("shots", "5"),)), key())
    assert (found.status, found.unstated) == ("unknown", ("shots",))


def test_what_neither_states_is_said() -> None:
    found = compare(key(split=None), key(split=None))
    assert (found.status, found.silent) == ("comparable", ("split", "model", "size"))
    assert found.text == "comparable; neither says split, model or size"


def test_without_a_data_set_no_score_is_comparable_but_a_time_is() -> None:
    assert compare(key(dataset=None), key(dataset=None)).unstated == ("data set",)
    assert compare(key(metric=""), key(metric="")).unstated == ("metric",)
    latency = key(metric="latency", unit="ms", dataset=None, task=None)
    assert compare(latency, latency).status == "comparable"


def test_a_ratio_to_nothing_named_is_unknown() -> None:
    assert compare(key(unit="x"), key(unit="x")).status == "comparable"
    assert compare(key(unit="x"), key(unit="x")).silent[-1] == "baseline"
    assert compare(key(unit="x", comparator="Beta"), key(unit="x")).unstated == ("baseline",)


def test_the_method_is_what_is_compared() -> None:
    assert compare(key(method="Alpha"), key(method="Beta")).status == "comparable"


def test_spelling_is_no_difference() -> None:
    assert compare(key(dataset="CoNLL-2003"), key(dataset="conll 2003")).status == "comparable"
    assert compare(key(unit="%"), key(unit=None)).status == "comparable"
    assert folded("Größe") == folded("GROSSE") or folded("é") == folded("e")


@pytest.mark.parametrize(
    ("one", "other"), [("1e-4", "1e4"), ("1.5", "15"), ("-1", "1"), ("GPT-3.5", "GPT-35"), ("A+B", "AB")]
)
def test_figures_and_plus_signs_in_names_are_kept_apart(one: str, other: str) -> None:
    assert folded(one) != folded(other)


@pytest.mark.parametrize(
    ("printed", "unit", "metric", "score"),
    [
        ("86.0", "%", "F1", 86.0),
        ("0.86", "", "F1", 86.0),
        ("86.0", "", "F1", 86.0),
        ("0.9", "%", "accuracy", 0.9),
        ("0.98", "", "bits per character", 0.98),
        ("45.2", "", "test perplexity", 45.2),
        ("4", "ms", "latency", 0.004),
        ("1", "GB", "memory", 1e9),
    ],
)
def test_scores_come_on_one_scale(printed: str, unit: str, metric: str, score: float) -> None:
    assert score_of(number("one", printed, unit, metric=metric)) == pytest.approx(score)


def test_rounding_is_that_of_the_printed_digits_on_the_same_scale() -> None:
    assert rounding_of(number("one", "86.1", "%")) == pytest.approx(0.05)
    assert rounding_of(number("one", "86")) == pytest.approx(0.5)
    assert rounding_of(number("one", "0.86")) == pytest.approx(0.5)
    assert is_share("BLEU", "") and not is_share("train loss", "") and not is_share("accuracy", "ms")
