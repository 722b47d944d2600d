"""What holds for any text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sovereign.language.comparisons import parse
from sovereign.language.quantities import base_value, find_quantities
from sovereign.language.words import normalize, word_set

from .sentences import SENTENCES

_WORDS = """A B the of with for against than versus from to by and or , ; . ( ) : more less faster slower takes reduces
    scores is memory latency accuracy parameters while where respectively not no 12 3.5 40 % GB ms x times points 4-bit
    1e9 10^5 half twice 7B $5 ± ~ < up about on T 2-3 \\% \\times ￿ ４ ⁻³ − that we show find which"""

words = st.lists(st.sampled_from(sorted(word_set(_WORDS))), max_size=40).map(" ".join)
# Any code point, lone surrogates too: texts come from files.
anything = st.text(st.characters(codec=None), max_size=300) | words


@given(anything)
def test_parse_never_raises(text: str):
    parsed = parse(text)
    for result in parsed.results:
        assert result.metric
        assert result.value is not None or result.direction is not None
        assert result.subject != "" and result.comparator != ""


@given(anything)
def test_normalize_is_idempotent(text: str):
    assert normalize(normalize(text)) == normalize(text)


@given(anything)
def test_spans_slice_to_the_printed_text(text: str):
    normal, end = normalize(text), 0
    for mention in find_quantities(text):
        assert normal[mention.start : mention.end] == mention.quantity.text
        assert mention.start >= end
        end = mention.end


def _ratios(sentence: str) -> None:
    for result in parse(sentence).results:
        if result.value and result.comparator_value:
            mine, theirs = base_value(result.value), base_value(result.comparator_value)
            if result.ratio is not None:
                assert result.ratio == pytest.approx(mine / theirs, rel=1e-3)
            ways = {-1: "decrease", 0: "equal", 1: "increase"}
            assert result.direction == ways[(mine > theirs) - (mine < theirs)]


@given(words)
def test_a_ratio_is_that_of_the_two_values(text: str):
    _ratios(text)


def test_a_ratio_is_that_of_the_two_values_in_sentences():
    for line in SENTENCES.splitlines():
        _ratios(line)


_numbers = st.integers(1, 99_999).map(lambda n: n / 10)


@given(_numbers, _numbers, st.sampled_from(["GB", "ms", "tokens/s", "%"]))
def test_a_comparison_turned_round_has_the_inverse_ratio(a: float, b: float, unit: str):
    verb = "scores" if unit == "%" else "takes"
    (one,) = parse(f"Alpha {verb} {a} {unit} against {b} {unit} for Beta.").results
    (two,) = parse(f"Beta {verb} {b} {unit} against {a} {unit} for Alpha.").results
    assert (one.subject, one.comparator) == (two.comparator, two.subject)
    assert one.ratio is not None and two.ratio is not None
    assert one.ratio * two.ratio == pytest.approx(1, rel=2e-3)
    assert {one.direction, two.direction} in ({"increase", "decrease"}, {"equal"})
