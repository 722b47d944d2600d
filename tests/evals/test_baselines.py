"""Baselines: what they see, and that no document fits its own classifier."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import pytest

from sovereign.evals.baselines import cross_fitted, lexical
from sovereign.evals.folds import FOLDS, fold_of
from sovereign.evals.logistic import fit
from sovereign.evals.pairs import LABELS, Label, Pair, rules

_DRUGS = ("zelotriptan", "mervadine", "oxalene", "prunidol", "tavirex", "lomarin", "quindal", "serapin")


def made(count: int = 120) -> list[Pair]:
    """Pairs whose label can be read from claim and document: stated, denied, or of another drug."""
    rng, pairs = random.Random(0), []
    for n in range(count):
        drug, other = rng.sample(_DRUGS, 2)
        label: Label = LABELS[n % 3]
        said = {
            "SUPPORT": f"In our trial {drug} lowered fever in adults.",
            "CONTRADICT": f"In our trial {drug} did not lower fever in adults.",
            "NOT_ENOUGH_INFO": f"We studied the kidneys of rats that were given {other}.",
        }[label]
        sentences = ("The background is known.", said, "More work is needed.")
        rationales = () if label == "NOT_ENOUGH_INFO" else (frozenset({1}),)
        pairs.append(Pair(f"{drug} lowered fever in adults.", "A trial", sentences, label, f"doc{n}", rationales))
    return pairs


def test_features_learn_what_is_there() -> None:
    pairs = made()
    found = cross_fitted(pairs)(pairs)
    assert sum(f.label == p.label for f, p in zip(found, pairs, strict=True)) >= 0.95 * len(pairs)
    named = [f.sentences for f, p in zip(found, pairs, strict=True) if p.rationales]
    assert named and all(1 in sentences for sentences in named)


def test_claim_only_never_sees_the_document() -> None:
    pairs = made()
    found = cross_fitted(pairs, blind=True)(pairs)
    changed = [replace(p, sentences=("Something else.",), title="Another") for p in pairs]
    assert found == cross_fitted(changed, blind=True)(changed)
    # The claims of these pairs give nothing away.
    assert sum(f.label == p.label for f, p in zip(found, pairs, strict=True)) < 0.6 * len(pairs)


def test_no_document_fits_its_own_classifier() -> None:
    pairs = made()
    before = cross_fitted(pairs)(pairs)
    fold = fold_of("doc0")
    lying = [
        replace(p, label="SUPPORT", rationales=(frozenset({0}),)) if fold_of(p.group) == fold else p for p in pairs
    ]
    after = cross_fitted(lying)(lying)
    own = [i for i, p in enumerate(pairs) if fold_of(p.group) == fold]
    assert len(own) > 10
    assert [before[i] for i in own] == [after[i] for i in own]
    assert before != after


def test_folds_are_of_about_one_size() -> None:
    sizes = [sum(fold_of(str(n)) == fold for n in range(1000)) for fold in range(FOLDS)]
    assert sum(sizes) == 1000 and min(sizes) > 150


def test_the_seeds_rule_supports_a_denial() -> None:
    pair = Pair(
        "Zelotriptan lowers fever in adults.",
        "",
        ("It rained.", "Zelotriptan never lowers fever in adults."),
        "CONTRADICT",
        "d",
    )
    (found,) = lexical([pair])
    assert (found.label, found.sentences) == ("SUPPORT", (1,))
    assert rules([pair])[0].label != "SUPPORT"
    (nothing,) = lexical([replace(pair, sentences=("It rained all day.",))])
    assert (nothing.label, nothing.sentences) == ("NOT_ENOUGH_INFO", (0,))
    assert lexical([replace(pair, sentences=())])[0].sentences == ()


def test_rules_name_the_sentence_that_decides() -> None:
    pair = Pair(
        "Zelotriptan lowers fever in adults.",
        "",
        ("It rained.", "", "In our trial zelotriptan lowers fever in adults."),
        "SUPPORT",
        "d",
    )
    (found,) = rules([pair])
    assert (found.label, found.sentences) == ("SUPPORT", (2,))
    assert rules([replace(pair, claim="?!")])[0].label == "NOT_ENOUGH_INFO"
    assert rules([replace(pair, sentences=())])[0].label == "NOT_ENOUGH_INFO"


def test_logistic_regression_finds_the_odds() -> None:
    # One binary feature: the odds are those of the counts (30 of 40, 10 of 40), but for the penalty.
    rows = [[1.0]] * 40 + [[0.0]] * 40
    labels = [True] * 30 + [False] * 10 + [True] * 10 + [False] * 30
    model = fit(rows, labels, penalty=1e-6)
    assert model([1.0]) == pytest.approx(0.75, abs=1e-4)
    assert model([0.0]) == pytest.approx(0.25, abs=1e-4)


def test_logistic_regression_at_its_optimum() -> None:
    rng = random.Random(1)
    rows = [[rng.gauss(0, 1), rng.gauss(5, 3), 7.0] for _ in range(200)]
    labels = [rng.random() < 1 / (1 + math.exp(-(r[0] - 0.5 * (r[1] - 5)))) for r in rows]
    model = fit(rows, labels, penalty=1.0)
    # The intercept carries no penalty, so that predictions add up to the labels.
    assert sum(map(model, rows)) == pytest.approx(sum(labels), abs=1e-6)
    assert model([2.0, 2.0, 7.0]) > 0.8 > 0.2 > model([-2.0, 8.0, 7.0])


def test_logistic_regression_of_separable_and_of_one_kind() -> None:
    model = fit([[float(n)] for n in range(-20, 20)], [n >= 0 for n in range(-20, 20)])
    assert 0.9 < model([15.0]) < 1 and 0 < model([-15.0]) < 0.1
    assert fit([[1.0], [2.0]], [True, True])([9.0]) == 1.0
    assert fit([], [])([9.0]) == 0.0
