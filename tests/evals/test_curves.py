"""Accuracy against coverage: what is kept first, and that the end of a curve is the checker itself."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from sovereign.checks import verify_in_document
from sovereign.evals.baselines import cross_fitted, lexical
from sovereign.evals.curves import Decision, at_ten, coverage_curve, decisions
from sovereign.evals.pairs import Found, Label, Pair, document_of, rules

from .test_baselines import made


def pair(label: Label, group: str) -> Pair:
    return Pair("c", "t", ("s",), label, group)


def test_a_decision_and_its_score() -> None:
    pairs = [pair("SUPPORT", "a"), pair("SUPPORT", "b"), pair("CONTRADICT", "c"), pair("NOT_ENOUGH_INFO", "d")]
    answers = [
        Found("SUPPORT", (), (0.8, 0.25)),
        Found("NOT_ENOUGH_INFO", (), (0.3, 0.5)),
        Found("CONTRADICT", (), (0.8, 0.25)),
        Found("SUPPORT"),
    ]
    assert decisions(pairs, answers) == [
        Decision("a", True, pytest.approx(0.6)),
        Decision("c", True, pytest.approx(0.2)),
        Decision("d", False, math.inf),
    ]


def test_what_is_found_at_a_tenth_of_false_alarms() -> None:
    supported = [(pair("SUPPORT", str(n)), Found("SUPPORT", (), (0.9, n / 20))) for n in range(20)]
    against = [(0.99, "CONTRADICT"), (0.91, "SUPPORT"), (0.9, "CONTRADICT"), (0.2, "CONTRADICT")]
    denied = [
        (pair("CONTRADICT", f"c{n}"), Found("CONTRADICT" if said == "CONTRADICT" else "SUPPORT", (), (0.9, score)))
        for n, (score, said) in enumerate(against)
    ]
    plain = [(pair("CONTRADICT", "c9"), Found("CONTRADICT")), (pair("NOT_ENOUGH_INFO", "n"), Found("CONTRADICT"))]
    value, around = at_ten(*zip(*supported, *denied, *plain, strict=True))
    # The cutoff is 0.85: two of twenty lie above it, and of those that are denied all but the one at 0.2, whatever the verdict.
    assert value == pytest.approx(4 / 5) and around is not None and around[0] < value < around[1]
    assert at_ten(*zip(*denied, strict=True)) == (None, None)
    assert at_ten(*zip(*supported, strict=True)) == (None, None)


def test_the_strongest_decisions_are_kept_first() -> None:
    # Twenty decisions: the stronger half is right. Twenty more pairs are left undecided.
    pairs = [pair("SUPPORT", str(n)) for n in range(40)]
    decided = [Decision(str(n), n < 10, 1 - n / 40) for n in range(20)]
    curve = coverage_curve(pairs, decided[::-1])
    assert [p["coverage"] for p in curve] == pytest.approx([k / 20 for k in range(1, 11)])
    assert [p["accuracy"] for p in curve[:5]] == [1.0] * 5
    assert [p["accuracy"] for p in curve[5:]] == pytest.approx([10 / n for n in (12, 14, 16, 18, 20)])
    assert curve[-1]["threshold"] == pytest.approx(1 - 19 / 40)
    low, high = curve[-1]["interval"]
    assert low < 0.5 < high and 0.2 < high - low < 0.6  # the normal interval is 0.5 ± 0.22


def test_decisions_of_one_score_are_kept_together_and_those_without_one_come_first() -> None:
    pairs = [pair("SUPPORT", str(n)) for n in range(10)]
    decided = [Decision("0", True, math.inf), *(Decision(str(n), n < 5, 0.5) for n in range(1, 10))]
    first, last = coverage_curve(pairs, decided)
    assert (first["threshold"], first["coverage"], first["accuracy"]) == (None, 0.1, 1.0)
    assert (last["threshold"], last["coverage"], last["accuracy"]) == (0.5, 1.0, 0.5)


def test_nothing_decided_has_no_curve() -> None:
    assert coverage_curve([pair("SUPPORT", "a")], []) == []


def test_the_checks_carry_the_scores_that_their_record_shows() -> None:
    sentences = (
        "We asked whether zelotriptan helps adults with recurrent fever.",
        "Fever after zelotriptan treatment was much lower in most of the adults of our trial.",
    )
    asked = Pair("Zelotriptan lowers recurrent fever in adults after treatment.", "A trial", sentences, "SUPPORT", "d")
    (found,) = rules([asked])
    verification = verify_in_document(asked.claim, document_of(asked.title, sentences))
    shown = {c.check: c.value for c in verification.evidence[0].checks}
    assert found.scores == (shown["graded_bears"], shown["graded_against"])
    assert (found.deciding, found.reason) == (verification.deciding, verification.reason)
    (alone,) = rules([replace(asked, claim="Zelotriptan lowers fever.", sentences=("Zelotriptan lowers fever.",))])
    assert (alone.label, alone.scores) == ("SUPPORT", None)


def test_the_baselines_carry_scores_that_fit_their_label() -> None:
    pairs = made()
    for found in cross_fitted(pairs)(pairs):
        assert found.scores is not None
        bears, against = found.scores
        assert 0 <= bears <= 1 and 0 <= against <= 1
        if found.label != "NOT_ENOUGH_INFO":
            assert (against > 0.5) == (found.label == "CONTRADICT")
    seed = [f for f in lexical(pairs) if f.label == "SUPPORT"]
    assert seed and all(f.scores is not None and f.scores[0] >= 0.15 and f.scores[1] == 0 for f in seed)


def test_a_classifier_that_knows_one_label_has_no_score_to_give() -> None:
    pairs = [replace(p, label="NOT_ENOUGH_INFO", rationales=()) for p in made(30)]
    assert {f.scores for f in cross_fitted(pairs)(pairs)} == {None}
