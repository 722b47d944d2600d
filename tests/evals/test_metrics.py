"""Figures against published golden values, and intervals that draw documents."""

from __future__ import annotations

from collections import Counter

import pytest

from sovereign.evals.metrics import Counts, Figures, count, figures, intervals, share
from sovereign.evals.pairs import LABELS, Found, Label, Pair

# The small fixture of SciFact's released evaluator (gold_small.jsonl, predictions_small.jsonl): each document that is gold or
# predicted, its label, its rationales, and the label and sentences that were predicted.
SMALL: list[tuple[Label, tuple[tuple[int, ...], ...], Label, tuple[int, ...]]] = [
    ("SUPPORT", ((2, 5), (7,)), "NOT_ENOUGH_INFO", ()),
    ("SUPPORT", ((4,),), "CONTRADICT", (4,)),
    ("NOT_ENOUGH_INFO", (), "CONTRADICT", (8,)),
    ("CONTRADICT", ((1, 9), (10,)), "CONTRADICT", (1, 9, 10)),
    ("CONTRADICT", ((4,),), "CONTRADICT", (7,)),
    ("SUPPORT", ((1,), (2,)), "SUPPORT", (2,)),
    ("SUPPORT", ((1,),), "NOT_ENOUGH_INFO", ()),
    ("CONTRADICT", ((4,),), "NOT_ENOUGH_INFO", ()),
    ("NOT_ENOUGH_INFO", (), "CONTRADICT", (6, 7)),
]


def pair(label: Label, rationales: tuple[tuple[int, ...], ...] = (), group: str = "d") -> Pair:
    return Pair("c", "t", ("s",) * 12, label, group, tuple(map(frozenset, rationales)))


def total(rows: list[tuple[Label, Label]]) -> Counts:
    return sum((count(pair(gold), Found(said)) for gold, said in rows), Counter[str]())


def test_scifact_fixture() -> None:
    counts = sum((count(pair(g, r), Found(said, s)) for g, r, said, s in SMALL), Counter[str]())
    found = figures(counts)
    # expected_metrics_small.json of the released evaluator
    assert found["abstract_label_f1"] == pytest.approx(0.4615384615384615)
    assert found["abstract_rationalized_f1"] == pytest.approx(0.30769230769230765)
    assert found["rationale_f1"] == pytest.approx(0.4761904761904762)
    assert found["sentence_label_f1"] == pytest.approx(0.380952380952381)


def test_only_the_first_three_sentences_rationalize_an_abstract() -> None:
    counts = count(pair("SUPPORT", ((9,),)), Found("SUPPORT", (1, 2, 3, 9)))
    assert figures(counts)["abstract_rationalized_f1"] == 0.0
    assert figures(counts)["rationale_f1"] == pytest.approx(2 * 1 / (4 + 1))


def test_the_nearest_sentence_counts_without_a_verdict() -> None:
    found = figures(count(pair("SUPPORT", ((1, 2), (5,))), Found("NOT_ENOUGH_INFO", (1, 4))))
    assert found["nearest_f1"] == pytest.approx(2 * 1 / (2 + 3))
    assert found["rationale_f1"] == 0.0


def test_half_a_rationale_counts_nothing() -> None:
    assert figures(count(pair("SUPPORT", ((1, 2),)), Found("SUPPORT", (1,))))["rationale_f1"] == 0.0


def test_macro_f1_is_that_of_scikit_learn() -> None:
    # The example in the documentation of sklearn.metrics.f1_score: 0.267
    gold, said = [0, 1, 2, 0, 1, 2], [0, 2, 1, 0, 0, 1]
    counts = total([(LABELS[g], LABELS[s]) for g, s in zip(gold, said, strict=True)])
    assert figures(counts)["macro_f1"] == pytest.approx(0.26666666666666666)


def test_shares() -> None:
    rows: list[tuple[Label, Label]] = [
        ("SUPPORT", "SUPPORT"), ("SUPPORT", "NOT_ENOUGH_INFO"), ("CONTRADICT", "SUPPORT"), ("CONTRADICT", "CONTRADICT"),
        ("CONTRADICT", "CONTRADICT"), ("NOT_ENOUGH_INFO", "NOT_ENOUGH_INFO"),
    ]  # fmt: skip
    found = figures(total(rows))
    assert found["support_recall"] == 1 / 2
    assert found["contradict_called_support"] == 1 / 3
    assert found["contradict_recall"] == 2 / 3
    assert found["coverage"] == 4 / 6
    assert found["accuracy"] == 4 / 6


def test_nothing_scores_nothing() -> None:
    assert set(figures(Counter()).values()) == {None}
    assert figures(total([("SUPPORT", "NOT_ENOUGH_INFO")]))["contradict_called_support"] is None


def _rate(counts: Counts) -> Figures:
    return {"rate": share(counts["hit"], counts["n"])}


def test_intervals_are_seeded_and_hold_the_value() -> None:
    groups = {str(i): Counter({"n": 1, "hit": int(i % 4 == 0)}) for i in range(200)}
    first = intervals(groups, _rate)
    assert first == intervals(dict(reversed(groups.items())), _rate)
    assert first["rate"] is not None
    low, high = first["rate"]
    # The normal interval is 0.25 ± 0.06.
    assert low == pytest.approx(0.19, abs=0.02) and high == pytest.approx(0.31, abs=0.02)
    assert intervals(groups, _rate, seed=1) != first


def test_documents_are_drawn_whole() -> None:
    one_each = {str(i): Counter({"n": 1, "hit": i % 2}) for i in range(40)}
    # The same forty answers, each given ten times in its document: no more is known.
    ten_each = {key: Counter({"n": 10, "hit": 10 * c["hit"]}) for key, c in one_each.items()}
    assert intervals(one_each, _rate) == intervals(ten_each, _rate)


def test_zero_of_few_is_not_zero() -> None:
    groups = {str(i): Counter({"n": 5}) for i in range(10)}
    found = intervals(groups, _rate)["rate"]
    # Clopper and Pearson for 0 of 10
    assert found == (0.0, pytest.approx(0.3085, abs=1e-4))
    assert intervals({k: Counter({"n": 5, "hit": 5}) for k in groups}, _rate)["rate"] == (
        pytest.approx(0.6915, abs=1e-4),
        1.0,
    )


def test_no_documents_no_interval() -> None:
    assert intervals({}, _rate) == {"rate": None}
    assert intervals({"a": Counter({"other": 1})}, _rate) == {"rate": None}
