"""Probabilities of decisions: the map is found again, the error is the formula's, and no document fits its own map."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import pytest

from sovereign.evals.calibration import (
    LEAST,
    Judged,
    PlattMap,
    calibration,
    crossed,
    expected_error,
    fit_map,
    reliability,
    transferred,
)
from sovereign.evals.curves import Decision
from sovereign.evals.folds import fold_of
from sovereign.evals.metrics import reflected


def drawn(count: int, chance: Callable[[float], float], seed: int = 0) -> list[Decision]:
    """Decisions of random scores, two a document, right with the chance that a score gives."""
    rng = random.Random(seed)
    scores = [rng.uniform(0.05, 0.95) for _ in range(count)]
    return [Decision(f"d{n // 2}", rng.random() < chance(s), s) for n, s in enumerate(scores)]


def test_the_map_that_made_the_data_is_found_again() -> None:
    truth = PlattMap(intercept=0.5, slope=0.7)
    found = fit_map(drawn(8000, truth.probability))
    assert found == pytest.approx(truth, abs=0.08)
    assert truth.probability(0.5) == pytest.approx(1 / (1 + math.exp(-0.5)))
    assert 0 < truth.probability(0.0) < truth.probability(0.2) < truth.probability(1.0) < 1


def test_the_map_of_decisions_that_were_all_right_is_not_certain() -> None:
    found = fit_map([Decision(str(n), True, 0.3 + n / 100) for n in range(20)])
    assert found.probability(0.4) == pytest.approx(21 / 22, abs=0.001)


def test_expected_calibration_error_by_hand() -> None:
    # Ten bins of two: of each two, one is right; nine bins are given 0.5 and one 0.9.
    judged = [Judged(str(n), n % 2 == 0, 0.9 if n < 2 else 0.5) for n in range(20)]
    assert expected_error(judged) == pytest.approx(0.1 * 0.4)


def test_true_probabilities_show_the_error_of_chance_and_false_ones_more() -> None:
    known = drawn(2000, lambda score: score)
    true = reliability([Judged(d.group, d.right, d.score) for d in known])
    assert true["expected_calibration_error"] == pytest.approx(true["if_calibrated"], abs=0.015)
    assert true["interval"][0] < 0.01 and true["interval"][1] < 0.05
    assert true["brier"] == pytest.approx(1 / 6, abs=0.02) and true["brier"] < true["brier_of_share"]
    assert sum(b["n"] for b in true["bins"]) == 2000
    inside = [b["interval"][0] <= b["probability"] <= b["interval"][1] for b in true["bins"]]
    assert sum(inside) >= 8
    bold = reliability([Judged(d.group, d.right, min(1.0, d.score + 0.2)) for d in known])
    # 0.2 too much below 0.8, then less and less: 0.18 on the average of 0.05 to 0.95
    assert bold["expected_calibration_error"] == pytest.approx(0.187, abs=0.03)
    assert bold["interval"][0] > 0.1 > bold["if_calibrated"]


def test_no_document_fits_its_own_map() -> None:
    known = drawn(400, lambda score: score)
    fold = fold_of(known[0].group)
    lying = [d._replace(right=not d.right) if fold_of(d.group) == fold else d for d in known]
    before, after = crossed(known), crossed(lying)
    own = [fold_of(d.group) == fold for d in known]
    assert sum(own) > 20
    for mine, one, two in zip(own, before, after, strict=True):
        assert (one.probability == two.probability) == mine


def test_calibration_counts_what_it_leaves_out() -> None:
    known = drawn(LEAST, lambda score: score)
    bare = [Decision("x", True, math.inf), Decision("y", False, math.inf)]
    found = calibration([*known, *bare])
    assert found is not None
    assert found["n"] == LEAST == sum(fold["n"] for fold in found["folds"])
    assert found["without_score"] == {"n": 2, "right": 1}
    assert found["map"] == fit_map(known)._asdict()
    assert calibration([*known[1:], *bare]) is None


def test_one_document_measures_nothing() -> None:
    assert calibration([d._replace(group="one") for d in drawn(2 * LEAST, lambda score: score)]) is None


def test_a_steep_map_overflows_nowhere() -> None:
    steep = fit_map([Decision("a", False, 0.5), *(Decision("b", True, 0.50001) for _ in range(9))])
    assert 0 <= steep.probability(0.0) <= steep.probability(0.5) < steep.probability(1.0) <= 1


def test_a_map_does_not_carry_over_to_data_of_another_kind() -> None:
    known = drawn(1000, lambda score: score)
    same = transferred(known, drawn(1000, lambda score: score, seed=1))
    other = transferred(known, drawn(1000, lambda score: 0.5, seed=2))
    assert same["interval"][0] < 0.03 and same["brier"] < same["brier_of_share"]
    assert other["interval"][0] > 0.1 and other["brier"] > other["brier_of_share"]


def test_the_reflected_interval_takes_out_what_drawing_adds() -> None:
    rng = random.Random(3)
    groups = [[rng.gauss(0, 1)] for _ in range(100)]

    def distance(values: list[float]) -> float:
        return abs(math.fsum(values) / len(values))

    low, high = reflected(groups, distance)
    assert low == 0.0 and 0.1 < high < 0.4
    far = reflected([[x + 5 for x in group] for group in groups], distance)
    assert far[0] < 5 < far[1] and far[1] - far[0] == pytest.approx(0.39, abs=0.1)
