"""Counts written as words."""

from __future__ import annotations

import pytest

from sovereign.language.numerals import in_digits


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("three of five baselines", "3 of 5 baselines"),
        ("Twenty-five patients and one control", "25 patients and 1 control"),
        ("forty percent of ninety mice", "40 percent of 90 mice"),
        ("a two-component system", "a 2-component system"),
        ("five-year survival in type two diabetes", "5-year survival in type 2 diabetes"),
        ("two fifths of it, two-fold, three times", "two fifths of it, two-fold, three times"),
        ("this one, no one, one of them, one can, one-sided", "this one, no one, one of them, one can, one-sided"),
        ("often, tension and sevenfold", "often, tension and sevenfold"),
    ],
)
def test_in_digits(text: str, expected: str) -> None:
    assert in_digits(text) == expected
    assert in_digits(expected) == expected
