"""The twins that a person wrote: what must lose its support loses it, in the kinds that matter most."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from sovereign.evals.pairs import Models, rules
from sovereign.evals.tamper import load_twins, measure
from sovereign.models import entailer

FILE = Path(__file__).parent / "data" / "twins.jsonl"
# What was measured when the file was last read through, rounded up: a change that loses more is looked at. A comparison of
# which the evidence only gives the two figures ("84.2 %, compared with 86.0 % for B") is not told yet.
MOST_WRONG = {
    "number_digit": 0.04, "number_tenfold": 0.0, "unit": 0.0, "percent_points": 0.0, "range_end": 0.0,
    "negation_in": 0.05, "negation_out": 0.0, "direction": 0.03, "comparator": 0.20, "quantifier": 0.0, "causal": 0.0,
}  # fmt: skip


@lru_cache(maxsize=2)
def result(model: str) -> dict[str, Any]:
    models = Models(entailer=entailer(model))
    return measure(load_twins(FILE), lambda pairs: rules(pairs, models=models))


@pytest.mark.parametrize("model", ["own", "none"])
def test_overall(model: str) -> None:
    assert result(model)["coverage"] >= 0.80
    assert result(model)["false_support_rate"] <= 0.08
    assert result(model)["lost_support_rate"] <= 0.15


@pytest.mark.parametrize("model", ["own", "none"])
@pytest.mark.parametrize("kind", MOST_WRONG)
def test_kind(kind: str, model: str) -> None:
    counts = result(model)["kinds"][kind]
    assert counts["n"] >= 5
    assert counts["rate"] <= MOST_WRONG[kind]
