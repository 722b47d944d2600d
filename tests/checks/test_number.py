"""When two figures are the same: exactly, or by rounding where the claim says so or writes them otherwise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sovereign.checks import judge, same_metric, same_value
from sovereign.checks.number import compatible
from sovereign.language.quantities import find_quantities
from sovereign.records import Quantity


def quantity(text: str) -> Quantity:
    """The one figure of a text."""
    (mention,) = find_quantities(text)
    return mention.quantity


EQUAL = (
    ("17 GB", "17.0 GB"),
    ("40%", "40 percent"),
    ("40%", "0.4x"),
    ("1.2 TB", "1200 GB"),
    ("1.2 TB", "1,234 GB"),
    ("0.8 s", "812 ms"),
    ("6.7 billion parameters", "6,738,415,616 parameters"),
    ("about 40%", "39.8%"),
    ("nearly 40%", "39.8%"),
    ("about 1.2 TB", "1.24 TB"),
    ("more than 2.5 times", "more than 2.5 times"),
    ("up to 40%", "up to 40%"),
    ("up to 40%", "40%"),
    ("4% to 6%", "4% to 6%"),
    ("2 to 4 GB", "2000 to 4000 MB"),
    ("two fifths", "40%"),
)
DIFFERENT = (
    ("17 GB", "17.4 GB"),
    ("17 GB", "17.0001 GB"),
    ("40%", "39.8%"),
    ("40%", "40 points"),
    ("40 GB", "40 MB"),
    ("1.2 TB", "1,260 GB"),
    ("1 TB", "1,400 GB"),
    ("about 40%", "40.6%"),
    ("about 1 TB", "1.4 TB"),
    ("2.5 times", "more than 2.5 times"),
    ("about 2.5 times", "more than 2.5 times"),
    ("40%", "up to 40%"),
    ("up to 40%", "more than 40%"),
    ("4% to 6%", "4%"),
    ("4%", "4% to 6%"),
    ("4% to 6%", "4% to 7%"),
    ("4% to 6%", "3% to 6%"),
    ("30 tokens per second", "30 requests per second"),
    ("30 tokens per second", "30 tokens per minute"),
    ("3 ms per image", "3 ms per request"),
)


@pytest.mark.parametrize(("claim", "evidence"), EQUAL)
def test_equal(claim: str, evidence: str) -> None:
    assert same_value(quantity(claim), quantity(evidence))


@pytest.mark.parametrize(("claim", "evidence"), DIFFERENT)
def test_different(claim: str, evidence: str) -> None:
    assert not same_value(quantity(claim), quantity(evidence))


@given(
    value=st.decimals(min_value="0.1", max_value="99999", places=2), unit=st.sampled_from(["GB", "%", "ms", "times"])
)
def test_a_figure_is_itself_in_every_notation(value: object, unit: str) -> None:
    figure = quantity(f"{value} {unit}")
    assert same_value(figure, figure)
    assert compatible(figure, figure)


@given(st.integers(1, 9999), st.integers(1, 9999))
def test_exact_figures_of_one_notation_are_equal_only_if_their_values_are(a: int, b: int) -> None:
    assert same_value(quantity(f"{a} GB"), quantity(f"{b} GB")) == (a == b)


@pytest.mark.parametrize(
    ("a", "b", "both"),
    [
        ("40%", "40.3%", True),
        ("40%", "44%", False),
        ("40%", "up to 44%", True),
        ("40%", "more than 44%", False),
        ("40%", "35% to 45%", True),
        ("about 40%", "41%", True),
    ],
)
def test_compatible(a: str, b: str, both: bool) -> None:
    assert compatible(quantity(a), quantity(b)) is both
    assert compatible(quantity(b), quantity(a)) is both


def test_same_metric() -> None:
    assert same_metric("memory", "memory")
    assert same_metric("memory", None)
    assert same_metric("latency", "throughput")
    assert same_metric("latency", "training_time")
    assert not same_metric("memory", "latency")


def test_an_exact_figure_gives_the_bound_that_it_lies_on_and_no_other() -> None:
    # 40 % is at least 40 % and at most 40 %; it is not more than 40 %. A bound gives only itself.
    exact, up_to = "Prunex reduces peak memory by 40%.", "Prunex reduces peak memory by up to 40%."
    for bound in ("at least", "at most", "up to"):
        assert judge(f"Prunex reduces peak memory by {bound} 40%.", exact).verdict == "SUPPORT"
    for bound in ("at least 40%", "more than 40%", "40%"):
        assert judge(f"Prunex reduces peak memory by {bound}.", up_to).verdict != "SUPPORT"
    assert judge("Prunex reduces peak memory by more than 40%.", exact).verdict != "SUPPORT"
