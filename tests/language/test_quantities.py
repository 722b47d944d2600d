from __future__ import annotations

import pytest

from sovereign.language.quantities import base_value, dimension, find_quantities, find_scales
from sovereign.records import Quantity


def read(text: str) -> list[tuple[float, str]]:
    return [(m.quantity.value, m.quantity.unit) for m in find_quantities(text)]


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("40%", 40, "%"),
        ("40 per cent", 40, "%"),
        ("36.47\\%", 36.47, "%"),
        ("４０％", 40, "%"),
        ("−35%", -35, "%"),
        ("40\u2009%", 40, "%"),
        ("+35.46%", 35.46, "%"),
        ("2.3 percentage points", 2.3, "points"),
        ("2.3 F1 points", 2.3, "points"),
        ("2.5 times", 2.5, "x"),
        ("3.2x", 3.2, "x"),
        ("5.3$\\times$", 5.3, "x"),
        ("7-fold", 7, "x"),
        ("twice", 2, "x"),
        ("two fifths", 0.4, "x"),
        ("one-third", 1 / 3, "x"),
        ("a quarter of it", 0.25, "x"),
        ("half the memory", 0.5, "x"),
        ("an order of magnitude", 10, "x"),
        ("two orders of magnitude", 100, "x"),
        ("1.2 TB", 1.2, "TB"),
        ("20.8 GiB", 20.8, "GiB"),
        ("500 MB/s", 500, "MB/s"),
        ("10 Gbps", 10, "Gbit/s"),
        ("532.8 microseconds per token", 532.8, "us/token"),
        ("12 ms", 12, "ms"),
        ("1.5 hours", 1.5, "h"),
        ("24 thousand tokens per second", 24000, "tokens/s"),
        ("60 requests per minute", 60, "requests/min"),
        ("3.3M GPU hours", 3.3e6, "GPU hours"),
        ("74.4 TFLOPs", 74.4, "TFLOPs"),
        ("147 TFLOP/s", 147, "TFLOPS"),
        ("12.5 J", 12.5, "J"),
        ("$1,350", 1350, "USD"),
        ("6,738,415,616 parameters", 6738415616, "parameters"),
        ("6\u2009738\u2009415\u2009616 parameters", 6738415616, "parameters"),
        ("0.3M trainable parameters", 3e5, "parameters"),
        ("1e-3", 1e-3, ""),
        ("3.1e23", 3.1e23, ""),
        ("3 × 10⁻⁴", 3e-4, ""),
        ("10⁵", 1e5, ""),
        ("78.2¹", 78.2, ""),
        ("4-bit", 4, "bits"),
    ],
)
def test_notations(text: str, value: float, unit: str):
    ((found, read_unit),) = read(f"it is {text}")
    assert (found, read_unit) == (pytest.approx(value), unit)


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("4% to 6%", 4, 6, "%"),
        ("1.8 to 2.4 times", 1.8, 2.4, "x"),
        ("10-24 minutes", 10, 24, "min"),
        ("37.51%-65.73%", 37.51, 65.73, "%"),
        ("25--40\\%", 25, 40, "%"),
        ("between 3 and 5 days", 3, 5, "days"),
        ("two to three times", 2, 3, "x"),
        ("ranges from 250% to 950%", 250, 950, "%"),
    ],
)
def test_ranges(text: str, low: float, high: float, unit: str):
    (mention,) = find_quantities(text)
    quantity = mention.quantity
    assert (quantity.value, quantity.upper, quantity.unit) == (low, high, unit)


def test_a_change_is_no_range():
    assert read("from 120 ms to 78 ms") == [(120, "ms"), (78, "ms")]


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("more than 40 GB", "at_least"),
        (">40 GB", "at_least"),
        ("up to 40 GB", "at_most"),
        ("≤ 40 GB", "at_most"),
        ("about 40 GB", "about"),
        ("~40 GB", "about"),
        ("40 GB", "exact"),
    ],
)
def test_bounds(text: str, bound: str):
    (mention,) = find_quantities(text)
    assert mention.quantity.bound == bound


@pytest.mark.parametrize(
    "text",
    [
        "Model-2-7B", "GPT-4", "Model 2", "the A100", "top-2 routing", "rank 16", "Table 6", "batch size 8",
        "version 3", "p < 0.05", "95% CI 0.91-1.05", "the 2-8-8-2 layout", "in 2020", "recall@5",
        "an A100 80GB card", "± 0.3", "+/- 6.1%", "half-rank", "the lowest quarter", "a third method",
        "10-fold cross-validation", "8x7B", "1e999", "a 7B model",
    ],
)  # fmt: skip
def test_names_and_keys_are_no_quantities(text: str):
    assert read(text) == []


@pytest.mark.parametrize(
    ("text", "scales"),
    [
        ("On Model-2-7B and Model-13B", [7e9, 13e9]),
        ("a model with 175 billion parameters", [175e9]),
        ("from 110M to 175B parameters", [110e6, 175e9]),
        ("trained on 300B tokens", []),
        ("with 0.3M trainable parameters", []),
        ("updates 4.7M parameters", []),
    ],
)
def test_scales(text: str, scales: list[float]):
    assert [q.value for q in find_scales(text)] == scales


@pytest.mark.parametrize(
    ("unit", "kind", "base"),
    [
        ("GB", "bytes", 1e9), ("GiB", "bytes", 2**30), ("ms", "time", 1e-3), ("us/token", "time/token", 1e-6),
        ("ms/step", "time/item", 1e-3), ("tokens/s", "rate", 1), ("requests/min", "rate", 1 / 60),
        ("MB/s", "rate", 1e6), ("Gbit/s", "rate", 1.25e8), ("%", "ratio", 0.01), ("x", "ratio", 1),
        ("TFLOPs", "operations", 1e12), ("TFLOPS", "operation_rate", 1e12), ("kWh", "energy", 3.6e6),
        ("GPU days", "gpu_time", 24), ("layers", "layers", 1),
    ],
)  # fmt: skip
def test_dimensions(unit: str, kind: str, base: float):
    assert dimension(unit) == kind
    assert base_value(Quantity(value=1, unit=unit, text="1")) == pytest.approx(base)
