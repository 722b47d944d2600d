"""What a cell says, in every way that result tables print it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sovereign.checks.tabular.cells import decimal_commas, missing, read_cell, unit_in


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("71.2", 71.2), (".154", 0.154), ("1,234", 1234.0), ("1.2M", 1.2e6), ("7B", 7e9), ("1e-3", 0.001), ("1.5×10^3", 1500.0),
        ("-0.5", -0.5), ("−0.5", -0.5), ("–0.5", -0.5), ("(-0.5)", -0.5), ("+42.67%", 42.67), ("− 1.5", -1.5),
        ("0.538†", 0.538), ("0.566*", 0.566), ("*19.2*", 19.2), ("69.25%∗∗∗", 69.25), ("12.3a", 12.3), ("45.4^{a}", 45.4),
        ("78.2¹", 78.2), ("5.2 [12]", 5.2), ("**71.2**", 71.2), ("<bold>71.2</bold>", 71.2), ("\\textbf{71.2}", 71.2), ("$12.3$", 12.3),
        ("x2", 2.0), ("2x", 2.0), ("×2", 2.0), ("3rd", 3.0), ("66 hours", 66.0),
    ],
)  # fmt: skip
def test_a_figure_is_read(text: str, value: float) -> None:
    read = read_cell(text)
    assert read is not None
    assert read.value == pytest.approx(value)


@pytest.mark.parametrize("text", ["", "-", "–", "—", "N/A", "n/a", "n.a.", "*", "OOM", "out of memory", "?", "[EMPTY]"])
def test_no_value_is_no_figure(text: str) -> None:
    assert missing(text)
    assert read_cell(text) is None


@pytest.mark.parametrize(
    "text", ["BERT-2", "1. Seq2Seq", "Layer 3", "-sense", "4m per epoch", "x" * 500, "2 of 5 runs", "\x00"]
)
def test_a_name_is_no_figure(text: str) -> None:
    assert read_cell(text) is None
    assert not missing(text)


def test_spreads_ranges_pairs_and_units() -> None:
    found = {
        text: read_cell(text)
        for text in ("85.1 ± 0.3", "0.85 (0.02)", "12.3_{0.4}", "3-5", "71.1/79.5", "3.5 GB", "2x", "81.3%")
    }
    assert all(found.values())
    spreads = [r.spread for r in found.values() if r is not None][:3]
    assert spreads == [0.3, 0.02, 0.4]
    ranged, both = found["3-5"], found["71.1/79.5"]
    assert ranged is not None and (ranged.value, ranged.upper) == (3.0, 5.0)
    assert both is not None and both.values == (71.1, 79.5)
    assert [r.unit for r in list(found.values())[5:] if r is not None] == ["GB", "x", "%"]


def test_decimal_commas_are_a_matter_of_the_whole_column() -> None:
    assert decimal_commas(["12,34", "3,1"])
    assert not decimal_commas(["1,234", "5,678"])
    assert not decimal_commas(["12,34", "3.1"])
    assert not decimal_commas([])
    for text, value in (("12,34", 12.34), ("1.234,5", 1234.5)):
        read = read_cell(text, True)
        assert read is not None and read.value == value


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("Latency (ms)", ("ms", 1.0)), ("Memory in GB", ("GB", 1.0)), ("Acc. (%)", ("%", 1.0)), ("Params (x 10^3)", ("", 1000.0)),
        ("Params (M)", ("", 1e6)), ("All numbers in percent", ("%", 1.0)), ("Dev set", ("", 1.0)),
    ],
)  # fmt: skip
def test_a_unit_stands_in_a_header_or_caption(text: str, unit: tuple[str, float]) -> None:
    assert unit_in(text) == unit


@given(st.text(max_size=60))
def test_any_text_is_read_or_left(text: str) -> None:
    read = read_cell(text)
    assert read is None or all(isinstance(v, float) for v in read.values)


@given(st.integers(-99999, 99999), st.integers(0, 4))
def test_a_printed_number_is_read_back(whole: int, decimals: int) -> None:
    value = whole / 10**decimals
    read = read_cell(f"{value:.{decimals}f}")
    assert read is not None
    assert read.value == pytest.approx(value)
    assert read.decimals == decimals
