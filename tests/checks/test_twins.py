"""A claim changed in one thing is never supported by the sentence that supports the true one."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sovereign.checks import judge

from .pairs import PAIRS, Pair
from .twins import NAMES, denied, numbers, rewritten, swapped, with_unit_changed

a_pair = st.sampled_from(PAIRS)
NUMBERED = tuple(p for p in PAIRS if numbers(p.claim))
WITH_UNIT = tuple((p, twin) for p in PAIRS for twin in with_unit_changed(p.claim))
COMPARED = tuple(p for p in PAIRS if p.other)
TURNED = tuple(p for p in PAIRS if p.turned)


def not_supported(claim: str, pair: Pair) -> None:
    """The twin has no support, neither from the evidence nor from the true claim, and gives none to the claim."""
    for one, other in ((claim, pair.evidence), (claim, pair.claim), (pair.claim, claim)):
        judgement = judge(one, other)
        assert judgement.verdict != "SUPPORT", (one, other, judgement.checks)


def test_the_pairs_are_many_and_wide() -> None:
    assert len(PAIRS) >= 40
    assert min(Counter(p.field for p in PAIRS).values()) >= 8
    assert all(p.subject in p.claim and p.other in p.claim for p in PAIRS)
    assert len(NUMBERED) >= 20 and len(WITH_UNIT) >= 25 and len(COMPARED) >= 20 and len(TURNED) >= 20


def test_most_true_pairs_are_supported() -> None:
    supported = [p for p in PAIRS if judge(p.claim, p.evidence).verdict == "SUPPORT"]
    contradicted = [p for p in PAIRS if judge(p.claim, p.evidence).verdict == "CONTRADICT"]
    assert len(supported) >= 0.9 * len(PAIRS)
    assert not contradicted


@pytest.mark.parametrize("pair", PAIRS, ids=lambda p: p.claim)
def test_a_sentence_supports_itself(pair: Pair) -> None:
    assert judge(pair.claim, pair.claim).verdict == "SUPPORT"
    assert judge(pair.evidence, pair.evidence).verdict == "SUPPORT"


@given(
    pair=st.sampled_from(NUMBERED), which=st.integers(0, 9), value=st.one_of(st.integers(0, 9999), st.floats(0, 999))
)
def test_another_number(pair: Pair, which: int, value: float) -> None:
    spans = numbers(pair.claim)
    start, end = spans[which % len(spans)]
    printed = f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
    # "About 40 %" is true of 39.8 %, and so of what rounds to it.
    assume(abs(float(printed) - float(pair.claim[start:end].replace(",", ""))) > (0.5 if "about" in pair.claim else 0))
    not_supported(pair.claim[:start] + printed + pair.claim[end:], pair)


@given(pair=st.sampled_from([p for p in PAIRS if len(numbers(p.claim)) > 1]))
def test_two_numbers_exchanged(pair: Pair) -> None:
    (a, b), (c, d) = numbers(pair.claim)[:2]
    text = pair.claim
    not_supported(text[:a] + text[c:d] + text[b:c] + text[a:b] + text[d:], pair)


@pytest.mark.parametrize(("pair", "twin"), WITH_UNIT, ids=lambda x: x if isinstance(x, str) else "")
def test_another_unit(pair: Pair, twin: str) -> None:
    not_supported(twin, pair)


@given(pair=a_pair, data=st.data())
def test_denied(pair: Pair, data: st.DataObject) -> None:
    not_supported(data.draw(st.sampled_from(list(denied(pair.claim)))), pair)


@pytest.mark.parametrize("pair", TURNED, ids=lambda p: p.turned)
def test_direction_reversed(pair: Pair) -> None:
    not_supported(pair.turned, pair)


@pytest.mark.parametrize("pair", COMPARED, ids=swapped)
def test_subject_and_other_exchanged(pair: Pair) -> None:
    not_supported(swapped(pair), pair)


@given(
    pair=a_pair, name=st.one_of(st.sampled_from(NAMES), st.from_regex(r"[A-Z][a-z]{4,9}(-[0-9]{1,2})?", fullmatch=True))
)
def test_another_subject(pair: Pair, name: str) -> None:
    assume(name.lower() not in (pair.claim + pair.evidence).lower())
    not_supported(pair.claim.replace(pair.subject, name), pair)


@given(first=a_pair, second=a_pair)
def test_another_pair(first: Pair, second: Pair) -> None:
    assume(first != second)
    assert judge(first.claim, second.evidence).verdict == "NOT_ENOUGH_INFO"


def test_harmless_rewriting_mostly_stays_support() -> None:
    verdicts: dict[str, Counter[str]] = {}
    for pair in PAIRS:
        for way, text in rewritten(pair).items():
            verdicts.setdefault(way, Counter())[judge(text, pair.evidence).verdict] += 1
    assert set(verdicts) >= {"percent", "opening", "no commas in numbers", "plural"}
    for way, counts in verdicts.items():
        assert counts["SUPPORT"] >= 0.8 * counts.total(), (way, counts)
        assert counts["CONTRADICT"] == 0, (way, counts)
